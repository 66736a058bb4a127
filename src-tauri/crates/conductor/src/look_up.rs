//! What became of acts whose answer never came.

use crate::driver::Driver;
use crate::{ActKind, ActStep, Intent, Observed, OperationId, Outcome};
use release::Stage;

/// What the object says of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It carries the act's name, or lost the marks that the act takes off.
    Happened,
    /// It is as the act found it: not here yet, and it may still arrive.
    NotYet,
    /// It is as the act found it but for a change by somebody else: not here, and refused if it arrives.
    Never,
    /// Somebody else has written since, and took away what would tell.
    Hidden,
}

impl Intent {
    /// `alone`: no other driver is known to have acted since.
    fn fate(&self, seen: &Observed, alone: bool) -> Fate {
        let on_object = &seen.view.operation;
        // The last act of a release takes all marks off: where they were and are not any more, it happened, unless a colleague has
        // ended the release since.
        let unsigned =
            on_object.is_none() && self.takes_the_mark_off() && (alone || self.is_next_generation(seen));
        if on_object.as_ref() == Some(&self.act.operation) || unsigned {
            Fate::Happened
        } else if self.could_still_come(seen) {
            Fate::NotYet
        } else if self.is_past(seen) {
            Fate::Never
        } else {
            Fate::Hidden
        }
    }
}

impl Driver {
    /// Looks up on the object what became of intents without an outcome, and of those that were told as never happened and may
    /// have arrived since.
    pub(crate) async fn look_up_open_intents(&mut self) {
        for intent in self.open_intents.clone() {
            if let Some(fate) = self.fate_of(&intent) {
                self.take_fate(intent, fate).await;
            }
        }
        // Marks that are gone tell of one act only: of the one that is open, else of one that was told as never happened.
        let is_news = |intent: &&Intent| self.late_fate(intent).is_some();
        let late: Vec<Intent> = self.late_intents.iter().filter(is_news).cloned().collect();
        for intent in late {
            if let Some(fate) = self.late_fate(&intent) {
                self.take_fate(intent, fate).await;
            }
        }
    }

    fn fate_of(&self, intent: &Intent) -> Option<Fate> {
        let alone = self.leading.after.is_none();
        Some(intent.fate(self.seen.as_ref()?, alone))
    }

    async fn take_fate(&mut self, intent: Intent, fate: Fate) {
        match fate {
            Fate::Happened => self.found_on_object(&intent),
            // A request that is still on its way is harmless: its precondition is the operation that stands on the object now, and
            // the next act takes that away. The name stays known as our own.
            Fate::NotYet | Fate::Never => self.told_as_never_happened(intent),
            Fate::Hidden => self.hidden(&intent).await,
        }
    }

    /// What became of an act that was told as never happened, if that is news. Its name on the object is, whatever was accepted
    /// since: nobody can put a name back that never stood there.
    fn late_fate(&self, intent: &Intent) -> Option<Fate> {
        let seen = self.seen.as_ref()?;
        if seen.view.operation.as_ref() == Some(&intent.act.operation) {
            return Some(Fate::Happened);
        }
        // What was accepted since took away what it tests.
        if intent.previous != self.dossier.last_operation {
            return None;
        }
        self.fate_of(intent)
            .filter(|fate| matches!(fate, Fate::Happened | Fate::Hidden))
    }

    fn found_on_object(&mut self, intent: &Intent) {
        let Some(seen) = &self.seen else { return };
        let operation = &intent.act.operation;
        let generation = seen.view.generation;
        let outcome = Outcome::seen_on(seen);
        self.queued = None;
        self.trail.accepted(intent);
        self.dossier.last_operation = Some(operation.clone());
        self.late_intents.retain(|late| late.act.operation != *operation);
        self.show_looked_up(operation, ActStep::Accepted, Some(generation));
        self.close_intent(operation, outcome);
    }

    fn told_as_never_happened(&mut self, intent: Intent) {
        self.show_looked_up(&intent.act.operation, ActStep::Refused, None);
        self.close_intent(&intent.act.operation, Outcome::NeverHappened);
        self.late_intents.push(intent);
    }

    /// Nobody can tell whether an act happened. Where it would be wrong to do it again a person decides, and the intent stays
    /// open until the record has the question.
    async fn hidden(&mut self, intent: &Intent) {
        match self.question_about(intent) {
            Some(what) if !self.foreign(what.to_owned()).await => return,
            Some(_) => {}
            // A colleague may have ended the release: then nothing is left to do.
            None => drop(self.is_left_by_a_colleague().await),
        }
        let operation = &intent.act.operation;
        self.late_intents.retain(|late| late.act.operation != *operation);
        self.trail.cannot_tell(intent);
        self.show_looked_up(operation, ActStep::Unknown, None);
        self.close_intent(operation, Outcome::CannotTell);
    }

    /// What a person is asked about an act of which nothing tells whether it happened.
    ///
    /// The first act: perhaps it happened and was taken back, by a colleague while this Slipway was closed; to begin again would
    /// release what was taken back. A rule's rollback: perhaps somebody has undone it.
    fn question_about(&self, intent: &Intent) -> Option<&'static str> {
        let marks_stand = self
            .seen
            .as_ref()
            .is_some_and(|seen| seen.view.operation == intent.previous);
        // What tidies up was built on the version from before.
        let is_put_back = matches!(intent.act.kind, ActKind::Tidy | ActKind::RestoreSurge)
            && self
                .seen
                .as_ref()
                .is_some_and(|seen| seen.view.version.template_hash == self.dossier.release.to.template_hash);
        let by_rule = matches!(
            self.dossier.release.stage,
            Stage::RollingBack { automatic: true, .. }
        );
        if intent.previous.is_none() && self.dossier.last_operation.is_none() {
            Some(
                "It is not known whether the release had begun, and somebody has changed the workload since.",
            )
        } else if by_rule && (marks_stand && intent.act.kind == ActKind::RollBack || is_put_back) {
            Some(
                "It is not known whether the rollback had happened, and somebody has put the new version back since.",
            )
        } else {
            None
        }
    }

    fn show_looked_up(&mut self, operation: &OperationId, step: ActStep, generation: Option<i64>) {
        let at = self.ports.clock.now();
        if let Some(act) = self.acts.iter_mut().find(|act| act.operation == *operation) {
            act.step = step;
            act.since = at;
            act.generation = generation;
        }
    }
}
