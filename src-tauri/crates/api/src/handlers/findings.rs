use crate::view::{Check, CheckState, Finding, Said};
use cluster::preflight::{Finding as Found, Severity};

/// What a check of the cluster found, for a screen; words for the codes that the window knows, else the cluster's sentence.
pub(crate) fn check(found: &Found) -> Check {
    let said = match found.code.as_str() {
        "paused" => Said::Paused,
        "recreate" => Said::Recreate,
        "nobody-judges" => Said::NobodyJudgesWhileClosed,
        "other-alerts" => Said::OthersWillSee,
        "dry-run-refused" => Said::DryRunRefused {
            message: found.message.clone(),
        },
        "target-missing" => Said::NoTarget,
        _ if found.hint.is_empty() => Said::Verbatim {
            text: found.message.clone(),
        },
        _ => Said::Verbatim {
            text: format!("{} {}", found.message, found.hint),
        },
    };
    let state = match found.severity {
        Severity::Blocking => CheckState::Failed,
        Severity::Warning => CheckState::Warning,
        Severity::Info => CheckState::Passed,
    };
    Check { state, said }
}

/// A finding that a person can override by its code.
pub(crate) fn finding(found: &Found) -> Finding {
    Finding {
        id: found.code.clone(),
        check: check(found),
        can_override: found.can_override,
    }
}

/// What is good if nothing speaks against it: it is said too, so that a person sees that it was asked.
pub(crate) fn passed(found: &[Found]) -> Vec<Check> {
    let quiet = |prefix: &str| found.iter().all(|finding| !finding.code.starts_with(prefix));
    let mut checks = Vec::new();
    let mut add = |good: bool, said| {
        if good {
            checks.push(Check {
                state: CheckState::Passed,
                said,
            });
        }
    };
    add(quiet("access"), Said::Allowed);
    add(quiet("dry-run"), Said::DryRunPassed);
    add(quiet("config"), Said::ConfigUnchanged);
    add(quiet("quota"), Said::QuotaFits);
    checks
}
