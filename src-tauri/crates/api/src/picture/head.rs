use super::Told;
use crate::view::{EnvironmentTag, ReleaseHead, VersionTag};
use conductor::{WorkloadKind, WorkloadRef};
use release::Version;

/// A version with its short name.
pub(crate) fn version_tag(version: &Version) -> VersionTag {
    VersionTag {
        label: version.label(),
        version: version.clone(),
    }
}

/// For example `Deployment shop/checkout`.
pub(crate) fn workload_name(workload: &WorkloadRef) -> String {
    let kind = match workload.kind {
        WorkloadKind::Deployment => "Deployment",
    };
    format!("{kind} {}/{}", workload.namespace, workload.name)
}

/// What every screen says about a release first.
pub(crate) fn head(told: &Told, environment: &EnvironmentTag, resumes: Option<String>) -> ReleaseHead {
    let release = told.release();
    ReleaseHead {
        id: release.id.0.clone(),
        kind: release.kind,
        application: release.application.clone(),
        environment: environment.clone(),
        workload: workload_name(&told.dossier.workload),
        from: version_tag(&release.from),
        to: version_tag(&release.to),
        started_by: release.started_by.clone(),
        started_at: told.dossier.created,
        ended_at: told.ended(),
        resumes,
    }
}
