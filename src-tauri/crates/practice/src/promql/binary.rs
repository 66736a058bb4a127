//! Binary operators: arithmetic, comparison and sets, between scalars and vectors.

use super::{Element, QueryError, Worth};
use crate::metrics::Labels;
use promql_parser::parser::{BinaryExpr, LabelModifier, VectorMatchCardinality};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The worth of an operation.
///
/// # Errors
/// Matches that PromQL refuses (many to many), and operators the practice cluster does not know.
pub fn operate(expression: &BinaryExpr, left: Worth, right: Worth) -> Result<Worth, QueryError> {
    let operator = expression.op.to_string();
    let bool_result = expression.return_bool();
    match (left, right) {
        (Worth::Scalar(left), Worth::Scalar(right)) => {
            if expression.op.is_comparison_operator() {
                return Ok(Worth::Scalar(f64::from(u8::from(compare(
                    &operator, left, right,
                )))));
            }
            calculate(&operator, left, right).map(Worth::Scalar)
        }
        (Worth::Vector(vector), Worth::Scalar(scalar)) => {
            with_scalar(expression, &operator, bool_result, vector, |value| {
                (value, scalar)
            })
            .map(Worth::Vector)
        }
        (Worth::Scalar(scalar), Worth::Vector(vector)) => {
            with_scalar(expression, &operator, bool_result, vector, |value| {
                (scalar, value)
            })
            .map(Worth::Vector)
        }
        (Worth::Vector(left), Worth::Vector(right)) => {
            if expression.op.is_set_operator() {
                return Ok(Worth::Vector(sets(expression, &operator, left, right)));
            }
            vectors(expression, &operator, left, right).map(Worth::Vector)
        }
        _ => Err(QueryError::BadData("strings have no operators".into())),
    }
}

fn calculate(operator: &str, left: f64, right: f64) -> Result<f64, QueryError> {
    Ok(match operator {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" => left / right,
        "%" => left % right,
        "^" => left.powf(right),
        other => return Err(QueryError::unknown(format!("the operator {other}"))),
    })
}

fn compare(operator: &str, left: f64, right: f64) -> bool {
    match operator {
        "==" => left == right,
        "!=" => left != right,
        ">" => left > right,
        "<" => left < right,
        ">=" => left >= right,
        _ => left <= right,
    }
}

fn with_scalar(
    expression: &BinaryExpr,
    operator: &str,
    bool_result: bool,
    vector: Vec<Element>,
    sides: impl Fn(f64) -> (f64, f64),
) -> Result<Vec<Element>, QueryError> {
    let mut result = Vec::with_capacity(vector.len());
    for element in vector {
        let (left, right) = sides(element.value);
        if !expression.op.is_comparison_operator() {
            let value = calculate(operator, left, right)?;
            result.push(Element {
                name: "",
                labels: element.labels,
                value,
            });
        } else if bool_result {
            let value = f64::from(u8::from(compare(operator, left, right)));
            result.push(Element {
                name: "",
                labels: element.labels,
                value,
            });
        } else if compare(operator, left, right) {
            result.push(element);
        }
    }
    Ok(result)
}

/// The labels by which elements of two vectors find each other.
fn signature(expression: &BinaryExpr, labels: &Labels) -> Labels {
    let matching = expression
        .modifier
        .as_ref()
        .and_then(|modifier| modifier.matching.as_ref());
    labels
        .iter()
        .filter(|(key, _)| match matching {
            None => true,
            Some(LabelModifier::Include(list)) => list.labels.contains(key),
            Some(LabelModifier::Exclude(list)) => !list.labels.contains(key),
        })
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn sets(expression: &BinaryExpr, operator: &str, left: Vec<Element>, right: Vec<Element>) -> Vec<Element> {
    let names = |elements: &[Element]| -> Vec<Labels> {
        elements
            .iter()
            .map(|element| signature(expression, &element.labels))
            .collect()
    };
    let (lefts, rights) = (names(&left), names(&right));
    let pick = |elements: Vec<Element>, own: &[Labels], others: &[Labels], wanted: bool| -> Vec<Element> {
        elements
            .into_iter()
            .zip(own)
            .filter(|(_, labels)| others.contains(labels) == wanted)
            .map(|(element, _)| element)
            .collect()
    };
    match operator {
        "and" => pick(left, &lefts, &rights, true),
        "unless" => pick(left, &lefts, &rights, false),
        _ => {
            let mut result = left;
            result.extend(pick(right, &rights, &lefts, false));
            result
        }
    }
}

fn vectors(
    expression: &BinaryExpr,
    operator: &str,
    left: Vec<Element>,
    right: Vec<Element>,
) -> Result<Vec<Element>, QueryError> {
    let cardinality = expression.modifier.as_ref().map(|modifier| &modifier.card);
    // One side may have several elements per signature ("many"); the other has at most one.
    let (many, one, swapped, included) = match cardinality {
        Some(VectorMatchCardinality::ManyToOne(labels)) => (left, right, false, Some(labels)),
        Some(VectorMatchCardinality::OneToMany(labels)) => (right, left, true, Some(labels)),
        _ => (left, right, false, None),
    };
    let mut partners: BTreeMap<Labels, Element> = BTreeMap::new();
    for element in one {
        if partners
            .insert(signature(expression, &element.labels), element)
            .is_some()
        {
            return Err(QueryError::Execution(
                "found duplicate series for the match group on one side of the operation; many-to-many matching not allowed: \
                 matching labels must be unique on one side"
                    .into(),
            ));
        }
    }
    let mut result: Vec<Element> = Vec::new();
    let mut used: Vec<Labels> = Vec::new();
    for element in many {
        let key = signature(expression, &element.labels);
        let Some(partner) = partners.get(&key) else {
            continue;
        };
        let (a, b) = if swapped {
            (partner.value, element.value)
        } else {
            (element.value, partner.value)
        };
        let comparison = expression.op.is_comparison_operator();
        let holds = comparison && compare(operator, a, b);
        let value = match (comparison, expression.return_bool()) {
            (false, _) => calculate(operator, a, b)?,
            (true, true) => f64::from(u8::from(holds)),
            (true, false) if holds => a,
            (true, false) => continue,
        };
        let labels = match included {
            None => {
                if used.contains(&key) {
                    return Err(QueryError::Execution(
                        "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)".into(),
                    ));
                }
                used.push(key.clone());
                // Only the labels matched on are left.
                if expression
                    .modifier
                    .as_ref()
                    .is_some_and(|modifier| modifier.matching.is_some())
                {
                    Arc::new(key)
                } else {
                    element.labels.clone()
                }
            }
            Some(list) => {
                let mut labels = (*element.labels).clone();
                for name in &list.labels {
                    match partner.labels.get(name) {
                        Some(value) => labels.insert(name.clone(), value.clone()),
                        None => labels.remove(name),
                    };
                }
                Arc::new(labels)
            }
        };
        result.push(Element {
            name: if comparison && !expression.return_bool() {
                element.name
            } else {
                ""
            },
            labels,
            value,
        });
    }
    Ok(result)
}
