//! A bridge for Salesforce credentials between password managers.
pub mod check;
pub mod cli;
pub mod flow;
pub mod merge;
pub mod place;
pub mod seal;
