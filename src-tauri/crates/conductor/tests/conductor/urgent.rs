use crate::world::*;
use futures::FutureExt;

#[test]
fn a_source_of_health_data_that_hangs_does_not_stand_in_the_way_of_a_person() {
    let world = World::default();
    let mut driver = world.begin(plan(&[50.0, 100.0]));
    start(&mut driver);
    turn(&mut driver);
    world.with(|state| state.signals_hang = true);
    world.pass(5);
    let mut called = futures::future::ready(()).fuse();
    driver
        .turn(&mut called)
        .now_or_never()
        .expect("the round ends when a person calls");
    command(&mut driver, roll_back()).unwrap();
    assert_eq!(world.with(|state| state.share), 0.0);
}
