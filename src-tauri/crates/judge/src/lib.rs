//! Statistics: is the canary worse than stable, and is that known. Pure: no I/O, no clock, no async, no randomness.
//!
//! A [`Judge`] is made from the plan's [`SignalSpec`]s, folds over [`Look`]s (what both arms showed in an interval), and
//! says at any time what is known: a [`ReleaseVerdict`] with the numbers behind it. It never says healthy for want of
//! data: no data, no traffic, a reset counter, NaN or a stale series are not enough evidence.
//!
//! # Methods
//!
//! The sequential method (the default) keeps, for each critical, required or advisory signal, two e-processes: one against
//! "the canary is no worse", one against "the canary is worse by the smallest effect worth stopping for". Under its null an
//! e-process ever reaches `1 / alpha` with probability at most `alpha`, however often one looks (Ville's inequality). The
//! first says degraded, the second healthy; until then it is not enough evidence.
//!
//! - Error ratios: e-variables for 2×2 tables (Turner, Ly and Grünwald) and conditional likelihood ratios, for any split of
//!   the traffic, with a confidence sequence for the difference.
//! - Latencies: bets on mean ranks and on the shares past the edges of the objective and of the quantile, from buckets.
//! - Counts: a conditional Poisson comparison, for any exposure.
//! - Levels and speeds follow no law that could be assumed; they and all absolute limits are held against thresholds with
//!   hysteresis and a required duration.
//! - Error ratios and latencies can have an [`Objective`]: multiwindow, multi-burn-rate alerts, whatever stable does.
//! - A canary that serves alone is held against what stable showed before, and the verdict is marked as weaker
//!   ([`Basis::Before`]).
//!
//! Two other methods can be chosen: thresholds, and Kayenta's judge ([`kayenta`]), for teams that move over.
//!
//! What is assumed: given the past, the requests of a look are independent, and how many there are does not depend on how
//! they end. The rates may change from look to look in both arms alike. Where requests come in bursts or depend on each
//! other the scatter is measured, the evidence is divided by it, and the verdict says so (`overdispersion > 1`): it is then no
//! longer exact. Looks at stable alone, before the release, teach what is normal: without them the first looks of a release have
//! nothing to measure the scatter by.
//!
//! Looks may be any time apart, and finer ones find a bad canary sooner. What is counted in looks (scatter, values of levels and of
//! Kayenta's judge, a series' own course) is counted in usual ones of five seconds; finer ones are put together for that.
//!
//! Critical signals share alpha; their e-values are averaged, so that the whole release is falsely degraded with
//! probability at most alpha.
//!
//! ```
//! use judge::{Judge, Look, Options, Reading, SignalSpec, Verdict};
//!
//! let mut judge = Judge::new(vec![SignalSpec::error_ratio("errors", 0.005)], Options::default())?;
//! assert_eq!(judge.verdict().verdict, Verdict::NotEnoughEvidence);
//! for second in (5..=60).step_by(5) {
//!     let look = Look::new(second * 1000, Reading::ratio(900.0, 1.0), Reading::ratio(100.0, 8.0));
//!     judge.observe("errors", &look);
//! }
//! assert_eq!(judge.verdict().verdict, Verdict::Degraded);
//! # Ok::<(), judge::SignalError>(())
//! ```

mod anomaly;
mod arm;
mod before_test;
mod bet;
mod buckets;
mod bundle;
mod burn_rate;
mod change_point;
mod combine;
mod count_test;
mod delayed_labels;
mod difference_interval;
mod dispersion;
mod histogram;
mod judge;
pub mod kayenta;
mod latency_test;
mod levels;
mod limit_state;
mod mann_whitney;
mod normal;
mod options;
mod own_course;
mod own_interval;
mod pace;
mod phase;
mod planning;
mod projection;
mod proportion_test;
mod rank_bet;
mod reading;
pub mod replay;
mod rhythm;
mod season;
mod sequential;
mod shown;
mod sides;
mod signal;
mod signal_error;
mod sufficiency;
mod threshold;
mod totals;
mod track;
mod verdict;
mod wealth;
mod window;

pub use crate::judge::{Arms, Judge};
pub use anomaly::{Anomaly, Found};
pub use arm::Arm;
pub use burn_rate::Objective;
pub use change_point::{ChangePoint, Passed, change_point};
pub use delayed_labels::{DelayedLabels, Quality};
pub use mann_whitney::MannWhitney;
pub use options::{Method, Minimum, Options};
pub use planning::detectable_rise;
pub use reading::{Look, Reading};
pub use season::{Past, Season, same_hours};
pub use sides::Sides;
pub use signal::{Effect, Limit, Role, Rule, SignalKind, SignalSpec, Worse};
pub use signal_error::SignalError;
pub use verdict::{
    Basis, Evidence, IntervalOf, Needed, OwnInterval, Reason, ReleaseVerdict, Sentence, SignalVerdict,
    Verdict,
};
