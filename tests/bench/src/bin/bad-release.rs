//! `cargo xtask bench bad-release`: versions that fail 20 %, 5 % and 1 % of their requests or are 30 % slower, released by Slipway
//! and by Argo Rollouts side by side; what they cost users until the old version serves everything again. And healthy
//! releases, none of which may be rolled back. `bench::bad_release` tells what is compared, and what each setting is and why.
//!
//! Arguments, all optional: releases of each version by each contestant (5), healthy releases of each (20), the limit in
//! seconds (180); names of versions and intervals of scrapes (`fails-5 1s`) choose parts of it, and `without-page` leaves out
//! Argo by its page's numbers, for which everything waits until the limit. The whole takes about an hour.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a program that measures"
)]

use bench::bad_release::argo::Setting;
use bench::bad_release::contest::Ground;
use bench::bad_release::place::Contestant;
use bench::bad_release::report::{self, Part};
use bench::bad_release::serving::Serving;
use bench::bad_release::version::Version;
use control_plane::{ControlPlane, Options, User};
use std::time::Duration;

/// How many healthy releases of each contestant stand side by side.
const SIDE_BY_SIDE: usize = 5;

/// What to do.
struct Order {
    runs: usize,
    healthy: usize,
    limit: Duration,
    versions: Vec<Version>,
    scrapes: Vec<Duration>,
    page: bool,
}

fn main() {
    if !control_plane::inside() {
        // Inside there is no network to download from.
        control_plane::build_argo_rollouts(&mut |line| println!("{line}")).expect("Argo Rollouts");
    }
    control_plane::enter_namespace();
    let order = order(std::env::args().skip(1));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(run(&order));
}

fn order(arguments: impl Iterator<Item = String>) -> Order {
    let (mut numbers, mut versions, mut scrapes) = (Vec::new(), Vec::new(), Vec::new());
    let mut page = true;
    let known = || Version::BAD.into_iter().chain([Version::Healthy]);
    for argument in arguments {
        let seconds = argument.strip_suffix('s').and_then(|text| text.parse().ok());
        match (
            argument.parse::<u64>(),
            seconds,
            known().find(|of| of.name() == argument),
        ) {
            (Ok(number), _, _) => numbers.push(number),
            (_, Some(seconds), _) => scrapes.push(Duration::from_secs(seconds)),
            (_, _, Some(version)) => versions.push(version),
            _ if argument == "without-page" => page = false,
            _ => panic!("what is {argument}?"),
        }
    }
    let number = |at: usize, otherwise: u64| numbers.get(at).copied().unwrap_or(otherwise);
    if versions.is_empty() {
        versions = known().collect();
    }
    if scrapes.is_empty() {
        scrapes = vec![Duration::from_secs(1), Duration::from_secs(5)];
    }
    Order {
        runs: usize::try_from(number(0, 5)).unwrap_or(5),
        healthy: usize::try_from(number(1, 20)).unwrap_or(20),
        limit: Duration::from_secs(number(2, 180)),
        versions,
        scrapes,
        page,
    }
}

async fn run(order: &Order) {
    let mut parts = Vec::new();
    for scrape in &order.scrapes {
        let options = Options {
            prometheus: Some(*scrape),
            ..Options::default()
        };
        let plane = ControlPlane::start(options).await.expect("a control plane");
        let mut argo = plane.start_argo_rollouts().await.expect("Argo Rollouts");
        let serving = Serving::of(plane.client(User::Admin).await.expect("a client"));
        let mut ground = Ground {
            plane,
            serving,
            scrape: *scrape,
            limit: order.limit,
            places: 0,
        };
        for version in &order.versions {
            println!("\n{}, scrapes of {} s", version.name(), scrape.as_secs());
            let mut outcomes = Vec::new();
            for contestants in rounds(*version, order) {
                outcomes.extend(ground.contest(*version, &contestants).await);
            }
            assert!(argo.is_running(), "Argo's controller ended:\n{}", argo.log());
            let part = Part::of(*version, *scrape, order.limit, outcomes);
            for title in part.starved() {
                println!("the machine was too busy: requests of {title} were lost, its figures say nothing");
            }
            parts.push(part);
        }
    }
    println!(
        "\n{}\n{}",
        report::bad_table(&parts),
        report::healthy_table(&parts)
    );
    println!("{}", report::json(&parts, order.runs, order.healthy, order.limit));
}

/// Who releases at the same time, round after round. Argo by its page's numbers is there once: its first measurements are five
/// minutes apart, so within the limit it can do nothing, and healthy releases are over before it could.
fn rounds(version: Version, order: &Order) -> Vec<Vec<Contestant>> {
    let all = [
        Contestant::Slipway,
        Contestant::Argo(Setting::Quick),
        Contestant::Argo(Setting::Tuned),
    ];
    let each = |times: usize| {
        all.iter()
            .flat_map(|of| std::iter::repeat_n(*of, times))
            .collect::<Vec<_>>()
    };
    if version != Version::Healthy {
        let mut round = each(order.runs);
        if order.page {
            round.push(Contestant::Argo(Setting::Page));
        }
        return vec![round];
    }
    // Half of them with each interval.
    let mut left = order.healthy.div_ceil(order.scrapes.len());
    let mut rounds = Vec::new();
    while left > 0 {
        let now = left.min(SIDE_BY_SIDE);
        rounds.push(each(now));
        left -= now;
    }
    rounds
}
