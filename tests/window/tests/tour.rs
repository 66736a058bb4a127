//! The main job in the real window, step by step: a release on practice production advances, goes bad, is rolled back
//! with one click, and is reviewed when the cluster is gone.

#![allow(
    clippy::print_stdout,
    reason = "each step's time belongs in the output of the tour"
)]

use std::time::{Duration, Instant};

use serde_json::json;
use window::app::{App, FIRST_SCREEN};
use window::practice::{self, Entries};
use window::steps::Steps;
use window::{Outcome, given};

/// How long a phase, a verdict or a rollback may take in the window's own time.
const PATIENCE: Duration = Duration::from_secs(120);

/// Sets the practice cluster's clock to go five times as fast.
const FASTER: &str = "[data-testid=practice-clock-5]";

#[test]
fn the_main_job_is_done_in_the_window() -> Outcome {
    let data = tempfile::Builder::new()
        .prefix("tour")
        .tempdir_in(given("SLIPWAY_SCRATCH")?)
        .map_err(|error| error.to_string())?;
    let mut steps = Steps::begin()?;
    let release = {
        let app = App::start(data.path())?;
        release_and_roll_back(&app, &mut steps)?
    };
    {
        let app = App::start(data.path())?;
        review_without_a_cluster(&app, &mut steps, &release)?;
    }
    println!("the tour took {:.1} s", steps.total().as_secs_f64());
    Ok(())
}

fn release_and_roll_back(app: &App, steps: &mut Steps) -> Outcome<String> {
    steps.step(app, "practice-cluster", |app| {
        app.session
            .wait_for("[data-testid=nav-connections]", FIRST_SCREEN)?
            .click()?;
        // Minutes of the practice cluster then take seconds.
        app.session.wait_for(FASTER, PATIENCE)?.click()
    })?;
    let cell = steps.step(app, "environments", |app| {
        app.session
            .wait_for("[data-testid=nav-environments]", PATIENCE)?
            .click()?;
        app.session.wait_for("[data-testid=matrix]", PATIENCE)?;
        practice::production_cell(app)
    })?;
    steps.step(app, "production-cell", |app| {
        let cell = format!("[data-testid='cell-{}-{}']", cell.application, cell.environment);
        app.session.wait_for(&cell, PATIENCE)?.click()?;
        app.session
            .wait_for("[data-testid=cell-panel] [data-testid=rollback-spot]", PATIENCE)
            .map(|_| ())
    })?;
    steps.step(app, "plan", |app| {
        let entries = practice::entries(app, &cell)?;
        app.session
            .wait_for("[data-testid=cell-release]", PATIENCE)?
            .click()?;
        enter(app, &entries)?;
        app.session
            .wait_for("[data-testid=start-dock][data-off='']", PATIENCE)
            .map(|_| ())
    })?;
    let release = steps.step(app, "release-started", |app| {
        // Long enough for a button that wants to be held, and a press for one that does not.
        app.session
            .wait_for("[data-testid=start]", PATIENCE)?
            .hold(1500)?;
        app.session
            .wait_for("[data-testid=live] [data-testid=way]", PATIENCE)?;
        let running = app.session.wait_for("[data-testid^='running-']", PATIENCE)?;
        let id = running.attribute("data-testid")?.unwrap_or_default();
        id.strip_prefix("running-")
            .map(str::to_owned)
            .ok_or_else(|| format!("{id} names no release"))
    })?;
    steps.step(app, "first-phase-bakes", |app| wait_for_phase(app, &release, 0))?;
    steps.step(app, "charts-move", |app| {
        let before = app.session.wait("charts with lines", PATIENCE, || {
            Ok(Some(lines_of_charts(app)?).filter(|lines| !lines.is_empty()))
        })?;
        app.session.wait("the charts' lines change", PATIENCE, || {
            Ok((lines_of_charts(app)? != before).then_some(()))
        })
    })?;
    steps.step(app, "next-phase-bakes", |app| wait_for_phase(app, &release, 1))?;
    steps.step(app, "errors-asked-for", |app| {
        app.session
            .wait_for("[data-testid=nav-connections]", PATIENCE)?
            .click()?;
        for pressed in practice::error_spike(&cell) {
            app.session
                .wait_for(&format!("[data-testid='{pressed}']"), PATIENCE)?
                .click()?;
        }
        app.session
            .wait_for(&format!("[data-testid='running-{release}']"), PATIENCE)?
            .click()?;
        app.session
            .wait_for("[data-testid=live] [data-testid=way]", PATIENCE)
            .map(|_| ())
    })?;
    steps.step(app, "canary-is-degraded", |app| {
        app.session
            .wait_for("[data-testid=verdict][data-outcome=degraded]", PATIENCE)?;
        app.session
            .wait_for("[data-testid=rollback-spot][data-spot=degraded]", PATIENCE)
            .map(|_| ())
    })?;
    steps.step(app, "smallest-window", |app| {
        app.session.resize(1024, 680)?;
        app.session.wait("the way back fits into the smallest window", PATIENCE, || {
            let fits = app.session.run(
                "const box = document.querySelector('[data-testid=rollback]').getBoundingClientRect();
                 return innerWidth <= 1024 && innerHeight <= 680 && box.height >= 64 && box.top >= 0 && box.left >= 0
                    && box.bottom <= innerHeight && box.right <= innerWidth
                    && document.scrollingElement.scrollHeight <= innerHeight;",
                &[],
            )?;
            Ok((fits == json!(true)).then_some(()))
        })
    })?;
    app.session.resize(1440, 900)?;
    steps.step(app, "one-click-rolls-back", |app| {
        // For 400 ms after it changes, the spot ignores a click that was meant for what stood there before.
        std::thread::sleep(Duration::from_millis(500));
        let button = app.session.wait_for("[data-testid=rollback]", PATIENCE)?;
        button.click()?;
        let clicked = Instant::now();
        app.session.wait_for(
            "[data-testid=rollback-running], [data-testid=rollback-finished]",
            PATIENCE,
        )?;
        println!("   the spot answered within {} ms", clicked.elapsed().as_millis());
        Ok(())
    })?;
    steps.step(app, "rolled-back", |app| {
        app.session
            .wait_for("[data-testid=rollback-finished]", PATIENCE)?;
        let live = app.call("release.live", &json!({ "release": release }))?;
        match live["stage"]["stage"].as_str() {
            Some("rolledBack") => Ok(()),
            _ => Err(format!(
                "the window says rolled back, the backend says {}",
                live["stage"]
            )),
        }
    })?;
    steps.step(app, "cluster-is-gone", |app| {
        app.session
            .wait_for("[data-testid=nav-connections]", PATIENCE)?
            .click()?;
        app.session
            .wait_for("[data-testid=practice-on-off]", PATIENCE)?
            .click()?;
        app.session.wait("no environment is left", PATIENCE, || {
            let matrix = app.call("environments.matrix", &json!({}))?;
            Ok(matrix["environments"]
                .as_array()
                .is_some_and(Vec::is_empty)
                .then_some(()))
        })
    })?;
    Ok(release)
}

/// Fills in the page for a new release: the version, two phases, no automatic rollback, a reason.
fn enter(app: &App, entries: &Entries) -> Outcome {
    let find = |testid: &str| {
        app.session
            .wait_for(&format!("[data-testid='{testid}']"), PATIENCE)
    };
    find("plan")?;
    find("pick-version")?.click()?;
    find(&entries.version)?.click()?;
    while app
        .session
        .find(&format!("[data-testid='phase-{}']", entries.phases.len()))?
        .is_some()
    {
        find(&format!("remove-{}", entries.phases.len()))?.click()?;
    }
    for (phase, (share, minutes)) in entries.phases.iter().enumerate() {
        find(&format!("share-{phase}"))?.fill(&share.to_string())?;
        find(&format!("bake-{phase}"))?.fill(&minutes.to_string())?;
    }
    find("automatic-rollback-off")?.click()?;
    find("reason")?.fill("The tour")
}

fn review_without_a_cluster(app: &App, steps: &mut Steps, release: &str) -> Outcome {
    steps.step(app, "history-without-cluster", |app| {
        app.session
            .wait_for("[data-testid=nav-history]", FIRST_SCREEN)?
            .click()?;
        let shell = app.call("app.shell", &json!({}))?;
        if shell["contacts"]
            .as_array()
            .is_some_and(|contacts| contacts.iter().any(|one| one["contact"]["state"] == "live"))
        {
            return Err(format!("a cluster still answers: {}", shell["contacts"]));
        }
        app.session
            .wait_for(&format!("[data-testid='history-row-{release}']"), PATIENCE)?
            .click()?;
        app.session
            .wait_for(
                &format!("[data-testid=capsule][data-release='{release}']"),
                PATIENCE,
            )
            .map(|_| ())
    })?;
    steps.step(app, "replayed-offline", |app| {
        app.session.wait_for("[data-testid=replay]", PATIENCE)?;
        app.session.wait("charts with lines", PATIENCE, || {
            Ok((!lines_of_charts(app)?.is_empty()).then_some(()))
        })?;
        // Back through the events until the moment at which the canary was degraded.
        app.session
            .wait("the moment when the canary was degraded", PATIENCE, || {
                if app
                    .session
                    .find("[data-testid=frame-verdict][data-outcome=degraded]")?
                    .is_some()
                {
                    return Ok(Some(()));
                }
                app.session
                    .wait_for("[data-testid=replay-previous]", PATIENCE)?
                    .click()?;
                Ok(None)
            })
    })
}

/// Waits until the release bakes in a phase, counted from 0.
fn wait_for_phase(app: &App, release: &str, phase: u64) -> Outcome {
    app.session.wait(&format!("phase {phase} bakes"), PATIENCE, || {
        let live = app.call("release.live", &json!({ "release": release }))?;
        let there = live["phase"].as_u64() >= Some(phase) && live["stage"]["stage"] == "baking";
        Ok(there.then_some(()))
    })
}

/// The lines of all charts as drawn; empty while there are none.
fn lines_of_charts(app: &App) -> Outcome<String> {
    let drawn = app.session.run(
        "return [...document.querySelectorAll('figure.chart svg path')]
            .map((path) => path.getAttribute('d')).filter((d) => d && d.length > 40).join(' ');",
        &[],
    )?;
    Ok(drawn.as_str().unwrap_or_default().to_owned())
}
