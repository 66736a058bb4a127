//! What the Prometheus HTTP API answers, read with suspicion.

use crate::{Answer, TelemetryError};
use serde::Deserialize;
use std::collections::BTreeMap;

/// More series than this are refused.
pub(crate) const MOST_SERIES: usize = 10_000;
/// Characters of a foreign text that an error quotes.
const QUOTED: usize = 160;

/// Labels of a series; the metric's name is `__name__`.
pub(crate) type Labels = BTreeMap<String, String>;

/// A series with its samples: milliseconds since 1970 and value. Values that are no numbers are left out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    pub(crate) labels: Labels,
    pub(crate) samples: Vec<(i64, f64)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    status: String,
    data: Option<serde_json::Value>,
    error_type: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
enum Data {
    Matrix(Vec<Matrix>),
    Vector(Vec<Vector>),
    Scalar(Sample),
    String(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
struct Matrix {
    metric: Labels,
    #[serde(default)]
    values: Vec<Sample>,
}

#[derive(Deserialize)]
struct Vector {
    metric: Labels,
    value: Option<Sample>,
}

/// Seconds since 1970, and the value as text, because JSON has no NaN.
type Sample = (f64, String);

fn sample((seconds, text): &Sample) -> Option<(i64, f64)> {
    let value: f64 = text.parse().ok()?;
    let is_time = seconds.is_finite() && seconds.abs() < 1e12;
    (value.is_finite() && is_time).then_some(((seconds * 1000.0).round() as i64, value))
}

/// The `data` of an answer, or what the answer says instead.
pub(crate) fn data(answer: &Answer) -> Result<serde_json::Value, TelemetryError> {
    match answer.status {
        401 | 403 | 407 => {
            return Err(TelemetryError::Denied {
                status: answer.status,
            });
        }
        300..=399 => {
            return Err(TelemetryError::NotPrometheus {
                detail: format!("it sends us elsewhere (HTTP {})", answer.status),
            });
        }
        _ => {}
    }
    let envelope = match serde_json::from_slice::<Envelope>(&answer.body) {
        Ok(envelope) => envelope,
        Err(error) => return Err(not_an_envelope(answer, &error)),
    };
    if envelope.status == "success" {
        return envelope.data.ok_or_else(|| TelemetryError::Unreadable {
            detail: "it has no data".into(),
        });
    }
    let said = envelope.error.unwrap_or_else(|| "no reason given".into());
    let detail: String = said.chars().take(4 * QUOTED).collect();
    match envelope.error_type.as_deref() {
        Some("timeout" | "canceled" | "internal" | "unavailable") => Err(TelemetryError::ServerError {
            status: answer.status,
            detail,
        }),
        _ if answer.status >= 500 => Err(TelemetryError::ServerError {
            status: answer.status,
            detail,
        }),
        _ => Err(TelemetryError::QueryRefused { detail }),
    }
}

fn not_an_envelope(answer: &Answer, error: &serde_json::Error) -> TelemetryError {
    let text = String::from_utf8_lossy(&answer.body);
    let start: String = text
        .trim_start()
        .chars()
        .take(QUOTED)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if answer.status >= 500 {
        return TelemetryError::ServerError {
            status: answer.status,
            detail: start,
        };
    }
    let is_page = answer.content_type.contains("html") || start.starts_with('<');
    if is_page {
        return TelemetryError::NotPrometheus {
            detail: "a web page answered".into(),
        };
    }
    if answer.status >= 400 {
        return TelemetryError::NotPrometheus {
            detail: format!("HTTP {}: {start}", answer.status),
        };
    }
    if answer.body.is_empty() {
        return TelemetryError::NotPrometheus {
            detail: "an empty answer".into(),
        };
    }
    if start.starts_with('{') {
        return TelemetryError::Unreadable {
            detail: error.to_string(),
        };
    }
    TelemetryError::NotPrometheus {
        detail: format!("no JSON: {start}"),
    }
}

/// The series of an answer to a query; a plain number is a series without labels.
pub(crate) fn series(answer: &Answer) -> Result<Vec<Series>, TelemetryError> {
    let data = data(answer)?;
    let found = data
        .get("result")
        .and_then(serde_json::Value::as_array)
        .map_or(0, Vec::len);
    let is_of_series = matches!(
        data.get("resultType").and_then(serde_json::Value::as_str),
        Some("matrix" | "vector")
    );
    if is_of_series && found > MOST_SERIES {
        return Err(TelemetryError::TooManySeries {
            found,
            most: MOST_SERIES,
        });
    }
    let data: Data = serde_json::from_value(data).map_err(|error| TelemetryError::Unreadable {
        detail: error.to_string(),
    })?;
    Ok(match data {
        Data::Matrix(matrix) => matrix
            .into_iter()
            .map(|item| Series {
                labels: item.metric,
                samples: item.values.iter().filter_map(sample).collect(),
            })
            .collect(),
        Data::Vector(vector) => vector
            .into_iter()
            .map(|item| Series {
                labels: item.metric,
                samples: item.value.iter().filter_map(sample).collect(),
            })
            .collect(),
        Data::Scalar(value) => vec![Series {
            labels: Labels::new(),
            samples: sample(&value).into_iter().collect(),
        }],
        Data::String(_) => {
            return Err(TelemetryError::QueryRefused {
                detail: "the query gives a text and no number".into(),
            });
        }
    })
}
