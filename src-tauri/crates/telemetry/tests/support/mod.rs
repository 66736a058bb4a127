//! A Prometheus of a few series, and what can go wrong with it.
#![allow(dead_code, reason = "each test file uses another part")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets the unexpected shall fail"
)]

use async_trait::async_trait;
use conductor::{SignalLooks, SignalScope, Signals, WorkloadKind, WorkloadRef};
use judge::SignalSpec;
use promql_parser::label::Matchers;
use promql_parser::parser::{self, Expr, LabelModifier, VectorSelector};
use release::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use telemetry::{Answer, Preset, PrometheusTransport, Source, Telemetry, TelemetryError, default_signals};

pub const STABLE: &str = "7c8d9";
pub const CANARY: &str = "6b8f";
/// Where pods tell their metrics.
pub const PORT: u16 = 9102;
/// Where the tests' time begins: a whole number of every step.
pub const START: i64 = 1_795_096_800_000;

pub fn workload() -> WorkloadRef {
    WorkloadRef {
        environment: "eu".into(),
        namespace: "shop".into(),
        kind: WorkloadKind::Deployment,
        name: "checkout".into(),
    }
}

pub fn scope() -> SignalScope {
    SignalScope {
        workload: workload(),
        stable: vec![STABLE.into()],
        canary: vec![CANARY.into()],
        ready: Vec::new(),
    }
}

type Labels = BTreeMap<String, String>;

/// Series with their samples, times in milliseconds.
#[derive(Debug, Clone, Default)]
pub struct Scenario {
    series: Vec<(Labels, Vec<(i64, f64)>)>,
    hash_label: bool,
    rename: Option<(&'static str, &'static str)>,
}

impl Scenario {
    /// Nothing scraped; pods carry the label `pod_template_hash`.
    pub fn new() -> Scenario {
        Scenario {
            hash_label: true,
            ..Scenario::default()
        }
    }

    /// Pods are told only by their names.
    pub fn without_hash_label(mut self) -> Scenario {
        self.hash_label = false;
        self
    }

    /// Namespace and pod are under other labels.
    pub fn labels_renamed(mut self, namespace: &'static str, pod: &'static str) -> Scenario {
        self.rename = Some((namespace, pod));
        self
    }

    /// A series of a pod of one arm. Times are in seconds after the start.
    pub fn series(
        mut self,
        metric: &str,
        arm: &str,
        pod: &str,
        extra: &[(&str, &str)],
        samples: &[(i64, f64)],
    ) -> Scenario {
        let (namespace_label, pod_label) = self.rename.unwrap_or(("namespace", "pod"));
        let mut labels = Labels::from([
            ("__name__".to_owned(), metric.to_owned()),
            (namespace_label.to_owned(), "shop".to_owned()),
            (pod_label.to_owned(), format!("checkout-{arm}-{pod}")),
            ("job".to_owned(), "pods".to_owned()),
            ("instance".to_owned(), format!("{arm}-{pod}.example:{PORT}")),
        ]);
        if self.hash_label {
            labels.insert("pod_template_hash".into(), arm.into());
        }
        labels.extend(
            extra
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let samples = samples
            .iter()
            .map(|(seconds, value)| (START + seconds * 1000, *value))
            .collect();
        self.series.push((labels, samples));
        self
    }

    /// A pod that answers `good` and `bad` requests a second and is scraped every `every` seconds from `offset` on, for
    /// `seconds`; with the metrics of client libraries.
    pub fn client_pod(
        self,
        arm: &str,
        pod: &str,
        per_second: (f64, f64),
        every: i64,
        offset: i64,
        seconds: i64,
    ) -> Scenario {
        let scrapes: Vec<i64> = (0..)
            .map(|n| offset + n * every)
            .take_while(|at| *at <= seconds)
            .collect();
        let counted = |speed: f64| -> Vec<(i64, f64)> {
            scrapes
                .iter()
                .map(|at| (*at, counter(speed, *at as f64)))
                .collect()
        };
        let (good, bad) = per_second;
        let mut all = self
            .series(
                "http_requests_total",
                arm,
                pod,
                &[("code", "200")],
                &counted(good),
            )
            .series("http_requests_total", arm, pod, &[("code", "500")], &counted(bad));
        let name = "http_request_duration_seconds";
        for (le, share) in [("0.1", 0.5), ("0.3", 0.9), ("+Inf", 1.0)] {
            all = all.series(
                &format!("{name}_bucket"),
                arm,
                pod,
                &[("le", le)],
                &counted((good + bad) * share),
            );
        }
        all.series(
            &format!("{name}_sum"),
            arm,
            pod,
            &[],
            &counted((good + bad) * 0.1),
        )
    }

    fn select(&self, selector: &VectorSelector) -> Vec<&(Labels, Vec<(i64, f64)>)> {
        let fits = |labels: &Labels, matchers: &Matchers| {
            matchers
                .matchers
                .iter()
                .all(|matcher| matcher.is_match(labels.get(&matcher.name).map_or("", String::as_str)))
        };
        self.series
            .iter()
            .filter(|(labels, _)| {
                selector
                    .name
                    .as_ref()
                    .is_none_or(|name| labels["__name__"] == *name)
            })
            .filter(|(labels, _)| fits(labels, &selector.matchers))
            .collect()
    }

    fn answer(&self, query: &str, time_ms: i64) -> Value {
        let value = |number: f64| json!([time_ms as f64 / 1000.0, text(number)]);
        match parser::parse(query).unwrap_or_else(|error| panic!("{query}: {error}")) {
            Expr::MatrixSelector(matrix) => {
                let from = time_ms - i64::try_from(matrix.range.as_millis()).unwrap();
                let result: Vec<Value> = self
                    .select(&matrix.vs)
                    .into_iter()
                    .filter_map(|(labels, samples)| {
                        let values: Vec<Value> = samples
                            .iter()
                            .filter(|(at, _)| from < *at && *at <= time_ms)
                            .map(|(at, number)| json!([*at as f64 / 1000.0, text(*number)]))
                            .collect();
                        (!values.is_empty()).then(|| json!({ "metric": labels, "values": values }))
                    })
                    .collect();
                json!({ "resultType": "matrix", "result": result })
            }
            Expr::Aggregate(count) => {
                let Expr::VectorSelector(selector) = &*count.expr else {
                    panic!("{query} is not in the scenario")
                };
                let mut groups: BTreeMap<Labels, f64> = BTreeMap::new();
                for (labels, _) in self.select(selector) {
                    let kept = match &count.modifier {
                        Some(LabelModifier::Include(by)) => labels
                            .iter()
                            .filter(|(name, _)| by.labels.contains(name))
                            .map(|(name, value)| (name.clone(), value.clone()))
                            .collect(),
                        _ => Labels::new(),
                    };
                    *groups.entry(kept).or_insert(0.0) += 1.0;
                }
                let result: Vec<Value> = groups
                    .into_iter()
                    .map(|(labels, number)| json!({ "metric": labels, "value": value(number) }))
                    .collect();
                json!({ "resultType": "vector", "result": result })
            }
            Expr::Call(call) if call.func.name == "time" => {
                json!({ "resultType": "scalar", "result": value(time_ms as f64 / 1000.0) })
            }
            _ => panic!("{query} is not in the scenario"),
        }
    }

    /// The telemetry of environment `eu` with this Prometheus.
    pub fn telemetry(self) -> (Telemetry, Arc<FakePrometheus>) {
        self.telemetry_with(|source| source)
    }

    /// As [`Scenario::telemetry`], with another source.
    pub fn telemetry_with(self, change: impl FnOnce(Source) -> Source) -> (Telemetry, Arc<FakePrometheus>) {
        let fake = Arc::new(FakePrometheus {
            scenario: Mutex::new(self),
            fault: Mutex::new(Fault::None),
            queries: Mutex::default(),
        });
        let telemetry = Telemetry::new();
        telemetry.set_source("eu", change(Source::new(Arc::clone(&fake) as _)));
        (telemetry, fake)
    }
}

/// What a counter says at a time in seconds.
pub fn counter(per_second: f64, at: f64) -> f64 {
    (per_second * (at + 1_000.0)).floor()
}

fn text(number: f64) -> String {
    if number.is_nan() {
        "NaN".into()
    } else {
        number.to_string()
    }
}

/// What is wrong with a Prometheus.
#[derive(Debug, Clone)]
pub enum Fault {
    None,
    /// Every request, or those whose query contains the text, get this answer.
    Answers(&'static str, u16, &'static str, String),
    /// Every request whose query contains the text never gets an answer.
    Hangs(&'static str),
    Unreachable,
}

pub struct FakePrometheus {
    scenario: Mutex<Scenario>,
    fault: Mutex<Fault>,
    queries: Mutex<Vec<String>>,
}

impl FakePrometheus {
    pub fn break_it(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }

    pub fn change(&self, change: impl FnOnce(Scenario) -> Scenario) {
        let mut scenario = self.scenario.lock().unwrap();
        *scenario = change(std::mem::take(&mut *scenario));
    }

    pub fn queries(&self) -> Vec<String> {
        std::mem::take(&mut *self.queries.lock().unwrap())
    }
}

/// What a pod's own page says at a time in seconds after the start, with the metrics of client libraries: `good` and `bad` requests a second.
pub fn page((good, bad): (f64, f64), at: f64) -> String {
    let mut page = String::from("# HELP http_requests_total Requests.\n# TYPE http_requests_total counter\n");
    for (code, speed) in [("200", good), ("500", bad)] {
        page += &format!("http_requests_total{{code=\"{code}\"}} {}\n", counter(speed, at));
    }
    for (le, share) in [("0.1", 0.5), ("0.3", 0.9), ("+Inf", 1.0)] {
        let observed = counter((good + bad) * share, at);
        page += &format!("http_request_duration_seconds_bucket{{le=\"{le}\"}} {observed}\n");
    }
    let sum = counter((good + bad) * 0.1, at);
    page + &format!("http_request_duration_seconds_sum {sum}\n")
}

pub fn answer(status: u16, content_type: &str, body: impl Into<String>) -> Answer {
    Answer {
        status,
        content_type: content_type.into(),
        body: body.into().into_bytes(),
    }
}

#[async_trait]
impl PrometheusTransport for FakePrometheus {
    async fn get(&self, path: &str, params: &[(&str, String)]) -> Result<Answer, TelemetryError> {
        let param = |wanted: &str| {
            params
                .iter()
                .find(|(name, _)| *name == wanted)
                .map(|(_, value)| value.clone())
        };
        let query = param("query").unwrap_or_default();
        self.queries.lock().unwrap().push(query.clone());
        let fault = self.fault.lock().unwrap().clone();
        match fault {
            Fault::Answers(part, status, content_type, body) if query.contains(part) => {
                return Ok(answer(status, content_type, body));
            }
            Fault::Hangs(part) if query.contains(part) => std::future::pending::<()>().await,
            Fault::Unreachable => {
                return Err(TelemetryError::Unreachable {
                    detail: "connection refused".into(),
                });
            }
            _ => {}
        }
        let milliseconds = |text: String| (text.parse::<f64>().unwrap() * 1000.0).round() as i64;
        let data = match path {
            "/api/v1/query" => {
                let time = param("time").map_or(START, milliseconds);
                self.scenario.lock().unwrap().answer(&query, time)
            }
            // Nothing that the source works out itself is in the scenario.
            "/api/v1/query_range" => json!({ "resultType": "matrix", "result": [] }),
            "/api/v1/status/buildinfo" => json!({ "version": "2.42.0" }),
            other => panic!("{other} is not in the scenario"),
        };
        let body = json!({ "status": "success", "data": data }).to_string();
        Ok(answer(200, "application/json", body))
    }
}

/// The looks of one signal.
pub fn of<'a>(found: &'a [SignalLooks], signal: &str) -> &'a [judge::Look] {
    &found.iter().find(|looks| looks.signal == signal).unwrap().looks
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp(START + seconds * 1000)
}

pub async fn looks(
    telemetry: &Telemetry,
    signals: &[SignalSpec],
    after: i64,
    until: i64,
) -> Vec<SignalLooks> {
    telemetry
        .looks(&scope(), signals, at(after), at(until))
        .await
        .unwrap()
}

pub fn signals() -> Vec<SignalSpec> {
    default_signals(Preset::ClientLibrary)
}

/// Two stable pods and one of the canary.
pub fn few_pods(every: i64) -> Scenario {
    Scenario::new()
        .client_pod(STABLE, "s0", (10.0, 0.0), every, 0, 600)
        .client_pod(STABLE, "s1", (10.0, 0.0), every, every / 2, 600)
        .client_pod(CANARY, "c0", (10.0, 1.0), every, every / 3, 600)
}
