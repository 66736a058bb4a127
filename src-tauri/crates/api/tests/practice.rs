//! A release through the command surface, as the window makes it, on the practice cluster.

#![allow(missing_docs, reason = "the names of tests are sentences")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may end where it stands"
)]

mod support;

use serde_json::json;
use support::{PRODUCTION, Window};

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_release_completes() {
    let window = Window::open(40.0).await;
    let release = window.start("healthy", &[25.0, 50.0, 100.0]).await;
    let live = window.live_until(&release, "completed").await;
    assert_eq!(live["pods"]["ready"], 12);
    let capsule = window
        .call("history.capsule", json!({ "release": release }))
        .await;
    assert_eq!(capsule["ending"], "completed");
    assert_eq!(capsule["missing"], json!([]));
    assert!(
        capsule["shares"].as_array().unwrap().len() >= 3,
        "{:#}",
        capsule["shares"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_fails_requests_rolls_back_by_itself() {
    let window = Window::open(40.0).await;
    let release = window.start("error_spike", &[25.0, 50.0, 100.0]).await;
    let live = window.live_until(&release, "rolledBack").await;
    assert_eq!(live["rollback"]["spot"]["kind"], "finished");
    assert!(live["impact"]["failedRequests"].as_f64().unwrap() > 0.0);
    let capsule = window
        .call("history.capsule", json!({ "release": release }))
        .await;
    assert_eq!(capsule["ending"], "rolledBack");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_click_rolls_back() {
    let window = Window::open(10.0).await;
    let release = window.start("healthy", &[25.0, 50.0, 100.0]).await;
    window.live_until(&release, "baking").await;
    let act = window
        .call(
            "release.rollBack",
            json!({ "release": release, "target": null, "reason": "" }),
        )
        .await;
    assert!(
        matches!(act["status"].as_str(), Some("accepted" | "applied" | "settled")),
        "{act:#}"
    );
    window.live_until(&release, "rolledBack").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn production_wants_the_button_held_except_for_a_rollback() {
    let window = Window::open(10.0).await;
    let release = window.start("healthy", &[25.0, 100.0]).await;
    window.live_until(&release, "baking").await;
    let pressed = json!({ "release": release, "reason": "now", "confirmation": { "heldMs": 0 } });
    let refused = window.api.call("release.promote", pressed).await.unwrap_err();
    assert_eq!(refused.code, "not-confirmed");
    window
        .call(
            "release.rollBack",
            json!({ "release": release, "target": null, "reason": "" }),
        )
        .await;
    window.live_until(&release, "rolledBack").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_that_slipway_never_released_goes_back_with_the_same_button() {
    let window = Window::open(10.0).await;
    let cell = window
        .call(
            "environments.cell",
            json!({ "application": "catalog", "environment": PRODUCTION }),
        )
        .await;
    let target = cell["targets"][0]["target"].clone();
    let started = window
        .call("environments.rollBack", json!({ "application": "catalog", "environment": PRODUCTION, "target": target, "reason": "errors since 02:51" }))
        .await;
    let release = started["release"].as_str().unwrap();
    window.live_until(release, "rolledBack").await;
    let again = window
        .call(
            "environments.cell",
            json!({ "application": "catalog", "environment": PRODUCTION }),
        )
        .await;
    assert_eq!(again["cell"]["state"]["kind"], "idle", "{again:#}");
}
