//! The Prometheus HTTP API.

use super::evaluate::Evaluator;
use super::select::{Series, select};
use super::{Element, QueryError, Worth};
use crate::access::MONITORING;
use crate::api_status::ApiStatus;
use crate::call::Call;
use crate::kinds::Resource;
use crate::request::{Target, pairs};
use crate::store::Key;
use crate::world::World;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use promql_parser::parser::{self, Expr, VectorSelector};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Prometheus refuses range queries with more points per series.
const MOST_POINTS: i64 = 11_000;

impl World {
    /// Answers a request to the cluster's Prometheus.
    pub fn prometheus(&self, request: &Request<Bytes>) -> Response<Bytes> {
        if let Some(code) = self.broken_prometheus {
            return text(
                code,
                "the practice cluster's Prometheus is broken, as a test asked",
            );
        }
        self.prometheus_at(&Call::of(request), request.uri().path())
    }

    /// Breaks Prometheus: every request is answered with this status and text that is not JSON; `None` repairs it.
    pub fn break_prometheus(&mut self, code: Option<u16>) {
        self.broken_prometheus = code;
    }

    /// `/api/v1/namespaces/…/services/…/proxy/…`: only Prometheus is behind it.
    pub(crate) fn proxy(&mut self, call: &Call<'_>, target: &Target) -> Result<Response<Bytes>, ApiStatus> {
        // The name may carry a scheme and a port: http:prometheus:9090.
        let parts: Vec<&str> = target.name.split(':').collect();
        let service = match parts.as_slice() {
            ["http" | "https", name, _] => *name,
            [name, ..] => *name,
            [] => "",
        };
        let key = Key::new(Resource::Services, &target.namespace, service);
        if self.store.get(&key).is_none() {
            return Err(ApiStatus::not_found(Resource::Services.kind(), service));
        }
        if target.namespace != MONITORING || service != "prometheus" {
            return Err(ApiStatus::no_endpoints(&target.name));
        }
        if let Some(code) = self.broken_prometheus {
            return Ok(text(
                code,
                "the practice cluster's Prometheus is broken, as a test asked",
            ));
        }
        Ok(self.prometheus_at(call, &target.rest))
    }

    fn prometheus_at(&self, call: &Call<'_>, path: &str) -> Response<Bytes> {
        let mut parameters = pairs(call.query);
        if call.method == "POST" {
            parameters.extend(pairs(&call.body.text()));
        }
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let result = match parts.as_slice() {
            ["-", "ready"] => return text(200, "Prometheus Server is Ready.\n"),
            ["-", "healthy"] => return text(200, "Prometheus Server is Healthy.\n"),
            ["api", "v1", "status", "buildinfo"] => Ok(json!({
                "version": "3.0.0", "revision": "practice", "branch": "practice", "buildUser": "", "buildDate": "", "goVersion": "",
            })),
            ["api", "v1", "query"] => self.instant_query(&parameters),
            ["api", "v1", "query_range"] => self.range_query(&parameters),
            ["api", "v1", "series"] => self.series_query(&parameters),
            ["api", "v1", "labels"] => self.label_names(&parameters).map(|names| json!(names)),
            ["api", "v1", "label", name, "values"] => {
                self.label_values(name, &parameters).map(|values| json!(values))
            }
            ["api", "v1", "alerts"] => Ok(json!({"alerts": []})),
            ["api", "v1", "rules"] => Ok(json!({"groups": []})),
            _ => return text(404, "404 page not found\n"),
        };
        match result {
            Ok(data) => body(200, &json!({"status": "success", "data": data})),
            Err(QueryError::BadData(error)) => body(
                400,
                &json!({"status": "error", "errorType": "bad_data", "error": error}),
            ),
            Err(QueryError::Execution(error)) => body(
                422,
                &json!({"status": "error", "errorType": "execution", "error": error}),
            ),
        }
    }

    fn instant_query(&self, parameters: &[(String, String)]) -> Result<Value, QueryError> {
        let expression = expression(parameters)?;
        let time = match value(parameters, "time") {
            Some(text) => moment("time", text)?,
            None => self.clock.now().as_millisecond(),
        };
        let evaluator = Evaluator::new(&self.metrics);
        if let Expr::MatrixSelector(selector) = &expression {
            let (_, _, matrix) = evaluator.matrix(selector, time)?;
            let result: Vec<Value> = matrix
                .into_iter()
                .map(|(series, samples)| {
                    let values: Vec<Value> = samples.iter().map(|(at, value)| point(*at, *value)).collect();
                    json!({"metric": metric(series.name, &series.labels), "values": values})
                })
                .collect();
            return Ok(json!({"resultType": "matrix", "result": result}));
        }
        Ok(match evaluator.evaluate(&expression, time)? {
            Worth::Scalar(number) => json!({"resultType": "scalar", "result": point(time, number)}),
            Worth::Text(text) => json!({"resultType": "string", "result": [time as f64 / 1000.0, text]}),
            Worth::Vector(vector) => {
                let result: Vec<Value> = vector
                    .iter()
                    .map(|element| {
                        json!({"metric": metric(element.name, &element.labels), "value": point(time, element.value)})
                    })
                    .collect();
                json!({"resultType": "vector", "result": result})
            }
        })
    }

    fn range_query(&self, parameters: &[(String, String)]) -> Result<Value, QueryError> {
        let expression = expression(parameters)?;
        let required = |name: &str| {
            value(parameters, name).ok_or_else(|| {
                QueryError::BadData(format!(
                    "invalid parameter {name:?}: cannot parse \"\" to a valid timestamp"
                ))
            })
        };
        let start = moment("start", required("start")?)?;
        let end = moment("end", required("end")?)?;
        let step = duration(required("step")?)?;
        if end < start {
            return Err(QueryError::BadData(
                "invalid parameter \"end\": end timestamp must not be before start time".into(),
            ));
        }
        if step <= 0 {
            return Err(QueryError::BadData(
                "invalid parameter \"step\": zero or negative query resolution step widths are not accepted. Try a positive integer".into(),
            ));
        }
        if (end - start) / step > MOST_POINTS {
            return Err(QueryError::BadData(format!(
                "exceeded maximum resolution of {MOST_POINTS} points per timeseries. Try decreasing the query resolution (?step=XX)"
            )));
        }
        let evaluator = Evaluator::new(&self.metrics);
        let mut series: BTreeMap<(String, BTreeMap<String, String>), Vec<Value>> = BTreeMap::new();
        let mut time = start;
        while time <= end {
            let vector = match evaluator.evaluate(&expression, time)? {
                Worth::Vector(vector) => vector,
                Worth::Scalar(value) => vec![Element {
                    name: "",
                    labels: Default::default(),
                    value,
                }],
                Worth::Text(_) => {
                    return Err(QueryError::BadData(
                        "invalid expression type \"string\" for range query".into(),
                    ));
                }
            };
            for element in vector {
                let key = (element.name.to_owned(), (*element.labels).clone());
                series.entry(key).or_default().push(point(time, element.value));
            }
            time += step;
        }
        let result: Vec<Value> = series
            .into_iter()
            .map(|((name, labels), values)| json!({"metric": metric(&name, &labels), "values": values}))
            .collect();
        Ok(json!({"resultType": "matrix", "result": result}))
    }

    /// The series of all `match[]` selectors that live in the span asked for.
    fn matched(
        &self,
        parameters: &[(String, String)],
        all_without: bool,
    ) -> Result<Vec<Series<'_>>, QueryError> {
        let now = self.clock.now().as_millisecond();
        let start = value(parameters, "start").map_or(Ok(i64::MIN), |text| moment("start", text))?;
        let end = value(parameters, "end").map_or(Ok(now), |text| moment("end", text))?;
        let mut selectors: Vec<VectorSelector> = Vec::new();
        for (_, text) in parameters.iter().filter(|(name, _)| name == "match[]") {
            match parser::parse(text).map_err(parse_error)? {
                Expr::VectorSelector(selector) => selectors.push(selector),
                _ => {
                    return Err(QueryError::BadData(
                        "invalid parameter \"match[]\": not a series selector".into(),
                    ));
                }
            }
        }
        if selectors.is_empty() {
            if !all_without {
                return Err(QueryError::BadData("no match[] parameter provided".into()));
            }
            selectors.push(VectorSelector::new(None, promql_parser::label::Matchers::empty()));
        }
        Ok(selectors
            .iter()
            .flat_map(|selector| select(&self.metrics, selector))
            .filter(|series| series.lives_in(start, end))
            .collect())
    }

    fn series_query(&self, parameters: &[(String, String)]) -> Result<Value, QueryError> {
        let found = self.matched(parameters, false)?;
        Ok(found
            .iter()
            .map(|series| metric(series.name, &series.labels))
            .collect())
    }

    fn label_names(&self, parameters: &[(String, String)]) -> Result<BTreeSet<String>, QueryError> {
        let found = self.matched(parameters, true)?;
        let mut names: BTreeSet<String> = found
            .iter()
            .flat_map(|series| series.labels.keys().cloned())
            .collect();
        if !found.is_empty() {
            names.insert("__name__".to_owned());
        }
        Ok(names)
    }

    fn label_values(
        &self,
        name: &str,
        parameters: &[(String, String)],
    ) -> Result<BTreeSet<String>, QueryError> {
        let found = self.matched(parameters, true)?;
        Ok(found
            .iter()
            .filter_map(|series| {
                if name == "__name__" {
                    Some(series.name.to_owned())
                } else {
                    series.labels.get(name).cloned()
                }
            })
            .collect())
    }
}

fn value<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters
        .iter()
        .find(|(key, value)| key == name && !value.is_empty())
        .map(|(_, value)| value.as_str())
}

fn expression(parameters: &[(String, String)]) -> Result<Expr, QueryError> {
    let query = value(parameters, "query").unwrap_or("");
    parser::parse(query).map_err(parse_error)
}

fn parse_error(error: String) -> QueryError {
    QueryError::BadData(format!("invalid parameter \"query\": 1:1: parse error: {error}"))
}

/// A time as seconds since the Unix epoch or RFC 3339, in milliseconds.
fn moment(name: &str, text: &str) -> Result<i64, QueryError> {
    if let Ok(seconds) = text.parse::<f64>()
        && seconds.is_finite()
    {
        return Ok((seconds * 1000.0).round() as i64);
    }
    crate::clock::parse(text)
        .map(|time| time.as_millisecond())
        .ok_or_else(|| {
            QueryError::BadData(format!(
                "invalid parameter {name:?}: cannot parse {text:?} to a valid timestamp"
            ))
        })
}

/// A duration as seconds or as PromQL writes it, in milliseconds.
fn duration(text: &str) -> Result<i64, QueryError> {
    if let Ok(seconds) = text.parse::<f64>()
        && seconds.is_finite()
    {
        return Ok((seconds * 1000.0).round() as i64);
    }
    promql_parser::util::parse_duration(text)
        .map(|duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
        .map_err(|_| {
            QueryError::BadData(format!(
                "invalid parameter \"step\": cannot parse {text:?} to a valid duration"
            ))
        })
}

fn point(time: i64, value: f64) -> Value {
    json!([time as f64 / 1000.0, number(value)])
}

fn number(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 {
            "+Inf".to_owned()
        } else {
            "-Inf".to_owned()
        }
    } else {
        value.to_string()
    }
}

fn metric(name: &str, labels: &BTreeMap<String, String>) -> Value {
    let mut metric = json!(labels);
    if !name.is_empty() {
        metric["__name__"] = json!(name);
    }
    metric
}

fn body(code: u16, value: &Value) -> Response<Bytes> {
    crate::api_server::json_answer(code, value)
}

fn text(code: u16, text: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}
