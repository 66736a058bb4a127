//! Aggregations.

use super::{Element, QueryError, Worth};
use crate::metrics::Labels;
use promql_parser::parser::{AggregateExpr, LabelModifier};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Aggregates a vector by the labels that the expression keeps.
///
/// # Errors
/// Operators the practice cluster does not know.
pub fn aggregate(
    expression: &AggregateExpr,
    vector: Vec<Element>,
    parameter: Option<Worth>,
) -> Result<Vec<Element>, QueryError> {
    let operator = expression.op.to_string();
    let mut groups: BTreeMap<Labels, Vec<Element>> = BTreeMap::new();
    for element in vector {
        groups
            .entry(kept(&element.labels, expression.modifier.as_ref()))
            .or_default()
            .push(element);
    }
    if matches!(operator.as_str(), "topk" | "bottomk") {
        let Some(Worth::Scalar(count)) = parameter else {
            return Err(QueryError::BadData(format!("{operator} needs a number")));
        };
        let count = count.max(0.0) as usize;
        return Ok(groups
            .into_values()
            .flat_map(|mut elements| {
                elements.sort_by(|one, other| other.value.total_cmp(&one.value));
                if operator == "bottomk" {
                    elements.reverse();
                }
                elements.truncate(count);
                elements
            })
            .collect());
    }
    groups
        .into_iter()
        .map(|(labels, elements)| {
            let values: Vec<f64> = elements.iter().map(|element| element.value).collect();
            let value = fold(&operator, &values, parameter.as_ref())?;
            Ok(Element {
                name: "",
                labels: Arc::new(labels),
                value,
            })
        })
        .collect()
}

fn kept(labels: &Labels, modifier: Option<&LabelModifier>) -> Labels {
    match modifier {
        None => Labels::new(),
        Some(LabelModifier::Include(list)) => labels
            .iter()
            .filter(|(key, _)| list.labels.contains(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
        Some(LabelModifier::Exclude(list)) => labels
            .iter()
            .filter(|(key, _)| !list.labels.contains(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    }
}

fn fold(operator: &str, values: &[f64], parameter: Option<&Worth>) -> Result<f64, QueryError> {
    let count = values.len() as f64;
    let sum: f64 = values.iter().sum();
    let variance = || {
        values
            .iter()
            .map(|value| (value - sum / count).powi(2))
            .sum::<f64>()
            / count
    };
    Ok(match operator {
        "sum" => sum,
        "avg" => sum / count,
        "count" => count,
        "min" => values.iter().copied().fold(f64::NAN, f64::min),
        "max" => values.iter().copied().fold(f64::NAN, f64::max),
        "group" => 1.0,
        "stddev" => variance().sqrt(),
        "stdvar" => variance(),
        "quantile" => match parameter {
            Some(Worth::Scalar(quantile)) => quantile_of(*quantile, values),
            _ => return Err(QueryError::BadData("quantile needs a number".into())),
        },
        other => return Err(QueryError::unknown(format!("the aggregation {other}"))),
    })
}

fn quantile_of(quantile: f64, values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    if !(0.0..=1.0).contains(&quantile) {
        return if quantile < 0.0 {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        };
    }
    let rank = quantile * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
    low + (high - low) * rank.fract()
}
