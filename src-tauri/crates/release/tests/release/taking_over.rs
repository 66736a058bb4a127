use crate::builders::*;
use release::{Command, Event, HoldReason, Person, RecordKind, Stage};

fn baking() -> Story {
    Story::started(judged_plan()).then(Event::Arrived)
}

fn taken_by(name: &str) -> Event {
    Event::TakenOver { by: name.into() }
}

fn is_handed_over(story: &Story) -> bool {
    matches!(
        story.stage(),
        Stage::Held {
            reason: HoldReason::HandedOver { .. },
            ..
        }
    )
}

#[test]
fn a_release_that_another_slipway_took_over_stops_also_in_the_middle_of_a_rollback() {
    let story = baking().then(taken_by("Jonas"));
    assert!(is_handed_over(&story));
    assert_eq!(story.release.driver.name, "Jonas");
    let story = baking().commanded(roll_back()).then(taken_by("Jonas"));
    assert!(is_handed_over(&story), "{:?}", story.stage());
}

#[test]
fn what_is_known_to_be_in_other_hands_is_said_once() {
    let story = baking().then(taken_by("Jonas")).then(taken_by("Jonas"));
    assert_eq!(story.recorded(|what| matches!(what, RecordKind::Held { .. })), 1);
}

#[test]
fn no_rule_rolls_back_what_is_in_other_hands_and_a_person_does() {
    let story = baking().then(taken_by("Jonas")).then(degraded());
    assert!(is_handed_over(&story));
    let story = story.commanded(roll_back());
    assert!(matches!(story.stage(), Stage::RollingBack { .. }));
}

#[test]
fn whoever_takes_over_goes_on_where_the_other_one_had_to_stop_and_keeps_every_other_hold() {
    let took = || Event::TookOver {
        by: Person::named("Jonas"),
        from: "Mei Lin".into(),
    };
    let story = baking().then(taken_by("Jonas")).then(took());
    assert_eq!(*story.stage(), Stage::Shifting, "the share is pursued again");
    assert_eq!(story.release.driver.name, "Jonas");
    assert_eq!(
        story.recorded(|what| matches!(what, RecordKind::TakenOver { from } if from == "Mei Lin")),
        1
    );
    let hold = Command::Hold {
        reason: "lunch".into(),
    };
    let story = baking().commanded(hold).then(took());
    assert!(matches!(
        story.stage(),
        Stage::Held {
            reason: HoldReason::Person { .. },
            ..
        }
    ));
}

#[test]
fn only_what_is_in_other_hands_ends_elsewhere() {
    let ended = || Event::EndedElsewhere {
        stage: Stage::Completed,
    };
    assert_eq!(*baking().then(ended()).stage(), Stage::Baking);
    let story = baking().then(taken_by("Jonas")).then(ended());
    assert_eq!(*story.stage(), Stage::Completed);
}

#[test]
fn a_rollback_that_was_not_sent_asks_again_and_can_be_asked_for_again() {
    let story = baking().commanded(roll_back()).then(Event::RollbackNotSent);
    assert!(matches!(
        story.stage(),
        Stage::Held {
            reason: HoldReason::RollbackNotSent { .. },
            ..
        }
    ));
    assert!(matches!(
        story.commanded(roll_back()).stage(),
        Stage::RollingBack { .. }
    ));
    let automatic = baking().then(degraded()).then(Event::RollbackNotSent);
    assert!(
        matches!(automatic.stage(), Stage::RollingBack { .. }),
        "a rule's rollback goes on"
    );
}
