use crate::signals::EARLIER;
use crate::{Contact, Dossier, Observed, Ports, ReadyPod, SignalLooks, SignalScope};
use judge::{Arms, Judge, Look, Past, Reading, ReleaseVerdict, SignalError, SignalSpec, Verdict};
use release::{GateOutcome, Release, Timestamp};

/// The time between two looks at the health at the most, in milliseconds: a source that tells when its next samples are expected
/// is asked then.
pub(crate) const LOOK_MILLIS: u64 = 5_000;
/// The least of it, whatever a source tells.
const LEAST_LOOK_MILLIS: u64 = 250;
/// A gap between two looks longer than this is time in which nobody looked (asleep, no network), in milliseconds.
const LONGEST_STRIDE_MILLIS: u64 = 60_000;

/// How far before a release its stable version is looked at, in milliseconds: alone it teaches how much its readings scatter.
const BEFORE_MILLIS: i64 = 10 * 60 * 1000;

/// The health of one release as far as it is known: samples in, verdict out.
pub(crate) struct Health {
    judge: Judge,
    signals: Vec<SignalSpec>,
    until: Timestamp,
    phase: usize,
    /// Whether earlier days were asked about, or need not be.
    asked_earlier: bool,
    pub(crate) contact: Contact,
}

/// What one look brought.
pub(crate) struct Looked {
    /// New samples; empty if there are none.
    pub(crate) looks: Vec<SignalLooks>,
    /// Time that counts for the bake, in milliseconds.
    pub(crate) counted_millis: u64,
    /// Time that passed, in milliseconds.
    pub(crate) elapsed_millis: u64,
    /// When something new is expected, in milliseconds after this look began; `None`: not known.
    pub(crate) next_millis: Option<u64>,
}

impl Health {
    pub(crate) fn new(dossier: &Dossier) -> Result<Health, SignalError> {
        let mut judge = Judge::new(dossier.signals.clone(), dossier.judging)?;
        let first = arms(&dossier.release, 0);
        if first == Arms::CanaryOnly {
            judge.new_phase(first);
        }
        Ok(Health {
            judge,
            signals: dossier.signals.clone(),
            until: Timestamp(dossier.created.0 - BEFORE_MILLIS),
            phase: dossier.release.phase,
            asked_earlier: false,
            contact: Contact::default(),
        })
    }

    /// Folds the judge's state anew from every look and every phase in the record.
    pub(crate) fn fold(&mut self, recorded: &[SignalLooks], release: &Release) {
        let of_release = |of: &&SignalLooks| !of.signal.starts_with(EARLIER);
        self.recall(recorded);
        let mut looks: Vec<(&str, &Look)> = recorded
            .iter()
            .filter(of_release)
            .flat_map(|of| of.looks.iter().map(|look| (of.signal.as_str(), look)))
            .collect();
        looks.sort_by_key(|(_, look)| look.at_ms);
        let mut ends = release.passages.iter().peekable();
        for (signal, look) in looks {
            while let Some(end) = ends.next_if(|end| end.at.0 <= look.at_ms) {
                self.judge.new_phase(arms(release, end.phase + 1));
            }
            self.judge.observe(signal, look);
            self.until = self.until.max(Timestamp(look.at_ms));
        }
        for end in ends {
            self.judge.new_phase(arms(release, end.phase + 1));
        }
        self.phase = release.phase;
    }

    /// What speaks for health in one phase says nothing about the next one.
    pub(crate) fn stage_changed(&mut self, release: &Release) {
        if release.phase != self.phase {
            self.phase = release.phase;
            self.judge.new_phase(arms(release, release.phase));
        }
    }

    /// Takes what was recorded of earlier days.
    fn recall(&mut self, recorded: &[SignalLooks]) {
        for of in recorded {
            let Some(signal) = of.signal.strip_prefix(EARLIER) else {
                continue;
            };
            self.asked_earlier = true;
            let past = of.looks.iter().map(|look| Past {
                at_ms: look.at_ms,
                reading: look.stable.clone(),
            });
            self.judge.recall(signal, past.collect());
        }
    }

    /// Once, when the canary begins to serve alone: what earlier days showed at these hours. A source that cannot be asked now is
    /// not asked again; the comparison is then with what stable showed before, and nothing else.
    async fn look_back(&mut self, ports: &Ports, dossier: &Dossier) -> Vec<SignalLooks> {
        let Some((after, until)) = self.judge.hours().filter(|_| !self.asked_earlier) else {
            return Vec::new();
        };
        self.asked_earlier = true;
        let (after, until) = (Timestamp(after), Timestamp(until));
        let signals = &self.signals;
        let asked = ports.signals.earlier(&dossier.workload, signals, after, until);
        let mut found = asked.await.unwrap_or_default();
        found.retain(|of| !of.looks.is_empty());
        for of in &mut found {
            of.signal.insert_str(0, EARLIER);
        }
        self.recall(&found);
        found
    }

    pub(crate) fn verdict(&self) -> ReleaseVerdict {
        self.judge.verdict()
    }

    pub(crate) fn outcome(&self) -> GateOutcome {
        match self.judge.verdict().verdict {
            Verdict::Healthy => GateOutcome::Healthy,
            Verdict::Degraded => GateOutcome::Degraded,
            Verdict::NotEnoughEvidence => GateOutcome::NotEnoughEvidence,
        }
    }

    /// Fetches what is new and judges it. Time counts only where samples of the new version were seen; a release without
    /// signals counts the time in which its pods were seen.
    pub(crate) async fn look(
        &mut self,
        ports: &Ports,
        dossier: &Dossier,
        seen: &Observed,
        elapsed_millis: u64,
    ) -> Looked {
        let elapsed_millis = elapsed_millis.min(LONGEST_STRIDE_MILLIS);
        if self.signals.is_empty() {
            return Looked {
                looks: Vec::new(),
                counted_millis: elapsed_millis,
                elapsed_millis,
                next_millis: None,
            };
        }
        let now = ports.clock.now();
        let scope = scope(dossier, seen);
        let answer = ports.signals.looks(&scope, &self.signals, self.until, now).await;
        let mut looks = match answer {
            Ok(looks) => {
                self.contact.answered(now);
                looks
            }
            Err(error) => {
                self.contact.failed(error);
                return Looked {
                    looks: Vec::new(),
                    counted_millis: 0,
                    elapsed_millis,
                    next_millis: None,
                };
            }
        };
        let counted_millis = self.seen_millis(&looks).min(elapsed_millis);
        let earlier = self.look_back(ports, dossier).await;
        for of in &looks {
            for look in &of.looks {
                self.judge.observe(&of.signal, look);
                self.until = self.until.max(Timestamp(look.at_ms));
            }
        }
        looks.extend(earlier);
        Looked {
            looks,
            counted_millis,
            elapsed_millis,
            next_millis: expected(ports, dossier, now),
        }
    }

    /// The time covered by new looks in which the new version showed something, in milliseconds: the best covered of the
    /// signals that count.
    fn seen_millis(&self, looks: &[SignalLooks]) -> u64 {
        let judged = |id: &str| {
            self.signals
                .iter()
                .any(|signal| signal.id == id && signal.role.is_required())
        };
        looks
            .iter()
            .filter(|of| judged(&of.signal))
            .map(|of| {
                let mut before = self.until.0;
                let mut covered = 0;
                for look in &of.looks {
                    if look.canary != Reading::NoData {
                        covered += u64::try_from(look.at_ms - before).unwrap_or(0);
                    }
                    before = before.max(look.at_ms);
                }
                covered
            })
            .max()
            .unwrap_or(0)
    }
}

/// When the source is expected to have something new, in milliseconds after `now`.
fn expected(ports: &Ports, dossier: &Dossier, now: Timestamp) -> Option<u64> {
    let at = ports.signals.expected(&dossier.workload)?;
    let millis = u64::try_from(at.0 - now.0).unwrap_or(0);
    Some(millis.clamp(LEAST_LOOK_MILLIS, LOOK_MILLIS))
}

/// Which arms serve in a phase.
fn arms(release: &Release, phase: usize) -> Arms {
    match release.plan.phases.get(phase) {
        Some(phase) if !phase.share.is_whole() => Arms::Both,
        _ => Arms::CanaryOnly,
    }
}

/// The pods of both arms. Every template that is not the new one counts as what ran before.
fn scope(dossier: &Dossier, seen: &Observed) -> SignalScope {
    let new = &dossier.release.to.template_hash;
    let (canary, stable): (Vec<_>, Vec<_>) = seen
        .view
        .arms
        .iter()
        .partition(|arm| arm.version.template_hash == *new);
    let hashes = |arms: Vec<&crate::ArmPods>| {
        arms.into_iter()
            .map(|arm| arm.pod_template_hash.clone())
            .collect()
    };
    SignalScope {
        workload: dossier.workload.clone(),
        stable: hashes(stable),
        canary: hashes(canary),
        ready: ReadyPod::of(&seen.view.arms),
    }
}
