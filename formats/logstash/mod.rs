//! Pipelines of Logstash with the input plugin for Salesforce.

mod parse;

use crate::keys::{Config, Syntax};
pub(crate) use parse::{entries, looks};

#[derive(Debug)]
pub(crate) struct Codec;

impl Config for Codec {
    const SYNTAX: Syntax = Syntax::Logstash;
}
