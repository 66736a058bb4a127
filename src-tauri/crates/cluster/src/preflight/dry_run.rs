use super::{Asked, Finding};
use conductor::{ActError, Next, PortError, Workloads};

/// The very patch that would be sent first, as a server-side dry run.
///
/// # Errors
///
/// `cluster-unreachable`, `cluster-timeout` or `throttled`: without an answer nothing is known, and a release that waits for its checks asks again.
pub(crate) async fn check(asked: &Asked<'_>) -> Result<Vec<Finding>, PortError> {
    // Other checks say why there is nothing to send.
    let Next::Act(act) = asked.workloads.next(asked.pursuit, &asked.seen) else {
        return Ok(match asked.workloads.next(asked.pursuit, &asked.seen) {
            Next::Foreign { what } if !asked.seen.view.held && !is_recreate(asked) => {
                vec![Finding::blocking(
                    "dry-run-refused",
                    what,
                    "Look at the workload and make the release again.",
                )]
            }
            Next::Gone => vec![Finding::blocking(
                "dry-run-refused",
                "The workload was deleted and made again since the release was planned.",
                "Make the release again.",
            )],
            _ => Vec::new(),
        });
    };
    match asked.workloads.rehearse(asked.at, &act).await {
        Ok(()) => Ok(Vec::new()),
        Err(error) => no_answer(&error).map_or_else(|| Ok(vec![of_error(&error)]), Err),
    }
}

/// What is told where no answer came about the change itself.
pub(crate) fn no_answer(error: &ActError) -> Option<PortError> {
    let (code, unreachable) = match error {
        ActError::Unreachable { .. } => ("cluster-unreachable", true),
        ActError::Unknown { .. } => ("cluster-timeout", true),
        ActError::Throttled { .. } => ("throttled", false),
        _ => return None,
    };
    Some(PortError {
        code: code.to_owned(),
        message: format!("The change could not be rehearsed: {error}"),
        hint: "Check the network and the VPN. Slipway tries again by itself.".to_owned(),
        unreachable,
    })
}

fn is_recreate(asked: &Asked<'_>) -> bool {
    crate::holds::Live::read(&asked.seen.object).recreate
}

pub(crate) fn of_error(error: &ActError) -> Finding {
    let hint = match error {
        ActError::Conflict => "Somebody is changing the workload right now. Check again.",
        ActError::Forbidden { .. } => "Ask the cluster's administrator for the right to change the workload.",
        ActError::Denied { .. } => "An admission rule or a quota of the cluster refuses the change.",
        ActError::Invalid { .. } => "Correct the new version's template.",
        _ => "Check the connection to the cluster.",
    };
    let message = format!("The cluster would refuse the change: {error}");
    Finding::blocking("dry-run-refused", message, hint)
}
