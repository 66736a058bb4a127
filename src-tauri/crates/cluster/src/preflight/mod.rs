//! Checks before acting: they answer before anything is sent, and are asked again when it is.
//!
//! Codes of findings: `access-denied`, `access-partial`, `lease-forbidden`, `charter-forbidden`, `dry-run-refused`,
//! `share-not-possible`, `replicas-zero`, `less-capacity`, `quota-exceeded`, `autoscaler`, `autoscaler-range`,
//! `disruption-budget`, `paused`, `recreate`, `argo-cd`, `flux`, `helm`, `server-side-apply`, `config-changed`,
//! `config-missing`, `config-unknown`, `other-alerts`, `nobody-judges`, `other-release`, `rollout-under-way`,
//! `nothing-to-release`, `check-failed`, `target-missing`.

mod access;
mod alerts;
mod attendance;
mod autoscaler;
mod config;
mod disruption;
mod dry_run;
mod finding;
mod other_release;
mod owners;
mod paused;
mod quantity;
mod quota;
mod recreate;
mod rollback;
mod shares;
mod surroundings;
mod unchanged;
mod under_way;

#[cfg(test)]
mod tests;

pub use finding::{Finding, Severity};
pub use rollback::RollbackReadiness;
pub(crate) use rollback::{readiness, seconds_back};

use crate::workloads::KubeWorkloads;
use conductor::{Observed, PortError, Pursuit, WorkloadRef, Workloads};
use kube::Client;
use release::Share;
use surroundings::Surroundings;

/// What the checks are about.
pub(crate) struct Asked<'a> {
    pub workloads: &'a KubeWorkloads,
    pub client: Client,
    pub at: &'a WorkloadRef,
    pub pursuit: &'a Pursuit,
    pub seen: Observed,
    /// The shares of all phases.
    pub shares: &'a [Share],
    pub around: Surroundings,
}

/// Every check before a start, the worst findings first.
pub(crate) async fn start(
    workloads: &KubeWorkloads,
    client: Client,
    at: &WorkloadRef,
    pursuit: &Pursuit,
    shares: &[Share],
) -> Result<Vec<Finding>, PortError> {
    let (seen, around) = futures::join!(workloads.observe(at), Surroundings::read(&client, &at.namespace));
    let asked = Asked {
        workloads,
        client,
        at,
        pursuit,
        seen: seen?,
        shares,
        around,
    };
    let (access, dry_run, owners, config) = futures::join!(
        access::check(&asked.client, asked.at),
        dry_run::check(&asked),
        owners::check(&asked.client, &asked.seen.object),
        config::check(&asked.client, asked.at, &asked.seen, &pursuit.new_template),
    );
    let mut findings: Vec<Finding> = [
        access,
        dry_run?,
        owners,
        config,
        recreate::check(&asked),
        paused::check(&asked),
        shares::check(&asked),
        unchanged::check(&asked),
        under_way::check(&asked),
        other_release::check(&asked),
        quota::check(&asked),
        autoscaler::check(&asked),
        disruption::check(&asked),
        alerts::check(&asked),
        attendance::check(),
    ]
    .concat();
    findings.sort_by_key(|finding| finding.severity);
    Ok(findings)
}
