//! `cargo xtask bench bad-release`: versions that fail 20 %, 5 % and 1 % of their requests or are 30 % slower, released by Slipway
//! and by Argo Rollouts side by side; what they cost users until the old version serves everything again. And healthy
//! releases, none of which may be rolled back. `bench::bad_release` tells what is compared, and what each setting is and why.
//!
//! Arguments, all optional: releases of each version by each contestant (5), healthy releases of each (20), the limit in
//! seconds (180); names of versions and intervals of scrapes (`fails-5 1s`) choose parts of it, and `without-page` leaves out
//! Argo by its page's numbers, for which one round of each version waits until the limit. `write` puts each part into
//! `docs/judge.md` as soon as it is there, `draw` makes that page from the figures it has and measures nothing. With `more` the
//! releases of that page count: only those that are missing are made, and stand beside them.
//!
//! The whole takes about two hours. Every round is kept in `target/bad-release.json` as soon as it is over: the same call goes on
//! where the one before was ended, until all is measured; `anew` begins again. A round in which more than a hundredth of the
//! requests were lost is measured again, up to three times: the machine was too busy for the traffic.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a program that measures"
)]

use bench::bad_release::contest::Ground;
use bench::bad_release::kept::{self, Kept, Round};
use bench::bad_release::order::Order;
use bench::bad_release::outcome::is_starved;
use bench::bad_release::page::{self, Page};
use bench::bad_release::place::Contestant;
use bench::bad_release::report::{self, Part};
use bench::bad_release::serving::Serving;
use bench::bad_release::version::Version;
use control_plane::{ArgoRollouts, ControlPlane, Options, User};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How often a round is measured again because requests were lost in it.
const AGAIN: u64 = 3;

fn main() {
    let order = Order::read(std::env::args().skip(1)).unwrap_or_else(|what| panic!("what is {what}?"));
    if order.draw {
        return Page::open().write().expect("the page");
    }
    if !control_plane::inside() {
        // Inside there is no network to download from.
        control_plane::build_argo_rollouts(&mut |line| println!("{line}")).expect("Argo Rollouts");
    }
    control_plane::enter_namespace();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(run(&order));
}

/// Where the rounds of a run that is not over are kept.
fn kept_file() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let of_workspace = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    target.unwrap_or_else(of_workspace).join("bad-release.json")
}

/// The number of the first application. Which of a pod's requests fail is drawn from its template, and the application's name is in
/// that: no two runs have the same names, so that their releases can stand side by side.
fn first_place() -> usize {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    usize::try_from(since.as_secs()).unwrap_or(0)
}

/// A cluster with Argo's controller.
struct Arena {
    ground: Ground,
    argo: ArgoRollouts,
}

impl Arena {
    async fn open(scrape: Duration, limit: Duration) -> Arena {
        let options = Options {
            prometheus: Some(scrape),
            ..Options::default()
        };
        let plane = ControlPlane::start(options).await.expect("a control plane");
        let argo = plane.start_argo_rollouts().await.expect("Argo Rollouts");
        let serving = Serving::of(plane.client(User::Admin).await.expect("a client"));
        let ground = Ground {
            plane,
            serving,
            scrape,
            limit,
            places: first_place(),
        };
        Arena { ground, argo }
    }

    /// One round, again and again until no requests are lost.
    async fn round(&mut self, version: Version, contestants: &[Contestant]) -> Round {
        let mut repeated = 0;
        loop {
            let outcomes = self.ground.contest(version, contestants).await;
            assert!(
                self.argo.is_running(),
                "Argo's controller ended:\n{}",
                self.argo.log()
            );
            let starved = is_starved(outcomes.iter().map(|(_, outcome)| outcome));
            if !starved || repeated == AGAIN {
                return Round { outcomes, repeated };
            }
            repeated += 1;
            println!("  the machine was too busy, requests were lost: the same again");
        }
    }
}

async fn run(order: &Order) {
    let mut kept = Kept::open(kept_file(), order.anew);
    let mut page = Page::open();
    let mut parts = Vec::new();
    for scrape in &order.scrapes {
        // Only if anything is left to measure.
        let mut arena = None;
        for version in &order.versions {
            println!("\n{}, scrapes of {} s", version.name(), scrape.as_secs());
            let mut all = Round {
                outcomes: Vec::new(),
                repeated: 0,
            };
            let made = page.made(*version, *scrape, order.limit).filter(|_| order.more);
            let count = (made.as_ref().and_then(Part::ours)).map_or(0, |ours| ours.outcomes.len());
            for (number, contestants) in order.rounds(*version, count).iter().enumerate() {
                let name = kept::name(order, *version, *scrape, number, contestants);
                let round = match kept.round(&name) {
                    Some(round) => round,
                    None => {
                        let arena = match &mut arena {
                            Some(arena) => arena,
                            none => none.insert(Arena::open(*scrape, order.limit).await),
                        };
                        let round = arena.round(*version, contestants).await;
                        kept.keep(&name, &round).expect("the disk");
                        round
                    }
                };
                all.outcomes.extend(round.outcomes);
                all.repeated += round.repeated;
            }
            let part = Part::of(*version, *scrape, order.limit, all.outcomes, all.repeated);
            let part = match made {
                Some(earlier) => part.after(earlier),
                None => part,
            };
            for title in part.starved() {
                println!("the machine was too busy: requests of {title} were lost, its figures say nothing");
            }
            if order.write {
                page.put(std::slice::from_ref(&part)).expect("the page");
            }
            parts.push(part);
        }
    }
    kept.clear().expect("the disk");
    println!("\n{}\n{}", page::bad_table(&parts), page::healthy_table(&parts));
    println!("{}", report::json(&parts));
}
