//! Labels that come late: whether a model's prediction was right is known minutes or days after it was made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::arm::Arm;
use crate::reading::{Look, Reading};

/// What is asked of predictions, as a ratio of bad ones that an error-ratio signal judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Quality {
    /// Wrong ones of all: 1 − accuracy.
    Accuracy,
    /// Wrong ones of those that said yes: 1 − precision.
    Precision,
    /// Missed ones of those that were yes: 1 − recall.
    Recall,
    /// Wrong ones of those that said yes or were yes. F1 = 2j / (1 + j) with j one minus this ratio: the two rise and fall
    /// together, and only this one is a share of predictions that can be judged as such.
    F1,
}

impl Quality {
    /// Whether a prediction that said this, of something that was that, is among those that the ratio is about. If so it is a bad one
    /// where the two differ.
    pub fn counts(self, said: bool, was: bool) -> bool {
        match self {
            Quality::Accuracy => true,
            Quality::Precision => said,
            Quality::Recall => was,
            Quality::F1 => said || was,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Prediction {
    at_ms: i64,
    arm: Arm,
    said: bool,
}

/// Joins late labels to earlier predictions and makes looks of what is joined.
///
/// A verdict waits for labels by itself: predictions without one are no data. And since labels that come early may be the
/// easy ones, nothing is said about predictions until most of their age have theirs: only predictions that are at least
/// `settle_ms` old count, and only if of those of the interval in either arm at least half have a label.
#[derive(Debug, Clone)]
pub struct DelayedLabels {
    settle_ms: i64,
    waiting: BTreeMap<u64, Prediction>,
    labelled: Vec<(Prediction, bool)>,
    settled_ms: Option<i64>,
    /// Labels of predictions that nobody knows: too late, twice, or never made.
    unknown: u64,
}

/// Predictions that wait for labels at most; the oldest are given up for more.
const MOST: usize = 200_000;

impl DelayedLabels {
    /// Predictions settle after this many milliseconds: about the time in which most labels come.
    pub fn new(settle_ms: i64) -> Self {
        DelayedLabels {
            settle_ms: settle_ms.max(0),
            waiting: BTreeMap::new(),
            labelled: Vec::new(),
            settled_ms: None,
            unknown: 0,
        }
    }

    /// A prediction that was made: its id (ascending in time), by which arm, and whether it said yes.
    pub fn predicted(&mut self, id: u64, at_ms: i64, arm: Arm, said: bool) {
        let is_too_old = self.settled_ms.is_some_and(|settled| at_ms <= settled);
        if is_too_old {
            return;
        }
        if self.waiting.len() >= MOST {
            self.waiting.pop_first();
        }
        self.waiting.insert(id, Prediction { at_ms, arm, said });
    }

    /// The truth about a prediction. `false` if it is not waited for: it came too late, twice, or for none.
    pub fn labelled(&mut self, id: u64, was: bool) -> bool {
        match self.waiting.remove(&id) {
            Some(prediction) => {
                self.labelled.push((prediction, was));
                true
            }
            None => {
                self.unknown = self.unknown.saturating_add(1);
                false
            }
        }
    }

    /// Labels that no prediction was found for.
    pub fn unknown(&self) -> u64 {
        self.unknown
    }

    /// The look at all predictions that have settled by now and were not looked at before. Its time is `now_ms`.
    pub fn look(&mut self, now_ms: i64, quality: Quality) -> Look {
        let settled = now_ms.saturating_sub(self.settle_ms);
        let is_due = |prediction: &Prediction| prediction.at_ms <= settled;
        let mut without = [0.0; 2];
        self.waiting.retain(|_, prediction| {
            if is_due(prediction) {
                without[prediction.arm as usize] += 1.0;
            }
            !is_due(prediction)
        });
        let (due, later): (Vec<_>, Vec<_>) = self.labelled.drain(..).partition(|(p, _)| is_due(p));
        self.labelled = later;
        self.settled_ms = self.settled_ms.max(Some(settled));
        let reading = |arm: Arm| {
            let of_arm = || due.iter().filter(|(prediction, _)| prediction.arm == arm);
            let with = of_arm().count() as f64;
            if with <= 0.0 || with < without[arm as usize] {
                return Reading::NoData;
            }
            let counts = |(prediction, was): &&(Prediction, bool)| quality.counts(prediction.said, *was);
            let total = of_arm().filter(counts).count() as f64;
            let bad = of_arm()
                .filter(counts)
                .filter(|(prediction, was)| prediction.said != *was);
            Reading::ratio(total, bad.count() as f64)
        };
        Look::new(now_ms, reading(Arm::Stable), reading(Arm::Canary))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Judge, Options, SignalSpec, Verdict};

    /// Eight predictions of each arm: said and was.
    const OUTCOMES: [(bool, bool); 8] = [
        (true, true),
        (true, true),
        (true, false),
        (false, true),
        (false, true),
        (false, false),
        (false, false),
        (false, false),
    ];

    fn predicted() -> DelayedLabels {
        let mut labels = DelayedLabels::new(1000);
        for (id, (said, _)) in (0..).zip(OUTCOMES) {
            labels.predicted(id, 10, Arm::Canary, said);
            labels.predicted(100 + id, 10, Arm::Stable, said);
        }
        labels
    }

    fn ratio(quality: Quality) -> Reading {
        let mut labels = predicted();
        for (id, (_, was)) in (0..).zip(OUTCOMES) {
            assert!(labels.labelled(id, was) && labels.labelled(100 + id, was));
        }
        labels.look(2000, quality).canary
    }

    #[test]
    fn each_quality_is_the_ratio_of_its_confusion_matrix() {
        // True and false positives 2 and 1, false and true negatives 2 and 3.
        assert_eq!(ratio(Quality::Accuracy), Reading::ratio(8.0, 3.0));
        assert_eq!(ratio(Quality::Precision), Reading::ratio(3.0, 1.0));
        assert_eq!(ratio(Quality::Recall), Reading::ratio(4.0, 2.0));
        let Reading::Ratio { total, bad } = ratio(Quality::F1) else {
            return assert_eq!(1, 2, "a ratio");
        };
        let j = 1.0 - bad / total;
        assert!(
            (2.0 * j / (1.0 + j) - 4.0 / 7.0).abs() < 1e-12,
            "F1 = 2 tp / (2 tp + fp + fn)"
        );
    }

    #[test]
    fn predictions_that_have_not_settled_or_mostly_have_no_label_are_no_data() {
        let mut labels = predicted();
        for id in 0..3 {
            labels.labelled(id, true);
        }
        assert!(
            labels.look(500, Quality::Accuracy).canary.is_no_data(),
            "not settled"
        );
        let look = labels.look(2000, Quality::Accuracy);
        assert!(
            look.canary.is_no_data() && look.stable.is_no_data(),
            "three of eight: {look:?}"
        );
        assert!(!labels.labelled(4, true), "too late");
        assert!(!labels.labelled(999, true), "never made");
        assert_eq!(labels.unknown(), 2);
        assert!(
            labels.look(3000, Quality::Accuracy).canary.is_no_data(),
            "looked at once"
        );
    }

    #[test]
    fn a_verdict_waits_for_labels_and_then_finds_the_worse_model() {
        let Ok(mut judge) = Judge::new(
            vec![SignalSpec::error_ratio("accuracy", 0.05)],
            Options::default(),
        ) else {
            return assert_eq!(1, 2, "a good signal");
        };
        let mut labels = DelayedLabels::new(5000);
        let mut id = 0;
        for second in 1..=60_i64 {
            for n in 0..40_u32 {
                let arm = if n % 2 == 0 { Arm::Canary } else { Arm::Stable };
                labels.predicted(id, second * 1000, arm, true);
                id += 1;
            }
            judge.observe("accuracy", &labels.look(second * 1000, Quality::Accuracy));
        }
        assert_eq!(
            judge.verdict().verdict,
            Verdict::NotEnoughEvidence,
            "no labels at all"
        );
        for second in 61..=120_i64 {
            for n in 0..40_u32 {
                let arm = if n % 2 == 0 { Arm::Canary } else { Arm::Stable };
                labels.predicted(id, second * 1000, arm, true);
                let is_wrong = n % 20 == 1 || (n % 2 == 0 && n % 3 == 0);
                labels.labelled(id, !is_wrong);
                id += 1;
            }
            judge.observe("accuracy", &labels.look(second * 1000, Quality::Accuracy));
        }
        assert_eq!(judge.verdict().verdict, Verdict::Degraded);
    }
}
