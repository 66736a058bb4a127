//! Expressions at one moment.

use super::select::{Series, select};
use super::{Element, QueryError, Worth, aggregate, binary, functions};
use crate::metrics::Recorder;
use promql_parser::parser::{Expr, MatrixSelector, Offset, VectorSelector};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A range's start and end in milliseconds, and the samples of each series in it.
pub(super) type Matrix<'a> = (i64, i64, Vec<(Series<'a>, Vec<(i64, f64)>)>);

/// Evaluates the expressions of one query. Selected series are kept between the steps of a range query.
pub struct Evaluator<'a> {
    recorder: &'a Recorder,
    /// Keyed by the selector's text; a query has few.
    selected: RefCell<BTreeMap<String, std::rc::Rc<Vec<Series<'a>>>>>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator over a world's samples.
    pub fn new(recorder: &'a Recorder) -> Self {
        Self {
            recorder,
            selected: RefCell::new(BTreeMap::new()),
        }
    }

    fn series(&self, selector: &VectorSelector) -> std::rc::Rc<Vec<Series<'a>>> {
        self.selected
            .borrow_mut()
            .entry(selector.to_string())
            .or_insert_with(|| std::rc::Rc::new(select(self.recorder, selector)))
            .clone()
    }

    /// The worth of an expression at `time`, milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// What the practice cluster does not know, and what PromQL refuses.
    pub fn evaluate(&self, expression: &Expr, time: i64) -> Result<Worth, QueryError> {
        match expression {
            Expr::NumberLiteral(number) => Ok(Worth::Scalar(number.val)),
            Expr::StringLiteral(text) => Ok(Worth::Text(text.val.clone())),
            Expr::Paren(inner) => self.evaluate(&inner.expr, time),
            Expr::Unary(unary) => Ok(match self.evaluate(&unary.expr, time)? {
                Worth::Scalar(value) => Worth::Scalar(-value),
                Worth::Vector(vector) => Worth::Vector(functions::map(vector, |value| -value)),
                text => text,
            }),
            Expr::VectorSelector(selector) => self.instant(selector, time).map(Worth::Vector),
            Expr::Aggregate(aggregation) => {
                let Worth::Vector(vector) = self.evaluate(&aggregation.expr, time)? else {
                    return Err(QueryError::BadData(
                        "an aggregation needs an instant vector".into(),
                    ));
                };
                let parameter = match &aggregation.param {
                    Some(parameter) => Some(self.evaluate(parameter, time)?),
                    None => None,
                };
                aggregate::aggregate(aggregation, vector, parameter).map(Worth::Vector)
            }
            Expr::Binary(operation) => {
                let left = self.evaluate(&operation.lhs, time)?;
                let right = self.evaluate(&operation.rhs, time)?;
                binary::operate(operation, left, right)
            }
            Expr::Call(call) => functions::call(self, call, time),
            Expr::MatrixSelector(_) => Err(QueryError::BadData(
                "a range vector has no value of its own".into(),
            )),
            Expr::Subquery(_) => Err(QueryError::unknown("subqueries")),
            Expr::Extension(_) => Err(QueryError::unknown("extensions")),
        }
    }

    fn moment(selector: &VectorSelector, time: i64) -> Result<i64, QueryError> {
        if selector.at.is_some() {
            return Err(QueryError::unknown("the @ modifier"));
        }
        let milliseconds =
            |offset: &std::time::Duration| i64::try_from(offset.as_millis()).unwrap_or(i64::MAX / 4);
        Ok(match &selector.offset {
            Some(Offset::Pos(offset)) => time - milliseconds(offset),
            Some(Offset::Neg(offset)) => time + milliseconds(offset),
            None => time,
        })
    }

    fn instant(&self, selector: &VectorSelector, time: i64) -> Result<Vec<Element>, QueryError> {
        let time = Self::moment(selector, time)?;
        Ok(self
            .series(selector)
            .iter()
            .filter_map(|series| {
                let value = series.at(time)?;
                Some(Element {
                    name: series.name,
                    labels: series.labels.clone(),
                    value,
                })
            })
            .collect())
    }

    /// The samples of each series in a range, with the range's start and end in milliseconds.
    pub(super) fn matrix(&self, selector: &MatrixSelector, time: i64) -> Result<Matrix<'a>, QueryError> {
        let end = Self::moment(&selector.vs, time)?;
        let start = end - i64::try_from(selector.range.as_millis()).unwrap_or(i64::MAX / 4);
        let series = self.series(&selector.vs);
        let samples = series
            .iter()
            .map(|series| (series.clone(), series.range(start, end)))
            .filter(|(_, samples)| !samples.is_empty())
            .collect();
        Ok((start, end, samples))
    }
}
