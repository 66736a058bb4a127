use crate::view::{PodArm, PodDot, PodState, Pods, Said};
use conductor::{ArmPods, PodTrouble, WorkloadView};
use judge::Arm;

/// Every pod of a workload, stable first.
pub(crate) fn pods(view: Option<&WorkloadView>, new_template_hash: &str) -> Pods {
    let Some(view) = view else {
        return Pods {
            ready: 0,
            total: 0,
            wanted: 0,
            restarts: 0,
            arms: Vec::new(),
        };
    };
    let is_new = |arm: &&ArmPods| arm.version.template_hash == *new_template_hash;
    let dots = |arms: Vec<&ArmPods>| arms.into_iter().flat_map(dots).collect();
    let (new, old): (Vec<_>, Vec<_>) = view.arms.iter().partition(is_new);
    Pods {
        ready: view.ready(),
        total: view.pods(),
        wanted: view.replicas,
        restarts: view.arms.iter().map(|arm| arm.restarts).sum(),
        arms: vec![
            PodArm {
                arm: Arm::Stable,
                pods: dots(old),
            },
            PodArm {
                arm: Arm::Canary,
                pods: dots(new),
            },
        ],
    }
}

fn dots(arm: &ArmPods) -> Vec<PodDot> {
    arm.states
        .iter()
        .map(|pod| {
            let trouble = arm.troubles.iter().find(|trouble| trouble.pod == pod.name);
            let state = match (pod.terminating, pod.ready, trouble) {
                (true, _, _) => PodState::Ending,
                (_, true, _) => PodState::Ready,
                (_, _, Some(trouble)) if trouble.lasting => PodState::Restarting,
                _ => PodState::Starting,
            };
            PodDot {
                name: pod.name.clone(),
                state,
                restarts: pod.restarts,
                trouble: trouble.map(said),
            }
        })
        .collect()
}

/// What the cluster says of failing pods of the new version, each reason once.
pub(crate) fn troubles(view: Option<&WorkloadView>, new_template_hash: &str) -> Vec<Said> {
    let Some(arm) = view.and_then(|view| view.arm(new_template_hash)) else {
        return Vec::new();
    };
    let mut once = Vec::new();
    for trouble in &arm.troubles {
        let one = said(trouble);
        if !once.contains(&one) {
            once.push(one);
        }
    }
    once
}

fn said(trouble: &PodTrouble) -> Said {
    Said::PodTrouble {
        reason: trouble.reason.clone(),
        message: trouble.message.clone(),
    }
}
