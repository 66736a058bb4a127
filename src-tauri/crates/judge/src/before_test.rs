use crate::bet;
use crate::buckets::Buckets;
use crate::levels::{Levels, Standing};
use crate::pace::Pace;
use crate::season::Season;
use crate::signal::{Effect, SignalKind, SignalSpec, Worse};
use crate::totals::Totals;
use crate::verdict::Verdict;
use crate::wealth::Wealth;

/// First weights: cash, once, twice and six times the effect.
const DEGRADED_WEIGHTS: [f64; 4] = [0.1, 0.4, 0.3, 0.2];

/// First weights: cash, no difference, a quarter of the effect.
const HEALTHY_WEIGHTS: [f64; 3] = [0.1, 0.6, 0.3];

/// Standard errors of what stable showed that are allowed for.
const ALLOWANCE: f64 = 3.0;

/// The canary alone, held against what stable showed before it was gone.
///
/// Weaker than a comparison side by side: what changes with the time of day looks like a difference of the versions. So
/// "worse" begins at half of the effect, or three standard errors of what stable showed if that is more. Against these fixed borders
/// each mean is tested by betting (Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting",
/// 2024), counts as a Poisson process. A latency is tested by its mean rank and by the share past its quantile's edge:
/// both must be healthy, either may be degraded.
///
/// Where earlier days are known ([`crate::same_hours`]) what stable showed is moved as they moved from then to now, and the borders
/// lie beyond what any of them did: worse begins above the day that rose most, health ends at the effect above the day that fell
/// most. This assumes that today is no more unlike the days before than they are unlike each other.
#[derive(Debug, Clone)]
pub(crate) struct BeforeTest {
    levels: Levels,
    worse: Worse,
    overdispersion: f64,
    buckets: Option<Buckets>,
    streams: Vec<Stream>,
    rejected: bool,
}

/// One mean.
#[derive(Debug, Clone)]
struct Stream {
    law: Law,
    /// Stable's mean before.
    base: f64,
    /// The smallest effect worth stopping for.
    effect: f64,
    /// Above this it is worse.
    border: f64,
    /// From here on it is not healthy.
    too_much: f64,
    /// For ranks; other laws have their own.
    variance: f64,
    degraded: Wealth,
    healthy: Wealth,
    /// What the canary showed recently: sum and what it is over.
    seen: (f64, f64),
}

#[derive(Debug, Clone)]
enum Law {
    /// Requests in buckets with these scores; the scores are 0 and 1.
    Proportion(Vec<f64>),
    /// The same with scores between.
    Ranks(Vec<f64>),
    /// Events and exposure.
    Poisson,
}

impl BeforeTest {
    /// None where stable showed nothing, or the signal has no sequential test.
    pub(crate) fn new(
        spec: &SignalSpec,
        levels: Levels,
        before: &Totals,
        season: Option<Season>,
        overdispersion: f64,
    ) -> Option<Self> {
        let (kind, worse) = (spec.kind, spec.rule.worse);
        let effect = spec.rule.against_stable?;
        if before.size <= 0.0 {
            return None;
        }
        let mut buckets = None;
        let streams = match kind {
            SignalKind::ErrorRatio => {
                let bad = if worse == Worse::Higher {
                    before.sum
                } else {
                    before.size - before.sum
                };
                let base = (bad + 0.5) / (before.size + 1.0);
                let expected = Expected::moved(base, effect, season.filter(|_| worse == Worse::Higher));
                let law = Law::Proportion(vec![0.0, 1.0]);
                vec![Stream::new(law, expected, before.size, 0.0, levels)]
            }
            SignalKind::Count => {
                let base = (before.sum + 0.5) / before.size;
                let expected = Expected::moved(base, effect, season);
                vec![Stream::new(Law::Poisson, expected, before.size, 0.0, levels)]
            }
            SignalKind::Latency { quantile, .. } => {
                let found = Buckets::new(before.histogram.bounds(), &effect);
                let streams = latency_streams(&found, quantile, before, season, levels)?;
                buckets = Some(found);
                streams
            }
            SignalKind::Gauge | SignalKind::Rate => return None,
        };
        Some(BeforeTest {
            levels,
            worse,
            overdispersion,
            buckets,
            streams,
            rejected: false,
        })
    }

    pub(crate) fn observe(&mut self, pace: Pace, canary: &Totals) {
        if canary.size <= 0.0 {
            return;
        }
        let counts = match &self.buckets {
            Some(buckets)
                if buckets
                    .bounds
                    .iter()
                    .all(|b| canary.histogram.bounds().contains(b)) =>
            {
                canary.histogram.reduced(&buckets.bounds)
            }
            // Other buckets than before: not comparable.
            Some(_) => return,
            None => {
                let bad = if self.worse == Worse::Higher {
                    canary.sum
                } else {
                    canary.size - canary.sum
                };
                vec![canary.size - bad, bad]
            }
        };
        let level = self.level();
        for stream in &mut self.streams {
            stream.observe(pace, (canary.sum, canary.size), &counts, self.overdispersion);
            self.rejected |= stream.degraded.log() >= level && stream.is_worth_stopping();
        }
    }

    /// What the evidence of one stream must reach: any of them can make it degraded, so they share alpha.
    fn level(&self) -> f64 {
        self.levels.degraded + (self.streams.len() as f64).ln()
    }

    pub(crate) fn standing(&self) -> Standing {
        let streams = || self.streams.iter();
        let level = self.level();
        let most = streams()
            .map(|s| s.degraded.log())
            .fold(f64::NEG_INFINITY, f64::max);
        let least = streams().map(|s| s.healthy.log()).fold(f64::INFINITY, f64::min);
        let degraded_in = streams().filter_map(|s| s.degraded.looks_until(level - s.degraded.log()));
        let mut open = streams().filter(|s| s.healthy.log() < self.levels.healthy);
        let healthy_in = open.try_fold(0.0_f64, |longest, s| {
            let looks = s.healthy.looks_until(self.levels.healthy - s.healthy.log())?;
            Some(longest.max(looks))
        });
        let towards = if streams().any(Stream::is_worth_stopping) {
            Verdict::Degraded
        } else {
            Verdict::Healthy
        };
        Standing {
            // Against the level of a single test.
            degraded: most - (level - self.levels.degraded),
            healthy: least,
            rejected: self.rejected,
            towards: Some(towards),
            degraded_in: degraded_in.reduce(f64::min),
            healthy_in,
            interval: None,
            overdispersion: self.overdispersion,
            edge: None,
        }
    }
}

/// What a stream would show if nothing but the time of the day had changed, and what the effect adds to that.
#[derive(Debug, Clone, Copy)]
struct Expected {
    /// On average over the earlier days.
    base: f64,
    /// On the day that rose most.
    most: f64,
    /// The effect on top of `base`.
    effect: f64,
    /// The effect on top of the day that fell most.
    too_much: f64,
}

impl Expected {
    fn moved(before: f64, effect: Effect, season: Option<Season>) -> Self {
        let (low, ratio, high) = factors(season);
        let base = before * ratio;
        Expected {
            base,
            most: before * high,
            effect: effect.at(base),
            too_much: before * low + effect.at(before * low),
        }
    }

    /// From what is seen at a scale of all durations, without and with the effect.
    fn at_scales(season: Option<Season>, seen: impl Fn(f64, bool) -> f64) -> Self {
        let (low, ratio, high) = factors(season);
        let base = seen(ratio, false);
        Expected {
            base,
            most: seen(high, false),
            effect: seen(ratio, true) - base,
            too_much: seen(low, true),
        }
    }
}

/// The day that fell most, the mean of all, and the day that rose most.
fn factors(season: Option<Season>) -> (f64, f64, f64) {
    season.map_or((1.0, 1.0, 1.0), |season| (season.low, season.ratio, season.high))
}

fn latency_streams(
    buckets: &Buckets,
    quantile: f64,
    before: &Totals,
    season: Option<Season>,
    levels: Levels,
) -> Option<Vec<Stream>> {
    let (counts, total) = (before.histogram.counts(), before.histogram.total());
    let bound = buckets.bound_with(1.0 - quantile, &before.histogram)?;
    let slower = |scale: f64, with_effect: bool| {
        let scaled = buckets.at_scale(scale);
        let scaled = if with_effect {
            scaled
        } else {
            scaled.without_effect()
        };
        scaled.slower(&before.histogram)
    };
    let edge = (0..=buckets.bounds.len())
        .map(|bucket| if bucket > bound { 1.0 } else { 0.0 })
        .collect();
    let past = Expected::at_scales(season, |scale, with| {
        slower(scale, with).past(bound, counts) / total
    });
    let ranks = buckets.ranks(&before.histogram);
    let mean = |scores: &[f64]| scores.iter().zip(counts).map(|(s, n)| s * n).sum::<f64>() / total;
    let rank = Expected::at_scales(season, |scale, with| mean(&slower(scale, with).scores(&ranks)));
    let variance = mean(&ranks.iter().map(|rank| (rank - 0.5).powi(2)).collect::<Vec<_>>());
    Some(vec![
        Stream::new(Law::Proportion(edge), past, total, 0.0, levels),
        Stream::new(Law::Ranks(ranks), rank, total, variance, levels),
    ])
}

impl Stream {
    fn new(law: Law, expected: Expected, size: f64, variance: f64, levels: Levels) -> Self {
        let Expected { base, effect, .. } = expected;
        let own = match law {
            Law::Proportion(_) => base * (1.0 - base),
            Law::Ranks(_) => variance,
            Law::Poisson => base,
        };
        Stream {
            border: expected.most + (0.5 * effect).max(ALLOWANCE * (own / size).sqrt()),
            too_much: expected.too_much,
            law,
            base,
            effect,
            variance,
            degraded: Wealth::new(&DEGRADED_WEIGHTS, f64::INFINITY),
            healthy: Wealth::new(&HEALTHY_WEIGHTS, levels.healthy_cap()),
            seen: (0.0, 0.0),
        }
    }

    fn observe(&mut self, pace: Pace, events: (f64, f64), counts: &[f64], overdispersion: f64) {
        let log = |mean: f64, alternative: f64| match &self.law {
            Law::Proportion(scores) => {
                let c = (alternative - mean) / (mean * (1.0 - mean));
                bet::mean(c, mean, scores, counts)
            }
            Law::Ranks(scores) => bet::mean(
                (alternative - mean) / self.variance.max(1e-6),
                mean,
                scores,
                counts,
            ),
            Law::Poisson => events.0 * (alternative / mean).ln() - events.1 * (alternative - mean),
        };
        let top = if matches!(self.law, Law::Poisson) {
            f64::INFINITY
        } else {
            0.999
        };
        let worse = [1.0, 2.0, 6.0].map(|times| (self.border + times * self.effect).min(top));
        let degraded = worse.map(|alternative| log(self.border, alternative));
        let too_much = self.too_much.min(top);
        let healthy = [0.0, 0.25].map(|part| {
            let alternative = self.base + part * self.effect;
            // Days that differ by more than the effect leave nothing that could be called healthy.
            if alternative < too_much {
                log(too_much, alternative)
            } else {
                0.0
            }
        });
        let degraded = [0.0, degraded[0], degraded[1], degraded[2]];
        self.degraded.bet(&degraded, overdispersion, pace);
        let healthy = [0.0, healthy[0], healthy[1]];
        self.healthy.bet(&healthy, overdispersion, pace);
        let (sum, size) = match &self.law {
            Law::Proportion(scores) | Law::Ranks(scores) => (
                scores
                    .iter()
                    .zip(counts)
                    .map(|(score, count)| score * count)
                    .sum(),
                counts.iter().sum::<f64>(),
            ),
            Law::Poisson => events,
        };
        self.seen = (pace.memory * self.seen.0 + sum, pace.memory * self.seen.1 + size);
    }

    fn is_worth_stopping(&self) -> bool {
        self.seen.1 > 0.0 && self.seen.0 / self.seen.1 >= self.base + 0.5 * self.effect
    }
}
