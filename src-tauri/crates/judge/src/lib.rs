//! Statistics: is the canary worse than stable, and is that known. Pure: no I/O, no clock, no async, no randomness.
//!
//! A [`Judge`] is made from the plan's [`SignalSpec`]s, folds over [`Look`]s (what both arms showed in an interval), and
//! says at any time what is known: a [`ReleaseVerdict`] with the numbers behind it. It never says healthy for want of
//! data: no data, no traffic, a reset counter, NaN or a stale series are not enough evidence.
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

mod arm;
mod before_test;
mod bet;
mod buckets;
mod combine;
mod count_test;
mod difference_interval;
mod dispersion;
mod histogram;
mod judge;
mod latency_test;
mod levels;
mod limit_state;
mod options;
mod pace;
mod planning;
mod proportion_test;
mod reading;
pub mod replay;
mod sequential;
mod shown;
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
pub use arm::Arm;
pub use options::{Method, Minimum, Options};
pub use planning::detectable_rise;
pub use reading::{Look, Reading};
pub use signal::{Effect, Limit, Role, Rule, SignalKind, SignalSpec, Worse};
pub use signal_error::SignalError;
pub use verdict::{
    Basis, Evidence, IntervalOf, Needed, Reason, ReleaseVerdict, Sentence, SignalVerdict, Verdict,
};
