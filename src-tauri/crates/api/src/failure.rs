//! Errors that reach people: `{code, message, hint}`. The codes that this crate itself gives stand here, once.

use crate::view::Failure;
use conductor::{ApplyError, PortError};
use release::Refusal;

/// What went wrong, for a person.
pub type ErrorView = Failure;

pub(crate) fn failure(code: &str, message: impl Into<String>, hint: impl Into<String>) -> Failure {
    Failure {
        code: code.to_owned(),
        message: message.into(),
        hint: hint.into(),
    }
}

/// A request that does not fit: a mistake of the window, not of the person.
pub(crate) fn bad_request(sentence: String) -> Failure {
    failure(
        "bad-request",
        format!("The request was not understood, so nothing was done: {sentence}."),
        "Copy the diagnostics in Settings and report this.",
    )
}

pub(crate) fn no_such_release(id: &str) -> Failure {
    failure(
        "release-unknown",
        format!("There is no release {id} on this computer."),
        "Look for it in History.",
    )
}

pub(crate) fn no_such_environment(id: &str) -> Failure {
    failure(
        "environment-unknown",
        format!("There is no environment {id}."),
        "Choose one under Environments, or connect it under Connections.",
    )
}

pub(crate) fn no_such_application(application: &str, environment: &str) -> Failure {
    failure(
        "application-unknown",
        format!("{application} is not deployed in {environment}."),
        "Choose another environment, or deploy it there once with your usual tool.",
    )
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Failure {
        Failure {
            code: error.code,
            message: error.message,
            hint: error.hint,
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        let (code, hint) = match &refusal {
            Refusal::WrongStage { .. } => (
                "wrong-stage",
                "The screen may be older than the release; it is read anew.",
            ),
            Refusal::Degraded => ("degraded", "Roll back, or hold and look into it."),
            Refusal::NothingToApprove => ("nothing-to-approve", ""),
            Refusal::AlreadyApproved { .. } => ("already-approved", ""),
            Refusal::PromotionCannotBeHeld => ("promotion-cannot-be-held", "Roll back if it must stop."),
            Refusal::NotTheDriver { .. } => ("not-the-driver", "Ask the driver to hand over."),
        };
        failure(code, format!("Nothing was changed: {refusal}."), hint)
    }
}

impl From<ApplyError> for Failure {
    fn from(error: ApplyError) -> Failure {
        match error {
            ApplyError::Refused(refusal) => refusal.into(),
            ApplyError::Port(error) => error.into(),
            ApplyError::Signals(error) => failure(
                "signal-invalid",
                format!("A signal of this release makes no sense, so it was not started: {error}."),
                "Correct it in Settings under Metrics.",
            ),
        }
    }
}

impl From<history::HistoryError> for Failure {
    fn from(error: history::HistoryError) -> Failure {
        PortError::from(error).into()
    }
}
