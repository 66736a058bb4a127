use release::Share;

/// Pods of both versions that stand for a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TargetPods {
    /// Pods of the new version.
    pub canary: u32,
    /// Pods of the old version.
    pub stable: u32,
}

/// Why a share cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareProblem {
    /// The nearest shares that are possible: the next below and the next above, as far as there are any.
    pub nearest: Vec<Share>,
}

/// The surge limit in pods: the share of `replicas` rounded up, so at least 1 unless the limit is 0 %.
pub fn surge_pods(limit: Share, replicas: u32) -> u32 {
    let exact = u64::from(limit.basis_points()) * u64::from(replicas.max(1));
    u32::try_from(exact.div_ceil(10_000)).unwrap_or(u32::MAX)
}

/// Every share below 100 % that `replicas` pods can express, ascending.
///
/// A share is k pods of the new version beside N − k of the old one: k/N, in hundredths of a percent. A single replica cannot
/// be divided: there the surge pod stands beside it and has half of the whole, if the surge limit allows one pod.
pub fn possible_shares(replicas: u32, surge: u32) -> Vec<Share> {
    match replicas {
        0 => Vec::new(),
        1 if surge >= 1 => vec![Share::of_pods(1, 2)],
        1 => Vec::new(),
        _ => (1..replicas)
            .map(|canary| Share::of_pods(canary, replicas))
            .collect(),
    }
}

/// How many pods of the new and of the old version a share is: `(canary, stable)`.
///
/// # Errors
///
/// `replicas` cannot express the share; nothing is rounded further than to hundredths of a percent (33.33 % of 3 is 1).
pub fn target_pods(share: Share, replicas: u32, surge: u32) -> Result<(u32, u32), ShareProblem> {
    target(share, replicas, surge).map(|pods| (pods.canary, pods.stable))
}

pub(crate) fn target(share: Share, replicas: u32, surge: u32) -> Result<TargetPods, ShareProblem> {
    if replicas == 1 && surge >= 1 && share == Share::of_pods(1, 2) {
        return Ok(TargetPods { canary: 1, stable: 1 });
    }
    let nearest_count = (u64::from(share.basis_points()) * u64::from(replicas) + 5_000) / 10_000;
    let canary = u32::try_from(nearest_count).unwrap_or(u32::MAX);
    if canary > 0 && canary < replicas && Share::of_pods(canary, replicas) == share {
        return Ok(TargetPods {
            canary,
            stable: replicas - canary,
        });
    }
    let possible = possible_shares(replicas, surge);
    let below = possible.iter().rev().find(|other| **other < share);
    let above = possible.iter().find(|other| **other > share);
    Err(ShareProblem {
        nearest: below.into_iter().chain(above).copied().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(value: f64) -> Share {
        Share::from_percent(value)
    }

    #[test]
    fn the_surge_limit_is_rounded_up_to_pods() {
        assert_eq!(surge_pods(percent(25.0), 12), 3);
        assert_eq!(surge_pods(percent(25.0), 10), 3);
        assert_eq!(surge_pods(percent(25.0), 1), 1);
        assert_eq!(surge_pods(percent(0.0), 12), 0);
        assert_eq!(surge_pods(percent(100.0), 12), 12);
    }

    #[test]
    fn a_share_that_the_pods_cannot_express_is_refused_with_the_nearest() {
        let refused = target_pods(percent(5.0), 12, 3).unwrap_err();
        assert_eq!(refused.nearest, [percent(8.33)]);
        let refused = target_pods(percent(40.0), 12, 3).unwrap_err();
        assert_eq!(refused.nearest, [percent(33.33), percent(41.67)]);
        assert_eq!(target_pods(percent(25.0), 12, 3), Ok((3, 9)));
        assert_eq!(target_pods(percent(33.33), 3, 1), Ok((1, 2)));
    }

    #[test]
    fn one_replica_has_a_half_by_a_surge_pod_beside_it() {
        assert_eq!(target_pods(percent(50.0), 1, 1), Ok((1, 1)));
        assert_eq!(
            target_pods(percent(25.0), 1, 1).unwrap_err().nearest,
            [percent(50.0)]
        );
        assert_eq!(target_pods(percent(50.0), 1, 0).unwrap_err().nearest, []);
    }

    #[test]
    fn every_possible_share_is_possible() {
        for replicas in 0..=120 {
            for surge in [0, 1, replicas] {
                for share in possible_shares(replicas, surge) {
                    assert!(
                        target_pods(share, replicas, surge).is_ok(),
                        "{share} of {replicas}"
                    );
                }
            }
        }
    }
}
