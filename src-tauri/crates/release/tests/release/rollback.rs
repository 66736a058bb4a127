use crate::builders::*;
use release::{
    Command, Event, Goal, HoldReason, Person, Plan, RecordKind, Release, ReleaseId, RollbackTarget, Stage,
};

#[test]
fn a_degraded_verdict_rolls_back_by_rule() {
    let story = Story::started(judged_plan())
        .then(Event::Arrived)
        .then(degraded());
    assert!(matches!(
        story.stage(),
        Stage::RollingBack {
            target: RollbackTarget::Before,
            automatic: true,
            ..
        }
    ));
    let story = story.then(Event::Arrived);
    assert_eq!(*story.stage(), Stage::RolledBack);
}

#[test]
fn a_held_release_is_still_rolled_back_by_rule_when_it_degrades() {
    let story = Story::started(judged_plan())
        .then(Event::Arrived)
        .commanded(Command::Hold {
            reason: "lunch".into(),
        })
        .then(degraded());
    assert!(matches!(
        story.stage(),
        Stage::RollingBack { automatic: true, .. }
    ));
}

#[test]
fn a_completed_release_can_be_rolled_back() {
    let story = Story::started(judged_plan())
        .commanded(Command::Promote {
            reason: String::new(),
        })
        .then(Event::Arrived)
        .commanded(roll_back());
    assert_eq!(
        story.release.goal(),
        Goal::RolledBack {
            target: RollbackTarget::Before
        }
    );
}

#[test]
fn a_persons_rollback_goes_on_through_a_foreign_change_and_a_rules_rollback_asks() {
    let foreign = Event::ForeignChange {
        what: "third image".into(),
    };
    let person = Story::started(judged_plan())
        .commanded(roll_back())
        .then(foreign.clone());
    assert!(matches!(
        person.stage(),
        Stage::RollingBack { automatic: false, .. }
    ));
    let rule = Story::started(judged_plan())
        .then(Event::Arrived)
        .then(degraded())
        .then(foreign);
    assert!(matches!(
        rule.stage(),
        Stage::Held {
            reason: HoldReason::ForeignChange { .. },
            ..
        }
    ));
    let rule = rule.commanded(roll_back());
    assert!(matches!(
        rule.stage(),
        Stage::RollingBack { automatic: false, .. }
    ));
}

#[test]
fn a_refused_act_keeps_a_rollback_in_its_place() {
    let story = Story::started(judged_plan())
        .commanded(roll_back())
        .then(Event::ActRefused {
            message: "exceeded quota".into(),
        });
    assert!(matches!(story.stage(), Stage::RollingBack { .. }));
    assert_eq!(
        story.recorded(|what| matches!(what, RecordKind::RollbackTrouble { .. })),
        1
    );
}

#[test]
fn while_a_rollback_runs_another_target_replaces_it() {
    let other = RollbackTarget::Revision {
        revision: Some(3),
        version: version("2.13.0"),
    };
    let again = Command::RollBack {
        target: other.clone(),
        reason: String::new(),
    };
    let story = Story::started(judged_plan())
        .commanded(roll_back())
        .commanded(again.clone());
    assert_eq!(story.release.goal(), Goal::RolledBack { target: other });
    let mut story = story;
    story.refuses(again);
}

#[test]
fn a_change_that_slipway_did_not_make_is_rolled_back_as_a_release_of_its_own() {
    let release = Release::rollback(
        ReleaseId("R-2".into()),
        "checkout",
        "production",
        version("bad"),
        version("good"),
        Person::named("Mei Lin"),
    );
    let mut story = Story::of(Plan::without_phases());
    story.release = release;
    story.refuses(Command::Start);
    let target = RollbackTarget::Revision {
        revision: Some(41),
        version: version("good"),
    };
    let story = story
        .commanded(Command::RollBack {
            target,
            reason: "errors since 02:51".into(),
        })
        .then(Event::Arrived);
    assert_eq!(*story.stage(), Stage::RolledBack);
}

#[test]
fn a_foreign_change_during_a_hold_of_another_kind_asks_for_a_person() {
    let story = Story::started(judged_plan())
        .then(Event::Arrived)
        .then(Event::ShareNotPossible { replicas: 3 });
    assert!(matches!(
        story.stage(),
        Stage::Held {
            reason: HoldReason::ShareNotPossible { .. },
            ..
        }
    ));
    let story = story
        .then(Event::ForeignChange {
            what: "third image".into(),
        })
        .then(degraded());
    assert!(
        matches!(
            story.stage(),
            Stage::Held {
                reason: HoldReason::ForeignChange { .. },
                ..
            }
        ),
        "no rule rolls back over it: {:?}",
        story.stage()
    );
}
