//! The versions that are released.

use super::terms::{BASELINE, LATENCY};
use control_plane::annotation;

/// What the new version does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Version {
    /// Fails this share of its requests, in percent.
    Fails(u32),
    /// Takes this much longer, in percent.
    Slower(u32),
    /// Is as good as the old one.
    Healthy,
}

impl Version {
    /// The bad ones that are compared.
    pub const BAD: [Version; 4] = [
        Version::Fails(20),
        Version::Fails(5),
        Version::Fails(1),
        Version::Slower(30),
    ];

    /// All of them, the bad ones first.
    pub fn all() -> impl Iterator<Item = Version> {
        Version::BAD.into_iter().chain([Version::Healthy])
    }

    /// Its name in figures and as an argument.
    pub fn name(self) -> String {
        match self {
            Version::Fails(percent) => format!("fails-{percent}"),
            Version::Slower(percent) => format!("slower-{percent}"),
            Version::Healthy => "healthy".to_owned(),
        }
    }

    /// Its name in tables.
    pub fn title(self) -> String {
        match self {
            Version::Fails(percent) => format!("fails {percent} %"),
            Version::Slower(percent) => format!("{percent} % slower"),
            Version::Healthy => "healthy".to_owned(),
        }
    }

    /// Whether what it costs are slow answers instead of failed ones.
    pub fn is_slow(self) -> bool {
        matches!(self, Version::Slower(_))
    }

    /// What its pods do, as annotations of the template.
    pub fn annotations(self) -> [(&'static str, String); 2] {
        let (errors, latency) = match self {
            Version::Fails(percent) => (f64::from(percent) / 100.0, LATENCY),
            Version::Slower(percent) => (BASELINE, LATENCY.mul_f64(1.0 + f64::from(percent) / 100.0)),
            Version::Healthy => (BASELINE, LATENCY),
        };
        [
            (annotation::ERROR_RATE, errors.to_string()),
            (annotation::LATENCY, format!("{}us", latency.as_micros())),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn only_what_is_bad_differs_from_the_old_version() {
        let of = |version: Version| version.annotations().map(|(_, value)| value);
        assert_eq!(of(Version::Healthy), ["0.001", "150000us"]);
        assert_eq!(of(Version::Fails(5)), ["0.05", "150000us"]);
        assert_eq!(of(Version::Slower(30)), ["0.001", "195000us"]);
    }
}
