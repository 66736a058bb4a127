//! A healthy release completes and a bad one goes back by itself, on a real control plane with real traffic and a real
//! Prometheus. Runs where it was asked for: `cargo xtask test control-plane`.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test"
)]

use control_plane::{ControlPlane, Options, User, annotation};
use libtest_mimic::{Arguments, Trial};
use releases::{Breakage, BrokenSource, NEW, OLD, Room, Story, Window, follow};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

fn main() {
    if std::env::var("SLIPWAY_CLUSTER").as_deref() != Ok("control-plane") {
        return;
    }
    control_plane::enter_namespace();
    let runtime = Arc::new(Runtime::new().expect("a runtime"));
    let started = runtime.block_on(ControlPlane::start(Options::default().with_prometheus()));
    let plane = Arc::new(started.expect("a control plane"));
    let trials = vec![
        trial(
            "a_healthy_release_completes",
            &runtime,
            &plane,
            |plane| async move {
                a_healthy_release_completes(&plane).await;
            },
        ),
        trial(
            "a_release_that_fails_requests_goes_back_by_itself",
            &runtime,
            &plane,
            |plane| async move {
                a_release_that_fails_requests_goes_back(&plane).await;
            },
        ),
        trial(
            "a_release_that_is_three_times_slower_goes_back_by_itself",
            &runtime,
            &plane,
            |plane| async move {
                a_slower_release_goes_back(&plane).await;
            },
        ),
        trial(
            "who_may_read_pods_pages_sees_a_bad_version_first_hand",
            &runtime,
            &plane,
            |plane| async move {
                is_seen_firsthand(&plane).await;
            },
        ),
        trial(
            "without_a_prometheus_the_pods_themselves_tell_a_bad_version",
            &runtime,
            &plane,
            |plane| async move {
                pods_tell_a_bad_version(&plane).await;
            },
        ),
        trial(
            "without_a_prometheus_a_healthy_release_completes",
            &runtime,
            &plane,
            |plane| async move {
                pods_tell_a_healthy_version(&plane).await;
            },
        ),
        trial(
            "who_may_only_read_is_told_so_and_changes_nothing",
            &runtime,
            &plane,
            |plane| async move {
                who_may_only_read_changes_nothing(&plane).await;
            },
        ),
        trial(
            "a_broken_source_of_health_data_is_told_and_takes_no_release_forward",
            &runtime,
            &plane,
            |plane| async move {
                a_broken_source_takes_no_release_forward(&plane).await;
            },
        ),
    ];
    let mut arguments = Arguments::from_args();
    // Two cores: beside each other they would measure each other.
    arguments.test_threads = Some(1);
    let conclusion = libtest_mimic::run(&arguments, trials);
    // Everything ends with the control plane, whatever still holds it.
    drop(plane);
    conclusion.exit();
}

fn trial<F>(
    name: &'static str,
    runtime: &Arc<Runtime>,
    plane: &Arc<ControlPlane>,
    case: impl FnOnce(Arc<ControlPlane>) -> F + Send + 'static,
) -> Trial
where
    F: Future<Output = ()>,
{
    let (runtime, plane) = (Arc::clone(runtime), Arc::clone(plane));
    Trial::test(name, move || {
        println!("\n{name}");
        runtime.block_on(case(plane));
        Ok(())
    })
}

fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

async fn a_healthy_release_completes(plane: &ControlPlane) {
    let room = Room::new(plane, "checkout").await;
    let window = Window::open(plane, &room, User::Releaser, scratch()).await;
    completes(&room, &window).await;
}

async fn pods_tell_a_healthy_version(plane: &ControlPlane) {
    let room = Room::new(plane, "orders").await;
    let window = Window::open(plane, &room, User::Admin, scratch()).await;
    window.judge_by_pods().await;
    completes(&room, &window).await;
}

async fn completes(room: &Room, window: &Window) {
    let before = room.witness.deployment().await;
    let source = window.image(room, NEW);
    let asked = window.call("release.preflight", window.asked(&source)).await;
    assert_eq!(asked["mayStart"], true, "{:#}", asked["findings"]);
    room.load.reset();
    let begun = Instant::now();
    let release = window.start(&source).await.expect("started");
    let story = follow(window, room, &release, begun).await;

    assert_eq!(story.ending, "completed");
    let phases = story.capsule["phases"].as_array().unwrap();
    assert_eq!(phases.len(), 3);
    for phase in phases {
        let gates = phase["gates"].as_array().unwrap();
        assert!(
            !gates.is_empty() && gates.iter().all(|gate| gate["state"] == "passed"),
            "{phase:#}"
        );
    }
    // No version fails requests by itself here: whatever failed would be Slipway's doing.
    assert_eq!(
        (story.counts.version(OLD).failed, story.counts.version(NEW).failed),
        (0, 0)
    );
    assert_eq!(story.lost(), 0, "{:?}", story.counts);
    assert!(story.fewest >= 12 && story.most <= 15, "{story:?}");
    assert_recorded(&story, "completed", "healthy");
    let mut wanted = before;
    wanted["template"]["spec"]["containers"][0]["image"] =
        json!(format!("registry.test/{}:{NEW}", room.name));
    assert_eq!(room.witness.deployment().await, wanted);
    let seen = room.witness.look().await;
    assert_eq!((seen.of(OLD), seen.of(NEW)), (0, 12));
}

async fn a_release_that_fails_requests_goes_back(plane: &ControlPlane) {
    let wrong = [(annotation::ERROR_RATE, "0.2")];
    let story = goes_back(plane, User::Releaser, "payments", &wrong, Duration::from_secs(60)).await;
    assert!(!is_firsthand(&story), "this user may not read pods' pages");
}

async fn is_seen_firsthand(plane: &ControlPlane) {
    let wrong = [(annotation::ERROR_RATE, "0.2")];
    let story = goes_back(plane, User::Admin, "accounts", &wrong, Duration::from_secs(20)).await;
    assert!(is_firsthand(&story), "{:#}", story.capsule["signals"]);
}

/// Nothing is asked but the pods' own pages: the connection test has their series, and a bad version goes back as soon as with a
/// Prometheus beside them.
async fn pods_tell_a_bad_version(plane: &ControlPlane) {
    let room = Room::new(plane, "returns").await;
    let window = Window::open(plane, &room, User::Admin, scratch()).await;
    window.judge_by_pods().await;
    let test = window.test_source().await;
    let series = |id: &str| {
        let mut signals = test["signals"].as_array().unwrap().iter();
        signals.any(|signal| signal["signal"] == id && signal["series"] == 1)
    };
    assert!(
        series("errors") && series("latency-p95") && series("requests"),
        "{test:#}"
    );
    let wrong = [(annotation::ERROR_RATE, "0.2")];
    let story = goes_back_in(&room, &window, &wrong, Duration::from_secs(20)).await;
    assert!(is_firsthand(&story), "{:#}", story.capsule["signals"]);
}

/// Whether the window says of a signal that its newest sample came from the pods themselves.
fn is_firsthand(story: &Story) -> bool {
    let mut signals = story.capsule["signals"].as_array().unwrap().iter();
    signals.any(|signal| signal["firsthand"] == true)
}

async fn a_slower_release_goes_back(plane: &ControlPlane) {
    let wrong = [(annotation::LATENCY, "60ms")];
    goes_back(plane, User::Releaser, "search", &wrong, Duration::from_secs(120)).await;
}

async fn goes_back(
    plane: &ControlPlane,
    user: User,
    name: &'static str,
    wrong: &[(&str, &str)],
    within: Duration,
) -> Story {
    let room = Room::new(plane, name).await;
    let window = Window::open(plane, &room, user, scratch()).await;
    goes_back_in(&room, &window, wrong, within).await
}

async fn goes_back_in(room: &Room, window: &Window, wrong: &[(&str, &str)], within: Duration) -> Story {
    let before = room.witness.deployment().await;
    let source = window.edited(NEW, wrong).await;
    room.load.reset();
    let begun = Instant::now();
    let release = window.start(&source).await.expect("started");
    let story = follow(window, room, &release, begun).await;

    assert_eq!(story.ending, "rolledBack");
    assert!(
        story.back_complete.is_some_and(|at| at <= within.as_secs_f64()),
        "{story:?}"
    );
    assert!(story.most_new <= 6, "it went beyond the second phase: {story:?}");
    assert_eq!(story.lost(), 0, "{:?}", story.counts);
    assert_eq!(story.counts.version(OLD).failed, 0);
    assert!(story.fewest >= 12 && story.most <= 15, "{story:?}");
    assert_eq!(room.witness.deployment().await, before);
    assert_recorded(&story, "rolledBack", "degraded");
    let stages = story.capsule["stages"].as_array().unwrap();
    let back = stages.iter().find(|from| from["stage"]["stage"] == "rollingBack");
    assert_eq!(
        back.map(|from| &from["stage"]["automatic"]),
        Some(&Value::Bool(true)),
        "{stages:#?}"
    );
    story
}

/// The record has the verdict that decided, and what it rests on.
fn assert_recorded(story: &Story, ending: &str, outcome: &str) {
    let capsule = &story.capsule;
    assert_eq!(capsule["ending"], ending);
    assert_eq!(capsule["missing"], json!([]));
    let judgements = capsule["judgements"].as_array().unwrap();
    assert!(
        judgements
            .iter()
            .any(|from| from["judgement"]["outcome"] == outcome && !from["judgement"]["verdict"].is_null()),
        "{judgements:#?}"
    );
    let signals = capsule["signals"].as_array().unwrap();
    let sampled = signals.iter().filter(|signal| {
        let series = signal["series"].as_array().unwrap();
        series.len() == 2
            && series.iter().all(|of| {
                of["samples"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|sample| !sample["value"].is_null())
            })
    });
    let names: Vec<&Value> = sampled.map(|signal| &signal["spec"]["id"]).collect();
    println!(
        "recorded: {} judgements, samples of both versions for {names:?}",
        judgements.len()
    );
    assert!(names.len() >= 2, "{names:?}");
}

async fn who_may_only_read_changes_nothing(plane: &ControlPlane) {
    let room = Room::new(plane, "catalog").await;
    let window = Window::open(plane, &room, User::Viewer, scratch()).await;
    let (before, generation) = (room.witness.deployment().await, room.witness.generation().await);
    let source = window.image(&room, NEW);
    match window.ask("release.preflight", window.asked(&source)).await {
        Ok(asked) => {
            println!(
                "preflight: may start {}; {}",
                asked["mayStart"], asked["findings"]
            );
            assert_eq!(asked["mayStart"], false);
            assert!(asked["findings"].to_string().contains("orbidden"), "{asked:#}");
        }
        Err(failure) => {
            println!("preflight: {failure:?}");
            assert_eq!(failure.code, "forbidden");
        }
    }
    let refused = window
        .start(&source)
        .await
        .expect_err("a release that nobody may make");
    println!("start: {refused:?}");
    assert!(
        matches!(refused.code.as_str(), "forbidden" | "preflight-failed"),
        "{refused:?}"
    );
    assert_eq!(room.witness.deployment().await, before);
    assert_eq!(room.witness.generation().await, generation);
}

/// Broken in every way in turn, a source is told by its code and says nothing good of the new version; one click goes back all the same.
async fn a_broken_source_takes_no_release_forward(plane: &ControlPlane) {
    let room = Room::new(plane, "mail").await;
    let window = Window::open(plane, &room, User::Releaser, scratch()).await;
    let before = room.witness.deployment().await;
    let source = BrokenSource::before(&plane.prometheus().expect("a Prometheus").url()).await;
    window.judge_by(source.url()).await;
    let series = |test: &Value| -> Vec<(String, u64)> {
        let signals = test["signals"].as_array().unwrap().iter();
        signals
            .map(|signal| {
                (
                    signal["failure"]["code"].as_str().unwrap_or("").to_owned(),
                    signal["series"].as_u64().unwrap(),
                )
            })
            .collect()
    };
    let sound = window.test_source().await;
    assert!(
        series(&sound)
            .iter()
            .any(|(code, count)| code.is_empty() && *count > 0),
        "{sound:#}"
    );

    source.breaks(Breakage::ServerError);
    let asked = window
        .call("release.preflight", window.asked(&window.image(&room, NEW)))
        .await;
    let findings = asked["findings"].as_array().unwrap();
    let metrics = findings
        .iter()
        .find(|finding| finding["id"] == "metrics")
        .unwrap();
    assert_eq!(metrics["check"]["state"], "warning");
    assert_eq!(
        metrics["check"]["said"]["trouble"], "telemetry-server-error",
        "{metrics:#}"
    );
    let release = window.start(&window.image(&room, NEW)).await.expect("started");
    let begun = Instant::now();
    // Together longer than the bake: with a sound source the first phase would be over.
    let each = Duration::from_secs(6);
    let mut healthy = 0;
    for (breakage, of_source, of_signals) in [
        (Breakage::ServerError, "telemetry-server-error", ""),
        (Breakage::Page, "telemetry-not-prometheus", ""),
        (Breakage::NotNumbers, "", ""),
        (Breakage::Nothing, "", ""),
        (Breakage::ManySeries, "", "telemetry-too-many-series"),
        (Breakage::Silence, "telemetry-timeout", ""),
    ] {
        source.breaks(breakage);
        let test = window.test_source().await;
        println!(
            "{:6.1}  {breakage:?}: {}",
            begun.elapsed().as_secs_f64(),
            test["failure"]
        );
        assert_eq!(
            test["failure"]["code"].as_str().unwrap_or(""),
            of_source,
            "{breakage:?}: {test:#}"
        );
        assert!(
            series(&test)
                .iter()
                .all(|(code, count)| code == of_signals && *count == 0),
            "{breakage:?}: {test:#}"
        );
        let until = Instant::now() + each;
        while Instant::now() < until {
            let live = window.call("release.live", json!({ "release": release })).await;
            assert_eq!(live["phase"], 0, "{breakage:?} took it forward: {live:#}");
            assert!(
                matches!(
                    live["stage"]["stage"].as_str(),
                    Some("preflight" | "shifting" | "baking")
                ),
                "{breakage:?}: {}",
                live["stage"]
            );
            healthy += u32::from(live["judgement"]["outcome"] == "healthy");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
    assert_eq!(healthy, 0, "no number says that it is healthy");

    let clicked = Instant::now();
    let request = json!({ "release": release, "target": null, "reason": "nobody can tell" });
    window.call("release.rollBack", request).await;
    let story = follow(&window, &room, &release, begun).await;
    println!(
        "back {:.1} s after the click, the source still silent",
        clicked.elapsed().as_secs_f64()
    );
    assert_eq!(story.ending, "rolledBack");
    assert_eq!(room.witness.deployment().await, before);
}
