//! What one pod measured of its requests, in Prometheus' text format (exposition format 0.0.4).

use std::collections::BTreeMap;
use std::fmt::Write;

/// The default buckets of Prometheus' client libraries, in seconds.
const CLIENT_BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The buckets that OpenTelemetry's semantic conventions advise for `http.server.request.duration`, in seconds.
const OTEL_BUCKETS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// Which families a pod exposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Families {
    /// No `/metrics` at all.
    Off,
    /// `http_requests_total` and `http_request_duration_seconds`.
    Client,
    /// `http_server_request_duration_seconds`.
    Otel,
    /// All of them.
    Both,
}

/// Requests by status code and method.
#[derive(Debug, Default)]
pub(super) struct Metrics(BTreeMap<(u16, String), Series>);

#[derive(Debug, Default)]
struct Series {
    count: u64,
    /// Seconds.
    sum: f64,
    client: [u64; CLIENT_BUCKETS.len()],
    otel: [u64; OTEL_BUCKETS.len()],
}

impl Metrics {
    pub(super) fn record(&mut self, code: u16, method: &str, seconds: f64) {
        let series = self.0.entry((code, method.to_owned())).or_default();
        series.count += 1;
        series.sum += seconds;
        count(&mut series.client, &CLIENT_BUCKETS, seconds);
        count(&mut series.otel, &OTEL_BUCKETS, seconds);
    }

    pub(super) fn text(&self, families: Families) -> String {
        let mut text = String::new();
        if matches!(families, Families::Client | Families::Both) {
            text.push_str("# TYPE http_requests_total counter\n");
            for ((code, method), series) in &self.0 {
                let _ = writeln!(
                    text,
                    "http_requests_total{{{}}} {}",
                    client_labels(*code, method),
                    series.count
                );
            }
            let name = "http_request_duration_seconds";
            let _ = writeln!(text, "# TYPE {name} histogram");
            for ((code, method), series) in &self.0 {
                let labels = client_labels(*code, method);
                histogram(&mut text, name, &labels, &CLIENT_BUCKETS, &series.client, series);
            }
        }
        if matches!(families, Families::Otel | Families::Both) {
            let name = "http_server_request_duration_seconds";
            let _ = writeln!(text, "# TYPE {name} histogram");
            for ((code, method), series) in &self.0 {
                let labels = format!(
                    "http_request_method=\"{}\",http_response_status_code=\"{code}\",http_route=\"/\",\
                     network_protocol_version=\"1.1\",url_scheme=\"http\"",
                    method.to_uppercase()
                );
                histogram(&mut text, name, &labels, &OTEL_BUCKETS, &series.otel, series);
            }
        }
        text
    }
}

/// Client libraries write methods in lower case.
fn client_labels(code: u16, method: &str) -> String {
    format!("code=\"{code}\",method=\"{}\"", method.to_lowercase())
}

/// Buckets are kept cumulative, as they are written: a request counts in every bucket that it is not above.
fn count(buckets: &mut [u64], bounds: &[f64], seconds: f64) {
    for (bucket, bound) in buckets.iter_mut().zip(bounds) {
        *bucket += u64::from(seconds <= *bound);
    }
}

fn histogram(text: &mut String, name: &str, labels: &str, bounds: &[f64], buckets: &[u64], series: &Series) {
    for (bound, bucket) in bounds.iter().zip(buckets) {
        let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{bound}\"}} {bucket}");
    }
    let _ = writeln!(text, "{name}_bucket{{{labels},le=\"+Inf\"}} {}", series.count);
    let _ = writeln!(text, "{name}_sum{{{labels}}} {}", series.sum);
    let _ = writeln!(text, "{name}_count{{{labels}}} {}", series.count);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_requests() -> Metrics {
        let mut metrics = Metrics::default();
        metrics.record(200, "GET", 0.03);
        metrics.record(500, "GET", 0.2);
        metrics
    }

    #[test]
    fn requests_are_counted_by_code_and_method() {
        let text = two_requests().text(Families::Client);
        assert!(
            text.contains("http_requests_total{code=\"200\",method=\"get\"} 1\n"),
            "{text}"
        );
        assert!(
            text.contains("http_requests_total{code=\"500\",method=\"get\"} 1\n"),
            "{text}"
        );
        assert!(!text.contains("http_server"), "{text}");
    }

    #[test]
    fn buckets_are_cumulative_and_end_with_the_count() {
        let text = two_requests().text(Families::Client);
        let labels = "code=\"200\",method=\"get\"";
        for (bound, requests) in [("0.025", 0), ("0.05", 1), ("10", 1), ("+Inf", 1)] {
            let line =
                format!("http_request_duration_seconds_bucket{{{labels},le=\"{bound}\"}} {requests}\n");
            assert!(text.contains(&line), "{line} is missing from\n{text}");
        }
    }

    #[test]
    fn opentelemetry_names_the_status_code_in_full() {
        let text = two_requests().text(Families::Otel);
        assert!(
            text.contains("http_request_method=\"GET\",http_response_status_code=\"500\""),
            "{text}"
        );
        assert!(!text.contains("http_requests_total"), "{text}");
    }
}
