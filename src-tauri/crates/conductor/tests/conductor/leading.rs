use crate::slipways::Slipway;
use crate::world::*;
use conductor::{ApplyError, Outcome, PortError, Waiting};
use proptest::prelude::*;
use release::{Command, HoldReason, Refusal, ReleaseId, Stage};

fn two() -> (World, Slipway, Slipway) {
    let world = World::default();
    let (maya, jonas) = (Slipway::of(&world, "Maya"), Slipway::of(&world, "Jonas"));
    (world, maya, jonas)
}

/// The fencing tokens of the acts that the server stored, in order.
fn epochs(world: &World) -> Vec<u64> {
    let release = ReleaseId("R-1".into());
    world
        .applied()
        .iter()
        .map(|operation| operation.epoch_in(&release).unwrap())
        .collect()
}

fn is_handed_over(driver: &conductor::Driver) -> bool {
    matches!(
        driver.view().release.stage,
        Stage::Held {
            reason: HoldReason::HandedOver { .. },
            ..
        }
    )
}

#[test]
fn a_second_slipway_does_not_start_while_the_first_one_leads() {
    let (world, maya, jonas) = two();
    let _first = maya.baking(plan(&[50.0, 100.0]));
    let mut second = jonas.begin(plan(&[20.0, 100.0]));
    start(&mut second);
    turn(&mut second);
    let stage = second.view().release.stage;
    let Stage::Refused { reasons } = &stage else {
        panic!("{stage:?}")
    };
    assert!(reasons[0].contains("Maya"), "{reasons:?}");
    assert_eq!(world.with(|state| state.share), 50.0);
}

#[test]
fn nobody_takes_over_while_the_driver_is_there() {
    let (_world, maya, jonas) = two();
    let _first = maya.baking(plan(&[50.0, 100.0]));
    let refused = jonas.take_over(false).map(|_| ()).unwrap_err();
    let driver = "Maya".to_owned();
    assert_eq!(refused, ApplyError::Refused(Refusal::NotTheDriver { driver }));
}

#[test]
fn after_the_term_another_slipway_goes_on_and_the_first_one_stops_before_it_acts() {
    let (world, maya, jonas) = two();
    let mut first = maya.baking(plan(&[50.0, 100.0]));
    world.pass(31);
    let mut second = jonas.take_over(false).unwrap();
    let acts = world.applied().len();
    for _ in 0..3 {
        turn(&mut first);
    }
    assert!(is_handed_over(&first), "{:?}", first.view().release.stage);
    assert_eq!(first.view().other.unwrap().person, "Jonas");
    assert_eq!(world.applied().len(), acts, "the first one does nothing any more");
    for _ in 0..20 {
        world.pass(5);
        turn(&mut second);
        turn(&mut first);
    }
    assert_eq!(second.view().release.stage, Stage::Completed);
    assert_eq!(epochs(&world), [1, 2, 2]);
    assert_eq!(first.view().release.stage, Stage::Completed, "it sees the end");
    assert!(world.with(|state| state.charter.is_none() && state.lease.holder.is_none()));
}

#[test]
fn a_late_act_of_the_first_driver_is_refused() {
    let (world, maya, jonas) = two();
    let mut first = maya.baking(plan(&[20.0, 50.0, 100.0]));
    world.with(|state| state.faults.push_back(Fault::Delayed));
    while world.with(|state| state.on_its_way.is_none()) {
        world.pass(5);
        turn(&mut first);
    }
    world.pass(31);
    let _second = jonas.take_over(false).unwrap();
    let late = world.with(|state| state.on_its_way.take()).unwrap();
    assert!(world.store(&late).is_err());
    assert_eq!(world.with(|state| state.share), 20.0);
}

#[test]
fn a_driver_that_slept_asks_before_it_acts() {
    let (world, maya, jonas) = two();
    let mut first = maya.baking(plan(&[50.0, 100.0]));
    world.pass(3600);
    jonas.take_over(true).unwrap();
    // Jonas' Slipway leads, but has not acted yet: nothing on the workload tells.
    let acts = world.applied().len();
    turn(&mut first);
    assert!(is_handed_over(&first));
    assert_eq!(world.applied().len(), acts);
}

#[test]
fn a_rollback_by_the_driver_asks_nobody_else() {
    let (world, maya, _) = two();
    let mut driver = maya.baking(plan(&[50.0, 100.0]));
    let before = world.with(|state| state.lease_requests);
    command(&mut driver, roll_back()).unwrap();
    assert_eq!(world.with(|state| state.share), 0.0);
    assert_eq!(world.with(|state| state.lease_requests), before);
}

#[test]
fn a_persons_rollback_takes_over_in_the_same_click() {
    let (world, maya, jonas) = two();
    let mut first = maya.baking(plan(&[50.0, 100.0]));
    let mut second = jonas.take_over(true).unwrap();
    command(&mut second, roll_back()).unwrap();
    assert_eq!(world.with(|state| state.share), 0.0);
    assert_eq!(epochs(&world), [1, 2]);
    turn(&mut first);
    turn(&mut first);
    assert_eq!(first.view().release.stage, Stage::RolledBack, "it sees the end");
    assert_eq!(epochs(&world), [1, 2]);
}

#[test]
fn what_goes_forward_is_refused_at_the_click_where_a_colleague_has_just_taken_over() {
    let (world, maya, jonas) = two();
    let mut first = maya.baking(plan(&[50.0, 100.0]));
    jonas.take_over(true).unwrap();
    let reason = String::new();
    let refused = command(&mut first, Command::Promote { reason }).unwrap_err();
    let driver = "Jonas".to_owned();
    assert_eq!(refused, ApplyError::Refused(Refusal::NotTheDriver { driver }));
    assert_eq!(world.with(|state| state.share), 50.0);
}

#[test]
fn a_person_whose_release_was_taken_over_can_still_roll_back() {
    let (world, maya, jonas) = two();
    let mut first = maya.baking(plan(&[50.0, 100.0]));
    world.pass(31);
    let mut second = jonas.take_over(false).unwrap();
    turn(&mut first);
    let refused = command(&mut first, Command::Resume).unwrap_err();
    assert!(matches!(
        refused,
        ApplyError::Refused(Refusal::NotTheDriver { .. })
    ));
    command(&mut first, roll_back()).unwrap();
    assert_eq!(world.with(|state| state.share), 0.0);
    turn(&mut second);
    world.pass(11);
    turn(&mut second);
    assert!(
        second.view().release.stage != Stage::Baking,
        "the other one stops"
    );
    assert_eq!(epochs(&world), [1, 2, 3]);
}

#[test]
fn a_rollback_goes_on_with_a_higher_token_where_the_lease_cannot_be_had() {
    let (world, maya, jonas) = two();
    let mut first = maya.baking(plan(&[50.0, 100.0]));
    world.with(|state| state.lease_fails = Some(PortError::new("cluster-error", "500", "")));
    let mut second = jonas.take_over(true).unwrap();
    command(&mut second, roll_back()).unwrap();
    assert_eq!(world.with(|state| state.share), 0.0);
    assert_eq!(epochs(&world), [1, 2]);
    world.pass(60);
    turn(&mut first);
    turn(&mut first);
    assert_eq!(epochs(&world), [1, 2]);
    world.with(|state| state.lease_fails = None);
    turn(&mut second);
    assert_eq!(world.with(|state| state.share), 0.0);
}

#[test]
fn who_takes_a_rollback_over_marks_the_workload_before_anything_else_also_where_the_first_mark_is_refused() {
    let (world, maya, jonas) = two();
    let mut first = maya.baking(plan(&[50.0, 100.0]));
    world.with(|state| state.faults.push_back(Fault::Forbidden));
    command(&mut first, roll_back()).unwrap();
    turn(&mut first);
    world.pass(31);
    world.with(|state| state.faults.push_back(Fault::SomebodyWrote));
    let mut second = jonas.take_over(false).unwrap();
    let marked = || world.with(|state| (state.marker, state.share));
    assert_eq!(marked(), (Some(1), 50.0));
    world.pass(1);
    turn(&mut second);
    assert_eq!(marked(), (Some(2), 50.0));
    world.pass(1);
    turn(&mut second);
    assert_eq!(world.with(|state| state.share), 0.0);
}

#[test]
fn what_arrived_late_is_told_by_who_takes_the_release_over_again() {
    let (world, maya, jonas) = two();
    let _first = maya.baking(plan(&[50.0, 100.0]));
    world.pass(31);
    // The mark of the takeover is told as never happened, and the colleague's Slipway ends.
    world.with(|state| state.faults.push_back(Fault::Delayed));
    let mut second = jonas.take_over(false).unwrap();
    turn(&mut second);
    drop(second);
    let late = world.with(|state| state.on_its_way.take()).unwrap();
    world.store(&late).unwrap();
    world.pass(31);
    let mut again = jonas.take_over(false).unwrap();
    turn(&mut again);
    let told = jonas.record.with(|state| {
        let of_late = state
            .outcomes
            .iter()
            .filter(|(operation, _)| *operation == late.operation);
        of_late.map(|(_, outcome)| outcome.clone()).next_back()
    });
    assert!(matches!(told, Some(Outcome::Accepted { .. })), "{told:?}");
}

#[test]
fn where_leases_are_forbidden_a_release_goes_its_way() {
    let (world, maya, _) = two();
    world.with(|state| state.lease_fails = Some(PortError::new("lease-forbidden", "403", "")));
    let mut driver = maya.baking(plan(&[50.0, 100.0]));
    for _ in 0..20 {
        world.pass(5);
        turn(&mut driver);
    }
    assert_eq!(driver.view().release.stage, Stage::Completed);
}

#[test]
fn nothing_goes_forward_while_nobody_knows_who_leads() {
    let (world, maya, _) = two();
    let mut driver = maya.baking(plan(&[50.0, 100.0]));
    world.with(|state| state.lease_fails = Some(PortError::new("cluster-error", "500", "")));
    world.pass(21);
    for _ in 0..20 {
        turn(&mut driver);
        world.pass(5);
    }
    assert_eq!(world.with(|state| state.share), 50.0);
    let waiting = driver.view().waiting;
    assert!(matches!(waiting, Some(Waiting::Leadership { .. })), "{waiting:?}");
    world.with(|state| state.lease_fails = None);
    for _ in 0..20 {
        world.pass(5);
        turn(&mut driver);
    }
    assert_eq!(driver.view().release.stage, Stage::Completed);
}

#[test]
fn a_slipway_that_was_closed_has_its_own_lease_again_with_the_same_token() {
    let (world, maya, _) = two();
    drop(maya.baking(plan(&[50.0, 100.0])));
    world.pass(3600);
    let mut driver = maya.recovered();
    for _ in 0..20 {
        turn(&mut driver);
        world.pass(5);
    }
    assert_eq!(driver.view().release.stage, Stage::Completed);
    assert_eq!(epochs(&world), [1, 1]);
}

#[test]
fn a_slipway_that_was_closed_finds_that_another_one_drives() {
    let (world, maya, jonas) = two();
    drop(maya.baking(plan(&[50.0, 100.0])));
    world.pass(31);
    let _second = jonas.take_over(false).unwrap();
    let mut driver = maya.recovered();
    turn(&mut driver);
    assert!(is_handed_over(&driver));
}

#[test]
fn a_slipway_that_was_closed_learns_that_a_colleague_brought_its_release_to_the_end() {
    let (world, mei, jonas) = two();
    drop(mei.baking(plan(&[50.0, 100.0])));
    world.pass(60);
    let mut second = jonas.take_over(true).unwrap();
    command(&mut second, roll_back()).unwrap();
    for _ in 0..6 {
        turn(&mut second);
        world.pass(5);
    }
    assert_eq!(second.view().release.stage, Stage::RolledBack);
    assert_eq!(
        world.with(|state| state.lease.holder.clone()),
        None,
        "it has left"
    );
    let applied = world.applied().len();
    let mut first = mei.recovered();
    for _ in 0..4 {
        turn(&mut first);
        world.pass(5);
    }
    assert_eq!(first.view().release.stage, Stage::RolledBack);
    assert_eq!(first.view().release.driver, jonas.by());
    assert_eq!(world.applied().len(), applied, "it did nothing");
}

#[test]
fn what_is_handed_over_is_taken_at_once_by_the_person_named() {
    let (world, maya, jonas) = two();
    let mut first = maya.baking(plan(&[50.0, 100.0]));
    command(&mut first, Command::HandOver { to: "Jonas".into() }).unwrap();
    let mut second = jonas.take_over(false).unwrap();
    assert_eq!(second.view().release.driver.name, "Jonas");
    world.pass(11);
    turn(&mut first);
    assert!(is_handed_over(&first));
    turn(&mut second);
    assert!(second.view().other.is_none());
}

#[derive(Debug, Clone, Copy)]
enum Move {
    Turn(bool),
    Pass(i64),
    TakeOver(bool),
    RollBack(bool),
    Delay,
    Deliver,
}

fn a_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        8 => any::<bool>().prop_map(Move::Turn),
        4 => (1..40i64).prop_map(Move::Pass),
        2 => any::<bool>().prop_map(Move::TakeOver),
        1 => any::<bool>().prop_map(Move::RollBack),
        1 => Just(Move::Delay),
        2 => Just(Move::Deliver),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// Whatever two Slipways do, and whatever comes late: once one with a later token has acted, nothing of an earlier one is
    /// ever stored.
    #[test]
    fn acts_of_two_drivers_never_interleave(moves in prop::collection::vec(a_move(), 1..60)) {
        let (world, maya, jonas) = two();
        let mut drivers = [Some(maya.baking(plan(&[10.0, 20.0, 50.0, 80.0, 100.0]))), None];
        for one in moves {
            match one {
                Move::Turn(which) => {
                    if let Some(driver) = &mut drivers[usize::from(which)] {
                        turn(driver);
                    }
                }
                Move::Pass(seconds) => world.pass(seconds),
                Move::TakeOver(which) => {
                    if world.with(|state| state.charter.is_some()) {
                        let slipway = if which { &jonas } else { &maya };
                        if let Ok(driver) = slipway.take_over(false) {
                            drivers[usize::from(which)] = Some(driver);
                        }
                    }
                }
                Move::RollBack(which) => {
                    if let Some(driver) = &mut drivers[usize::from(which)] {
                        let _ = command(driver, roll_back());
                    }
                }
                Move::Delay => world.with(|state| {
                    if state.on_its_way.is_none() {
                        state.faults.push_back(Fault::Delayed);
                    }
                }),
                Move::Deliver => {
                    if let Some(act) = world.with(|state| state.on_its_way.take()) {
                        let _ = world.store(&act);
                    }
                }
            }
        }
        let epochs = epochs(&world);
        prop_assert!(epochs.is_sorted(), "{epochs:?}");
    }
}
