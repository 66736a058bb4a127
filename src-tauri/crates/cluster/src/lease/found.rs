//! A release that another Slipway made, put together from what stands in the cluster.

use crate::holds::{self, Marker};
use conductor::{Charter, Dossier, Manifest, Observed, OperationId, PortError, Revision, WorkloadRef};
use release::{Person, Plan, Release, ReleaseId, Stage, Version};
use serde_json::Value;
use std::collections::BTreeMap;

/// A release found beside a workload.
#[derive(Debug, Clone)]
pub struct Found {
    /// Everything that is needed to go on with it.
    pub dossier: Dossier,
    /// Operations of it that may have been applied.
    pub operations: Vec<OperationId>,
    /// Whether the charter was there. Without it the plan is not known, and only a rollback makes sense.
    pub has_plan: bool,
}

/// Puts the dossier of the release that holds a workload together: state and plan from the charter, the original settings from the
/// workload's marker, and the pod templates from the ReplicaSets, found by their hashes.
///
/// Without a charter the marker alone tells which release it is, and which versions it is about. `application` is only used in that case.
///
/// # Errors
///
/// `no-release`: nothing of Slipway's holds the workload. `version-unknown`: the ReplicaSets with the release's versions are gone.
pub fn found_release(
    at: &WorkloadRef,
    application: &str,
    charter: Option<&Charter>,
    seen: &Observed,
    revisions: &[Revision],
) -> Result<Found, PortError> {
    let marker = Marker::read(&seen.object).filter(|marker| marker.uid == seen.view.uid);
    let charter = charter.filter(|charter| {
        charter.uid == seen.view.uid
            && marker
                .as_ref()
                .is_none_or(|marker| marker.release == charter.release.id.0)
    });
    let Some(release) = charter
        .map(|charter| charter.release.clone())
        .or_else(|| marked_release(at, application, marker.as_ref()?, seen, revisions))
    else {
        return Err(no_release());
    };
    // The cluster's context has another name on every machine, and the applications have too.
    let release = Release {
        environment: at.environment.clone(),
        application: application.to_owned(),
        ..release
    };
    let template = |version: &Version| template_of(version, seen, revisions);
    let before = holds::before_release(&seen.object, marker.as_ref(), template(&release.from)?);
    let other_templates: BTreeMap<String, Manifest> = charter
        .iter()
        .flat_map(|charter| &charter.other_templates)
        .filter_map(|hash| {
            let known = revisions
                .iter()
                .find(|known| known.version.template_hash == *hash)?;
            Some((hash.clone(), known.template.clone().into()))
        })
        .collect();
    let operations = charter
        .map(|charter| charter.operations.clone())
        .unwrap_or_default();
    let dossier = Dossier {
        workload: at.clone(),
        uid: seen.view.uid.clone(),
        created: charter.map_or(seen.at, |charter| charter.created),
        reason: charter.map(|charter| charter.reason.clone()).unwrap_or_default(),
        before: before.into(),
        new_template: template(&release.to)?.into(),
        other_templates,
        signals: charter.map(|charter| charter.signals.clone()).unwrap_or_default(),
        judging: charter.map(|charter| charter.judging).unwrap_or_default(),
        epoch: charter
            .map(|charter| charter.epoch)
            .max(marker.as_ref().map(|marker| marker.epoch))
            .unwrap_or(1),
        last_operation: charter.and_then(|charter| charter.last_operation.clone()),
        operations: 0,
        release,
    };
    Ok(Found {
        dossier,
        operations,
        has_plan: charter.is_some(),
    })
}

/// What the marker and the pods tell of a release without a charter: enough to go back.
fn marked_release(
    at: &WorkloadRef,
    application: &str,
    marker: &Marker,
    seen: &Observed,
    revisions: &[Revision],
) -> Option<Release> {
    let (from, to) =
        marked_versions(marker, seen, revisions).or_else(|| guessed_versions(seen, revisions))?;
    let nobody = Person::named("Another Slipway");
    let id = ReleaseId(marker.release.clone());
    let plan = Plan::default();
    let mut release = Release::planned(id, application, &at.environment, from, to, plan, nobody);
    release.stage = Stage::Shifting;
    Some(release)
}

/// The versions from before and of the release, as the marker names them, if the cluster still knows both.
fn marked_versions(marker: &Marker, seen: &Observed, revisions: &[Revision]) -> Option<(Version, Version)> {
    let versions = marker.versions.as_ref()?;
    let known = |hash: &String| {
        let live = Some(&seen.view.version);
        live.into_iter()
            .chain(revisions.iter().map(|revision| &revision.version))
            .find(|version| version.template_hash == *hash)
            .cloned()
    };
    Some((known(&versions.from)?, known(&versions.to)?))
}

/// What a marker of an older Slipway leaves to guess: the live template is the new version, and what has the most pods beside it
/// ran before.
fn guessed_versions(seen: &Observed, revisions: &[Revision]) -> Option<(Version, Version)> {
    let to = seen.view.version.clone();
    let with_pods = seen
        .view
        .arms
        .iter()
        .filter(|arm| arm.version.template_hash != to.template_hash && arm.wanted > 0)
        .max_by_key(|arm| arm.wanted)
        .map(|arm| arm.version.clone());
    let from = with_pods.or_else(|| {
        let mut older = revisions.iter().filter(|revision| !revision.current);
        older.next().map(|revision| revision.version.clone())
    })?;
    Some((from, to))
}

fn template_of(version: &Version, seen: &Observed, revisions: &[Revision]) -> Result<Value, PortError> {
    let live = seen.object.pointer("/spec/template");
    if let Some(live) = live.filter(|_| seen.view.version.template_hash == version.template_hash) {
        return Ok(live.clone());
    }
    let known = revisions
        .iter()
        .find(|known| known.version.template_hash == version.template_hash);
    known.map(|known| known.template.clone()).ok_or_else(|| {
        PortError::new(
            "version-unknown",
            format!(
                "The cluster does not know version {} of this release any more.",
                version.label()
            ),
            "Roll back to a version that it knows.",
        )
    })
}

fn no_release() -> PortError {
    PortError::new(
        "no-release",
        "No release of Slipway's holds this workload now; nothing was changed.",
        "It may have ended in the meantime.",
    )
}
