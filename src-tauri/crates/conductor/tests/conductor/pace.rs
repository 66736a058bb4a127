use crate::world::*;
use release::Stage;

/// A release that bakes, with the source's pace.
fn baking(pace: Option<i64>) -> (World, conductor::Driver) {
    let world = World::default();
    world.with(|state| state.pace = pace);
    let mut long = plan(&[50.0, 100.0]);
    long.phases[0].bake_seconds = 3_600;
    let mut driver = world.begin(long);
    start(&mut driver);
    for _ in 0..40 {
        if driver.view().release.stage == Stage::Baking {
            break;
        }
        turn(&mut driver);
        world.pass(1);
    }
    (world, driver)
}

/// Lives through so many milliseconds, a turn whenever one is due; how many questions were asked, and how long turns waited.
fn live(world: &World, driver: &mut conductor::Driver, millis: i64) -> (usize, Vec<u64>) {
    let (asked, end) = world.with(|state| (state.asked, state.millis + millis));
    let mut waits = Vec::new();
    while world.with(|state| state.millis) < end {
        let wait = next_turn(driver).next_millis;
        waits.push(wait);
        world.with(|state| state.millis += wait as i64);
    }
    (world.with(|state| state.asked) - asked, waits)
}

#[test]
fn a_source_that_has_something_new_each_second_is_asked_each_second_soon_after_it() {
    let (world, mut driver) = baking(Some(1_000));
    live(&world, &mut driver, 3_000);
    let (asked, _) = live(&world, &mut driver, 20_000);
    assert!((19..=21).contains(&asked), "{asked}");
    assert_eq!(world.with(|state| state.millis % 1_000), 250);
}

#[test]
fn a_source_that_does_not_tell_and_one_that_is_slow_are_asked_each_five_seconds() {
    for pace in [None, Some(5_000), Some(15_000)] {
        let (world, mut driver) = baking(pace);
        let (asked, waits) = live(&world, &mut driver, 60_000);
        assert!((11..=14).contains(&asked), "{pace:?}: {asked}");
        assert!(waits.iter().all(|wait| (1..=5_000).contains(wait)), "{waits:?}");
    }
}

#[test]
fn a_source_that_gives_no_answer_is_not_asked_more_often_than_before_it_told_its_pace() {
    let (world, mut driver) = baking(Some(1_000));
    live(&world, &mut driver, 3_000);
    world.with(|state| state.signals_fail = true);
    let (asked, _) = live(&world, &mut driver, 60_000);
    assert!((11..=14).contains(&asked), "{asked}");
}
