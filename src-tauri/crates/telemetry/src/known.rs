use crate::TelemetryError;
use crate::detect::Detected;
use crate::fetch::{Fetched, Selector};
use crate::telemetry::SignalProblem;
use judge::SignalSpec;
use std::collections::BTreeMap;

/// How far before a question its first scrapes are looked for while the scrape interval is not known, in milliseconds.
const FIRST_LOOKBACK_MS: i64 = 150_000;
/// Ten scrapes are always looked back for, but not longer than this, in milliseconds.
const LEAST_LOOKBACK_MS: i64 = 20_000;
const MOST_LOOKBACK_MS: i64 = 300_000;
/// A question that was answered in part is asked again this often before the missing part is given up.
const PARTS_AGAIN: u32 = 3;

/// What earlier questions about a workload taught.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pub(crate) detected: Option<Detected>,
    /// When its metrics were looked for last.
    pub(crate) searched_ms: Option<i64>,
    pub(crate) interval_ms: Option<i64>,
    lookback_ms: Option<i64>,
    /// When the next look is expected to be whole.
    pub(crate) expected_ms: Option<i64>,
    parts_missed: u32,
    /// The port at which pods tell their metrics.
    pub(crate) port: Option<u16>,
    pub(crate) problems: Vec<SignalProblem>,
}

impl Known {
    /// How far before a question its first scrapes are looked for, in milliseconds.
    pub(crate) fn lookback_ms(&self) -> i64 {
        self.lookback_ms.unwrap_or(FIRST_LOOKBACK_MS)
    }

    /// Nothing is wrong with a signal any more.
    pub(crate) fn is_read(&mut self, spec: &SignalSpec) {
        self.problems.retain(|problem| problem.signal != spec.id);
    }

    /// A signal could not be read; the others are not concerned.
    pub(crate) fn has_no_data(&mut self, spec: &SignalSpec, error: TelemetryError) {
        tracing::debug!(
            signal = spec.id,
            code = error.code(),
            "a signal has no data: {error}"
        );
        self.is_read(spec);
        self.problems.push(SignalProblem {
            signal: spec.id.clone(),
            error,
        });
    }

    /// If the source did not answer at all, nothing is known. If it answered in part, the same is asked again a few times,
    /// so that no sample is lost to one slow answer; then the missing part is given up.
    pub(crate) fn check_parts(
        &mut self,
        fetched: &BTreeMap<Selector, Fetched>,
    ) -> Result<(), TelemetryError> {
        let of_source = fetched
            .values()
            .filter_map(|answer| answer.as_ref().err())
            .find(|error| error.is_of_source());
        let Some(error) = of_source else {
            self.parts_missed = 0;
            return Ok(());
        };
        let has_answers = fetched.values().any(Result::is_ok);
        self.parts_missed += 1;
        if has_answers && self.parts_missed > PARTS_AGAIN {
            return Ok(());
        }
        Err(error.clone())
    }

    pub(crate) fn learn(&mut self, interval_ms: Option<i64>) {
        if let Some(interval) = interval_ms {
            self.interval_ms = Some(interval);
            // Three scrapes and a half: one may be missing.
            let lookback = interval.saturating_mul(7) / 2;
            let least = interval.saturating_mul(10).min(LEAST_LOOKBACK_MS);
            self.lookback_ms = Some(lookback.clamp(least, MOST_LOOKBACK_MS));
        } else {
            let wider = self.lookback_ms().saturating_mul(2);
            self.lookback_ms = Some(wider.min(MOST_LOOKBACK_MS));
        }
    }
}
