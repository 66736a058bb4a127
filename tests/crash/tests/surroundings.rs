//! Everything around the app fails in the middle of releases: the API server, the line to it, the disk. Each time the
//! release is complete in the end, or held with a reason that a person can read, and a rollback goes through. Runs where it
//! was asked for: `cargo xtask test crash`.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test"
)]

use control_plane::{ControlPlane, Part, User, Wire};
use crash::{Audit, Room, Shop, Shown, Suite, Tally, trials};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// Applications that are released beside each other.
const BOTH: usize = 2;
/// How long a fault lasts: longer than a request may take.
const LONG: Duration = Duration::from_secs(8);
/// How long a release may take after a fault is over.
const LIMIT: Duration = Duration::from_secs(90);

fn main() {
    if !crash::enter() {
        return;
    }
    let own_mounts = crash::own_mounts();
    Suite::run(|suite| {
        let mut trials = trials![
            suite,
            a_killed_api_server_stops_no_release_for_good,
            a_hung_api_server_stops_no_release_for_good,
            a_cut_line_stops_no_release_for_good,
            a_rollback_without_contact_goes_through_when_contact_is_back,
            a_record_that_may_only_be_read_is_told_and_left_as_it_is,
        ];
        if own_mounts {
            trials.extend(trials![
                suite,
                a_full_disk_stops_the_way_forward_and_never_the_way_back
            ]);
        } else {
            println!("no small disk can be made here: the test of a full disk is left out");
        }
        trials
    })
}

fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// Begins a release of each application and returns as soon as something of each was sent.
async fn under_way(shop: &mut Shop, app: &crash::App) {
    for name in shop.names() {
        shop.release_patiently(app, &name).await;
    }
    shop.until_all_move().await;
}

/// Everything is over, and the audit finds nothing. `gaps`: the witness was cut off too.
async fn all_is_well(shop: &Shop, app: crash::App, gaps: bool) -> Tally {
    let open = shop.settle(&app, LIMIT).await;
    assert!(open.is_empty(), "not over: {open:#?}\n{}", shop.log());
    app.finish(Duration::from_secs(30)).await;
    let mut tally = Audit::of(shop).await.tally(shop).await;
    if gaps {
        tally.wrong.retain(|what| !what.contains("the witness' watch"));
    }
    tally.print(0);
    assert!(tally.is_clean(), "{tally:#?}\n{}", shop.log());
    tally
}

async fn a_killed_api_server_stops_no_release_for_good(plane: &ControlPlane) {
    let mut shop = Shop::open(plane, BOTH, Room::Disk, None, scratch()).await;
    let app = shop.start(Shown::NoWindow);
    under_way(&mut shop, &app).await;
    plane.kill(Part::ApiServer);
    tokio::time::sleep(Duration::from_secs(3)).await;
    plane.restart(Part::ApiServer).await.unwrap();
    let tally = all_is_well(&shop, app, true).await;
    assert_eq!(tally.rolled_back, 0, "nobody asked for it");
}

async fn a_hung_api_server_stops_no_release_for_good(plane: &ControlPlane) {
    let mut shop = Shop::open(plane, BOTH, Room::Disk, None, scratch()).await;
    let app = shop.start(Shown::NoWindow);
    under_way(&mut shop, &app).await;
    plane.hang(Part::ApiServer).unwrap();
    tokio::time::sleep(LONG).await;
    plane.resume(Part::ApiServer).unwrap();
    let tally = all_is_well(&shop, app, true).await;
    assert_eq!(tally.rolled_back, 0, "nobody asked for it");
}

async fn behind_a_wire(plane: &ControlPlane) -> (Shop, Wire) {
    let wire = plane.wire().await.unwrap();
    let kubeconfig = wire.kubeconfig(User::Releaser);
    let shop = Shop::open(plane, BOTH, Room::Disk, Some(kubeconfig), scratch()).await;
    (shop, wire)
}

async fn a_cut_line_stops_no_release_for_good(plane: &ControlPlane) {
    let (mut shop, wire) = behind_a_wire(plane).await;
    let app = shop.start(Shown::NoWindow);
    under_way(&mut shop, &app).await;
    wire.cut();
    tokio::time::sleep(Duration::from_secs(3)).await;
    wire.restore();
    tokio::time::sleep(Duration::from_millis(500)).await;
    wire.stall();
    tokio::time::sleep(LONG).await;
    wire.drop_connections();
    let tally = all_is_well(&shop, app, false).await;
    assert_eq!(tally.rolled_back, 0, "nobody asked for it");
}

async fn a_rollback_without_contact_goes_through_when_contact_is_back(plane: &ControlPlane) {
    let (mut shop, wire) = behind_a_wire(plane).await;
    let app = shop.start(Shown::NoWindow);
    under_way(&mut shop, &app).await;
    wire.cut();
    let mut asked = Vec::new();
    for row in shop.newest(&app).await.unwrap().values() {
        asked.push(app.ask("release.rollBack", &crash::back(row)));
    }
    let answers = futures::future::join_all(asked).await;
    for answer in &answers {
        println!("without contact a rollback is answered {answer:?}");
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    wire.restore();
    let tally = all_is_well(&shop, app, false).await;
    assert_eq!(tally.rolled_back, BOTH);
}

async fn a_record_that_may_only_be_read_is_told_and_left_as_it_is(plane: &ControlPlane) {
    let mut shop = Shop::open(plane, BOTH, Room::Disk, None, scratch()).await;
    let app = shop.start(Shown::NoWindow);
    under_way(&mut shop, &app).await;
    app.kill().await;
    let seen = shop.witness.operations();
    read_only(&shop, true);
    let app = shop.start(Shown::NoWindow);
    assert!(!app.finish(Duration::from_secs(20)).await, "it said nothing");
    assert!(shop.log().contains("history-read-only"), "{}", shop.log());
    assert_eq!(
        shop.witness.operations(),
        seen,
        "it drives what it cannot write down"
    );
    read_only(&shop, false);
    let app = shop.start(Shown::NoWindow);
    let tally = all_is_well(&shop, app, false).await;
    assert_eq!(tally.rolled_back, 0, "nobody asked for it");
}

fn read_only(shop: &Shop, so: bool) {
    let mut permissions = std::fs::metadata(shop.database()).unwrap().permissions();
    permissions.set_readonly(so);
    std::fs::set_permissions(shop.database(), permissions).unwrap();
}

async fn a_full_disk_stops_the_way_forward_and_never_the_way_back(plane: &ControlPlane) {
    let mut shop = Shop::open(plane, BOTH, Room::Small, None, scratch()).await;
    let app = shop.start(Shown::NoWindow);
    under_way(&mut shop, &app).await;
    let ballast = shop.fill_the_disk();
    // What was on its way may still arrive; after that nothing that cannot be written down is done.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let seen = shop.witness.operations();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(
        shop.witness.operations(),
        seen,
        "it went forward without its record"
    );

    let rows: Vec<Value> = shop.newest(&app).await.unwrap().into_values().collect();
    let [going_back, waiting] = &rows[..] else {
        panic!("{rows:#?}")
    };
    let answer = app.must("release.rollBack", &crash::back(going_back)).await;
    println!("with a full disk a rollback is answered {answer:#}");
    shop.until_back(going_back).await;
    std::fs::remove_file(ballast).unwrap();

    let open = shop.settle(&app, LIMIT).await;
    assert!(open.is_empty(), "not over: {open:#?}\n{}", shop.log());
    let ending = |rows: &std::collections::BTreeMap<String, Value>, of: &Value| {
        rows.values()
            .find(|row| row["id"] == of["id"])
            .map(|row| row["ending"].clone())
    };
    let rows = shop.newest(&app).await.unwrap();
    assert_eq!(ending(&rows, going_back), Some(json!("rolledBack")));
    assert_eq!(ending(&rows, waiting), Some(json!("completed")));
    app.finish(Duration::from_secs(30)).await;
    // The rollback's intent went with its patch and not into the record: that one line the record may lack.
    let mut tally = Audit::of(&shop).await.tally(&shop).await;
    tally.print(0);
    tally
        .lost
        .retain(|what| !what.contains("the record has no intent"));
    assert!(tally.is_clean(), "{tally:#?}\n{}", shop.log());
}
