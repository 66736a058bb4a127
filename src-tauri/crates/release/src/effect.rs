use crate::{Goal, Record};
use serde::{Deserialize, Serialize};

/// What shall be done after a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "effect")]
pub enum Effect {
    /// Run the checks and answer with [`crate::Event::PreflightAnswered`].
    AskPreflight,
    /// Bring the workload there, and say [`crate::Event::Arrived`] when it is. Always equal to the new state's goal.
    Pursue {
        /// Where.
        goal: Goal,
    },
    /// Give the control to a named person's Slipway.
    HandOver {
        /// The person's name.
        to: String,
    },
    /// Write this to the history, together with the new state.
    Record {
        /// What to write.
        record: Record,
    },
}
