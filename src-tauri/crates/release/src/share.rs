use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// A share of the workload, more than 0 % and at most 100 % when valid; kept in hundredths of a percent so that
/// comparisons are exact. Crosses the wire as percent (`12.5`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, TS)]
#[ts(type = "number")]
pub struct Share(u32);

impl Share {
    /// Everything.
    pub const WHOLE: Share = Share(10_000);
    /// Nothing.
    pub const NONE: Share = Share(0);

    /// Rounds to hundredths of a percent. Values that are no number become 0 %, values out of range stay out of range
    /// as far as they can be kept, so that the validation of a plan can name them.
    pub fn from_percent(percent: f64) -> Share {
        if !percent.is_finite() || percent <= 0.0 {
            return Share(0);
        }
        Share((percent * 100.0).round().min(f64::from(u32::MAX)) as u32)
    }

    /// The share that `part` of `whole` pods is; nothing of nothing is 0 %.
    pub fn of_pods(part: u32, whole: u32) -> Share {
        if whole == 0 {
            return Share(0);
        }
        let exact = u64::from(part) * 10_000;
        Share(u32::try_from((exact + u64::from(whole) / 2) / u64::from(whole)).unwrap_or(u32::MAX))
    }

    /// In percent, 0 to 100.
    pub fn percent(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// In hundredths of a percent, 0 to 10,000.
    pub fn basis_points(self) -> u32 {
        self.0
    }

    /// Whether this is 100 %.
    pub fn is_whole(self) -> bool {
        self == Share::WHOLE
    }

    /// Whether a phase may have this share: more than 0 % and at most 100 %.
    pub fn is_valid(self) -> bool {
        self.0 > 0 && self <= Share::WHOLE
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.percent())
    }
}

impl Serialize for Share {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.percent())
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer).map(Share::from_percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_of_twelve_pods_are_a_quarter() {
        assert_eq!(Share::of_pods(3, 12), Share::from_percent(25.0));
        assert_eq!(Share::of_pods(1, 3).percent(), 33.33);
        assert_eq!(Share::of_pods(0, 0), Share::NONE);
    }

    #[test]
    fn what_is_no_share_is_not_valid() {
        for percent in [0.0, -5.0, 101.0, f64::NAN, f64::INFINITY] {
            assert!(!Share::from_percent(percent).is_valid(), "{percent} %");
        }
        assert!(Share::from_percent(0.01).is_valid());
        assert!(Share::WHOLE.is_valid());
    }
}
