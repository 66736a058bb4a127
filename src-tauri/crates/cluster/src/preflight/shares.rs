use super::{Asked, Finding};
use crate::holds::{surge_pods, target_pods};
use release::Share;

/// Whether the pods wanted now can express every phase.
pub(crate) fn check(asked: &Asked<'_>) -> Vec<Finding> {
    let replicas = asked.seen.view.replicas;
    let surge = surge_pods(asked.pursuit.surge_limit, replicas);
    if replicas == 0 {
        return vec![Finding::blocking(
            "replicas-zero",
            "The workload wants no pods (replicas is 0): there is nothing to give a share of.",
            "Scale it up first.",
        )];
    }
    let mut findings = Vec::new();
    for (number, share) in asked.shares.iter().enumerate() {
        if share.is_whole() {
            continue;
        }
        if let Err(problem) = target_pods(*share, replicas, surge) {
            let message = format!("Phase {}: {replicas} pods cannot express {share}.", number + 1);
            let hint = match nearest(&problem.nearest) {
                text if text.is_empty() => "Plan one phase of 100 %.".to_owned(),
                text => format!("The nearest possible: {text}."),
            };
            findings.push(Finding::blocking("share-not-possible", message, hint));
        }
    }
    if surge == 0 && asked.pursuit.accept_less_capacity {
        findings.push(Finding::warning(
            "less-capacity",
            "The plan allows no pod more than wanted: old pods stop before new ones start, so fewer than wanted serve meanwhile.",
            "Allow a surge if the cluster has room.",
        ));
    }
    findings
}

fn nearest(shares: &[Share]) -> String {
    let texts: Vec<String> = shares.iter().map(Share::to_string).collect();
    texts.join(" and ")
}
