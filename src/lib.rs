//! A bridge for Salesforce credentials between password managers.
pub mod seal;
