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
    /// Somebody else has written since, and took away what would tell.
    Hidden,
}

impl Intent {
    fn fate(&self, seen: &Observed) -> Fate {
        let on_object = &seen.view.operation;
        // The last act of a release takes all marks off: where they were and are not any more, it happened.
        let unsigned = on_object.is_none() && self.takes_the_mark_off();
        if on_object.as_ref() == Some(&self.act.operation) || unsigned {
            Fate::Happened
        } else if self.could_still_come(seen) {
            Fate::NotYet
        } else {
            Fate::Hidden
        }
    }
}

impl Driver {
    /// Looks up on the object what became of intents without an outcome, and of those that were told as never happened and may
    /// have arrived since.
    pub(crate) fn look_up_open_intents(&mut self) {
        let Some(seen) = &self.seen else { return };
        let open = self.open_intents.iter().map(|intent| (intent, false));
        let late = self.late_intents.iter().map(|intent| (intent, true));
        let found: Vec<(Intent, bool, Fate)> = open
            .chain(late)
            .map(|(intent, told)| (intent.clone(), told, intent.fate(seen)))
            .filter(|(_, told, fate)| !told || *fate != Fate::NotYet)
            .collect();
        for (intent, _, fate) in found {
            match fate {
                Fate::Happened => self.found_on_object(&intent),
                Fate::NotYet => {
                    // A request that is still on its way is harmless: its precondition is the operation that stands on the object
                    // now, and the next act takes that away. The name stays known as our own.
                    self.show_looked_up(&intent.act.operation, ActStep::Refused, None);
                    self.close_intent(&intent.act.operation, Outcome::NeverHappened);
                    self.late_intents.push(intent);
                }
                Fate::Hidden => self.hidden(&intent),
            }
        }
    }

    fn found_on_object(&mut self, intent: &Intent) {
        let Some(seen) = &self.seen else { return };
        let operation = &intent.act.operation;
        let generation = seen.view.generation;
        let outcome = Outcome::Accepted {
            generation,
            resource_version: seen.view.resource_version.clone(),
        };
        self.queued = None;
        self.restored = intent.takes_the_mark_off();
        self.dossier.last_operation = Some(operation.clone());
        // It took away what the others test.
        self.late_intents.clear();
        self.show_looked_up(operation, ActStep::Accepted, Some(generation));
        self.close_intent(operation, outcome);
    }

    fn hidden(&mut self, intent: &Intent) {
        let operation = &intent.act.operation;
        self.late_intents.retain(|late| late.act.operation != *operation);
        self.show_looked_up(operation, ActStep::Unknown, None);
        self.close_intent(operation, Outcome::CannotTell);
        let marks_stand = self
            .seen
            .as_ref()
            .is_some_and(|seen| seen.view.operation == intent.previous);
        self.beginning_unknown |= intent.previous.is_none();
        self.rollback_unknown |= marks_stand && intent.act.kind == ActKind::RollBack;
    }

    fn show_looked_up(&mut self, operation: &OperationId, step: ActStep, generation: Option<i64>) {
        let at = self.ports.clock.now();
        if let Some(act) = self.acts.iter_mut().find(|act| act.operation == *operation) {
            act.step = step;
            act.since = at;
            act.generation = generation;
        }
    }

    /// Nobody can tell whether an act happened, and it would be wrong to do it again: a person decides.
    ///
    /// The first act: perhaps it happened and was taken back, by a colleague while this Slipway was closed; to begin again would
    /// release what was taken back. A rule's rollback: perhaps somebody has undone it.
    pub(crate) async fn ask_what_happened(&mut self) {
        let beginning = std::mem::take(&mut self.beginning_unknown);
        let rollback = std::mem::take(&mut self.rollback_unknown);
        if beginning && self.dossier.last_operation.is_none() {
            let what =
                "It is not known whether the release had begun, and somebody has changed the workload since.";
            self.foreign(what.to_owned()).await;
        }
        let by_rule = matches!(
            self.dossier.release.stage,
            Stage::RollingBack { automatic: true, .. }
        );
        if rollback && by_rule {
            let what = "It is not known whether the rollback had happened, and somebody has put the new version back since.";
            self.foreign(what.to_owned()).await;
        }
    }
}
