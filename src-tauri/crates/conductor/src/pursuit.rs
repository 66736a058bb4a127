use crate::{Dossier, Manifest, Observed, OperationId, Trail};
use release::{Goal, Plan, ReleaseId, RollbackTarget, Share};

/// Where a workload shall go, and everything that is needed to build the next act towards it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pursuit {
    /// The release.
    pub release: ReleaseId,
    /// The fencing token of the driver.
    pub epoch: u64,
    /// The workload's uid when the release began; another uid is another workload.
    pub uid: String,
    /// Where to.
    pub goal: Goal,
    /// The whole workload as it was before the release: the originals of every field that a hold changes.
    pub before: Manifest,
    /// The pod template of the goal: the new one for a share and promotion, the target's for a rollback.
    pub template: Manifest,
    /// The new version's pod template, whatever the goal is: tells own pods from foreign ones.
    pub new_template: Manifest,
    /// How many pods more than wanted there may be.
    pub surge_limit: Share,
    /// Whether fewer pods than wanted may serve.
    pub accept_less_capacity: bool,
    /// The last operation of this release that the cluster accepted; `None` before the first.
    pub last_operation: Option<OperationId>,
    /// Every operation that this release has sent and that may have been applied.
    pub own_operations: Vec<OperationId>,
    /// The name for the act that comes next.
    pub operation: OperationId,
    /// Whether a person asked for this rollback: then a foreign change is overwritten and not reported.
    pub insist: bool,
    /// Whether an act that was sent before and has no answer may still arrive and change the workload.
    pub on_its_way: bool,
    /// Whether this is the last try of a click: then it is sent whatever others write meanwhile, unless it is another driver.
    pub last_try: bool,
    /// What the release's own acts left on the object.
    pub trail: Trail,
}

impl Pursuit {
    /// The pursuit of a goal of a release, with the next free operation name. A rollback's target whose template the record
    /// does not know has none (null): then there is nothing to send.
    pub fn of(dossier: &Dossier, goal: Goal, own_operations: Vec<OperationId>, insist: bool) -> Pursuit {
        let template = match &goal {
            Goal::RolledBack {
                target: RollbackTarget::Revision { version, .. },
            } => dossier.template(&version.template_hash),
            Goal::RolledBack {
                target: RollbackTarget::Before,
            } => dossier.template_before(),
            _ => Some(&dossier.new_template),
        };
        Pursuit {
            release: dossier.release.id.clone(),
            epoch: dossier.epoch,
            uid: dossier.uid.clone(),
            goal,
            before: dossier.before.clone(),
            template: template.cloned().unwrap_or_default(),
            new_template: dossier.new_template.clone(),
            surge_limit: dossier.release.plan.surge_limit,
            accept_less_capacity: dossier.release.plan.accept_less_capacity,
            last_operation: dossier.last_operation.clone(),
            own_operations,
            operation: dossier.next_operation(),
            insist,
            on_its_way: false,
            last_try: false,
            trail: Trail::default(),
        }
    }

    /// The pursuit of a release that does not exist yet: for asking the cluster what it would say.
    pub fn imagined(
        seen: &Observed,
        goal: Goal,
        template: Manifest,
        new_template: Manifest,
        plan: &Plan,
    ) -> Pursuit {
        let release = ReleaseId("rehearsal".into());
        Pursuit {
            operation: OperationId(format!("{release}.1.0")),
            release,
            epoch: 1,
            uid: seen.view.uid.clone(),
            goal,
            before: seen.object.clone(),
            template,
            new_template,
            surge_limit: plan.surge_limit,
            accept_less_capacity: plan.accept_less_capacity,
            last_operation: None,
            own_operations: Vec::new(),
            insist: true,
            on_its_way: false,
            last_try: false,
            trail: Trail::default(),
        }
    }
}
