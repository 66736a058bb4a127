use crate::driver::Driver;
use crate::{
    Accepted, ActError, ActProgress, ActStep, Next, Observed, OperationId, Outcome, PreparedAct, Pursuit,
    Trail,
};
use release::{Event, Goal, Stage};

/// How often a person's rollback reads again and sends again within one click.
const TRIES_OF_A_CLICK: u32 = 8;
/// How long to wait after an act that was not accepted for a passing reason, in milliseconds.
const RETRY_MILLIS: u64 = 500;

impl Driver {
    /// Sends an act whose intent is durable, and keeps its outcome. A person's rollback that meets a foreign write reads
    /// again and sends again.
    pub(crate) async fn send(&mut self, act: PreparedAct) {
        let mut act = act;
        for tried in 1..=TRIES_OF_A_CLICK {
            let Err(error) = self.send_once(&act).await else {
                return;
            };
            let insists = matches!(
                self.dossier.release.stage,
                Stage::RollingBack { automatic: false, .. }
            );
            if error != ActError::Conflict || !insists || tried == TRIES_OF_A_CLICK {
                return;
            }
            let Ok(seen) = self.ports.workloads.observe(&self.dossier.workload).await else {
                return;
            };
            self.seen = Some(seen);
            // What came of earlier acts can be read from the object only before the next one is on it.
            Box::pin(self.look_up_open_intents()).await;
            self.recognise_own_operation();
            if self.in_click {
                // Another Slipway may have acted: the click wins, with a higher token.
                self.lead_to_roll_back().await;
            } else if self.must_mark_first() {
                return;
            }
            let is_last = tried + 1 == TRIES_OF_A_CLICK;
            let Some(next) = self.next_act(is_last) else {
                return;
            };
            if self
                .write(self.dossier.release.clone(), Vec::new(), Some(&next))
                .await
                .is_err()
            {
                return;
            }
            act = next;
        }
    }

    fn next_act(&self, last_try: bool) -> Option<PreparedAct> {
        let goal = self.dossier.release.goal();
        if goal == Goal::Stay {
            return None;
        }
        let pursuit = Pursuit {
            last_try,
            ..self.pursuit(&self.dossier.release, goal)
        };
        match self.ports.workloads.next(&pursuit, self.seen.as_ref()?) {
            Next::Act(act) => Some(act),
            _ => None,
        }
    }

    async fn send_once(&mut self, act: &PreparedAct) -> Result<(), ActError> {
        let sent = self.ports.clock.now();
        let workload = self.dossier.workload.clone();
        #[cfg(feature = "planted-mistakes")]
        if self.mistake == Some(crate::Mistake::OutcomeBeforeAct) {
            self.keep_outcome(&act.operation, Outcome::Applied);
            self.write_outcomes().await;
        }
        let answer = self.ports.workloads.act(&workload, act).await;
        self.heard(answer.as_ref().err());
        let at = self.ports.clock.now();
        let mut progress = ActProgress {
            operation: act.operation.clone(),
            kind: act.kind.clone(),
            step: ActStep::Sent,
            sent,
            since: at,
            generation: None,
            message: String::new(),
        };
        match answer {
            Ok(accepted) => {
                progress.step = ActStep::Accepted;
                progress.generation = Some(accepted.generation);
                self.show_act(progress);
                self.settle_earlier(&act.operation);
                self.accepted(act, accepted);
                Ok(())
            }
            Err(error) => {
                let unknown = matches!(error, ActError::Unknown { .. });
                progress.step = if unknown {
                    ActStep::Unknown
                } else {
                    ActStep::Refused
                };
                progress.message = error.to_string();
                self.show_act(progress);
                self.not_accepted(act, &error).await;
                Err(error)
            }
        }
    }

    fn accepted(&mut self, act: &PreparedAct, accepted: Accepted) {
        let mut open = self.open_intents.iter();
        match open.find(|intent| intent.act.operation == act.operation) {
            Some(intent) => self.trail.accepted(intent),
            None => self.trail = Trail::default(),
        }
        self.dossier.last_operation = Some(act.operation.clone());
        self.last_refusal = None;
        self.not_before = 0;
        let outcome = Outcome::Accepted {
            generation: accepted.generation,
            resource_version: accepted.resource_version.clone(),
        };
        self.close_intent(&act.operation, outcome);
        if let Some(seen) = &mut self.seen {
            take_over(seen, accepted);
        }
    }

    async fn not_accepted(&mut self, act: &PreparedAct, error: &ActError) {
        let wait = match error {
            ActError::Throttled { after_millis } => *after_millis,
            ActError::Conflict => 0,
            _ => RETRY_MILLIS,
        };
        self.not_before = self.ports.clock.monotonic_millis().saturating_add(wait);
        if let ActError::Unknown { message } = error {
            // The intent stays open: the object itself will tell.
            let outcome = Outcome::Unknown {
                message: message.clone(),
            };
            self.keep_outcome(&act.operation, outcome);
            return;
        }
        self.own_operations
            .retain(|operation| *operation != act.operation);
        self.close_intent(
            &act.operation,
            Outcome::Refused {
                message: error.to_string(),
            },
        );
        if !error.is_passing() && *error != ActError::Gone {
            let message = error.to_string();
            if self.last_refusal.as_ref() != Some(&message) {
                let refused = Event::ActRefused {
                    message: message.clone(),
                };
                let applied = Box::pin(self.apply(refused)).await;
                // What could not be written down is said again when it is refused again.
                if applied.is_ok() {
                    self.last_refusal = Some(message);
                }
                self.journal_failed(applied);
            }
        }
    }

    /// Accepted acts whose generation the controller has seen are applied.
    pub(crate) fn mark_applied(&mut self) {
        let Some(seen) = &self.seen else { return };
        let observed = seen.view.observed_generation;
        self.mark(Outcome::Applied, ActStep::Applied, |act| {
            act.step == ActStep::Accepted && act.generation.is_some_and(|generation| observed >= generation)
        });
    }

    /// The goal is reached: everything accepted so far is settled.
    pub(crate) fn mark_settled(&mut self) {
        self.mark(Outcome::Settled, ActStep::Settled, |act| {
            matches!(act.step, ActStep::Accepted | ActStep::Applied)
        });
    }

    /// A later act is only sent once what an earlier one asked for is so, or does not matter any more.
    fn settle_earlier(&mut self, than: &OperationId) {
        let than = than.clone();
        self.mark(Outcome::Settled, ActStep::Settled, |act| {
            act.operation != than && matches!(act.step, ActStep::Accepted | ActStep::Applied)
        });
    }

    fn mark(&mut self, outcome: Outcome, step: ActStep, which: impl Fn(&ActProgress) -> bool) {
        let at = self.ports.clock.now();
        let mut marked = Vec::new();
        for act in self.acts.iter_mut().filter(|act| which(act)) {
            act.step = step;
            act.since = at;
            marked.push(act.operation.clone());
        }
        for operation in marked {
            self.keep_outcome(&operation, outcome.clone());
        }
    }

    pub(crate) fn close_intent(&mut self, operation: &OperationId, outcome: Outcome) {
        self.open_intents
            .retain(|intent| intent.act.operation != *operation);
        self.keep_outcome(operation, outcome);
    }

    /// Outcomes are not on the way of a click: until they are written, the object itself tells what became of an act.
    pub(crate) fn keep_outcome(&mut self, operation: &OperationId, outcome: Outcome) {
        let at = self.ports.clock.now();
        self.outcomes.push((operation.clone(), at, outcome));
    }

    /// Writes down what became of the acts so far. What the record does not take now is tried again at the next turn.
    pub(crate) async fn write_outcomes(&mut self) {
        let id = self.dossier.release.id.clone();
        let mut waiting = std::mem::take(&mut self.outcomes).into_iter();
        while let Some((operation, at, outcome)) = waiting.next() {
            if let Err(error) = self.ports.journal.outcome(&id, &operation, at, &outcome).await {
                self.journal_trouble = Some(error);
                // Written when the record can be written again; what became of an act is never forgotten on the way.
                self.outcomes.push((operation, at, outcome));
                self.outcomes.extend(waiting);
                return;
            }
        }
    }
}

/// The object after an own act is newer than what was seen; the pods follow with the next look.
fn take_over(seen: &mut Observed, accepted: Accepted) {
    seen.view.resource_version = accepted.resource_version;
    seen.view.generation = accepted.generation;
    seen.object = accepted.object;
}
