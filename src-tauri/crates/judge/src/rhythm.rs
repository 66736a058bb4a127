use crate::options::Options;

/// Seconds between two looks with data until a series has shown its own: what Prometheus is usually set to.
const GUESS_SECONDS: f64 = 15.0;

/// How much of a new distance is believed.
const LEARNED: f64 = 0.2;

/// A distance counts for at most this many usual ones: an outage is no rhythm.
const LONGEST: f64 = 3.0;

/// How far apart the looks of a signal that bring data are, in either arm: both are scraped alike.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Rhythm {
    newest_ms: Option<i64>,
    usual_seconds: Option<f64>,
}

impl Rhythm {
    /// A look with data.
    pub(crate) fn observe(&mut self, at_ms: i64) {
        if let Some(newest) = self.newest_ms {
            let seconds = at_ms.saturating_sub(newest) as f64 / 1000.0;
            self.usual_seconds = Some(match self.usual_seconds {
                Some(usual) => usual + LEARNED * (seconds.min(LONGEST * usual) - usual),
                None => seconds,
            });
        }
        self.newest_ms = Some(at_ms);
    }

    /// Seconds from the newest look with data to this time.
    pub(crate) fn seconds_since(&self, at_ms: i64) -> Option<f64> {
        self.newest_ms
            .map(|newest| at_ms.saturating_sub(newest) as f64 / 1000.0)
    }

    /// Seconds without data after which the series is taken to be away.
    pub(crate) fn stale_seconds(&self, options: &Options) -> f64 {
        let usual = self.usual_seconds.unwrap_or(GUESS_SECONDS);
        (options.stale_looks * usual).max(options.stale_seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stale(distances: &[i64]) -> f64 {
        let (mut rhythm, mut at) = (Rhythm::default(), 0);
        rhythm.observe(at);
        for seconds in distances {
            at += seconds * 1000;
            rhythm.observe(at);
        }
        rhythm.stale_seconds(&Options::default())
    }

    #[test]
    fn a_series_is_away_after_four_of_its_own_looks_and_never_after_less_than_half_a_minute() {
        assert_eq!(stale(&[]), 60.0);
        assert_eq!(stale(&[5; 10]), 30.0);
        assert_eq!(stale(&[60; 10]), 240.0);
        assert_eq!(stale(&[300; 2]), 1200.0);
    }

    #[test]
    fn an_outage_is_no_rhythm() {
        let mut distances = vec![15; 20];
        distances.push(3600);
        assert!(stale(&distances) < 90.0);
        distances.extend([15; 10]);
        assert!((60.0..63.0).contains(&stale(&distances)));
    }
}
