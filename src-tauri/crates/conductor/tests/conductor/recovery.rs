use crate::world::*;
use futures::FutureExt;
use proptest::prelude::*;
use release::Stage;

#[test]
fn an_act_whose_reply_was_lost_is_found_on_the_object_and_not_done_again() {
    let world = World::default();
    world.with(|state| state.faults.push_back(Fault::ReplyLost));
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    for _ in 0..3 {
        turn(&mut driver);
        world.pass(1);
    }
    assert_eq!(world.applied().len(), 1);
    assert_eq!(driver.view().release.stage, Stage::Baking);
}

#[test]
fn an_act_that_never_arrived_is_done_again_under_a_new_name() {
    let world = World::default();
    world.with(|state| state.faults.push_back(Fault::RequestLost));
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    for _ in 0..4 {
        turn(&mut driver);
        world.pass(1);
    }
    assert_eq!(world.applied().len(), 1);
    assert_eq!(driver.view().release.stage, Stage::Baking);
}

#[test]
fn a_driver_that_was_killed_after_its_act_goes_on_without_doing_it_twice() {
    let world = World::default();
    world.with(|state| state.faults.push_back(Fault::ReplyLost));
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    turn(&mut driver);
    drop(driver);
    let mut driver = world.recovered();
    for _ in 0..3 {
        turn(&mut driver);
        world.pass(1);
    }
    assert_eq!(world.applied().len(), 1);
    assert_eq!(driver.view().release.stage, Stage::Baking);
}

#[test]
fn a_rollback_survives_a_crash_in_its_middle() {
    let world = World::default();
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    turn(&mut driver);
    world.with(|state| state.faults.push_back(Fault::RequestLost));
    command(&mut driver, roll_back()).unwrap();
    drop(driver);
    let mut driver = world.recovered();
    for _ in 0..4 {
        turn(&mut driver);
        world.pass(1);
    }
    assert_eq!(driver.view().release.stage, Stage::RolledBack);
    assert_eq!(world.with(|state| state.share), 0.0);
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        Just(Fault::RequestLost),
        Just(Fault::ReplyLost),
        Just(Fault::SomebodyWrote)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Faults and crashes anywhere: when they stop, the release completes, and no operation was ever applied twice or
    /// without an intent before it.
    #[test]
    fn whatever_is_lost_the_release_is_not(
        script in prop::collection::vec((prop::option::of(fault()), any::<bool>(), 0..6i64), 0..30),
    ) {
        let world = World::default();
        let mut driver = world.begin(plan(&[20.0, 50.0, 100.0]));
        start(&mut driver);
        for (fault, crash, seconds) in script {
            world.with(|state| state.faults.extend(fault));
            turn(&mut driver);
            world.pass(seconds);
            if crash {
                driver = world.recovered();
            }
        }
        world.with(|state| state.faults.clear());
        for _ in 0..60 {
            turn(&mut driver);
            world.pass(5);
        }
        prop_assert_eq!(&driver.view().release.stage, &Stage::Completed);
        let applied = world.applied();
        let mut unique = applied.clone();
        unique.sort();
        unique.dedup();
        prop_assert_eq!(unique.len(), applied.len(), "an operation was applied twice");
        let log = world.log();
        for operation in applied {
            let at = log.iter().position(|said| *said == Said::Applied(operation.clone())).unwrap();
            prop_assert!(log[..at].contains(&Said::Intent(operation.clone())), "no intent before {:?}", operation);
        }
        let left = conductor::Journal::unfinished(&world).now_or_never().unwrap().unwrap();
        prop_assert!(left[0].open_intents.is_empty(), "an intent without an outcome was left behind");
    }
}

/// An act that tests this, built on what was seen.
fn built_on(seen: &conductor::Observed, patch: serde_json::Value) -> conductor::Intent {
    conductor::Intent {
        at: release::Timestamp(0),
        act: conductor::PreparedAct {
            operation: conductor::OperationId("R-1.1.7".into()),
            kind: conductor::ActKind::Tidy,
            patch,
        },
        previous: seen.view.operation.clone(),
        uid: seen.view.uid.clone(),
        epoch: 1,
    }
}

fn assert_asks_a_person(driver: &conductor::Driver) {
    let stage = driver.view().release.stage;
    let asks = matches!(
        &stage,
        Stage::Held {
            reason: release::HoldReason::ForeignChange { .. },
            ..
        }
    );
    assert!(asks, "{stage:?}");
}

#[test]
fn a_first_act_has_not_happened_only_while_the_generation_that_it_tests_is_there() {
    let world = World::default();
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    turn(&mut driver);
    let mut seen = driver.view().seen.unwrap();
    seen.view.operation = None;
    let intent = built_on(
        &seen,
        serde_json::json!([
            {"op": "test", "path": "/metadata/uid", "value": seen.view.uid},
            {"op": "test", "path": "/metadata/generation", "value": seen.view.generation},
        ]),
    );
    assert!(intent.could_still_come(&seen));
    seen.view.generation += 1;
    assert!(
        !intent.could_still_come(&seen),
        "somebody wrote, and nobody can tell whether it happened before"
    );
    seen.view.generation -= 1;
    seen.view.operation = Some(conductor::OperationId("R-1.2.0".into()));
    assert!(!intent.could_still_come(&seen), "another driver's mark is there");
}

#[test]
fn an_act_can_come_only_while_every_annotation_that_it_tests_is_as_it_was() {
    let world = World::default();
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    turn(&mut driver);
    let mut seen = driver.view().seen.unwrap();
    seen.object = serde_json::json!({"metadata": {"annotations": {"revision": "2"}}}).into();
    let intent = built_on(
        &seen,
        serde_json::json!([
            {"op": "test", "path": "/metadata/annotations/revision", "value": "2"},
        ]),
    );
    assert!(intent.could_still_come(&seen) && !intent.is_past(&seen));
    seen.object["metadata"]["annotations"]["revision"] = serde_json::json!("4");
    assert!(
        !intent.could_still_come(&seen),
        "another version was there in between"
    );
}

#[test]
fn an_act_is_past_once_somebody_has_changed_the_object_and_left_its_marks() {
    let world = World::default();
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    turn(&mut driver);
    let mut seen = driver.view().seen.unwrap();
    seen.view.operation = Some(conductor::OperationId("R-1.1.6".into()));
    let annotations = |revision: &str| {
        let operation = seen.view.operation.clone();
        serde_json::json!({"operation": operation, "revision": revision})
    };
    let (second, fourth) = (annotations("2"), annotations("4"));
    let intent = built_on(
        &seen,
        serde_json::json!([
            {"op": "test", "path": "/metadata/annotations/operation", "value": second["operation"]},
            {"op": "test", "path": "/metadata/generation", "value": seen.view.generation},
            {"op": "test", "path": "/metadata/annotations/revision", "value": "2"},
        ]),
    );
    seen.object = serde_json::json!({"metadata": {"annotations": second}}).into();
    assert!(intent.could_still_come(&seen) && !intent.is_past(&seen));
    // What was looked at before the act was built says nothing.
    seen.view.generation -= 1;
    assert!(intent.could_still_come(&seen) && !intent.is_past(&seen));
    seen.view.generation += 2;
    assert!(!intent.could_still_come(&seen) && intent.is_past(&seen));
    seen.object = serde_json::json!({"metadata": {"annotations": fourth}}).into();
    assert!(
        !intent.is_past(&seen),
        "another version was there in between: nobody can tell"
    );
}

#[test]
fn a_first_act_that_was_told_as_never_happened_may_have_come_before_somebody_wrote() {
    let world = World::default();
    world.with(|state| state.faults.extend([Fault::RequestLost, Fault::SomebodyWrote]));
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    // Lost, told as never happened, and the next one refused.
    for _ in 0..3 {
        turn(&mut driver);
        if world.with(|state| state.faults.is_empty()) {
            break;
        }
        world.pass(1);
    }
    // It came, and a colleague took it back and left a mark.
    world.with(|state| state.operation = Some(conductor::OperationId("R-1.2.0".into())));
    for _ in 0..3 {
        world.pass(1);
        turn(&mut driver);
    }
    assert_asks_a_person(&driver);
    assert!(world.applied().is_empty(), "it is not begun again");
}

#[test]
fn an_act_that_arrives_after_all_is_told_so_whatever_was_accepted_since() {
    let world = World::default();
    world.with(|state| state.faults.push_back(Fault::Delayed));
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    for _ in 0..3 {
        turn(&mut driver);
        world.pass(1);
    }
    let late = world.with(|state| state.on_its_way.take()).unwrap();
    let told = |what: &'static str| {
        let said = Said::Outcome(late.operation.clone(), what);
        world.with(|state| state.log.iter().filter(|line| **line == said).count())
    };
    assert_eq!((told("never happened"), told("accepted")), (1, 0));
    // `rollout undo` put back what it tests, and it came.
    world.with(|state| state.operation = Some(late.operation.clone()));
    turn(&mut driver);
    turn(&mut driver);
    assert_eq!(told("accepted"), 1);
}

#[test]
fn a_question_that_could_not_be_written_down_is_asked_after_a_restart() {
    let world = World::default();
    world.with(|state| state.faults.push_back(Fault::Delayed));
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    // It came, and a colleague took it back and left a mark; there is no room to write that down.
    world.with(|state| {
        state.operation = Some(conductor::OperationId("R-1.2.0".into()));
        state.journal_full = true;
    });
    turn(&mut driver);
    drop(driver);
    world.with(|state| state.journal_full = false);
    let mut driver = world.recovered();
    turn(&mut driver);
    assert_asks_a_person(&driver);
    assert!(world.applied().is_empty(), "it is not begun again");
}
