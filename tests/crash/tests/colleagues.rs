//! Two people's Slipways, each with a profile of its own, and one release: it goes on when its driver dies, when it is handed
//! over, and it goes back in one click of whoever sees it first. Runs where it was asked for: `cargo xtask test crash`.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test"
)]

use control_plane::ControlPlane;
use crash::{App, PODS, Room, Shop, Shown, Suite, trials};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// The one application.
const APP: &str = "app-0";
/// A Lease of a Slipway that died expires, and everything is read again, well within this time.
const PATIENCE: Duration = Duration::from_secs(120);

fn main() {
    if !crash::enter() {
        return;
    }
    Suite::run(|suite| {
        trials![
            suite,
            a_colleague_goes_on_with_a_release_whose_slipway_died,
            a_release_that_is_handed_over_is_taken_over_at_once,
            a_colleague_rolls_back_in_one_click_what_another_one_drives,
        ]
    })
}

/// Mei's Slipway has begun a release that waits for an approval at its first phase; Jonas' Slipway looks at the same applications.
struct Desk {
    mei: Shop,
    jonas: Shop,
    release: String,
}

impl Desk {
    async fn set(plane: &ControlPlane) -> (Desk, App, App) {
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let mut mei = Shop::open(plane, 1, Room::Disk, None, scratch).await;
        let jonas = mei.colleague(plane, "Jonas").await;
        let (hers, his) = (mei.start(Shown::NoWindow), jonas.start(Shown::NoWindow));
        hers.must("settings.write", &json!({ "person": "Mei" })).await;
        let begun = Instant::now();
        let release = loop {
            match mei.release_past(&hers, APP, &["readiness", "approval"]).await {
                Ok(release) => break release,
                Err(failure) => assert!(begun.elapsed() < PATIENCE, "not started: {failure:#}"),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        until_stage(&hers, &release, "baking").await;
        // What stands beside the workload is what a colleague goes on with.
        let state = until(&his, "environments.matrix", json!({}), |all| {
            all["cells"][0]["state"]["kind"] == "elsewhere" && !all["cells"][0]["state"]["stage"].is_null()
        })
        .await;
        println!("Jonas sees {}", state["cells"][0]["state"]);
        let desk = Desk { mei, jonas, release };
        (desk, hers, his)
    }

    /// Goes on with Mei's release as Jonas, again until he may. Answers how often he had to ask.
    async fn take_over(&self, his: &App) -> (u32, Duration) {
        let begun = Instant::now();
        let mut request = self.jonas.cell(APP);
        request["confirmation"] = json!({ "heldMs": 1200 });
        let mut asked = 0;
        loop {
            asked += 1;
            match his.call("release.takeOver", &request).await {
                Ok(started) => {
                    assert_eq!(
                        started["release"],
                        self.release.as_str(),
                        "it is the same release"
                    );
                    return (asked, begun.elapsed());
                }
                Err(failure) => {
                    assert_eq!(failure["code"], "not-the-driver", "{failure:#}");
                    assert!(begun.elapsed() < PATIENCE, "never taken over: {failure:#}");
                }
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn approve(&self, app: &App) -> Result<Value, Value> {
        let request =
            json!({ "release": self.release, "reason": "looks good", "confirmation": { "heldMs": 1200 } });
        app.call("release.approve", &request).await
    }

    /// No act of a driver before stands after one of a later driver, and none is there twice.
    fn assert_in_order(&self) {
        let (seen, gaps) = self.mei.witness.seen();
        assert_eq!(gaps, 0);
        let mut operations: Vec<String> = seen[APP]
            .iter()
            .filter_map(|seen| seen.operation.clone())
            .collect();
        operations.dedup();
        let order: Vec<(u64, u64)> = operations.iter().map(|name| epoch_and_number(name)).collect();
        println!("operations: {operations:?}");
        assert!(order.windows(2).all(|pair| pair[0] < pair[1]), "{operations:?}");
    }

    async fn assert_runs(&self, image: &str) {
        let mut wanted = self.mei.before[APP].clone();
        wanted["template"]["spec"]["containers"][0]["image"] = json!(image);
        assert_eq!(self.mei.spec(APP).await, wanted);
        let ready: Vec<((String, String), usize)> = self.mei.ready().await.into_iter().collect();
        assert_eq!(
            ready,
            [((APP.to_owned(), image.to_owned()), usize::try_from(PODS).unwrap())]
        );
    }
}

/// An operation's name ends with the driver's fencing token and a number.
fn epoch_and_number(name: &str) -> (u64, u64) {
    let mut parts = name.rsplit('.').map(|part| part.parse().expect("a number"));
    let number = parts.next().unwrap();
    (parts.next().unwrap(), number)
}

async fn until(app: &App, name: &str, request: Value, so: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let reply = app.call(name, &request).await;
        if let Ok(reply) = &reply
            && so(reply)
        {
            return reply.clone();
        }
        assert!(begun.elapsed() < PATIENCE, "waited for {name}; it is {reply:#?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn until_stage(app: &App, release: &str, stage: &str) -> Value {
    until(app, "release.live", json!({ "release": release }), |live| {
        live["stage"]["stage"] == stage
    })
    .await
}

/// The old driver's record says that the release is not its own any more.
async fn until_let_go(app: &App, release: &str, ending: &str) {
    let live = until(app, "release.live", json!({ "release": release }), |live| {
        let stage = &live["stage"];
        stage["stage"] == ending || stage["reason"]["code"] == "handedOver"
    })
    .await;
    println!("the old driver says {}", live["stage"]);
}

async fn a_colleague_goes_on_with_a_release_whose_slipway_died(plane: &ControlPlane) {
    let (desk, hers, his) = Desk::set(plane).await;
    hers.kill().await;
    let (asked, took) = desk.take_over(&his).await;
    println!(
        "taken over {:.1} s after the kill, at the {asked}. time of asking",
        took.as_secs_f64()
    );
    assert!(asked > 1, "a Lease that has not expired is somebody's");
    desk.approve(&his).await.expect("approved");
    until_stage(&his, &desk.release, "completed").await;

    let hers = desk.mei.start(Shown::NoWindow);
    until_let_go(&hers, &desk.release, "completed").await;
    let refused = desk.approve(&hers).await.expect_err("it is not hers any more");
    println!("Mei's approval is refused: {}", refused["message"]);
    desk.assert_in_order();
    desk.assert_runs(&desk.mei.image(APP)).await;
}

async fn a_release_that_is_handed_over_is_taken_over_at_once(plane: &ControlPlane) {
    let (desk, hers, his) = Desk::set(plane).await;
    let refused = his
        .call("release.takeOver", &{
            let mut request = desk.jonas.cell(APP);
            request["confirmation"] = json!({ "heldMs": 1200 });
            request
        })
        .await
        .expect_err("Mei drives, and has not given it away");
    println!("before: {}", refused["message"]);
    hers.must(
        "release.handOver",
        &json!({ "release": desk.release, "to": "Jonas" }),
    )
    .await;
    let (_, took) = desk.take_over(&his).await;
    println!("taken over {:.1} s after it was given away", took.as_secs_f64());
    until_let_go(&hers, &desk.release, "completed").await;
    let refused = desk.approve(&hers).await.expect_err("it is not hers any more");
    println!("Mei's approval is refused: {}", refused["message"]);
    desk.approve(&his).await.expect("approved");
    until_stage(&his, &desk.release, "completed").await;
    until_let_go(&hers, &desk.release, "completed").await;
    desk.assert_in_order();
    desk.assert_runs(&desk.mei.image(APP)).await;
}

async fn a_colleague_rolls_back_in_one_click_what_another_one_drives(plane: &ControlPlane) {
    let (desk, hers, his) = Desk::set(plane).await;
    let clicked = Instant::now();
    let mut request = desk.jonas.cell(APP);
    request["target"] = json!({ "kind": "before" });
    request["reason"] = json!("errors");
    let started = his.must("environments.rollBack", &request).await;
    println!("accepted {} ms after the click", clicked.elapsed().as_millis());
    assert_eq!(started["release"], desk.release.as_str());
    until_stage(&his, &desk.release, "rolledBack").await;
    until_let_go(&hers, &desk.release, "rolledBack").await;
    desk.approve(&hers).await.expect_err("it went back");
    tokio::time::sleep(Duration::from_secs(3)).await;
    desk.assert_in_order();
    assert_eq!(desk.mei.spec(APP).await, desk.mei.before[APP]);
    desk.assert_runs("registry.test/app-0:v0").await;
}
