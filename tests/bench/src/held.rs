//! A Deployment brought into a hold without the window, so that a raw PATCH can take it back with the body that Slipway sends.

use cluster::{KubeWorkloads, NewVersion};
use conductor::{Next, OperationId, PreparedAct, Pursuit, Trail, WorkloadKind, WorkloadRef, Workloads};
use release::{Goal, ReleaseId, RollbackTarget, Share};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// Walks one Deployment to shares and back.
pub struct Held {
    workloads: KubeWorkloads,
    at: WorkloadRef,
    release: u32,
}

impl Held {
    /// The Deployment `name`, over this client.
    pub fn new(client: kube::Client, namespace: &str, name: &str) -> Held {
        let workloads = KubeWorkloads::new();
        workloads.register("bench", client);
        let at = WorkloadRef {
            environment: "bench".to_owned(),
            namespace: namespace.to_owned(),
            kind: WorkloadKind::Deployment,
            name: name.to_owned(),
        };
        Held {
            workloads,
            at,
            release: 0,
        }
    }

    /// Releases an image up to a share; the act that would roll it back, not sent.
    pub async fn rollback_from(
        &mut self,
        image: &str,
        share: Share,
        surge_limit: Share,
    ) -> (Walk, PreparedAct) {
        self.release += 1;
        let images = BTreeMap::from([("app".to_owned(), image.to_owned())]);
        let prepared = self
            .workloads
            .prepare(&self.at, &NewVersion::Images(images))
            .await
            .expect("a template");
        let mut walk = Walk {
            pursuit: Pursuit {
                trail: Trail::default(),
                release: ReleaseId(format!("raw-{}", self.release)),
                epoch: 1,
                uid: text(&prepared.before, "/metadata/uid"),
                goal: Goal::Share { share },
                template: prepared.template.clone().into(),
                new_template: prepared.template.into(),
                before: prepared.before.into(),
                surge_limit,
                accept_less_capacity: false,
                last_operation: None,
                own_operations: Vec::new(),
                on_its_way: false,
                last_try: false,
                operation: OperationId(format!("raw-{}.1.0", self.release)),
                insist: false,
            },
        };
        self.arrive(&mut walk).await;
        walk.pursuit.goal = Goal::RolledBack {
            target: RollbackTarget::Before,
        };
        walk.pursuit.template = walk.pursuit.before["spec"]["template"].clone().into();
        let seen = self
            .workloads
            .observe(&self.at)
            .await
            .expect("the workload is seen");
        match self.workloads.next(&walk.pursuit, &seen) {
            Next::Act(act) => (walk, act),
            other => panic!("a rollback was expected: {other:?}"),
        }
    }

    /// Finishes a rollback whose first act was sent by other means.
    pub async fn finish(&self, mut walk: Walk, sent: &PreparedAct) {
        walk.accepted(sent);
        self.arrive(&mut walk).await;
    }

    async fn arrive(&self, walk: &mut Walk) {
        loop {
            let seen = self
                .workloads
                .observe(&self.at)
                .await
                .expect("the workload is seen");
            match self.workloads.next(&walk.pursuit, &seen) {
                Next::Arrived => return,
                Next::Wait(_) => {
                    let changed = self.workloads.changed(&self.at, &seen);
                    let _ = tokio::time::timeout(Duration::from_millis(200), changed).await;
                }
                Next::Act(act) => match self.workloads.act(&self.at, &act).await {
                    Ok(_) => walk.accepted(&act),
                    Err(error) if error.is_passing() => tokio::time::sleep(Duration::from_millis(10)).await,
                    Err(error) => panic!("{error}"),
                },
                // The watch has not told yet what was sent by other means.
                Next::Foreign { .. } => tokio::time::sleep(Duration::from_millis(10)).await,
                other => panic!("{other:?}"),
            }
        }
    }
}

/// A release under way.
pub struct Walk {
    pursuit: Pursuit,
}

impl Walk {
    fn accepted(&mut self, act: &PreparedAct) {
        self.pursuit.last_operation = Some(act.operation.clone());
        self.pursuit.own_operations.push(act.operation.clone());
        let number = self.pursuit.own_operations.len();
        self.pursuit.operation = OperationId(format!("{}.1.{number}", self.pursuit.release));
    }
}

fn text(object: &Value, path: &str) -> String {
    object
        .pointer(path)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
