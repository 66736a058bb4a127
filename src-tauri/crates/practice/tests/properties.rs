//! Invariants of the controllers, and that a seed decides everything.

mod cluster;

use cluster::Cluster;
use practice::{Environment, Options, Practice, Resource, User};
use proptest::prelude::*;
use serde_json::json;
use std::time::Duration;

fn everything(cluster: &Cluster) -> String {
    [
        Resource::Deployments,
        Resource::ReplicaSets,
        Resource::Pods,
        Resource::Events,
    ]
    .into_iter()
    .flat_map(|resource| cluster.world.list(resource, None))
    .map(|object| object.to_string())
    .collect::<Vec<_>>()
    .join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_rollout_never_has_fewer_ready_or_more_pods_than_its_limits_allow(
        replicas in 1_i64..14, surge in 0_i64..5, unavailable in 0_i64..5, seed in 0_u64..1000,
    ) {
        prop_assume!(surge + unavailable > 0);
        let mut cluster = Cluster::seeded(replicas, seed);
        cluster.limits(surge, unavailable);
        cluster.settle();
        cluster.world.kubectl_set_image(&User::Admin, "default", "web", "app", "shop/web:2").unwrap();
        cluster.advance(200_000);
        prop_assert_eq!(cluster.arms(), (replicas, 0));
        prop_assert!(cluster.least_ready_since_start >= replicas - unavailable, "{}", cluster.least_ready_since_start);
        prop_assert!(cluster.most_pods <= replicas + surge, "{}", cluster.most_pods);
    }

    #[test]
    fn a_hold_stops_exactly_where_its_limits_say(
        replicas in 1_i64..14, surge in 0_i64..5, unavailable in 0_i64..5, seed in 0_u64..1000,
    ) {
        prop_assume!(surge + unavailable > 0 && surge <= replicas && unavailable <= replicas);
        let mut cluster = Cluster::seeded(replicas, seed);
        cluster.hold(surge, unavailable);
        cluster.settle();
        let canary = (surge + unavailable).min(replicas);
        prop_assert_eq!(cluster.arms(), (canary, replicas - unavailable));
        prop_assert!(cluster.least_ready_since_start >= replicas - unavailable);
    }

    #[test]
    fn the_same_seed_and_the_same_acts_give_the_same_bytes(seed in 0_u64..1000, replicas in 1_i64..9) {
        let run = || {
            let mut cluster = Cluster::seeded(replicas, seed);
            cluster.hold(1, 0);
            cluster.advance(7_300);
            cluster.scale(replicas + 3);
            cluster.patch(json!([{"op": "remove", "path": "/spec/minReadySeconds"}]));
            cluster.settle();
            everything(&cluster)
        };
        prop_assert_eq!(run(), run());
    }
}

#[test]
fn the_same_seed_gives_the_same_metrics_and_another_seed_gives_others() {
    let answer = |seed| {
        let options = Options {
            seed,
            manual: true,
            history: Duration::from_secs(300),
            ..Options::default()
        };
        let practice = Practice::start(options);
        practice.with_world(Environment::Production, |world| {
            let request = http::Request::get("/api/v1/query?query=http_requests_total")
                .body(bytes::Bytes::new())
                .unwrap();
            world.prometheus(&request).into_body()
        })
    };
    assert_eq!(answer(11), answer(11));
    assert_ne!(answer(11), answer(12));
}
