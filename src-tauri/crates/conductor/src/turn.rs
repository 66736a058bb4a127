use crate::driver::{Driver, Turn};
use crate::health::LOOK_MILLIS;
use crate::nearness::Nearness;
use crate::permission::Start;
use crate::{ApplyError, Bid, Next, OperationId, Outcome, Pursuit, Snapshot, Trail, readiness};
use futures::future::{Either, FusedFuture, select};
use release::{Event, Goal, HoldReason, Observation, Share, Stage};

/// The longest wait between two looks at the workload while something is under way, in milliseconds.
const WATCH_MILLIS: u64 = 1_000;
/// Decisions taken on one look; each brings the release further, so more of them would be a mistake.
const DECISIONS_PER_TURN: usize = 8;

/// Ready when a person asks for something: a future that can be asked again after it was ready.
pub type Urgent = dyn FusedFuture<Output = ()> + Send + Unpin;

/// The answer of a read, or `None` if something urgent came first.
pub(crate) async fn unless<T>(urgent: &mut Urgent, read: impl Future<Output = T> + Unpin) -> Option<T> {
    if urgent.is_terminated() {
        return None;
    }
    match select(read, urgent).await {
        Either::Left((answer, _)) => Some(answer),
        Either::Right(((), _)) => None,
    }
}

impl Driver {
    /// One round: look at the workload and the health, decide, act.
    ///
    /// Nothing that only reads stands in the way of a person: when `urgent` is ready, a read that has no answer yet is given
    /// up and the round ends. What is being sent or written down is always finished.
    pub async fn turn(&mut self, urgent: &mut Urgent) -> Turn {
        self.write_outcomes().await;
        if self.dossier.release.stage.is_end() || self.dossier.release.stage == Stage::Planned {
            self.leave().await;
            return Turn {
                next_millis: LOOK_MILLIS,
                over: self.is_over(),
            };
        }
        self.keep_leading(urgent).await;
        let mut look_due = None;
        // Nothing of the new version can be seen before the first act, which does not wait for what was before.
        let acts_first = self.last_look.is_none() && self.dossier.last_operation.is_none();
        if self.look_at_workload(urgent).await {
            self.look_up_open_intents().await;
            self.recognise_own_operation();
            self.mark_applied();
            self.look_at_queue().await;
            self.preflight(urgent).await;
            if !acts_first {
                look_due = self.watch_health(urgent).await;
            }
            if matches!(self.dossier.release.stage, Stage::RollingBack { .. }) {
                self.keep_snapshot().await;
            }
            if !urgent.is_terminated() && self.is_fenced().await {
                self.pursue().await;
            }
            if acts_first {
                look_due = self.watch_health(urgent).await;
            }
            self.see_the_end_elsewhere().await;
        } else {
            self.look_at_queue().await;
        }
        self.write_outcomes().await;
        if self.dossier.release.stage.is_end() {
            self.leave().await;
        } else {
            self.keep_charter(urgent).await;
        }
        let busy = self.waiting.is_some() || !self.open_intents.is_empty() || self.contact.trouble.is_some();
        let stands = matches!(self.dossier.release.stage, Stage::Baking | Stage::Held { .. });
        let next_millis = if stands && !busy {
            LOOK_MILLIS
        } else {
            WATCH_MILLIS
        };
        Turn {
            next_millis: look_due.map_or(next_millis, |due| next_millis.min(self.until(due))),
            over: self.is_over(),
        }
    }

    /// Until a time on the monotonic clock, in milliseconds.
    fn until(&self, due: u64) -> u64 {
        due.saturating_sub(self.ports.clock.monotonic_millis()).max(1)
    }

    /// Whether the release is over and everything about it is in the record.
    fn is_over(&self) -> bool {
        self.dossier.release.stage.is_end() && self.outcomes.is_empty()
    }

    async fn look_at_workload(&mut self, urgent: &mut Urgent) -> bool {
        let at = self.ports.clock.now();
        let Some(answer) = unless(urgent, self.ports.workloads.observe(&self.dossier.workload)).await else {
            return false;
        };
        match answer {
            Ok(seen) if seen.view.uid == self.dossier.uid => {
                self.contact.answered(at);
                self.seen = Some(seen);
                true
            }
            Ok(_) => {
                self.contact.answered(at);
                self.take(Event::WorkloadGone).await;
                false
            }
            Err(error) if error.code == "workload-gone" => {
                self.contact.answered(at);
                self.take(Event::WorkloadGone).await;
                false
            }
            Err(error) => {
                self.contact.failed(error);
                false
            }
        }
    }

    /// An own act whose answer got lost may turn up on the object later than its look-up. One from before the last accepted
    /// act is no news: somebody put old annotations back.
    pub(crate) fn recognise_own_operation(&mut self) {
        let Some(seen) = &self.seen else { return };
        let Some(on_object) = seen.view.operation.clone() else {
            return;
        };
        // A rollback may have gone on without the record and be forgotten since: its name is never given again.
        if on_object.epoch_in(&self.dossier.release.id) == Some(self.dossier.epoch)
            && let Some(number) = on_object.number()
        {
            self.dossier.operations = self.dossier.operations.max(number + 1);
        }
        let place = |name: &OperationId| self.own_operations.iter().position(|own| own == name);
        let last = self.dossier.last_operation.as_ref().and_then(place);
        if place(&on_object) <= last {
            return;
        }
        let outcome = Outcome::seen_on(seen);
        self.trail = Trail::default();
        self.dossier.last_operation = Some(on_object.clone());
        self.keep_outcome(&on_object, outcome);
    }

    async fn preflight(&mut self, urgent: &mut Urgent) {
        if self.dossier.release.stage != Stage::Preflight {
            return;
        }
        let share = self
            .dossier
            .release
            .current_phase()
            .map_or(Share::WHOLE, |phase| phase.share);
        let goal = if share.is_whole() {
            Goal::Promoted
        } else {
            Goal::Share { share }
        };
        match self.lead_from_the_start(urgent).await {
            Start::Leads => {}
            Start::Later => return,
            Start::Other { sentence } => {
                let blocking = vec![sentence];
                return self.take(Event::PreflightAnswered { blocking }).await;
            }
        }
        let pursuit = self.rehearsal(goal);
        let asked = self
            .ports
            .workloads
            .blocking_findings(&pursuit, &self.dossier.workload);
        let Some(answer) = unless(urgent, asked).await else {
            return;
        };
        match answer {
            Ok(blocking) => self.take(Event::PreflightAnswered { blocking }).await,
            Err(error) => self.contact.failed(error),
        }
    }

    /// Looks at the health, if that is due. Gives when the next look is, on the monotonic clock, where the source told that.
    async fn watch_health(&mut self, urgent: &mut Urgent) -> Option<u64> {
        let watched = matches!(
            self.dossier.release.stage,
            Stage::Shifting | Stage::Baking | Stage::Promoting | Stage::Held { .. }
        );
        let seen = self.seen.as_ref().filter(|_| watched)?;
        let now = self.ports.clock.monotonic_millis();
        let since = self.last_look.map_or(u64::MAX, |last| now.saturating_sub(last));
        let readiness = readiness(&seen.view, &self.dossier.release.to.template_hash);
        let changed = readiness != self.dossier.release.readiness;
        if since < self.stride.unwrap_or(LOOK_MILLIS) && !changed {
            return self.next_look();
        }
        let elapsed = if self.last_look.is_some() { since } else { 0 };
        let look = self.health.look(&self.ports, &self.dossier, seen, elapsed);
        let looked = unless(urgent, Box::pin(look)).await?;
        self.last_look = Some(now);
        self.stride = looked.next_millis;
        let id = self.dossier.release.id.clone();
        if !looked.looks.is_empty()
            && let Err(error) = self.ports.journal.looks(&id, &looked.looks).await
        {
            self.journal_trouble = Some(error);
        }
        let verdict = self.health.outcome();
        let nearness = Nearness::of(&seen.view, &self.dossier.release.to.template_hash);
        let nearer = (self.nearness.replace(nearness)).is_some_and(|before| nearness.is_nearer_than(&before));
        self.keep_snapshot().await;
        self.take(Event::Observed(Observation {
            readiness,
            verdict,
            counted_millis: looked.counted_millis,
            elapsed_millis: looked.elapsed_millis,
            nearer,
        }))
        .await;
        self.next_look()
    }

    fn next_look(&self) -> Option<u64> {
        Some(self.last_look? + self.stride?)
    }

    async fn pursue(&mut self) {
        for _ in 0..DECISIONS_PER_TURN {
            let goal = self.dossier.release.goal();
            if goal == Goal::Stay {
                self.waiting = None;
                self.guard_while_held().await;
                return;
            }
            if self.ports.clock.monotonic_millis() < self.not_before {
                return;
            }
            let pursuit = self.pursuit(&self.dossier.release, goal);
            let Some(next) = self.ask_next(&pursuit) else {
                return;
            };
            self.waiting = None;
            match next {
                Next::Wait(waiting) => {
                    self.queued = None;
                    self.waiting = Some(waiting);
                    return;
                }
                Next::Arrived if self.dossier.release.stage == Stage::Baking => {
                    self.queued = None;
                    self.mark_settled();
                    return;
                }
                Next::Act(act) => {
                    let epoch = self.dossier.epoch;
                    // With another fencing token it is another act.
                    if !self.may_send().await || self.dossier.epoch != epoch {
                        return;
                    }
                    #[cfg(feature = "planted-mistakes")]
                    if self.mistake == Some(crate::Mistake::ActBeforeIntent) {
                        let _ = self
                            .ports
                            .workloads
                            .act(&self.dossier.workload.clone(), &act)
                            .await;
                    }
                    if self
                        .write(self.dossier.release.clone(), Vec::new(), Some(&act))
                        .await
                        .is_ok()
                    {
                        self.send(act).await;
                    }
                    // What follows needs a new look.
                    return;
                }
                news => {
                    if !self.is_moved_by(news).await {
                        return;
                    }
                }
            }
        }
    }

    /// Takes in what the pursuit met, and says whether the release has changed by it.
    async fn is_moved_by(&mut self, news: Next) -> bool {
        let before = self.dossier.release.clone();
        match news {
            Next::Arrived => {
                self.queued = None;
                self.mark_settled();
                self.keep_snapshot().await;
                self.take(Event::Arrived).await;
            }
            Next::Exceeded { share } => self.take(Event::Exceeded { share }).await,
            Next::ShareNotPossible { replicas, .. } => self.take(Event::ShareNotPossible { replicas }).await,
            Next::Foreign { what } => drop(self.foreign(what).await),
            Next::Superseded { .. } => self.superseded().await,
            Next::Gone => self.take(Event::WorkloadGone).await,
            Next::Wait(_) | Next::Act(_) => {}
        }
        self.dossier.release != before
    }

    /// A held release is not moved, but what others do to it is still seen.
    async fn guard_while_held(&mut self) {
        let Stage::Held { reason, .. } = &self.dossier.release.stage else {
            return;
        };
        let Some(share) = self.dossier.release.current_phase().map(|phase| phase.share) else {
            return;
        };
        if share.is_whole() || matches!(reason, HoldReason::HandedOver { .. }) {
            return;
        }
        let pursuit = self.rehearsal(Goal::Share { share });
        match self.ask_next(&pursuit) {
            Some(Next::Exceeded { share }) => self.take(Event::Exceeded { share }).await,
            Some(Next::Foreign { what }) => drop(self.foreign(what).await),
            Some(Next::Superseded { .. }) => self.superseded().await,
            Some(Next::Gone) => self.take(Event::WorkloadGone).await,
            _ => {}
        }
    }

    pub(crate) fn ask_next(&self, pursuit: &Pursuit) -> Option<Next> {
        Some(self.ports.workloads.next(pursuit, self.seen.as_ref()?))
    }

    /// The same foreign change is one event, however often it is seen. Whether the record knows of it, or of the colleague whose
    /// change it was.
    pub(crate) async fn foreign(&mut self, what: String) -> bool {
        if self.last_foreign.as_ref() == Some(&what) {
            return true;
        }
        // Another Slipway is no stranger.
        self.ask(Bid::Stay, self.floor(), None).await;
        if self.is_handed_over() || self.is_left_by_a_colleague().await {
            return true;
        }
        let applied = Box::pin(self.apply(Event::ForeignChange { what: what.clone() })).await;
        // What could not be written down is said again at the next turn.
        let is_told = applied.is_ok();
        if is_told {
            self.last_foreign = Some(what);
        }
        self.journal_failed(applied);
        is_told
    }

    /// Applies an event that nobody waits for.
    pub(crate) async fn take(&mut self, event: Event) {
        let applied = Box::pin(self.apply(event)).await;
        self.journal_failed(applied);
    }

    /// Keeps the trouble for the screen; the same event is found again at the next turn.
    pub(crate) fn journal_failed(&mut self, applied: Result<(), ApplyError>) {
        match applied {
            Ok(()) => {}
            Err(ApplyError::Port(error)) => self.journal_trouble = Some(error),
            Err(error) => tracing::error!(release = %self.dossier.release.id, %error, "an event was refused"),
        }
    }

    async fn keep_snapshot(&mut self) {
        let share = self.seen.as_ref().map_or(Share::NONE, |seen| {
            let canary = seen
                .view
                .arm(&self.dossier.release.to.template_hash)
                .map_or(0, |arm| arm.ready);
            Share::of_pods(canary, seen.view.ready())
        });
        let snapshot = Snapshot {
            at: self.ports.clock.now(),
            workload: self.seen.as_ref().map(|seen| seen.view.clone()),
            verdict: Some(self.health.verdict()),
            share,
        };
        let id = self.dossier.release.id.clone();
        if let Err(error) = self.ports.journal.snapshot(&id, &snapshot).await {
            self.journal_trouble = Some(error);
        }
    }
}
