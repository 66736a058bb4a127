use crate::world::*;
use judge::Basis;
use release::Stage;

/// A release whose new version has just begun to serve alone, where so many days are remembered.
fn alone(days: i64) -> (World, conductor::Driver) {
    let world = World::default();
    world.with(|state| state.days = days);
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    for _ in 0..40 {
        let view = driver.view();
        if view.release.phase == 1 && view.release.stage == Stage::Baking {
            break;
        }
        turn(&mut driver);
        world.pass(5);
    }
    turn(&mut driver);
    (world, driver)
}

#[test]
fn earlier_days_are_asked_about_once_when_the_new_version_serves_alone_and_kept_under_a_name_of_their_own() {
    let (world, mut driver) = alone(5);
    assert_eq!(driver.view().verdict.signals[0].basis, Basis::Season);
    turn(&mut driver);
    assert_eq!(world.with(|state| state.asked_earlier), 1);
    let kept = world.with(|state| state.looks.clone());
    let earlier: Vec<_> = kept.iter().filter(|of| of.signal == "earlier/errors").collect();
    assert_eq!(earlier.len(), 1);
    assert!(
        earlier[0]
            .looks
            .iter()
            .all(|look| look.at_ms < 0 && look.canary.is_no_data())
    );
}

#[test]
fn a_driver_that_goes_on_after_a_crash_knows_the_earlier_days_from_the_record() {
    let (world, driver) = alone(5);
    let before = driver.view().verdict.signals[0].clone();
    drop(driver);
    let recovered = world.recovered();
    assert_eq!(recovered.view().verdict.signals[0].basis, before.basis);
    assert_eq!(recovered.view().verdict.signals[0].verdict, before.verdict);
    assert_eq!(world.with(|state| state.asked_earlier), 1);
}

#[test]
fn a_source_that_remembers_too_little_leaves_the_comparison_with_what_was_before() {
    let (world, driver) = alone(2);
    assert_eq!(driver.view().verdict.signals[0].basis, Basis::Before);
    assert_eq!(world.with(|state| state.asked_earlier), 1);
}
