use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::combine::combine;
use crate::kayenta;
use crate::options::{Method, Options};
use crate::reading::Look;
use crate::season::Past;
use crate::signal::{Role, SignalSpec};
use crate::signal_error::SignalError;
use crate::track::Track;
use crate::verdict::{ReleaseVerdict, SignalVerdict};

/// Which arms serve in a phase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Arms {
    /// Stable and canary, side by side.
    #[default]
    Both,
    /// The canary alone: a first release, or after promotion. It is compared with what stable showed before.
    CanaryOnly,
}

/// Judges one release. A fold over looks: the same signals, options, looks and phases give the same verdict, in
/// constant memory. It has no clock: time is what the looks say.
#[derive(Debug, Clone)]
pub struct Judge {
    options: Options,
    tracks: Vec<Track>,
    newest_ms: Option<i64>,
    /// Critical signals, at least 1: each has this part of alpha.
    critical: f64,
}

impl Judge {
    /// A judge who has seen nothing, in a first phase where both arms serve.
    ///
    /// # Errors
    /// If a signal or an option has a number that has no meaning, or an id is used twice.
    pub fn new(signals: Vec<SignalSpec>, options: Options) -> Result<Self, SignalError> {
        options.check()?;
        for (index, signal) in signals.iter().enumerate() {
            signal.check()?;
            if signals.iter().take(index).any(|other| other.id == signal.id) {
                return Err(SignalError::Duplicate {
                    signal: signal.id.clone(),
                });
            }
        }
        // Each critical signal can make the release degraded, so they share alpha (Bonferroni: it holds whatever they
        // have to do with each other). The others cannot, so each has alpha for itself. Healthy needs no sharing: a
        // release is falsely healthy only if the very signal that is bad is.
        let critical = signals
            .iter()
            .filter(|signal| signal.role == Role::Critical)
            .count()
            .max(1) as f64;
        let tracks = signals
            .into_iter()
            .map(|signal| {
                let part = if signal.role == Role::Critical {
                    1.0 / critical
                } else {
                    1.0
                };
                Track::new(signal, &options, part)
            })
            .collect();
        Ok(Judge {
            options,
            tracks,
            newest_ms: None,
            critical,
        })
    }

    /// Takes what both arms showed for one signal. Looks of a signal come in ascending time; one that is not newer than
    /// the last is late or a duplicate and is not counted. A look of a signal that is not in the plan is not counted
    /// either: `false`.
    ///
    /// Push a look also when nothing is known (`Reading::NoData`), since only looks move the judge's time on.
    pub fn observe(&mut self, signal_id: &str, look: &Look) -> bool {
        let Some(track) = self.tracks.iter_mut().find(|track| track.spec.id == signal_id) else {
            return false;
        };
        track.observe(&self.options, look);
        self.newest_ms = self.newest_ms.max(Some(look.at_ms));
        self.combine_evidence();
        true
    }

    /// The hours (after, until; milliseconds since 1970) of which earlier days are worth knowing: those that stable was last seen
    /// in, and as many after them. Only when the canary begins to serve alone: before its first look of that phase.
    pub fn hours(&self) -> Option<(i64, i64)> {
        let hours = self.tracks.iter().filter_map(Track::hours);
        hours.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// Takes what the workload showed for one signal on earlier days, before the canary's first look of a phase in which it serves
    /// alone or at any time before that. With at least three days that show the same hours, what stable showed last is
    /// moved as they moved ([`crate::same_hours`], [`Basis::Season`](crate::Basis::Season)). `false` if the signal is not in the
    /// plan.
    pub fn recall(&mut self, signal_id: &str, past: Vec<Past>) -> bool {
        let track = self.tracks.iter_mut().find(|track| track.spec.id == signal_id);
        track.is_some_and(|track| {
            track.recall(past);
            true
        })
    }

    /// The mean of e-values is an e-value, whatever the signals have to do with each other (Vovk and Wang, 2021): several
    /// critical signals that each are half convinced convince together. The one with the largest part names itself.
    fn combine_evidence(&mut self) {
        let mut tests: Vec<_> = self.tracks.iter_mut().filter_map(Track::critical_test).collect();
        // Their mean is no larger than the largest, and what is known of scatter only makes them smaller.
        let enough = -self.options.alpha.ln();
        if tests.len() < 2 || tests.iter().all(|test| test.degraded_log() < enough) {
            return;
        }
        let logs: Vec<f64> = tests.iter().map(|test| test.degraded_evidence()).collect();
        let mean = logs.iter().map(|log| log.min(700.0).exp()).sum::<f64>() / self.critical;
        if mean < 1.0 / self.options.alpha {
            return;
        }
        let largest = (0..logs.len()).max_by(|a, b| logs[*a].total_cmp(&logs[*b]));
        if let Some(test) = largest.and_then(|index| tests.get_mut(index)) {
            test.reject();
        }
    }

    /// Begins a new phase. What speaks for health starts anew, since a fault may only show at a larger share; so does
    /// the warm-up. Sequential evidence that the canary is worse is carried on: the versions are the same, and alpha is
    /// for the whole release, not for each phase. What stable showed is kept, to compare with once it no longer serves.
    pub fn new_phase(&mut self, arms: Arms) {
        for track in &mut self.tracks {
            track.new_phase(arms);
        }
    }

    /// The verdict on everything seen so far.
    pub fn verdict(&self) -> ReleaseVerdict {
        let signals: Vec<SignalVerdict> = self
            .tracks
            .iter()
            .map(|track| track.verdict(&self.options, self.newest_ms))
            .collect();
        if self.options.method != Method::Kayenta {
            return combine(signals, self.newest_ms);
        }
        let scored: Vec<kayenta::Scored> = self
            .tracks
            .iter()
            .zip(&signals)
            .map(|(track, verdict)| track.scored(&self.options, verdict))
            .collect();
        kayenta::combine(signals, &scored, &self.options.kayenta, self.newest_ms)
    }

    /// Looks that were not counted because they came late or twice.
    pub fn ignored_looks(&self) -> u64 {
        self.tracks.iter().map(Track::ignored).sum()
    }

    /// The options it judges with.
    pub fn options(&self) -> &Options {
        &self.options
    }
}
