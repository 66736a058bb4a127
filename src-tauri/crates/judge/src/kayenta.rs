//! Kayenta's judge (`NetflixACAJudge`), so that teams can move over with what they know: each signal's values from look to
//! look are compared by a Mann–Whitney test, signals are classified, and the classes make a score.
//!
//! Source: Spinnaker's Kayenta (`kayenta-judge`, `docs/canary-config.md`). Three things differ on purpose. A baseline of zero
//! makes Kayenta's mean ratio NaN and the metric pass; here the ratio is infinite. Missing values are never replaced by zero.
//! And a required signal without data keeps a release from being healthy, which Kayenta only does where `mustHaveData` is set.
//!
//! What it costs: a fixed-sample test is repeated at every look, so that false alarms grow with every look
//! ([`false_alarm_bound`]); see `docs/judge.md` for the measured rate.

mod decide;
mod score;
mod series;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::mann_whitney::MannWhitney;

pub(crate) use decide::{class, decide};
pub use score::{GroupScore, GroupWeights, KayentaScore};
pub(crate) use score::{Scored, combine};
pub(crate) use series::Series;

/// Numbers of Kayenta's judge for the whole release.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct KayentaOptions {
    /// Confidence of the interval for the shift, in `0..1`.
    pub confidence: f64,
    /// The interval must lie further from zero than this part of the estimated shift.
    pub tolerance: f64,
    /// Score (0 to 100) from which the release is healthy.
    pub pass: f64,
    /// Score from which it is not degraded. Between the two there is not enough evidence.
    pub marginal: f64,
    /// Values that each arm must have shown. Kayenta's documentation asks for 50.
    pub least_values: u32,
    /// Weights of the groups.
    pub weights: GroupWeights,
}

impl Default for KayentaOptions {
    fn default() -> Self {
        KayentaOptions {
            confidence: 0.98,
            tolerance: 0.25,
            pass: 95.0,
            marginal: 75.0,
            least_values: 12,
            weights: GroupWeights::default(),
        }
    }
}

impl KayentaOptions {
    /// The number that has no meaning, if there is one.
    pub(crate) fn wrong(&self) -> Option<&'static str> {
        let score = |s: f64| (0.0..=100.0).contains(&s);
        if !(self.confidence > 0.5 && self.confidence < 1.0) {
            Some("kayenta.confidence")
        } else if !(self.tolerance >= 0.0 && self.tolerance < 1.0) {
            Some("kayenta.tolerance")
        } else if !score(self.pass) || self.pass <= 0.0 {
            Some("kayenta.pass")
        } else if !score(self.marginal) || self.marginal > self.pass {
            Some("kayenta.marginal")
        } else if !self.weights.are_possible() {
            Some("kayenta.weights")
        } else {
            None
        }
    }
}

/// How the size of a difference is measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum EffectMeasure {
    /// The canary's mean over stable's; 1 is no difference.
    #[default]
    MeanRatio,
    /// How often a value of the canary is larger than one of stable; 0.5 is no difference.
    Cles,
}

/// How large a difference must be before it counts, as Kayenta's `effectSize`: `allowedIncrease` and `criticalIncrease`, or
/// the decreases where lower is worse (there they are upper ends: 0.8 is a fifth less).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct EffectSizes {
    /// What is measured.
    pub measure: EffectMeasure,
    /// A difference that is at least this large fails the signal; none: any that the test sees.
    pub allowed: Option<f64>,
    /// One that is at least this large, in a critical signal, fails the release; none: any that the test sees.
    pub critical: Option<f64>,
}

/// What a comparison by Kayenta's rules says about a signal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Class {
    /// Not shifted in the worse direction, or by less than is allowed.
    Pass,
    /// Shifted in the worse direction ("High" or "Low").
    Fail {
        /// By as much as is critical.
        critical: bool,
    },
    /// Nothing to compare.
    NoData,
}

/// Compares two samples. `worse` is +1 where higher values are worse, else −1.
pub(crate) fn classify(
    stable: &[f64],
    canary: &[f64],
    worse: f64,
    sizes: &EffectSizes,
    options: &KayentaOptions,
) -> (Class, Option<MannWhitney>) {
    if stable.is_empty() || canary.is_empty() {
        return (Class::NoData, None);
    }
    // All values tied: nothing differs.
    let Some(test) = MannWhitney::test(stable, canary, options.confidence) else {
        return (Class::Pass, None);
    };
    let allowed_shift = options.tolerance * test.estimate.abs();
    let shifted = if worse > 0.0 {
        test.interval.0 > allowed_shift
    } else {
        test.interval.1 < -allowed_shift
    };
    let (size, none) = match sizes.measure {
        EffectMeasure::MeanRatio => (mean_ratio(stable, canary), 1.0),
        EffectMeasure::Cles => (test.cles, 0.5),
    };
    let reaches = |bound: Option<f64>| (size - bound.unwrap_or(none)) * worse >= 0.0;
    let class = if shifted && reaches(sizes.allowed) {
        Class::Fail {
            critical: reaches(sizes.critical),
        }
    } else {
        Class::Pass
    };
    (class, Some(test))
}

/// The canary's mean over stable's; infinite over a stable of zero, 1 if both are zero.
fn mean_ratio(stable: &[f64], canary: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (stable, canary) = (mean(stable), mean(canary));
    if stable != 0.0 {
        canary / stable
    } else if canary == 0.0 {
        1.0
    } else {
        f64::INFINITY * canary.signum()
    }
}

/// An upper end of the probability that a release with a canary no worse than stable is ever called degraded: each of
/// `looks` looks at each of `critical_signals` may err with half of `1 − confidence`. For the plan's editor: "at 360 looks a
/// fixed-sample test may raise a false alarm in every release". Between one look's rate and this the truth depends on how
/// alike neighbouring looks are; `docs/judge.md` has it measured.
pub fn false_alarm_bound(looks: u32, critical_signals: u32, options: &KayentaOptions) -> f64 {
    let one = 0.5 * (1.0 - options.confidence);
    (f64::from(looks) * f64::from(critical_signals.max(1)) * one).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STABLE: [f64; 12] = [10.0, 10.5, 9.8, 10.2, 9.9, 10.1, 10.3, 9.7, 10.4, 9.6, 10.6, 9.5];

    fn class(canary: &[f64], worse: f64, sizes: EffectSizes) -> Class {
        classify(&STABLE, canary, worse, &sizes, &KayentaOptions::default()).0
    }

    fn scaled(by: f64) -> Vec<f64> {
        STABLE.iter().map(|v| v * by).collect()
    }

    const CRITICAL: Class = Class::Fail { critical: true };

    #[test]
    fn a_shift_in_the_worse_direction_fails_and_one_in_the_better_passes() {
        let any = EffectSizes::default();
        assert_eq!(class(&scaled(1.3), 1.0, any), CRITICAL);
        assert_eq!(class(&scaled(1.3), -1.0, any), Class::Pass);
        assert_eq!(class(&scaled(0.7), -1.0, any), CRITICAL);
        assert_eq!(class(&scaled(0.7), 1.0, any), Class::Pass);
        assert_eq!(class(&scaled(1.0), 1.0, any), Class::Pass);
        assert_eq!(class(&[], 1.0, any), Class::NoData);
    }

    #[test]
    fn a_difference_counts_from_the_allowed_size_and_is_critical_from_another() {
        let sizes = EffectSizes {
            allowed: Some(1.1),
            critical: Some(1.5),
            ..EffectSizes::default()
        };
        assert_eq!(class(&scaled(1.08), 1.0, sizes), Class::Pass);
        assert_eq!(class(&scaled(1.3), 1.0, sizes), Class::Fail { critical: false });
        assert_eq!(class(&scaled(1.6), 1.0, sizes), CRITICAL);
        let ranks = EffectSizes {
            measure: EffectMeasure::Cles,
            allowed: Some(0.999),
            critical: None,
        };
        assert_eq!(
            class(&scaled(1.08), 1.0, ranks),
            Class::Pass,
            "some values overlap"
        );
        assert_eq!(class(&scaled(1.3), 1.0, ranks), CRITICAL);
    }

    #[test]
    fn failures_where_stable_has_none_are_a_large_effect_and_no_values_are_no_data() {
        let canary = [0.02; 12];
        let options = KayentaOptions::default();
        assert_eq!(
            classify(&[0.0; 12], &canary, 1.0, &EffectSizes::default(), &options).0,
            CRITICAL
        );
        assert_eq!(
            classify(&[0.0; 12], &[0.0; 12], 1.0, &EffectSizes::default(), &options).0,
            Class::Pass
        );
    }

    #[test]
    fn the_price_of_looking_often_grows_with_looks_and_signals() {
        let options = KayentaOptions::default();
        assert!((false_alarm_bound(1, 1, &options) - 0.01).abs() < 1e-12);
        assert!((false_alarm_bound(10, 2, &options) - 0.2).abs() < 1e-12);
        assert_eq!(false_alarm_bound(360, 1, &options), 1.0);
    }
}
