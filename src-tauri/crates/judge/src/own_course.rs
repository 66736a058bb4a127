use crate::anomaly::Anomaly;
use crate::signal::{SignalSpec, Worse};
use crate::track::Decision;
use crate::verdict::{Basis, Evidence, Needed, Reason, Verdict};

/// How much of the shown value's memory is kept from look to look.
const MEMORY: f64 = 0.7;

/// The canary's own course, watched for a change to the worse within a phase.
///
/// Between phases values may change, because the canary's part of the traffic does; so each phase has an [`Anomaly`] of its
/// own, and one begins after a change to the better. Each has half of the probability that the one before had: over a whole
/// release no more than what is allowed.
#[derive(Debug, Clone)]
pub(crate) struct OwnCourse {
    alarms: f64,
    worse: Worse,
    part: f64,
    anomaly: Anomaly,
    looks: u32,
    /// Recent values: sum and what it is over.
    recent: (f64, f64),
    is_worse: bool,
}

impl OwnCourse {
    /// None if the signal is not to be watched like that.
    pub(crate) fn new(spec: &SignalSpec) -> Option<Self> {
        let alarms = spec.rule.anomaly?;
        Some(OwnCourse {
            alarms,
            worse: spec.rule.worse,
            part: 0.5,
            anomaly: Anomaly::new(0.5 * alarms),
            looks: 0,
            recent: (0.0, 0.0),
            is_worse: false,
        })
    }

    /// A change that was found stays found: the version is the same.
    pub(crate) fn new_phase(&mut self) {
        self.begin();
        self.looks = 0;
    }

    fn begin(&mut self) {
        self.part *= 0.5;
        self.anomaly = Anomaly::new(self.part * self.alarms);
    }

    pub(crate) fn observe(&mut self, at_ms: i64, value: f64) {
        self.looks = self.looks.saturating_add(1);
        self.recent = (MEMORY * self.recent.0 + value, MEMORY * self.recent.1 + 1.0);
        let Some(found) = self.anomaly.observe(at_ms, value) else {
            return;
        };
        if found.is_high == (self.worse == Worse::Higher) {
            self.is_worse = true;
        } else {
            self.begin();
        }
    }

    /// What is to be said about a canary that changed to the worse.
    pub(crate) fn changed(&self) -> Option<Decision> {
        let reason = Reason::Changed {
            value: self.recent.0 / self.recent.1,
            higher: self.worse == Worse::Higher,
            alarms: self.alarms,
        };
        self.is_worse
            .then(|| Decision::certain(Verdict::Degraded, reason, Basis::Itself))
    }

    /// What is to be said otherwise, where there is nothing else that it could be held against.
    pub(crate) fn unchanged(&self) -> Decision {
        let looks = f64::from(self.looks);
        Decision {
            verdict: Verdict::NotEnoughEvidence,
            reason: Reason::Unchanged { looks: self.looks },
            evidence: Evidence {
                fraction: 0.0,
                ..Evidence::of(looks, looks, Needed::Looks)
            },
            basis: Basis::Itself,
            expected_seconds: None,
        }
    }

    pub(crate) fn is_worse(&self) -> bool {
        self.is_worse
    }
}
