use super::environment::{Environment, Level};
use crate::failure::failure;
use crate::view::{Confirmation, Failure};
use release::Timestamp;
use std::collections::BTreeMap;

/// How long a button must be held, in milliseconds. Half a frame less than the window's 1.2 s is no difference.
const HOLD_MILLIS: u32 = 1_180;
/// How long an environment stays unlocked, in milliseconds.
pub(crate) const UNLOCK_MILLIS: i64 = 30 * 60 * 1000;
/// The shortest reason.
pub(crate) const SHORTEST_REASON: usize = 10;

/// Which locked environments are unlocked now. Never outlives the program.
#[derive(Debug, Default)]
pub(crate) struct Unlocks {
    until: BTreeMap<String, Timestamp>,
}

impl Unlocks {
    /// Until when the environment is unlocked; `None` if it is locked.
    pub(crate) fn until(&self, environment: &str, now: Timestamp) -> Option<Timestamp> {
        self.until.get(environment).copied().filter(|until| now < *until)
    }

    /// Unlocks.
    ///
    /// # Errors
    ///
    /// The reason is too short.
    pub(crate) fn unlock(&mut self, environment: &str, reason: &str, now: Timestamp) -> Result<(), Failure> {
        if reason.trim().chars().count() < SHORTEST_REASON {
            return Err(failure(
                "reason-too-short",
                format!(
                    "The environment stays locked: the reason needs at least {SHORTEST_REASON} characters."
                ),
                "Say what you are about to do and why; it stands in every record made meanwhile.",
            ));
        }
        self.until
            .insert(environment.to_owned(), Timestamp(now.0 + UNLOCK_MILLIS));
        Ok(())
    }

    /// Locks at once.
    pub(crate) fn lock(&mut self, environment: &str) {
        self.until.remove(environment);
    }

    /// Whether a person may go forward there. A rollback is never asked this.
    ///
    /// # Errors
    ///
    /// The environment is locked, or the button was not held.
    pub(crate) fn may_go_forward(
        &self,
        environment: &Environment,
        confirmation: Confirmation,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let held = confirmation.held_ms >= HOLD_MILLIS;
        match environment.protection {
            Level::Open => Ok(()),
            Level::Locked if self.until(&environment.id, now).is_none() => Err(failure(
                "environment-locked",
                format!("Nothing was changed: {} is locked.", environment.name),
                "Unlock it with a reason; it stays unlocked for 30 minutes.",
            )),
            Level::Confirm | Level::Locked if !held => Err(failure(
                "not-confirmed",
                format!(
                    "Nothing was changed: in {} the button must be held.",
                    environment.name
                ),
                "Press and hold the button for 1.2 seconds.",
            )),
            Level::Confirm | Level::Locked => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::environment::Place;
    use super::*;
    use crate::view::Danger;

    const PRESSED: Confirmation = Confirmation { held_ms: 0 };
    const HELD: Confirmation = Confirmation { held_ms: 1_200 };

    fn environment(protection: Level) -> Environment {
        Environment {
            id: "production".into(),
            name: "production".into(),
            place: Place::Context {
                context: "prod".into(),
            },
            namespaces: vec!["shop".into()],
            danger: Danger::Production,
            protection,
        }
    }

    fn code(answer: Result<(), Failure>) -> Option<String> {
        answer.err().map(|failure| failure.code)
    }

    #[test]
    fn an_open_environment_takes_a_press() {
        let answer = Unlocks::default().may_go_forward(&environment(Level::Open), PRESSED, Timestamp(0));
        assert_eq!(code(answer), None);
    }

    #[test]
    fn a_confirmed_environment_wants_the_button_held() {
        let unlocks = Unlocks::default();
        let there = environment(Level::Confirm);
        assert_eq!(
            code(unlocks.may_go_forward(&there, PRESSED, Timestamp(0))).as_deref(),
            Some("not-confirmed")
        );
        assert_eq!(code(unlocks.may_go_forward(&there, HELD, Timestamp(0))), None);
    }

    #[test]
    fn a_locked_environment_opens_for_thirty_minutes_with_a_reason_and_still_wants_the_button_held() {
        let mut unlocks = Unlocks::default();
        let there = environment(Level::Locked);
        assert_eq!(
            code(unlocks.may_go_forward(&there, HELD, Timestamp(0))).as_deref(),
            Some("environment-locked")
        );
        assert_eq!(
            code(unlocks.unlock("production", "  short  ", Timestamp(0))).as_deref(),
            Some("reason-too-short")
        );
        unlocks
            .unlock("production", "hotfix for CHK-2291", Timestamp(0))
            .unwrap();
        assert_eq!(
            code(unlocks.may_go_forward(&there, PRESSED, Timestamp(1))).as_deref(),
            Some("not-confirmed")
        );
        assert_eq!(code(unlocks.may_go_forward(&there, HELD, Timestamp(1))), None);
        let later = Timestamp(UNLOCK_MILLIS);
        assert_eq!(
            code(unlocks.may_go_forward(&there, HELD, later)).as_deref(),
            Some("environment-locked")
        );
    }

    #[test]
    fn locking_takes_effect_at_once() {
        let mut unlocks = Unlocks::default();
        unlocks
            .unlock("production", "hotfix for CHK-2291", Timestamp(0))
            .unwrap();
        unlocks.lock("production");
        assert_eq!(unlocks.until("production", Timestamp(1)), None);
    }
}
