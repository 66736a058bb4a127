use crate::arm::Arm;
use crate::before_test::BeforeTest;
use crate::bundle::Bundle;
use crate::burn_rate::{BurnRates, Burning};
use crate::change_point::{Kept, Passed};
use crate::judge::Arms;
use crate::kayenta;
use crate::levels::{Levels, Standing};
use crate::options::{Method, Options};
use crate::own_course::OwnCourse;
use crate::pace::Pace;
use crate::phase::Phase;
use crate::reading::Look;
use crate::rhythm::Rhythm;
use crate::season::{Past, Season, same_hours};
use crate::sequential::{self, SequentialTest};
use crate::sides::Sides;
use crate::signal::{Role, SignalKind, SignalSpec, Worse};
use crate::threshold;
use crate::totals::{Pair, Totals};
use crate::verdict::{Basis, Evidence, IntervalOf, Reason, SignalVerdict, Verdict};

/// Seconds that the first look is taken to stand for.
const FIRST_SECONDS: f64 = 5.0;

/// The least and the most time that earlier days are compared over, before the canary served alone and after.
const LEAST_SPAN_MS: i64 = 600_000;
const MOST_SPAN_MS: i64 = 1_800_000;

/// One signal through a release: what its looks amount to.
#[derive(Debug, Clone)]
pub(crate) struct Track {
    pub(crate) spec: SignalSpec,
    pub(crate) phase: Phase,
    /// What stable showed in the newest phase in which it served.
    pub(crate) before: Totals,
    /// First and last look that `before` is of.
    before_between: Option<(i64, i64)>,
    /// What it showed at such hours of earlier days.
    earlier: Vec<Past>,
    /// How those days went on from the hours of `before`, in a phase in which the canary serves alone.
    season: Option<Season>,
    levels: Levels,
    /// The comparison with stable, if the method is sequential and the signal has such a test.
    test: Option<SequentialTest>,
    /// The same for a phase in which the canary serves alone.
    before_test: Option<BeforeTest>,
    /// The canary against its own course, if the signal asks for that.
    own_course: Option<OwnCourse>,
    /// Looks on their way to one of its values.
    for_course: Bundle,
    /// The canary against its objective, if it has one.
    burn: Option<BurnRates>,
    /// Looks at both arms, to say later when a difference began.
    kept: Kept,
    /// What Kayenta's judge compares, if it is asked.
    series: Option<kayenta::Series>,
    /// Looks on their way to one of its values.
    for_series: Bundle,
    newest_ms: Option<i64>,
    /// How far apart looks with data are.
    rhythm: Rhythm,
    /// Looks that came late, twice or out of order, and were not counted.
    ignored: u64,
}

impl Track {
    /// `part` is the signal's part of alpha.
    pub(crate) fn new(spec: SignalSpec, options: &Options, part: f64) -> Self {
        let levels = Levels {
            degraded: -(options.alpha * part).ln(),
            healthy: -options.false_healthy.ln(),
        };
        let test = match (options.method, spec.role) {
            (Method::Threshold | Method::Kayenta, _) | (_, Role::Context) => None,
            (Method::Sequential, _) => SequentialTest::new(&spec, levels),
        };
        let compares = options.method == Method::Kayenta && spec.role != Role::Context;
        Track {
            series: (compares && spec.rule.against_stable.is_some()).then(kayenta::Series::default),
            own_course: OwnCourse::new(&spec).filter(|_| spec.role != Role::Context),
            for_course: Bundle::default(),
            for_series: Bundle::default(),
            burn: spec.rule.objective.map(BurnRates::new),
            kept: Kept::default(),
            spec,
            phase: Phase::new(Arms::Both),
            before: Totals::default(),
            before_between: None,
            earlier: Vec::new(),
            season: None,
            levels,
            test,
            before_test: None,
            newest_ms: None,
            rhythm: Rhythm::default(),
            ignored: 0,
        }
    }

    pub(crate) fn new_phase(&mut self, arms: Arms) {
        if self.phase.stable_total.size > 0.0 {
            self.before = std::mem::take(&mut self.phase.stable_total);
            self.before_between = self.phase.stable_between;
        }
        self.phase = Phase::new(arms);
        self.before_test = None;
        (self.for_course, self.for_series) = (Bundle::default(), Bundle::default());
        if let Some(course) = &mut self.own_course {
            course.new_phase();
        }
        if let Some(series) = &mut self.series {
            series.new_phase(arms);
        }
        if let Some(test) = &mut self.test {
            test.new_phase();
        }
        self.hold_against_before();
    }

    /// What the canary is compared with in this phase.
    pub(crate) fn basis(&self) -> Basis {
        match self.phase.arms {
            Arms::Both => Basis::Concurrent,
            Arms::CanaryOnly if self.season.is_some() && self.before_test.is_some() => Basis::Season,
            Arms::CanaryOnly => Basis::Before,
        }
    }

    /// The hours that are compared with those of earlier days.
    pub(crate) fn hours(&self) -> Option<(i64, i64)> {
        let is_asked = self.phase.arms == Arms::CanaryOnly && self.phase.looks_counted == 0;
        let (from, until) = self.before_between.filter(|_| is_asked)?;
        let span = (until - from).clamp(LEAST_SPAN_MS, MOST_SPAN_MS);
        Some((until - span, until + span))
    }

    /// Takes what was shown on earlier days.
    pub(crate) fn recall(&mut self, past: Vec<Past>) {
        self.earlier = past;
        if self.hours().is_some() {
            self.hold_against_before();
        }
    }

    /// Prepares the comparison of a canary that serves alone.
    fn hold_against_before(&mut self) {
        let hours = self.hours().zip(self.before_between);
        self.season = hours.and_then(|((after, until), (_, middle))| {
            same_hours(&self.earlier, (after, middle), (middle, until))
        });
        if let (Arms::CanaryOnly, Some(test)) = (self.phase.arms, &self.test) {
            self.before_test = BeforeTest::new(
                &self.spec,
                self.levels,
                &self.before,
                self.season,
                test.standing().overdispersion,
            );
        }
    }

    /// The test, if the signal can make the release degraded.
    pub(crate) fn critical_test(&mut self) -> Option<&mut SequentialTest> {
        if self.spec.role == Role::Critical {
            self.test.as_mut()
        } else {
            None
        }
    }

    pub(crate) fn ignored(&self) -> u64 {
        self.ignored
    }

    /// Signals that a cold process distorts.
    fn warms_up(&self) -> bool {
        matches!(
            self.spec.kind,
            SignalKind::Latency { .. } | SignalKind::Gauge | SignalKind::Rate
        )
    }

    pub(crate) fn observe(&mut self, options: &Options, look: &Look) {
        if self.newest_ms.is_some_and(|newest| look.at_ms <= newest) {
            self.ignored = self.ignored.saturating_add(1);
            return;
        }
        let since = self
            .newest_ms
            .map(|newest| look.at_ms.saturating_sub(newest) as f64 / 1000.0);
        let of_data = self.rhythm.seconds_since(look.at_ms);
        let pace = Pace::after(since.unwrap_or(FIRST_SECONDS), of_data.unwrap_or(FIRST_SECONDS));
        self.newest_ms = Some(look.at_ms);
        let phase = &mut self.phase;
        phase.newest_ms = Some(look.at_ms);
        let kind = self.spec.kind;
        let mut pair = Pair::default();
        let right = [
            pair.stable.add(kind, &look.stable.clone().checked(), pace.part),
            pair.canary.add(kind, &look.canary.clone().checked(), pace.part),
        ];
        if right.contains(&false) {
            phase.wrong_reading = true;
            return;
        }
        if pair.stable.looks > 0.0 || pair.canary.looks > 0.0 {
            self.rhythm.observe(look.at_ms);
        }
        if pair.stable.looks > 0.0 {
            phase.stable_ms = Some(look.at_ms);
        }
        if pair.canary.looks > 0.0 {
            phase.canary_ms = Some(look.at_ms);
        }
        if pair.canary.size > 0.0 {
            phase.started_ms.get_or_insert(look.at_ms);
        }
        if phase.started_ms.is_some() {
            phase.looks = phase.looks.saturating_add(1);
        }
        // Stable alone, before there is a canary, is not cold: it teaches what is normal.
        let age = phase
            .started_ms
            .map(|started| look.at_ms.saturating_sub(started) as f64 / 1000.0);
        if age.is_some_and(|age| age < options.warmup_seconds) && self.warms_up() {
            return;
        }
        self.count(options, pace, look.at_ms, pair);
    }

    fn count(&mut self, options: &Options, pace: Pace, at_ms: i64, pair: Pair) {
        let kind = self.spec.kind;
        let phase = &mut self.phase;
        if let Some(limit) = &self.spec.rule.limit {
            phase.limit.observe(
                at_ms,
                kind,
                self.spec.rule.worse,
                limit,
                &options.minimum,
                &pair.canary,
            );
        }
        let passed = |totals: &Totals| totals.passed(kind, self.spec.rule.worse);
        if let (Some(burn), Some((total, bad))) = (&mut self.burn, passed(&pair.canary)) {
            burn.observe(at_ms, total, bad);
        }
        if let (Some(course), Some(_)) = (&mut self.own_course, pair.canary.value(kind))
            && let Some(whole) = self.for_course.add(&pair, pace.part)
            && let Some(value) = whole.canary.value(kind)
        {
            course.observe(at_ms, value);
        }
        // A comparison uses only looks in which both arms are known: they share what happens around them.
        if phase.arms == Arms::Both
            && pair.stable.looks > 0.0
            && let Some(test) = &mut self.test
        {
            test.observe(self.spec.rule.worse, pace, &pair);
        }
        if let Some(test) = &mut self.before_test {
            test.observe(pace, &pair.canary);
        }
        let compares = self.spec.rule.against_stable.is_some() && phase.arms == Arms::Both;
        if pair.canary.looks <= 0.0 || (compares && pair.stable.looks <= 0.0) {
            return;
        }
        if phase.arms == Arms::Both
            && let (Some(stable), Some(canary)) = (passed(&pair.stable), passed(&pair.canary))
        {
            self.kept.push(Passed {
                at_ms,
                stable,
                canary,
            });
        }
        phase.canary_size += pair.canary.size;
        phase.looks_counted = phase.looks_counted.saturating_add(1);
        phase.stable_total = phase.stable_total.merged(&pair.stable);
        if pair.stable.looks > 0.0 {
            phase.stable_between = Some((phase.stable_between.map_or(at_ms, |between| between.0), at_ms));
        }
        phase.window.observe(at_ms, kind, &options.minimum, &pair);
        if let Some(series) = &mut self.series
            && let Some(whole) = self.for_series.add(&pair, pace.part)
        {
            series.observe(kind, phase.arms, &whole);
        }
    }

    pub(crate) fn verdict(&self, options: &Options, now_ms: Option<i64>) -> SignalVerdict {
        let test = self.test.as_ref().filter(|_| self.phase.arms == Arms::Both);
        let before = self.before_test.as_ref().map(BeforeTest::standing);
        let standing = test.map(SequentialTest::standing).or(before);
        let mut shift = None;
        let decided = self
            .without_data(options, now_ms, standing.as_ref())
            .unwrap_or_else(|| {
                let absolute = threshold::burning(self).or_else(|| threshold::past_limit(self));
                let alone = absolute.or_else(|| self.by_own_course());
                alone.unwrap_or_else(|| match (&standing, &self.series) {
                    (Some(standing), _) => sequential::decide(self, options, self.levels, standing),
                    (None, Some(series)) => {
                        let (decision, test) = kayenta::decide(self, options, series);
                        shift = test.map(|test| test.interval);
                        decision
                    }
                    (None, None) => threshold::decide(self, options),
                })
            });
        let sides = Sides::of(self, self.levels, standing.as_ref(), &decided);
        let totals = self.phase.window.totals();
        let is_worse = matches!(
            decided.reason,
            Reason::WorseThanStable { .. } | Reason::SlowerThanStable { .. }
        );
        SignalVerdict {
            signal: self.spec.id.clone(),
            role: self.spec.role,
            verdict: decided.verdict,
            reason: decided.reason,
            evidence: decided.evidence,
            sides,
            basis: decided.basis,
            canary: totals.canary.value(self.spec.kind),
            stable: self.compared_with(&totals.stable).value(self.spec.kind),
            interval: standing
                .as_ref()
                .and_then(|standing| standing.interval)
                .map(|(low, high)| match self.spec.rule.worse {
                    Worse::Higher => (low, high),
                    Worse::Lower => (-high, -low),
                })
                .or(shift),
            interval_of: test.map_or(IntervalOf::Difference, SequentialTest::interval_of),
            effect: self.spec.rule.against_stable.and_then(|effect| {
                self.compared_with(&totals.stable)
                    .value(self.spec.kind)
                    .map(|stable| effect.at(stable))
            }),
            overdispersion: standing.map_or(1.0, |standing| standing.overdispersion),
            expected_seconds: decided.expected_seconds,
            canary_interval: totals.canary.own_interval(self.spec.kind, options.false_healthy),
            began: if is_worse { self.kept.change_point() } else { None },
            newest_ms: self.phase.canary_ms,
        }
    }

    /// What its own course says: a change to the worse, or, where there is nothing else to hold it against, none.
    fn by_own_course(&self) -> Option<Decision> {
        let (course, rule) = (self.own_course.as_ref()?, &self.spec.rule);
        let has_other = rule.limit.is_some() || rule.against_stable.is_some() || rule.objective.is_some();
        course
            .changed()
            .or_else(|| (!has_other).then(|| course.unchanged()))
    }

    /// Whether, and how fast, the budget of the objective burns.
    pub(crate) fn burning(&self) -> Option<Burning> {
        self.burn.as_ref().and_then(BurnRates::burning)
    }

    /// What Kayenta's score needs to know, given the verdict about this signal.
    pub(crate) fn scored(&self, options: &Options, verdict: &SignalVerdict) -> kayenta::Scored {
        let is_critical =
            |series| kayenta::class(self, options, series).0 == kayenta::Class::Fail { critical: true };
        let by_limit = matches!(
            verdict.reason,
            Reason::OverLimit { .. } | Reason::BurningBudget { .. }
        );
        kayenta::Scored {
            kind: self.spec.kind,
            role: self.spec.role,
            verdict: verdict.verdict,
            critical: verdict.verdict == Verdict::Degraded
                && (by_limit || self.series.as_ref().is_none_or(is_critical)),
        }
    }

    /// What the canary is compared with in this phase.
    pub(crate) fn compared_with<'a>(&'a self, concurrent: &'a Totals) -> &'a Totals {
        match self.phase.arms {
            Arms::Both => concurrent,
            Arms::CanaryOnly => &self.before,
        }
    }

    /// What can be said before any number is looked at.
    fn without_data(
        &self,
        options: &Options,
        now_ms: Option<i64>,
        standing: Option<&Standing>,
    ) -> Option<Decision> {
        let reason = if self.spec.role == Role::Context {
            Reason::Context
        } else if self.phase.wrong_reading {
            Reason::WrongReading
        } else if let Some(reason) = self.missing(options, now_ms) {
            // A canary that was found worse stays degraded while its series are away.
            if threshold::is_over_limit(self)
                || self.burning().is_some()
                || self.own_course.as_ref().is_some_and(OwnCourse::is_worse)
                || standing.is_some_and(|standing| standing.rejected)
            {
                return None;
            }
            reason
        } else {
            return None;
        };
        Some(Decision::unknown(reason))
    }

    fn missing(&self, options: &Options, now_ms: Option<i64>) -> Option<Reason> {
        let now = now_ms.or(self.phase.newest_ms);
        let absent = |arm: Arm, newest: Option<i64>| match (newest, now) {
            (None, _) | (_, None) => Some(Reason::NoData { arm, seconds: None }),
            (Some(newest), Some(now)) => {
                let seconds = now.saturating_sub(newest) as f64 / 1000.0;
                (seconds > self.rhythm.stale_seconds(options)).then_some(Reason::NoData {
                    arm,
                    seconds: Some(seconds),
                })
            }
        };
        let compares = self.spec.rule.against_stable.is_some() && self.phase.arms == Arms::Both;
        absent(Arm::Canary, self.phase.canary_ms).or_else(|| {
            if compares {
                absent(Arm::Stable, self.phase.stable_ms)
            } else {
                None
            }
        })
    }
}

/// A verdict and why.
#[derive(Debug, Clone)]
pub(crate) struct Decision {
    pub(crate) verdict: Verdict,
    pub(crate) reason: Reason,
    pub(crate) evidence: Evidence,
    pub(crate) basis: Basis,
    pub(crate) expected_seconds: Option<f64>,
}

impl Decision {
    pub(crate) fn certain(verdict: Verdict, reason: Reason, basis: Basis) -> Self {
        Decision {
            verdict,
            reason,
            evidence: Evidence::complete(verdict),
            basis,
            expected_seconds: None,
        }
    }

    pub(crate) fn unknown(reason: Reason) -> Self {
        Decision {
            verdict: Verdict::NotEnoughEvidence,
            reason,
            evidence: Evidence::none(),
            basis: Basis::Nothing,
            expected_seconds: None,
        }
    }
}
