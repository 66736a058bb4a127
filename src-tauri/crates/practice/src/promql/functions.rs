//! Functions.

use super::evaluate::Evaluator;
use super::{Element, QueryError, Worth};
use crate::metrics::Labels;
use promql_parser::parser::{Call, Expr, MatrixSelector};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Applies a function to every value and drops the metric's name.
pub fn map(vector: Vec<Element>, function: impl Fn(f64) -> f64) -> Vec<Element> {
    vector
        .into_iter()
        .map(|element| Element {
            name: "",
            labels: element.labels,
            value: function(element.value),
        })
        .collect()
}

/// The worth of a function call.
///
/// # Errors
/// Functions the practice cluster does not know.
pub fn call(evaluator: &Evaluator<'_>, call: &Call, time: i64) -> Result<Worth, QueryError> {
    let name = call.func.name;
    let argument = |index: usize| -> Result<Worth, QueryError> {
        let expression = call
            .args
            .args
            .get(index)
            .ok_or_else(|| QueryError::BadData(format!("{name} needs more arguments")))?;
        evaluator.evaluate(expression, time)
    };
    let scalar = |index: usize| match argument(index)? {
        Worth::Scalar(value) => Ok(value),
        _ => Err(QueryError::BadData(format!("{name} needs a scalar"))),
    };
    let vector = |index: usize| match argument(index)? {
        Worth::Vector(vector) => Ok(vector),
        _ => Err(QueryError::BadData(format!("{name} needs an instant vector"))),
    };
    if let Some(Expr::MatrixSelector(selector)) = call.args.args.first().map(|expression| &**expression) {
        return over_range(evaluator, name, selector, time).map(Worth::Vector);
    }
    Ok(match name {
        "time" => Worth::Scalar(time as f64 / 1000.0),
        "vector" => Worth::Vector(vec![Element {
            name: "",
            labels: Arc::default(),
            value: scalar(0)?,
        }]),
        "scalar" => match vector(0)?.as_slice() {
            [one] => Worth::Scalar(one.value),
            _ => Worth::Scalar(f64::NAN),
        },
        "abs" => Worth::Vector(map(vector(0)?, f64::abs)),
        "ceil" => Worth::Vector(map(vector(0)?, f64::ceil)),
        "floor" => Worth::Vector(map(vector(0)?, f64::floor)),
        "sqrt" => Worth::Vector(map(vector(0)?, f64::sqrt)),
        "ln" => Worth::Vector(map(vector(0)?, f64::ln)),
        "exp" => Worth::Vector(map(vector(0)?, f64::exp)),
        "clamp_min" => {
            let least = scalar(1)?;
            Worth::Vector(map(vector(0)?, |value| value.max(least)))
        }
        "clamp_max" => {
            let most = scalar(1)?;
            Worth::Vector(map(vector(0)?, |value| value.min(most)))
        }
        "clamp" => {
            let (least, most) = (scalar(1)?, scalar(2)?);
            if least > most {
                Worth::Vector(Vec::new())
            } else {
                Worth::Vector(map(vector(0)?, |value| value.clamp(least, most)))
            }
        }
        "absent" => {
            let absent = vector(0)?.is_empty();
            let one = Element {
                name: "",
                labels: Arc::default(),
                value: 1.0,
            };
            Worth::Vector(if absent { vec![one] } else { Vec::new() })
        }
        "sort" | "sort_desc" => {
            let mut sorted = vector(0)?;
            sorted.sort_by(|one, other| one.value.total_cmp(&other.value));
            if name == "sort_desc" {
                sorted.reverse();
            }
            Worth::Vector(sorted)
        }
        "histogram_quantile" => {
            let quantile = scalar(0)?;
            Worth::Vector(histogram_quantile(quantile, vector(1)?))
        }
        other => return Err(QueryError::unknown(format!("the function {other}"))),
    })
}

fn over_range(
    evaluator: &Evaluator<'_>,
    name: &str,
    selector: &MatrixSelector,
    time: i64,
) -> Result<Vec<Element>, QueryError> {
    type Function = fn(&[(i64, f64)], i64, i64) -> Option<f64>;
    let function: Function = match name {
        "rate" => |samples, start, end| {
            extrapolated(samples, start, end).map(|growth| growth / ((end - start) as f64 / 1000.0))
        },
        "increase" => extrapolated,
        "irate" => |samples, _, _| last_rate(samples),
        "delta" => |samples, _, _| (samples.len() > 1).then(|| samples[samples.len() - 1].1 - samples[0].1),
        "avg_over_time" => {
            |samples, _, _| Some(samples.iter().map(|sample| sample.1).sum::<f64>() / samples.len() as f64)
        }
        "sum_over_time" => |samples, _, _| Some(samples.iter().map(|sample| sample.1).sum()),
        "min_over_time" => |samples, _, _| samples.iter().map(|sample| sample.1).reduce(f64::min),
        "max_over_time" => |samples, _, _| samples.iter().map(|sample| sample.1).reduce(f64::max),
        "count_over_time" => |samples, _, _| Some(samples.len() as f64),
        "last_over_time" => |samples, _, _| samples.last().map(|sample| sample.1),
        other => return Err(QueryError::unknown(format!("the function {other}"))),
    };
    let keeps_name = name == "last_over_time";
    let (start, end, matrix) = evaluator.matrix(selector, time)?;
    Ok(matrix
        .into_iter()
        .filter_map(|(series, samples)| {
            let value = function(&samples, start, end)?;
            Some(Element {
                name: if keeps_name { series.name } else { "" },
                labels: series.labels,
                value,
            })
        })
        .collect())
}

/// Growth of a counter over (start, end], extrapolated to the range's ends as Prometheus does: by at most half the distance
/// between samples where the range goes on without samples, and never below zero.
fn extrapolated(samples: &[(i64, f64)], start: i64, end: i64) -> Option<f64> {
    let (first, last) = (samples.first()?, samples.last()?);
    if samples.len() < 2 {
        return None;
    }
    let mut growth = last.1 - first.1;
    for pair in samples.windows(2) {
        if pair[1].1 < pair[0].1 {
            growth += pair[0].1;
        }
    }
    let sampled = (last.0 - first.0) as f64 / 1000.0;
    let between = sampled / (samples.len() - 1) as f64;
    let mut to_start = (first.0 - start) as f64 / 1000.0;
    let mut to_end = (end - last.0) as f64 / 1000.0;
    let threshold = between * 1.1;
    if to_start >= threshold {
        to_start = between / 2.0;
    }
    if growth > 0.0 && first.1 >= 0.0 {
        // Not back beyond the moment where the counter would have been zero.
        to_start = to_start.min(sampled * (first.1 / growth));
    }
    if to_end >= threshold {
        to_end = between / 2.0;
    }
    Some(growth * (sampled + to_start + to_end) / sampled)
}

fn last_rate(samples: &[(i64, f64)]) -> Option<f64> {
    let [.., before, last] = samples else { return None };
    let growth = if last.1 < before.1 {
        last.1
    } else {
        last.1 - before.1
    };
    Some(growth / ((last.0 - before.0) as f64 / 1000.0))
}

/// The quantile of classic histograms, by linear interpolation inside the bucket.
fn histogram_quantile(quantile: f64, vector: Vec<Element>) -> Vec<Element> {
    let mut groups: BTreeMap<Arc<Labels>, Vec<(f64, f64)>> = BTreeMap::new();
    for element in vector {
        let Some(bound) = element.labels.get("le").and_then(|text| parse_bound(text)) else {
            continue;
        };
        let mut labels = (*element.labels).clone();
        labels.remove("le");
        groups
            .entry(Arc::new(labels))
            .or_default()
            .push((bound, element.value));
    }
    groups
        .into_iter()
        .map(|(labels, mut buckets)| {
            buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
            Element {
                name: "",
                labels,
                value: bucket_quantile(quantile, &mut buckets),
            }
        })
        .collect()
}

fn parse_bound(text: &str) -> Option<f64> {
    if text == "+Inf" {
        Some(f64::INFINITY)
    } else {
        text.parse().ok()
    }
}

fn bucket_quantile(quantile: f64, buckets: &mut [(f64, f64)]) -> f64 {
    if quantile.is_nan() {
        return f64::NAN;
    }
    if quantile < 0.0 {
        return f64::NEG_INFINITY;
    }
    if quantile > 1.0 {
        return f64::INFINITY;
    }
    let Some(last) = buckets.len().checked_sub(1) else {
        return f64::NAN;
    };
    if last < 1 || !buckets[last].0.is_infinite() {
        return f64::NAN;
    }
    // Rates of neighbouring buckets may differ by rounding; they must not fall.
    for index in 1..buckets.len() {
        buckets[index].1 = buckets[index].1.max(buckets[index - 1].1);
    }
    let total = buckets[last].1;
    if total == 0.0 || total.is_nan() {
        return f64::NAN;
    }
    let rank = quantile * total;
    let position = buckets.partition_point(|(_, count)| *count < rank).min(last);
    if position == last {
        return buckets[last - 1].0;
    }
    let (end, count) = buckets[position];
    if position == 0 && end <= 0.0 {
        return end;
    }
    let (start, before) = if position == 0 {
        (0.0, 0.0)
    } else {
        buckets[position - 1]
    };
    start + (end - start) * ((rank - before) / (count - before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_counter_has_its_rate_even_where_samples_miss_the_ends_of_the_range() {
        let samples: Vec<(i64, f64)> = (0..6)
            .map(|index| (12_000 + index * 5_000, index as f64 * 50.0 + 1000.0))
            .collect();
        let growth = extrapolated(&samples, 10_000, 40_000).unwrap();
        assert!((growth / 30.0 - 10.0).abs() < 1e-9, "{growth}");
    }

    #[test]
    fn a_restarted_counter_does_not_count_backwards() {
        let samples = [(0, 100.0), (5_000, 150.0), (10_000, 20.0), (15_000, 70.0)];
        let growth = extrapolated(&samples, 0, 15_000).unwrap();
        assert!((growth - 120.0).abs() < 1e-9, "{growth}");
    }

    #[test]
    fn one_sample_has_no_rate() {
        assert_eq!(extrapolated(&[(0, 1.0)], -1, 10), None);
    }

    #[test]
    fn quantiles_are_interpolated_inside_the_bucket() {
        let buckets = [(0.1, 50.0), (0.2, 90.0), (f64::INFINITY, 100.0)];
        assert!((bucket_quantile(0.5, &mut buckets.clone()) - 0.1).abs() < 1e-12);
        assert!((bucket_quantile(0.7, &mut buckets.clone()) - 0.15).abs() < 1e-12);
        assert!((bucket_quantile(0.99, &mut buckets.clone()) - 0.2).abs() < 1e-12);
        assert!(bucket_quantile(0.5, &mut [(0.1, 0.0), (f64::INFINITY, 0.0)]).is_nan());
    }
}
