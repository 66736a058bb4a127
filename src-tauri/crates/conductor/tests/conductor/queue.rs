use crate::world::*;
use conductor::Waiting;
use release::{HoldReason, Stage};

fn cut_off_at_half() -> (World, conductor::Driver) {
    let world = World::default();
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    turn(&mut driver);
    turn(&mut driver);
    world.with(|state| state.cut_off = true);
    (world, driver)
}

#[test]
fn a_rollback_without_contact_waits_and_is_sent_when_the_cluster_answers() {
    let (world, mut driver) = cut_off_at_half();
    command(&mut driver, roll_back()).unwrap();
    for _ in 0..100 {
        let next = next_turn_in(&mut driver);
        assert!(next <= 1_000, "it is tried every second");
        world.pass(1);
    }
    assert_eq!(
        driver.view().waiting,
        Some(Waiting::Contact {
            since: release::Timestamp(0)
        })
    );
    world.with(|state| state.cut_off = false);
    turn(&mut driver);
    assert_eq!(world.with(|state| state.share), 0.0);
    turn(&mut driver);
    assert_eq!(driver.view().release.stage, Stage::RolledBack);
}

#[test]
fn after_two_minutes_without_contact_the_person_is_asked_again() {
    let (world, mut driver) = cut_off_at_half();
    command(&mut driver, roll_back()).unwrap();
    for _ in 0..121 {
        turn(&mut driver);
        world.pass(1);
    }
    let stage = driver.view().release.stage;
    assert!(
        matches!(
            stage,
            Stage::Held {
                reason: HoldReason::RollbackNotSent { .. },
                ..
            }
        ),
        "{stage:?}"
    );
    world.with(|state| state.cut_off = false);
    turn(&mut driver);
    assert_eq!(world.with(|state| state.share), 50.0, "not out of the blue");
    command(&mut driver, roll_back()).unwrap();
    assert_eq!(world.with(|state| state.share), 0.0);
}

#[test]
fn a_rollback_that_may_have_arrived_is_looked_up_however_long_that_takes() {
    let (world, mut driver) = cut_off_at_half();
    world.with(|state| {
        state.cut_off = false;
        state.faults.push_back(Fault::ReplyLost);
    });
    command(&mut driver, roll_back()).unwrap();
    world.with(|state| state.cut_off = true);
    for _ in 0..300 {
        turn(&mut driver);
        world.pass(1);
    }
    world.with(|state| state.cut_off = false);
    turn(&mut driver);
    turn(&mut driver);
    assert_eq!(driver.view().release.stage, Stage::RolledBack);
}

fn next_turn_in(driver: &mut conductor::Driver) -> u64 {
    use futures::FutureExt;
    let mut never = futures::future::pending::<()>().fuse();
    driver
        .turn(&mut never)
        .now_or_never()
        .expect("nothing waits")
        .next_millis
}
