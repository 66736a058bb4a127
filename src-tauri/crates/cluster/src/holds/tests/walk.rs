use super::model::template;
use super::scenario::{Scenario, back, share};
use crate::holds::{self, Mistake};
use conductor::{ActKind, Next};
use proptest::prelude::*;
use release::{Goal, Share};
use serde_json::json;

fn quarter() -> Share {
    Share::from_percent(25.0)
}

#[test]
fn twelve_pods_walk_as_the_plan_says() {
    let mut scenario = Scenario::new(12, quarter());
    scenario.aim(share(25.0));
    assert_eq!(scenario.run(), Next::Arrived);
    assert_eq!(
        (scenario.model.of("checkout:2"), scenario.model.of("checkout:1")),
        (3, 9)
    );
    scenario.aim(share(50.0));
    assert_eq!(scenario.run(), Next::Arrived);
    assert_eq!(
        (scenario.model.of("checkout:2"), scenario.model.of("checkout:1")),
        (6, 6)
    );
    scenario.aim(share(75.0));
    assert_eq!(scenario.run(), Next::Arrived);
    assert_eq!(
        (scenario.model.of("checkout:2"), scenario.model.of("checkout:1")),
        (9, 3)
    );
    let kinds: Vec<ActKind> = scenario.acts.clone();
    assert_eq!(
        kinds,
        [
            ActKind::Begin {
                share: Share::of_pods(3, 15)
            },
            ActKind::MakeRoom { stable: 9 },
            ActKind::AddPods { canary: 6 },
            ActKind::MakeRoom { stable: 6 },
            ActKind::AddPods { canary: 9 },
            ActKind::MakeRoom { stable: 3 },
        ]
    );
    assert_eq!(scenario.violations, Vec::<String>::new());
}

#[test]
fn a_promotion_leaves_nothing_behind_but_the_new_template() {
    let mut scenario = Scenario::new(10, quarter());
    scenario.aim(share(20.0));
    scenario.run();
    scenario.aim(Goal::Promoted);
    assert_eq!(scenario.run(), Next::Arrived);
    assert_eq!(scenario.acts.last(), Some(&ActKind::RestoreDeadline));
    let mut expected = scenario.pursuit.before.clone();
    expected["spec"]["template"] = template("checkout:2");
    expected["metadata"] = scenario.model.object["metadata"].clone();
    assert_eq!(scenario.model.object, expected);
    assert_eq!(
        scenario.model.object["metadata"]["annotations"],
        json!({"deployment.kubernetes.io/revision": "1"})
    );
    assert_eq!(scenario.violations, Vec::<String>::new());
}

#[test]
fn a_rollback_with_every_old_pod_still_there_is_one_patch_and_starts_none() {
    let mut scenario = Scenario::new(12, quarter());
    scenario.aim(share(25.0));
    while scenario.acts.is_empty() {
        let Next::Act(act) = scenario.next() else { panic!() };
        scenario.send(&act);
    }
    scenario.model.settle();
    assert_eq!(
        (scenario.model.of("checkout:2"), scenario.model.of("checkout:1")),
        (3, 12)
    );
    scenario.aim(back());
    scenario.pursuit.insist = true;
    let Next::Act(act) = scenario.next() else { panic!() };
    assert_eq!(act.kind, ActKind::RollBack);
    scenario.send(&act);
    scenario.model.sync();
    assert_eq!(
        (scenario.model.of("checkout:2"), scenario.model.of("checkout:1")),
        (0, 12)
    );
    assert_eq!(scenario.run(), Next::Arrived);
    assert_eq!(scenario.acts.last(), Some(&ActKind::Tidy));
    let mut expected = scenario.pursuit.before.clone();
    expected["metadata"] = scenario.model.object["metadata"].clone();
    assert_eq!(scenario.model.object, expected);
}

#[test]
fn a_share_that_the_pods_cannot_express_is_refused_before_anything_is_sent() {
    let mut scenario = Scenario::new(12, quarter());
    scenario.aim(share(5.0));
    let nearest = vec![Share::from_percent(8.33)];
    assert_eq!(
        scenario.next(),
        Next::ShareNotPossible {
            replicas: 12,
            nearest
        }
    );
}

#[test]
fn pods_that_are_never_ready_are_waited_for_and_no_room_is_made() {
    let mut scenario = Scenario::new(12, quarter());
    scenario.aim(share(25.0));
    let Next::Act(act) = scenario.next() else { panic!() };
    scenario.send(&act);
    while scenario.model.sync() {}
    assert!(matches!(
        scenario.next(),
        Next::Wait(conductor::Waiting::PodsReady { ready: 0, wanted: 3 })
    ));
    assert_eq!(scenario.model.of("checkout:1"), 12);
}

#[test]
fn less_capacity_is_used_only_where_the_plan_accepts_it() {
    let mut scenario = Scenario::new(12, Share::NONE);
    scenario.aim(share(25.0));
    assert!(matches!(scenario.next(), Next::ShareNotPossible { .. }));
    scenario.pursuit.accept_less_capacity = true;
    scenario.aim(share(50.0));
    assert_eq!(scenario.run(), Next::Arrived);
    assert_eq!(
        (scenario.model.of("checkout:2"), scenario.model.of("checkout:1")),
        (6, 6)
    );
    assert!(
        scenario.violations.iter().all(|text| text.contains("serve")),
        "{:?}",
        scenario.violations
    );
}

/// Walks all possible shares of a sample, then promotes or rolls back; what was wrong on the way.
fn walk(
    replicas: u32,
    limit: f64,
    picks: &[u32],
    promote: bool,
    seed: u64,
    mistake: Option<Mistake>,
) -> Vec<String> {
    let limit = Share::from_percent(limit);
    let mut scenario = Scenario::new(replicas, limit).seeded(seed);
    scenario.mistake = mistake;
    let possible = holds::possible_shares(replicas, holds::surge_pods(limit, replicas));
    let mut shares: Vec<Share> = picks
        .iter()
        .filter_map(|pick| possible.get(*pick as usize))
        .copied()
        .collect();
    shares.sort();
    shares.dedup();
    for share in shares {
        scenario.aim(Goal::Share { share });
        let end = scenario.run();
        if end != Next::Arrived {
            scenario.violations.push(format!("{share} ended with {end:?}"));
            return scenario.violations;
        }
    }
    scenario.aim(if promote { Goal::Promoted } else { back() });
    scenario.pursuit.insist = !promote;
    let end = if promote || scenario.pursuit.last_operation.is_some() {
        scenario.run()
    } else {
        Next::Arrived
    };
    if end != Next::Arrived {
        scenario.violations.push(format!("ended with {end:?}"));
    }
    let mut expected = scenario.pursuit.before.clone();
    if promote {
        expected["spec"]["template"] = template("checkout:2");
    }
    if scenario.model.object["spec"] != expected["spec"] {
        scenario
            .violations
            .push(format!("left behind: {}", scenario.model.object["spec"]));
    }
    scenario.violations
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_walk_has_too_many_pods_too_few_that_serve_or_too_many_new_ones(
        replicas in 1u32..=40,
        limit in prop::sample::select(vec![1.0, 10.0, 25.0, 50.0, 100.0]),
        picks in prop::collection::vec(0u32..40, 0..6),
        promote: bool,
        seed: u64,
    ) {
        let violations = walk(replicas, limit, &picks, promote, seed, None);
        prop_assert_eq!(violations, Vec::<String>::new());
    }
}

#[test]
fn every_single_share_of_small_workloads_is_reached() {
    for replicas in 1..=13 {
        for limit in [25.0, 50.0, 100.0] {
            for pick in 0..replicas {
                let found = walk(replicas, limit, &[pick], pick % 2 == 0, u64::from(pick), None);
                assert_eq!(
                    found,
                    Vec::<String>::new(),
                    "{replicas} pods, limit {limit} %, share number {pick}"
                );
            }
        }
    }
}

#[test]
fn room_made_before_pods_are_ready_is_found() {
    let found =
        (0..50).any(|seed| !walk(12, 25.0, &[2, 5], true, seed, Some(Mistake::RoomBeforeReady)).is_empty());
    assert!(found);
}

#[test]
fn a_hold_with_the_deployments_own_max_unavailable_is_found() {
    let found =
        (0..50).any(|seed| !walk(12, 25.0, &[2, 5], true, seed, Some(Mistake::OwnMaxUnavailable)).is_empty());
    assert!(found);
}

#[test]
fn a_share_asked_for_as_surge_alone_is_found() {
    let found =
        (0..50).any(|seed| !walk(12, 50.0, &[2, 5], true, seed, Some(Mistake::WholeShareAsSurge)).is_empty());
    assert!(found);
}
