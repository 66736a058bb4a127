//! PromQL over the practice cluster's samples: what health queries need, and nothing invented for the rest.

pub mod aggregate;
pub mod binary;
pub mod evaluate;
pub mod functions;
pub mod http;
pub mod select;

use crate::metrics::Labels;
use std::sync::Arc;

/// One element of an instant vector. The metric's name is kept apart from the labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// The metric's name; empty after any calculation.
    pub name: &'static str,
    /// Labels without the name.
    pub labels: Arc<Labels>,
    /// The value.
    pub value: f64,
}

/// What an expression is worth at one moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Worth {
    /// A plain number.
    Scalar(f64),
    /// An instant vector.
    Vector(Vec<Element>),
    /// A string.
    Text(String),
}

/// Why a query has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryError {
    /// The query is not PromQL, or a parameter is wrong: 400.
    BadData(String),
    /// PromQL that the practice cluster does not answer, or that has no result: 422.
    Execution(String),
}

impl QueryError {
    /// The query is PromQL, but the practice cluster does not know this part of it.
    pub fn unknown(what: impl std::fmt::Display) -> Self {
        Self::Execution(format!("not in the practice cluster: {what}"))
    }
}
