use judge::{Quality, SignalKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a signal is read from Prometheus.
///
/// Selectors are PromQL's series selectors without range or function, and name counters as they are scraped. Placeholders are
/// replaced before a query is sent:
///
/// | placeholder | becomes |
/// |---|---|
/// | `{{namespace}}` | the workload's namespace |
/// | `{{workload}}` | the workload's name |
/// | `{{pod_template_hash}}` | a pattern for the arm's template hashes: `6b8f\|7c9d` |
/// | `{{arm_pods}}` | a pattern for the names of the arm's pods |
/// | `{{step}}` | the time between looks: `15s` |
///
/// Patterns are for `=~`. Example: `orders_failed_total{namespace="{{namespace}}",pod=~"{{arm_pods}}"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
pub enum SignalQuery {
    /// Bad of all, from counters: for [`SignalKind::ErrorRatio`].
    Ratio {
        /// Selector of everything that was tried, the bad ones among it.
        total: String,
        /// Selector of what was bad.
        bad: String,
    },
    /// Predictions whose truth is known by now, from counters with the labels `predicted` and `actual` (`true` or `false`, `1` or
    /// `0`, `yes` or `no`, `positive` or `negative`): for [`SignalKind::ErrorRatio`]. Whoever joins labels to predictions counts
    /// each one once, for the version that made it, and late enough that most have a label: the ones that come early may
    /// be the easy ones.
    Labelled {
        /// Selector of the predictions.
        predictions: String,
        /// What is asked of them.
        quality: Quality,
    },
    /// Durations, from the buckets of classic histograms: for [`SignalKind::Latency`].
    Buckets {
        /// Selector of the series with `le`.
        buckets: String,
        /// What a bound is in seconds: 0.001 for milliseconds.
        #[ts(type = "string")]
        unit: Unit,
    },
    /// Events, from counters: for [`SignalKind::Count`]. Exposure is pods × seconds.
    Events {
        /// Selector of the events.
        events: String,
    },
    /// Events per second, from counters: for [`SignalKind::Rate`].
    Speed {
        /// Selector of the events.
        events: String,
    },
    /// Any PromQL that gives one number for an arm: for [`SignalKind::Gauge`] and [`SignalKind::Rate`].
    Value {
        /// The query.
        expression: String,
    },
}

/// The unit of a histogram's bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Unit {
    /// Seconds, as Prometheus wants it.
    #[default]
    Seconds,
    /// Milliseconds, as older OpenTelemetry libraries have it.
    Milliseconds,
}

impl Unit {
    pub(crate) fn seconds(self) -> f64 {
        match self {
            Unit::Seconds => 1.0,
            Unit::Milliseconds => 0.001,
        }
    }
}

impl SignalQuery {
    /// Whether its readings are of the kind that a signal is judged by.
    pub fn fits(&self, kind: SignalKind) -> bool {
        matches!(
            (self, kind),
            (
                SignalQuery::Ratio { .. } | SignalQuery::Labelled { .. },
                SignalKind::ErrorRatio
            ) | (SignalQuery::Buckets { .. }, SignalKind::Latency { .. })
                | (SignalQuery::Events { .. }, SignalKind::Count)
                | (SignalQuery::Speed { .. }, SignalKind::Rate)
                | (SignalQuery::Value { .. }, SignalKind::Gauge | SignalKind::Rate)
        )
    }
}
