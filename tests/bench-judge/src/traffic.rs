//! Simulated releases: what two arms show from look to look.

use judge::Reading;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution, Poisson, StandardNormal};

/// Seconds between looks, where nothing else is said, and always before the release.
pub const SCRAPE: f64 = 5.0;

/// Seconds of a release that are looked at.
pub const RELEASE: f64 = 1800.0;

/// How many looks this many seconds apart a release has.
pub fn looks_of(scrape: f64) -> usize {
    (RELEASE / scrape) as usize
}

/// Requests of a look, both arms together: 200 a second.
pub const LOOK: f64 = 200.0 * SCRAPE;

/// Traffic of one release.
#[derive(Debug, Clone, Copy)]
pub struct Traffic {
    /// Requests per second, both arms together.
    pub rate: f64,
    /// The canary's part of them.
    pub share: f64,
    /// Seconds between looks.
    pub scrape: f64,
    /// How requests arrive and fail.
    pub pattern: Pattern,
}

/// How requests arrive and fail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pattern {
    /// Independent requests at a steady rate.
    Steady,
    /// Failures come in bursts with this mean length, as retries make them.
    Bursts(f64),
    /// Requests are independent but arrive in gusts: each look has a number of them of its own, in both arms alike, that is
    /// exponentially distributed around the mean.
    Gusts,
    /// Traffic and failures both rise and fall over the release, by a factor of up to 3.
    Diurnal,
}

impl Default for Traffic {
    /// 200 steady requests a second, a tenth of them the canary's, a look every 5 s.
    fn default() -> Self {
        Traffic {
            rate: LOOK / SCRAPE,
            share: 0.1,
            scrape: SCRAPE,
            pattern: Pattern::Steady,
        }
    }
}

fn poisson(rng: &mut ChaCha8Rng, mean: f64) -> f64 {
    if mean <= 0.0 {
        0.0
    } else {
        Poisson::new(mean).map_or(0.0, |law| law.sample(rng))
    }
}

fn binomial(rng: &mut ChaCha8Rng, n: f64, p: f64) -> f64 {
    Binomial::new(n as u64, p.clamp(0.0, 1.0)).map_or(0.0, |law| law.sample(rng) as f64)
}

impl Traffic {
    /// The look at this part (0 to 1) of the release: requests of stable and of the canary and what fails of them.
    pub fn ratios(&self, rng: &mut ChaCha8Rng, part: f64, stable: f64, canary: f64) -> (Reading, Reading) {
        let swing = match self.pattern {
            Pattern::Diurnal => 3.0_f64.powf((part * std::f64::consts::TAU).sin()),
            _ => 1.0,
        };
        let gust = match self.pattern {
            Pattern::Gusts => -(1.0 - rng.random::<f64>()).ln(),
            _ => 1.0,
        };
        let requests = self.rate * self.scrape * swing * gust;
        let mut arm = |share: f64, errors: f64| {
            let total = poisson(rng, requests * share);
            let errors = errors * swing;
            let bad = match self.pattern {
                Pattern::Bursts(length) => {
                    let starts = poisson(rng, total * errors / length);
                    let ends = 1.0 / length;
                    let mut bad = 0.0;
                    for _ in 0..starts as u64 {
                        bad += 1.0;
                        while rng.random::<f64>() > ends {
                            bad += 1.0;
                        }
                    }
                    f64::min(bad, total)
                }
                _ => binomial(rng, total, errors),
            };
            Reading::ratio(total, bad)
        };
        let stable = arm(1.0 - self.share, stable);
        (stable, arm(self.share, canary))
    }
}

/// Bucket bounds of the usual client libraries, in seconds.
pub const BOUNDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Latencies of one arm: the logarithm is normal, and each request depends on the one before it.
#[derive(Debug, Clone)]
pub struct Latencies {
    /// Median in seconds.
    pub median: f64,
    /// Standard deviation of the logarithm.
    pub sigma: f64,
    /// Correlation of neighbouring requests.
    pub phi: f64,
    last: f64,
}

impl Latencies {
    /// Independent requests with `phi` 0.
    pub fn new(median: f64, sigma: f64, phi: f64) -> Self {
        Latencies {
            median,
            sigma,
            phi,
            last: 0.0,
        }
    }

    /// A histogram of about so many requests.
    pub fn histogram(&mut self, rng: &mut ChaCha8Rng, bounds: &[f64], mean_requests: f64) -> Reading {
        let noise = (1.0 - self.phi * self.phi).sqrt();
        // Where the bounds are among the normal numbers that latencies come from: looking there is the cheapest.
        let edges: Vec<f64> = bounds
            .iter()
            .map(|b| (b / self.median).ln() / self.sigma)
            .collect();
        let mut past = vec![0_u32; bounds.len()];
        let requests = poisson(rng, mean_requests) as u64;
        let mut sum = 0.0;
        for _ in 0..requests {
            let normal: f64 = StandardNormal.sample(rng);
            self.last = self.phi * self.last + noise * normal;
            for (past, edge) in past.iter_mut().zip(&edges) {
                *past += u32::from(self.last > *edge);
            }
            sum += (self.sigma * self.last).exp();
        }
        let more_than = |bound: usize| past.get(bound).map_or(0.0, |n| f64::from(*n));
        let mut counts = vec![requests as f64 - more_than(0)];
        counts.extend((0..bounds.len()).map(|bound| more_than(bound) - more_than(bound + 1)));
        Reading::histogram(bounds.to_vec(), counts, self.median * sum)
    }
}
