//! The cluster as the driver's port sees it.

use crate::world::*;
use async_trait::async_trait;
use conductor::*;
use release::*;
use serde_json::json;

fn timed_out() -> ActError {
    ActError::Unknown {
        message: "timed out".into(),
    }
}

fn arm(tag: &str, pods: u32) -> ArmPods {
    ArmPods {
        pod_template_hash: tag.into(),
        version: version(tag),
        revision: None,
        wanted: pods,
        pods,
        ready: pods,
        available: pods,
        terminating: 0,
        restarts: 0,
        states: Vec::new(),
        troubles: Vec::new(),
    }
}

#[async_trait]
impl Workloads for World {
    async fn observe(&self, _: &WorkloadRef) -> Result<Observed, PortError> {
        self.reached()?;
        Ok(self.with(|state| {
            let canary = (state.share / 10.0).round() as u32;
            let new = ArmPods {
                ready: if state.never_ready { 0 } else { canary },
                ..arm("new", canary)
            };
            let view = WorkloadView {
                uid: "uid-1".into(),
                resource_version: state.generation.to_string(),
                generation: state.generation,
                observed_generation: state.generation,
                replicas: 10,
                max_surge: 0,
                max_unavailable: 0,
                held: false,
                paused: false,
                operation: state.operation.clone(),
                release: state.marker.map(|_| ReleaseId("R-1".into())),
                version: version(if state.share == 0.0 { "old" } else { "new" }),
                arms: vec![new, arm("old", 10 - canary)],
                writers: Vec::new(),
            };
            Observed {
                at: Timestamp(state.millis),
                view,
                object: json!({ "share": state.share, "marker": state.marker }).into(),
            }
        }))
    }

    async fn changed(&self, _: &WorkloadRef, _: &Observed) {}

    fn next(&self, pursuit: &Pursuit, seen: &Observed) -> Next {
        let marker = seen.object["marker"].as_u64();
        if let Some(epoch) = marker.filter(|epoch| *epoch > pursuit.epoch) {
            return Next::Superseded { epoch };
        }
        let wanted = match &pursuit.goal {
            Goal::Stay => {
                let fenced = marker.is_none_or(|epoch| epoch == pursuit.epoch);
                if fenced || self.with(|state| state.no_fence) {
                    return Next::Arrived;
                }
                let patch = json!({
                    "share": seen.object["share"], "marker": pursuit.epoch, "expects": seen.view.operation
                });
                let operation = pursuit.operation.clone();
                let kind = ActKind::TakeOver;
                return Next::Act(PreparedAct {
                    operation,
                    kind,
                    patch,
                });
            }
            Goal::Share { share } => share.percent(),
            Goal::Promoted => 100.0,
            Goal::RolledBack { .. } => 0.0,
        };
        if seen.object["share"] == json!(wanted) {
            if self.with(|state| state.never_ready && state.share > 0.0) {
                return Next::Wait(Waiting::PodsReady { ready: 0, wanted: 1 });
            }
            return Next::Arrived;
        }
        let on_object = seen.view.operation.as_ref();
        let known = on_object.is_none_or(|name| {
            pursuit.last_operation.as_ref() == Some(name) || pursuit.own_operations.contains(name)
        });
        if !known && !pursuit.insist {
            let what = "somebody else acted".to_owned();
            return Next::Foreign { what };
        }
        let kind = match pursuit.goal {
            Goal::RolledBack { .. } => ActKind::RollBack,
            _ => ActKind::AddPods { canary: 1 },
        };
        let marker = (wanted > 0.0 && wanted < 100.0).then_some(pursuit.epoch);
        let patch = json!({ "share": wanted, "marker": marker, "expects": seen.view.operation });
        Next::Act(PreparedAct {
            operation: pursuit.operation.clone(),
            kind,
            patch,
        })
    }

    async fn act(&self, _: &WorkloadRef, act: &PreparedAct) -> Result<Accepted, ActError> {
        if let Err(error) = self.reached() {
            return Err(ActError::Unreachable {
                message: error.message,
            });
        }
        let fault = self.with(|state| state.faults.pop_front());
        match fault {
            Some(Fault::RequestLost) => return Err(timed_out()),
            Some(Fault::Delayed) => {
                self.with(|state| state.on_its_way = Some(act.clone()));
                return Err(timed_out());
            }
            Some(Fault::Forbidden) => {
                return Err(ActError::Forbidden {
                    message: "may not patch".into(),
                });
            }
            Some(Fault::SomebodyWrote) => {
                self.with(|state| state.generation += 1);
                return Err(ActError::Conflict);
            }
            Some(Fault::ReplyLost) | None => {}
        }
        let accepted = self.store(act)?;
        if fault == Some(Fault::ReplyLost) {
            return Err(timed_out());
        }
        Ok(accepted)
    }

    async fn rehearse(&self, _: &WorkloadRef, _: &PreparedAct) -> Result<(), ActError> {
        Ok(())
    }

    async fn revisions(&self, _: &WorkloadRef) -> Result<Vec<Revision>, PortError> {
        Ok(Vec::new())
    }

    async fn blocking_findings(&self, _: &Pursuit, _: &WorkloadRef) -> Result<Vec<String>, PortError> {
        Ok(Vec::new())
    }
}
