//! The cluster as every run finds it: the workload's first version serves.

use crate::deployment::manifest;
use crate::scenario::Scenario;
use practice::{User, World, WorldOptions};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

/// A revision from before the first write.
pub const EMPTY: u64 = 1_000;

/// How long the first version takes to serve, at most.
const ROLLED_OUT: Duration = Duration::from_secs(6);

thread_local! {
    /// Worlds by the manifest of their workload: the first rollout is the same for all seeds that share it.
    static WORLDS: RefCell<BTreeMap<String, World>> = const { RefCell::new(BTreeMap::new()) };
}

/// The world of a scenario, with its first version serving.
pub fn world(scenario: &Scenario) -> World {
    let manifest = manifest(scenario);
    let mut world = WORLDS.with_borrow_mut(|worlds| {
        worlds
            .entry(manifest.to_string())
            .or_insert_with(|| {
                let mut world = World::new(WorldOptions {
                    seed: 1,
                    nodes: 1,
                    scrape_every: Duration::ZERO,
                    // Several changes in a moment are one look of a controller, as behind a real one's queue.
                    controller_delay: Duration::from_millis(60),
                    keep_bookkeeping: false,
                    ..WorldOptions::default()
                });
                // A manifest that the server refuses would leave no workload, which every check would find.
                let _ = world.kubectl_apply(&User::Admin, &manifest);
                world.advance(ROLLED_OUT);
                world
            })
            .clone()
    });
    world.reseed(scenario.seed);
    world
}
