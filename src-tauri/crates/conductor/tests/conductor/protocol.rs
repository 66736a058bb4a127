use crate::world::*;
use conductor::{ActStep, OperationId};
use release::{Command, HoldReason, Stage};

fn operation(number: u64) -> OperationId {
    OperationId(format!("R-1.1.{number}"))
}

#[test]
fn an_intent_is_durable_before_its_act_and_the_outcome_follows() {
    let world = World::default();
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    turn(&mut driver);
    let log = world.log();
    let place = |said: &Said| {
        log.iter()
            .position(|entry| entry == said)
            .unwrap_or_else(|| panic!("{said:?} in {log:?}"))
    };
    let intent = place(&Said::Intent(operation(0)));
    let applied = place(&Said::Applied(operation(0)));
    let accepted = place(&Said::Outcome(operation(0), "accepted"));
    assert!(intent < applied && applied < accepted, "{log:?}");
}

#[test]
fn a_healthy_release_goes_through_its_phases_and_completes() {
    let world = World::default();
    let mut driver = world.begin(plan(&[20.0, 50.0, 100.0]));
    start(&mut driver);
    for _ in 0..40 {
        turn(&mut driver);
        world.pass(5);
    }
    assert_eq!(driver.view().release.stage, Stage::Completed);
    assert_eq!(
        world.applied(),
        [operation(0), operation(1), operation(2)],
        "one act for each share"
    );
    assert!(driver.view().acts.iter().all(|act| act.step == ActStep::Settled));
}

#[test]
fn pods_that_never_become_ready_are_waited_for_up_to_the_plans_limit_and_then_a_person_is_asked() {
    let world = World::default();
    world.with(|state| state.never_ready = true);
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    for _ in 0..119 {
        turn(&mut driver);
        world.pass(5);
    }
    assert_eq!(driver.view().release.stage, Stage::Shifting);
    world.with(|state| state.cut_off = true);
    for _ in 0..4 {
        turn(&mut driver);
        world.pass(5);
    }
    assert_eq!(
        driver.view().release.stage,
        Stage::Shifting,
        "out of contact nobody knows"
    );
    world.with(|state| state.cut_off = false);
    for _ in 0..4 {
        turn(&mut driver);
        world.pass(5);
    }
    let held = driver.view().release.stage.clone();
    assert!(
        matches!(
            held,
            Stage::Held {
                reason: HoldReason::NotReady,
                ..
            }
        ),
        "{held:?}"
    );
    assert_eq!(world.applied(), [operation(0)], "it stays where it is");
}

#[test]
fn a_bad_release_rolls_back_by_itself() {
    let world = World::default();
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    turn(&mut driver);
    world.with(|state| state.error_ratio = 0.2);
    for _ in 0..20 {
        world.pass(5);
        turn(&mut driver);
    }
    assert_eq!(driver.view().release.stage, Stage::RolledBack);
    assert_eq!(world.with(|state| state.share), 0.0);
}

#[test]
fn a_rollback_is_sent_within_the_click() {
    let world = World::default();
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    turn(&mut driver);
    turn(&mut driver);
    command(&mut driver, roll_back()).unwrap();
    assert_eq!(world.with(|state| state.share), 0.0, "without another round");
}

#[test]
fn a_rollback_that_meets_a_foreign_write_reads_again_and_sends_again_within_the_same_click() {
    let world = World::default();
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    turn(&mut driver);
    world.with(|state| state.faults.extend([Fault::SomebodyWrote, Fault::SomebodyWrote]));
    command(&mut driver, roll_back()).unwrap();
    assert_eq!(world.with(|state| state.share), 0.0);
}

#[test]
fn without_a_disk_nothing_goes_forward_but_a_rollback_does() {
    let world = World::default();
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    turn(&mut driver);
    turn(&mut driver);
    world.with(|state| state.journal_full = true);
    command(
        &mut driver,
        Command::Promote {
            reason: String::new(),
        },
    )
    .unwrap_err();
    assert_eq!(world.with(|state| state.share), 50.0, "no act without an intent");
    command(&mut driver, roll_back()).unwrap();
    assert_eq!(world.with(|state| state.share), 0.0);
    assert!(driver.view().journal_trouble.is_some(), "and it is said");
}

#[test]
fn a_forbidden_act_holds_the_release_with_the_clusters_sentence() {
    let world = World::default();
    world.with(|state| state.faults.push_back(Fault::Forbidden));
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    turn(&mut driver);
    let stage = driver.view().release.stage;
    assert!(matches!(&stage, Stage::Held { .. }), "{stage:?}");
    assert!(format!("{stage:?}").contains("may not patch"));
}
