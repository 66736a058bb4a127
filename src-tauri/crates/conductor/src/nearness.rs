use crate::WorkloadView;

/// How near a workload is to running a new version, in pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Nearness {
    new: u32,
    new_ready: u32,
    old: u32,
}

impl Nearness {
    pub(crate) fn of(view: &WorkloadView, new_template_hash: &str) -> Nearness {
        let (new, new_ready) = view
            .arm(new_template_hash)
            .map_or((0, 0), |arm| (arm.pods, arm.ready));
        Nearness {
            new,
            new_ready,
            old: view.pods().saturating_sub(new),
        }
    }

    /// Whether a pod was added, became Ready or made room since an earlier look: what the Deployment controller calls progress
    /// (`DeploymentProgressing` in its `progress.go`).
    pub(crate) fn is_nearer_than(&self, before: &Nearness) -> bool {
        self.new > before.new || self.new_ready > before.new_ready || self.old < before.old
    }
}

#[cfg(test)]
mod tests {
    use super::Nearness;

    const fn pods(new: u32, new_ready: u32, old: u32) -> Nearness {
        Nearness { new, new_ready, old }
    }

    #[test]
    fn a_pod_more_a_ready_one_and_an_old_one_less_are_nearer() {
        let before = pods(2, 1, 8);
        for now in [pods(3, 1, 8), pods(2, 2, 8), pods(2, 1, 7)] {
            assert!(now.is_nearer_than(&before), "{now:?}");
        }
    }

    #[test]
    fn what_stands_still_or_goes_back_is_not_nearer() {
        let before = pods(2, 1, 8);
        for now in [before, pods(1, 1, 8), pods(2, 0, 8), pods(2, 1, 9)] {
            assert!(!now.is_nearer_than(&before), "{now:?}");
        }
    }
}
