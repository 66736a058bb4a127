use crate::step::Change;
use crate::{Command, Effect, HoldReason, Person, Refusal};

impl Change {
    /// Names a person whose Slipway may take over; until it does, nothing else changes.
    pub(crate) fn hand_over(&mut self, by: &Person, to: &str) -> Result<(), Refusal> {
        if !self.release.stage.is_live() {
            return Err(self.wrong_stage());
        }
        self.record_command(by, Command::HandOver { to: to.to_owned() });
        self.effects.push(Effect::HandOver { to: to.to_owned() });
        Ok(())
    }

    /// Another Slipway drives: this one stops, wherever it is.
    pub(crate) fn taken_over(&mut self, by: &str) {
        self.release.driver = Person::named(by);
        self.hold_because(HoldReason::HandedOver { to: by.to_owned() });
    }
}
