use crate::bet::{self, Null, Sample};
use crate::buckets::Buckets;
use crate::difference_interval::DifferenceInterval;
use crate::dispersion::Dispersion;
use crate::histogram::Histogram;
use crate::levels::{Levels, Standing};
use crate::pace::{Pace, Parts};
use crate::rank_bet;
use crate::signal::Effect;
use crate::verdict::Verdict;
use crate::wealth::Wealth;

/// Rises of the mean rank that are bet on. A rise of 0.05 means that a request of the canary is slower than one of stable
/// 55 times of 100.
const RISES: [f64; 4] = [0.03, 0.06, 0.12, 0.25];

/// Odds at an edge that are bet on, relative to stable's.
const ODDS: [f64; 2] = [1.5, 3.0];

/// Edges that are bet on: at the objective, and at the quantile.
const EDGES: usize = 2;

/// First weights: cash, the rises, the rise seen so far, then for each edge the odds and the conditional bet.
const DEGRADED_WEIGHTS: [f64; 12] = [
    0.05, 0.10, 0.15, 0.15, 0.10, 0.15, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05,
];

/// First weights: cash, no difference, half the effect.
const HEALTHY_WEIGHTS: [f64; 3] = [0.1, 0.65, 0.25];

/// How much more the looks of a latency are taken to scatter than independent requests, until they say otherwise:
/// queues make requests slow together.
const DISPERSION_GUESS: f64 = 4.0;

/// Two distributions in buckets, looked at again and again.
///
/// Against "no slower" (the canary's distribution is nowhere to the right of stable's) it bets on mean ranks, which see a
/// shift of everything, and on the shares past the objective's and the quantile's edge, which see a longer tail. Ranks
/// and edges come from stable's earlier looks, so a bet is fixed before the look it is about; the very first look is bet on
/// given what both arms showed together. For health both must be
/// rejected: that the mean rank, and that the share past the quantile's edge, are those of a stable that is slower by the
/// effect (see [`Buckets::slower`] for what is taken to happen inside a bucket).
///
/// Assumes: as for proportions. Latencies of neighbouring requests depend on each other as a rule, so the evidence is
/// divided by the overdispersion that was measured so far, less is made of it while few looks have told that
/// ([`Dispersion::unsure_evidence`]), and it is not exact. For the same reason finer looks end in no verdict before they are one of
/// usual length: a queue of a second or two would be all that they had seen.
#[derive(Debug, Clone)]
pub(crate) struct LatencyTest {
    effect: Effect,
    quantile: f64,
    objective: f64,
    levels: Levels,
    buckets: Option<Buckets>,
    degraded: Wealth,
    healthy_rank: Wealth,
    healthy_quantile: Wealth,
    interval: DifferenceInterval,
    dispersion: Dispersion,
    stable: Histogram,
    canary: Histogram,
    /// What has come of a look of usual length.
    parts: Parts,
    rejected: bool,
}

/// What earlier looks say about scores.
struct Ranks {
    scores: Vec<f64>,
    slower: Vec<f64>,
    /// Mean rank of the canary minus stable's, so far.
    seen: f64,
    /// Mean rank of a slower stable minus stable's.
    effect: f64,
    variance: f64,
}

fn mean(scores: &[f64], distribution: &Histogram) -> f64 {
    let sum: f64 = scores
        .iter()
        .zip(distribution.counts())
        .map(|(score, count)| score * count)
        .sum();
    sum / distribution.total()
}

fn squares(scores: &[f64], centre: f64) -> Vec<f64> {
    scores.iter().map(|score| (score - centre).powi(2)).collect()
}

/// Scores that are large at both ends of a distribution.
fn spread(ranks: &[f64]) -> Vec<f64> {
    squares(ranks, 0.5)
}

impl LatencyTest {
    pub(crate) fn new(effect: Effect, quantile: f64, objective: f64, levels: Levels) -> Self {
        LatencyTest {
            effect,
            quantile,
            objective,
            levels,
            buckets: None,
            degraded: Wealth::new(&DEGRADED_WEIGHTS, f64::INFINITY),
            healthy_rank: Wealth::new(&HEALTHY_WEIGHTS, levels.healthy_cap()),
            healthy_quantile: Wealth::new(&HEALTHY_WEIGHTS, levels.healthy_cap()),
            interval: DifferenceInterval::new(levels),
            dispersion: Dispersion::new(DISPERSION_GUESS, 0.5),
            stable: Histogram::default(),
            canary: Histogram::default(),
            parts: Parts::default(),
            rejected: false,
        }
    }

    pub(crate) fn new_phase(&mut self) {
        self.healthy_rank = Wealth::new(&HEALTHY_WEIGHTS, self.levels.healthy_cap());
        self.healthy_quantile = self.healthy_rank.clone();
        self.interval = DifferenceInterval::new(self.levels);
    }

    /// Calls the canary worse, if what was seen recently is worth stopping for.
    pub(crate) fn reject(&mut self) {
        self.rejected |= self.is_worth_stopping();
    }

    /// The logarithm of the evidence against "no worse" under the plain model: no smaller than what is left of it.
    pub(crate) fn degraded_log(&self) -> f64 {
        self.degraded.log_plain()
    }

    /// What is left of the evidence against "no worse" at what is known of the scatter by now.
    pub(crate) fn degraded_evidence(&self) -> f64 {
        self.dispersion.unsure_evidence(self.degraded.log_plain())
    }

    /// Adds to what is known without betting.
    fn learn(&mut self, pace: Pace, stable: &Histogram, canary: &Histogram) {
        if let Some(buckets) = self.buckets.clone()
            && let Some(ranks) = self.ranks(&buckets)
            && stable.total() > 0.0
        {
            let look = Histogram::new(&buckets.bounds, &stable.reduced(&buckets.bounds));
            let n = look.total();
            let part = n * (1.0 + n / self.stable.total());
            self.dispersion.observe_stable(
                n * (mean(&ranks.scores, &look) - 0.5),
                part * ranks.variance,
                pace.part,
            );
            if let Some(base) = self.base(&buckets) {
                let spread = spread(&ranks.scores);
                let centre = mean(&spread, &base);
                let variance = mean(&squares(&spread, centre), &base);
                self.dispersion.observe_spread_of_stable(
                    n * (mean(&spread, &look) - centre),
                    part * variance,
                    pace.part,
                );
            }
        }
        for (memory, look) in [(&mut self.stable, stable), (&mut self.canary, canary)] {
            memory.scale(pace.memory);
            if !look.bounds().is_empty() {
                memory.add(look);
            }
        }
    }

    /// The bounds that all have in common, so far and in this look.
    fn agree_on_bounds(&mut self, stable: &Histogram, canary: &Histogram) {
        let known = [&self.stable, &self.canary, stable, canary];
        let mut shared: Vec<f64> = stable.bounds().to_vec();
        for other in known.iter().filter(|histogram| !histogram.bounds().is_empty()) {
            shared.retain(|bound| other.bounds().contains(bound));
        }
        if self
            .buckets
            .as_ref()
            .is_none_or(|buckets| buckets.bounds != shared)
        {
            self.buckets = (!shared.is_empty()).then(|| Buckets::new(&shared, &self.effect));
        }
    }

    /// Stable alone, before there is a canary.
    pub(crate) fn observe_stable(&mut self, pace: Pace, stable: &Histogram) {
        self.agree_on_bounds(stable, &Histogram::default());
        self.learn(pace, stable, &Histogram::default());
    }

    pub(crate) fn observe(&mut self, pace: Pace, stable: &Histogram, canary: &Histogram) {
        self.agree_on_bounds(stable, canary);
        if let Some(buckets) = self.buckets.clone()
            && stable.total() > 0.0
            && canary.total() > 0.0
        {
            let reduce =
                |histogram: &Histogram| Histogram::new(&buckets.bounds, &histogram.reduced(&buckets.bounds));
            let (stable, canary) = (reduce(stable), reduce(canary));
            self.bet(pace, &buckets, &stable, &canary);
            self.learn(pace, &stable, &canary);
        } else {
            self.learn(pace, stable, canary);
        }
        if self.parts.complete(pace.part) && self.degraded_evidence() >= self.levels.degraded {
            self.reject();
        }
    }

    /// The bound that is used for the objective: the first that is not below it.
    fn objective_bound(&self, buckets: &Buckets) -> usize {
        buckets
            .bounds
            .partition_point(|bound| *bound < self.objective * (1.0 - 1e-9))
            .min(buckets.bounds.len() - 1)
    }

    fn quantile_bound(&self, buckets: &Buckets) -> Option<usize> {
        buckets.bound_with(1.0 - self.quantile, &self.base(buckets)?)
    }

    /// Stable's earlier looks in these buckets.
    fn base(&self, buckets: &Buckets) -> Option<Histogram> {
        (self.stable.total() >= 1.0)
            .then(|| Histogram::new(&buckets.bounds, &self.stable.reduced(&buckets.bounds)))
    }

    fn ranks(&self, buckets: &Buckets) -> Option<Ranks> {
        let base = self.base(buckets)?;
        let scores = buckets.ranks(&base);
        let slower = buckets.slower(&base).scores(&scores);
        let centre = mean(&scores, &base);
        let variance = mean(&squares(&scores, centre), &base);
        let canary = Histogram::new(&buckets.bounds, &self.canary.reduced(&buckets.bounds));
        let seen = if canary.total() > 0.0 {
            mean(&scores, &canary) - centre
        } else {
            0.0
        };
        let effect = mean(&slower, &base) - centre;
        Some(Ranks {
            scores,
            slower,
            seen,
            effect,
            variance,
        })
    }

    fn bet(&mut self, pace: Pace, buckets: &Buckets, stable: &Histogram, canary: &Histogram) {
        let overdispersion = self.dispersion.factor();
        let for_now = self.dispersion.factor_for_now();
        let mut degraded = [0.0; DEGRADED_WEIGHTS.len()];
        let mut rank = [0.0; HEALTHY_WEIGHTS.len()];
        let mut quantile = [0.0; HEALTHY_WEIGHTS.len()];
        if let Some(ranks) = self.ranks(buckets) {
            let score = |rise: f64, stable_scores: &[f64], centre: f64| {
                let stable = (stable_scores, stable.counts());
                let canary = (ranks.scores.as_slice(), canary.counts());
                bet::scores(rise, centre, ranks.variance, stable, canary)
            };
            for (slot, rise) in degraded[1..].iter_mut().zip(RISES) {
                *slot = score(rise, &ranks.scores, 0.5);
            }
            degraded[1 + RISES.len()] = score(ranks.seen.max(0.5 * ranks.effect), &ranks.scores, 0.5);
            for (slot, part) in rank[1..].iter_mut().zip([1.0, 0.5]) {
                *slot = score(-part * ranks.effect, &ranks.slower, 0.5 + ranks.effect);
            }
            self.measure_scatter(pace, &ranks, stable, canary);
        } else {
            let mut both = stable.clone();
            both.add(canary);
            let scores = buckets.ranks(&both);
            for (slot, rise) in degraded[1..].iter_mut().zip(RISES) {
                let log = rank_bet::conditional(rise, &scores, stable.counts(), canary.counts());
                *slot = log;
            }
        }
        let edges = [Some(self.objective_bound(buckets)), self.quantile_bound(buckets)];
        for (index, bound) in edges.into_iter().enumerate() {
            let Some(bound) = bound else { continue };
            let at = 2 + RISES.len() + index * (DEGRADED_WEIGHTS.len() - 2 - RISES.len()) / EDGES;
            let slots = &mut degraded[at..];
            self.bet_on_edge(buckets, bound, stable, canary, slots);
        }
        if let Some(bound) = edges[1] {
            self.bet_on_quantile(buckets, bound, stable, canary, &mut quantile);
        }
        self.follow_difference(pace, buckets, stable, canary, overdispersion);
        self.degraded.bet(&degraded, for_now, pace);
        self.healthy_rank.bet(&rank, overdispersion, pace);
        self.healthy_quantile.bet(&quantile, overdispersion, pace);
    }

    fn bet_on_edge(
        &self,
        buckets: &Buckets,
        bound: usize,
        stable: &Histogram,
        canary: &Histogram,
        slots: &mut [f64],
    ) {
        let sample = |h: &Histogram| Sample::new(h.total(), buckets.past(bound, h.counts()));
        let (stable, canary) = (sample(stable), sample(canary));
        let share = canary.total / (stable.total + canary.total);
        slots[ODDS.len()] = bet::conditional(8.0, 1.0, canary.bad, stable.bad + canary.bad, share);
        let Some(base) = self.base(buckets) else { return };
        let past = (buckets.past(bound, base.counts()) + 0.5) / (base.total() + 1.0);
        for (slot, odds) in slots.iter_mut().zip(ODDS) {
            let odds = odds * past / (1.0 - past);
            let alternative = (past, odds / (1.0 + odds));
            *slot = bet::proportions(Null::NO_WORSE, 1.0, alternative, stable, canary);
        }
    }

    fn bet_on_quantile(
        &self,
        buckets: &Buckets,
        bound: usize,
        stable: &Histogram,
        canary: &Histogram,
        slots: &mut [f64],
    ) {
        let Some(base) = self.base(buckets) else { return };
        let past = buckets.past(bound, base.counts()) / base.total();
        let if_slower = buckets.slower(&base);
        let slower = if_slower.past(bound, base.counts()) / base.total();
        let stable = Sample::new(stable.total(), if_slower.past(bound, stable.counts()));
        let canary = Sample::new(canary.total(), buckets.past(bound, canary.counts()));
        for (slot, part) in slots[1..].iter_mut().zip([0.0, 0.5]) {
            let alternative = (slower, past + part * (slower - past));
            *slot = bet::proportions(Null::NO_WORSE, -1.0, alternative, stable, canary);
        }
    }

    fn follow_difference(
        &mut self,
        pace: Pace,
        buckets: &Buckets,
        stable: &Histogram,
        canary: &Histogram,
        overdispersion: f64,
    ) {
        let bound = self.objective_bound(buckets);
        let Some(base) = self.base(buckets) else { return };
        let at = (buckets.past(bound, base.counts()) + 0.5) / (base.total() + 1.0);
        const PULL: f64 = 20.0;
        let seen = self.canary.reduced(&buckets.bounds);
        let seen = (buckets.past(bound, &seen) + PULL * at) / (self.canary.total() + PULL);
        let sample = |h: &Histogram| Sample::new(h.total(), buckets.past(bound, h.counts()));
        self.interval
            .observe((at, seen), sample(stable), sample(canary), overdispersion, pace);
    }

    fn measure_scatter(&mut self, pace: Pace, ranks: &Ranks, stable: &Histogram, canary: &Histogram) {
        let (n_stable, n_canary) = (stable.total(), canary.total());
        let all = n_stable + n_canary;
        let both = |scores: &[f64]| (mean(scores, stable) * n_stable + mean(scores, canary) * n_canary) / all;
        let of = |scores: &[f64]| {
            let centre = both(scores);
            let variance = both(&squares(scores, centre)) * n_stable * n_canary / (all - 1.0).max(1.0);
            (n_canary * (mean(scores, canary) - centre), variance)
        };
        let (excess, variance) = of(&ranks.scores);
        self.dispersion.observe_difference(excess, variance, pace.part);
        let (excess, variance) = of(&spread(&ranks.scores));
        self.dispersion
            .observe_difference_of_spread(excess, variance, pace.part);
    }

    /// The bound among those that are judged with the largest difference, with the shares past it of canary and stable.
    fn edge(&self) -> Option<(f64, f64, f64)> {
        let buckets = self.buckets.as_ref()?;
        let (stable, canary) = (
            self.stable.reduced(&buckets.bounds),
            self.canary.reduced(&buckets.bounds),
        );
        let (all_stable, all_canary) = (self.stable.total(), self.canary.total());
        if all_stable <= 0.0 || all_canary <= 0.0 {
            return None;
        }
        (0..buckets.bounds.len())
            .map(|bound| {
                let shares = (
                    buckets.past(bound, &canary) / all_canary,
                    buckets.past(bound, &stable) / all_stable,
                );
                (buckets.bounds[bound], shares.0, shares.1)
            })
            .max_by(|a, b| (a.1 - a.2).total_cmp(&(b.1 - b.2)))
    }

    /// Whether what was seen recently is at least half of the smallest effect worth stopping for.
    fn is_worth_stopping(&self) -> bool {
        let Some(buckets) = self.buckets.as_ref() else {
            return false;
        };
        let Some(ranks) = self.ranks(buckets) else {
            return false;
        };
        if ranks.seen >= 0.5 * ranks.effect {
            return true;
        }
        let Some(base) = self.base(buckets) else {
            return false;
        };
        let canary = self.canary.reduced(&buckets.bounds);
        let if_slower = buckets.slower(&base);
        [Some(self.objective_bound(buckets)), self.quantile_bound(buckets)]
            .into_iter()
            .flatten()
            .any(|bound| {
                let stable = buckets.past(bound, base.counts()) / base.total();
                let slower = if_slower.past(bound, base.counts()) / base.total();
                let seen = buckets.past(bound, &canary) / self.canary.total();
                seen - stable >= 0.5 * (slower - stable) && seen > stable
            })
    }

    /// The edge that the interval is about.
    pub(crate) fn interval_edge(&self) -> Option<f64> {
        let buckets = self.buckets.as_ref()?;
        buckets.bounds.get(self.objective_bound(buckets)).copied()
    }

    pub(crate) fn standing(&self) -> Standing {
        let healthy = if self.healthy_rank.log() < self.healthy_quantile.log() {
            &self.healthy_rank
        } else {
            &self.healthy_quantile
        };
        let degraded = self.degraded_evidence();
        let towards = if self.is_worth_stopping() {
            Verdict::Degraded
        } else {
            Verdict::Healthy
        };
        Standing {
            degraded,
            healthy: healthy.log(),
            rejected: self.rejected,
            towards: Some(towards),
            degraded_in: self.degraded.looks_until(self.levels.degraded - degraded),
            healthy_in: healthy.looks_until(self.levels.healthy - healthy.log()),
            interval: self.buckets.is_some().then(|| self.interval.bounds(self.levels)),
            overdispersion: self.dispersion.factor(),
            edge: self.edge(),
        }
    }
}
