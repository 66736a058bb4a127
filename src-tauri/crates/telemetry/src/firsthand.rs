//! Readings from the pods themselves while a new version is young.
//!
//! A Prometheus meets a new pod late: its discovery hands on what it finds every five seconds, scrapes are reloaded as seldom, and
//! counting begins with the second scrape. A bad version serves all the while. So in the first two minutes of every new pod the pages on which
//! pods tell their own metrics are read, of both versions in the same round, each second. What is on a page are the very
//! counters that Prometheus scrapes, and they are read by the same rules ([`crate::counter`]).
//!
//! Only ratios and latencies are read so, and only where the same selectors find the old version's series on its pods' pages.
//! Everything else stays with Prometheus, and so does the time after.

use crate::fetch::{Fetched, Selector};
use crate::page_samples::{PageSamples, Round};
use crate::plan::Plan;
use crate::pod_pages::MOST_PODS;
use conductor::{ReadyPod, SignalScope};
use judge::Arm;
use std::collections::{BTreeMap, BTreeSet};

/// How long a new pod's page is read, in milliseconds.
const YOUNG_MS: i64 = 120_000;
/// The time between two rounds at the least, in milliseconds.
const PACE_MS: i64 = 1_000;
/// A round may take this part of the time between two.
const PART_OF_TIME: i64 = 4;
/// Rounds without a page of the new version after which Prometheus is asked again.
const MISSED_ROUNDS: u32 = 3;
/// How long samples are kept for the next round, in milliseconds: so long a page may stay away and nothing is lost.
const KEPT_MS: i64 = 15_000;
/// After the last round no scrape counts that began before this, in milliseconds: the clocks of two machines differ.
const CLOCKS_MS: i64 = 2_000;

/// The time of a round at `now_ms`: never a whole second, on which looks of Prometheus end.
pub(crate) fn round_ms(now_ms: i64) -> i64 {
    if is_firsthand(now_ms) { now_ms } else { now_ms - 1 }
}

/// Whether a look with this time, in milliseconds, was first-hand: looks of Prometheus end on whole seconds, those of pods' own pages
/// never do. So a record tells it, too.
pub fn is_firsthand(at_ms: i64) -> bool {
    at_ms % 1_000 != 0
}

/// Until when was counted what the look at `after_ms` ends, if that look was first-hand; `None` if it was one of Prometheus.
pub(crate) fn counted_until_ms(after_ms: i64) -> Option<i64> {
    is_firsthand(after_ms).then(|| after_ms.saturating_add(CLOCKS_MS))
}

/// What is known first-hand of one workload's new version.
#[derive(Debug, Clone)]
pub(crate) struct Firsthand {
    /// The template hashes of the new version.
    version: Vec<String>,
    /// The port at which pods tell their metrics.
    pub(crate) port: u16,
    stable: BTreeSet<String>,
    canary: BTreeSet<String>,
    /// Pods of the new version that have been read for as long as they were young.
    acquainted: BTreeSet<String>,
    young_until_ms: i64,
    pub(crate) samples: PageSamples,
    missed: u32,
    /// Signals that are read first-hand.
    pub(crate) fed: BTreeSet<String>,
    /// The last round, in milliseconds.
    pub(crate) last_ms: i64,
    /// The time of the last look at the other signals, in milliseconds; `None` if there are none.
    pub(crate) rest_ms: Option<i64>,
    /// When Prometheus is expected to have something new of them, in milliseconds.
    pub(crate) rest_due_ms: i64,
    /// The time of the last look at the signals that were read first-hand, in milliseconds.
    pub(crate) fed_ms: i64,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// No pod is young.
    Rests,
    Reads,
    /// The last round was the last one; the looks of Prometheus have not caught up yet.
    HandsOver,
}

impl Firsthand {
    pub(crate) fn new(scope: &SignalScope) -> Firsthand {
        Firsthand {
            version: scope.canary.clone(),
            port: 0,
            stable: BTreeSet::new(),
            canary: BTreeSet::new(),
            acquainted: BTreeSet::new(),
            young_until_ms: i64::MIN,
            samples: PageSamples::default(),
            missed: 0,
            fed: BTreeSet::new(),
            last_ms: i64::MIN,
            rest_ms: None,
            rest_due_ms: i64::MIN,
            fed_ms: i64::MIN,
            stage: Stage::Rests,
        }
    }

    /// Whether it is about the new version of this scope.
    pub(crate) fn is_about(&self, scope: &SignalScope) -> bool {
        self.version == scope.canary
    }

    /// Whether there is a pod of the new version that has not been read yet.
    pub(crate) fn may_begin(&self, scope: &SignalScope) -> bool {
        self.stage == Stage::Rests
            && of_arm(scope, Arm::Canary).any(|pod| !self.acquainted.contains(&pod.name))
    }

    /// Whether pages are read.
    pub(crate) fn reads(&self) -> bool {
        self.stage == Stage::Reads
    }

    /// Whether Prometheus goes on where the last round ended.
    pub(crate) fn hands_over(&self) -> bool {
        self.stage == Stage::HandsOver
    }

    /// Increases that began before this are not taken from Prometheus: they were read first-hand.
    pub(crate) fn counted_until_ms(&self) -> i64 {
        self.last_ms.saturating_add(CLOCKS_MS)
    }

    /// The pods whose pages are read in the round at `now_ms`: those that were, as long as they are Ready, and others in place
    /// of those that are not.
    pub(crate) fn choose(&mut self, scope: &SignalScope, now_ms: i64) -> Vec<(Arm, ReadyPod)> {
        let mut chosen = Vec::new();
        for arm in [Arm::Stable, Arm::Canary] {
            let ready: Vec<&ReadyPod> = of_arm(scope, arm).collect();
            let names = match arm {
                Arm::Stable => &mut self.stable,
                Arm::Canary => &mut self.canary,
            };
            names.retain(|name| ready.iter().any(|pod| pod.name == *name));
            // New pods before those that are known well.
            let mut others: Vec<&&ReadyPod> = ready.iter().filter(|pod| !names.contains(&pod.name)).collect();
            others.sort_by_key(|pod| self.acquainted.contains(&pod.name));
            for pod in others.into_iter().take(MOST_PODS.saturating_sub(names.len())) {
                names.insert(pod.name.clone());
                if arm == Arm::Canary && !self.acquainted.contains(&pod.name) {
                    self.young_until_ms = now_ms + YOUNG_MS;
                }
            }
            let names = &*names;
            chosen.extend(
                ready
                    .into_iter()
                    .filter(|pod| names.contains(&pod.name))
                    .map(|pod| (arm, pod.clone())),
            );
        }
        chosen
    }

    /// Where counting begins: the first pages of both arms. `feeds` tells which signals the old version's series feed; if there are
    /// none, nothing is read.
    pub(crate) fn begin(
        &mut self,
        port: u16,
        round: &Round<'_>,
        feeds: impl FnOnce(&BTreeMap<Selector, Fetched>) -> BTreeSet<String>,
    ) {
        let has_both = [Arm::Stable, Arm::Canary]
            .iter()
            .all(|arm| round.pages.iter().any(|page| page.arm == *arm));
        self.port = port;
        self.samples = PageSamples::default();
        self.missed = 0;
        self.last_ms = round.at_ms;
        self.fed_ms = round.at_ms;
        self.samples.take(round);
        self.fed = feeds(&self.samples.fetched());
        self.stage = Stage::Reads;
        if !has_both || self.fed.is_empty() {
            self.end();
            self.stage = Stage::Rests;
        }
    }

    /// Another round. Gives the time since which it counts, in milliseconds.
    pub(crate) fn go_on(&mut self, round: &Round<'_>) -> i64 {
        let since_ms = self.last_ms;
        let is_missed = !round.pages.iter().any(|page| page.arm == Arm::Canary);
        self.missed = if is_missed { self.missed + 1 } else { 0 };
        self.samples.take(round);
        self.samples.forget_before(round.at_ms - KEPT_MS);
        self.last_ms = round.at_ms;
        self.fed_ms = round.at_ms;
        if self.missed >= MISSED_ROUNDS || round.at_ms >= self.young_until_ms {
            self.end();
        }
        since_ms
    }

    fn end(&mut self) {
        self.acquainted.append(&mut self.canary);
        self.stable.clear();
        self.stage = Stage::HandsOver;
    }

    /// Nothing is special about any signal any more once Prometheus has caught up with both groups.
    pub(crate) fn settle(&mut self) {
        let caught_up = self.fed_ms > self.counted_until_ms();
        if self.hands_over() && caught_up && self.rest_ms.is_none_or(|rest_ms| rest_ms == self.fed_ms) {
            self.stage = Stage::Rests;
            self.samples = PageSamples::default();
        }
    }

    /// When the next round is, if the last one took so long, in milliseconds.
    pub(crate) fn next_ms(&self, took_ms: i64) -> i64 {
        self.last_ms + PACE_MS.max(took_ms.saturating_mul(PART_OF_TIME))
    }
}

fn of_arm(scope: &SignalScope, arm: Arm) -> impl Iterator<Item = &ReadyPod> {
    let hashes = crate::arms::hashes(scope, arm);
    scope
        .ready
        .iter()
        .filter(|pod| hashes.contains(&pod.template_hash))
}

/// The port at which the old version's pods were scraped, by the `instance` labels of what can be read first-hand; `None` if
/// they do not all say the same.
pub(crate) fn port_of(plans: &[&Plan<'_>], fetched: &BTreeMap<Selector, Fetched>) -> Option<u16> {
    let selectors = plans
        .iter()
        .filter(|plan| plan.can_be_read_firsthand())
        .flat_map(|plan| plan.selectors());
    let mut found = None;
    for series in selectors.filter_map(|selector| fetched.get(&selector)?.as_ref().ok()) {
        for one in &series.stable {
            let port = one.labels.get("instance")?.rsplit_once(':')?.1.parse().ok()?;
            if found.is_some_and(|found| found != port) {
                return None;
            }
            found = Some(port);
        }
    }
    found
}
