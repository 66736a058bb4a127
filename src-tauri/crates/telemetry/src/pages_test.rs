use crate::environment::Environment;
use crate::page_samples::{Page, PageSamples};
use conductor::SignalScope;
use judge::{Arm, SignalSpec};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What came of reading a pod's own page once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum PagesTest {
    /// Pages are not read.
    Off,
    /// No pod is Ready.
    NoPods,
    /// The series do not name one port at which the pods tell their metrics.
    NoPort,
    /// There was another answer than a page.
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// There was no answer.
    Silent,
    /// The page has none of the series that Prometheus has.
    NoSeries,
    /// These signals can be read.
    Works {
        /// Their ids.
        signals: Vec<String>,
    },
}

impl Environment {
    /// Reads the page of one pod. What is known of the workload's series must have been asked for before.
    pub(crate) async fn test_pages(&self, scope: &SignalScope, signals: &[SignalSpec]) -> PagesTest {
        let Some(pages) = &self.source.pods else {
            return PagesTest::Off;
        };
        let Some(pod) = scope.ready.first() else {
            return PagesTest::NoPods;
        };
        let known = self.known(&scope.workload).unwrap_or_default();
        let Some(port) = known.port else {
            return PagesTest::NoPort;
        };
        let reader = self.reader(pages.as_ref(), known.detected.as_ref(), scope);
        let text = match reader.page(&pod.name, port).await {
            Ok(text) => text,
            Err(Some(status)) => return PagesTest::Refused { status },
            Err(None) => return PagesTest::Silent,
        };
        let plans = self.plans(signals, scope, known.detected.as_ref());
        let page = Page {
            arm: Arm::Stable,
            pod: pod.clone(),
            text,
        };
        let mut samples = PageSamples::default();
        samples.take(&reader.round_of(&plans, vec![page], 0));
        let fetched = samples.fetched();
        let fed = plans.iter().filter(|plan| plan.is_fed_by_stable(&fetched));
        let signals: Vec<String> = fed.map(|plan| plan.spec.id.clone()).collect();
        if signals.is_empty() {
            PagesTest::NoSeries
        } else {
            PagesTest::Works { signals }
        }
    }
}
