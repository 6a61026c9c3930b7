//! A bridge for Salesforce credentials between password managers.
//!
//! A Salesforce security token is shown once, in a mail. It has no expiry of its own, and it dies silently when the password changes or a newer
//! one is issued. This crate moves such tokens, with their usernames, passwords and dates, between the exports of password managers; it seals
//! them with age, and says which of them are too old. What a target has no place for is told, never dropped in silence.
//!
//! [`flow`] is the whole program on one page, from the bytes of a file to the bytes of another. Its stages:
//!
//! - the crate `sfcred_formats` reads records and writes them; it knows no Salesforce,
//! - [`place`] finds token and dates in custom fields and notes, and puts them there for a target without a place for them,
//! - [`check`] holds the rules on age and validity,
//! - [`additions`] is what lists of users say of records,
//! - [`merge`] makes one record of the same login in several files,
//! - [`scan`] finds what lies in plain text,
//! - [`amend`] puts new secrets into a file that has the login already,
//! - [`seal`] is age,
//! - [`vault`] is what the own store holds, and what is done to it,
//! - [`cli`] is the command: arguments, files, prompts, and everything that prints. No other stage prints, or reads a clock.

pub mod additions;
pub mod amend;
pub mod check;
pub mod cli;
pub mod flow;
pub mod merge;
mod options;
pub mod place;
mod report;
pub mod scan;
pub mod seal;
mod source;
pub mod vault;
