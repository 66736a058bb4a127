//! SIGKILL at random moments during releases and rollbacks, until done. Runs where it was asked for: `cargo xtask test crash`.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test"
)]

use control_plane::ControlPlane;
use crash::{APPLICATIONS, Audit, Room, Shop, Shown, Suite, Trouble, number};
use std::path::Path;
use std::time::{Duration, Instant};

/// How much longer the app needs with its window.
const WINDOW: Duration = Duration::from_secs(2);

fn main() {
    if !crash::enter() {
        return;
    }
    let kills = usize::try_from(number("SLIPWAY_CRASH_KILLS", 200)).unwrap();
    let shown = usize::try_from(number("SLIPWAY_CRASH_WINDOW_KILLS", 20)).unwrap();
    Suite::run(|suite| {
        let mut trials = vec![suite.trial(
            "nothing_is_lost_and_nothing_done_twice_however_often_the_app_is_killed",
            async move |plane: &ControlPlane| kill_again_and_again(plane, kills, Shown::NoWindow).await,
        )];
        if std::env::var_os("DISPLAY").is_some() {
            trials.push(suite.trial(
                "nor_when_it_is_killed_with_its_window_open",
                async move |plane: &ControlPlane| kill_again_and_again(plane, shown, Shown::Window).await,
            ));
        }
        trials
    })
}

async fn kill_again_and_again(plane: &ControlPlane, kills: usize, shown: Shown) {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut trouble = Trouble::new();
    let mut shop = Shop::open(plane, APPLICATIONS, Room::Disk, None, scratch).await;
    let begun = Instant::now();
    let (mut killed, mut starts) = (0, 0);
    while killed < kills {
        starts += 1;
        assert!(starts < 2 * kills + 10, "the app ends by itself\n{}", shop.log());
        if shown == Shown::Window {
            // Somebody has to start the releases; the window then goes on with them.
            begin(&mut shop, &mut trouble).await;
        }
        killed += usize::from(one_life(&mut shop, &mut trouble, shown).await);
        if killed % 20 == 0 {
            println!(
                "{:6.1} s: {killed} kills, {} operations; the app starts in {:.1} s",
                begun.elapsed().as_secs_f64(),
                shop.witness.operations(),
                shop.start_took().as_secs_f64()
            );
        }
    }
    let app = shop.start(Shown::NoWindow);
    let open = shop.settle(&app, Duration::from_secs(120)).await;
    println!("{:6.1} s: all over but {open:?}", begun.elapsed().as_secs_f64());
    app.finish(Duration::from_secs(30)).await;
    let tally = Audit::of(&shop).await.tally(&shop).await;
    tally.print(killed);
    if !tally.is_clean() {
        let log = scratch.join("crash-app.log");
        std::fs::write(&log, shop.log()).unwrap();
        std::fs::copy(shop.database(), scratch.join("crash.db")).unwrap();
        panic!("seed {}; the app's log is {}", trouble.seed(), log.display());
    }
    assert!(
        2 * tally.operations > killed,
        "too little happened to say anything: {tally:?}"
    );
}

/// Starts the app and kills it. Answers whether it still ran.
async fn one_life(shop: &mut Shop, trouble: &mut Trouble, shown: Shown) -> bool {
    let app = shop.start(shown);
    let start = match shown {
        Shown::NoWindow => shop.start_took(),
        Shown::Window => shop.start_took() + WINDOW,
    };
    let moment = trouble.moment(start);
    let come = moment.come(shop.witness.changes());
    match shown {
        Shown::NoWindow => tokio::select! {
            () = come => {}
            () = shop.keep_busy(&app, trouble) => {}
        },
        Shown::Window => come.await,
    }
    app.kill().await
}

/// Starts releases of all that stands still, through an app without a window that is killed at once.
async fn begin(shop: &mut Shop, trouble: &mut Trouble) {
    let app = shop.start(Shown::NoWindow);
    let time = 2 * shop.start_took() + Duration::from_secs(1);
    let _ = tokio::time::timeout(time, shop.keep_busy(&app, trouble)).await;
    app.kill().await;
}
