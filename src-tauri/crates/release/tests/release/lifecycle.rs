use crate::builders::*;
use release::{
    Active, Command, Event, Gate, Goal, HoldReason, OnExcess, PassedBy, Plan, RecordKind, Refusal, Share,
    Stage,
};

#[test]
fn a_healthy_release_visits_every_phase_and_completes() {
    let mut story = Story::started(judged_plan());
    for (phase, percent) in [(0, 25.0), (1, 50.0)] {
        assert_eq!(story.release.phase, phase);
        assert_eq!(
            story.release.goal(),
            Goal::Share {
                share: Share::from_percent(percent)
            }
        );
        story = story.then(Event::Arrived).then(healthy(5)).then(healthy(5));
    }
    assert_eq!(*story.stage(), Stage::Promoting);
    let story = story.then(Event::Arrived).then(healthy(10));
    assert_eq!(*story.stage(), Stage::Completed);
    let passed: Vec<_> = story
        .release
        .passages
        .iter()
        .map(|passage| (passage.phase, &passage.by))
        .collect();
    assert_eq!(
        passed,
        [
            (0, &PassedBy::Gates),
            (1, &PassedBy::Gates),
            (2, &PassedBy::Gates)
        ]
    );
}

#[test]
fn a_workload_that_goes_during_the_checks_refuses_the_start() {
    let story = Story::of(judged_plan())
        .commanded(Command::Start)
        .then(Event::WorkloadGone);
    assert!(matches!(story.stage(), Stage::Refused { reasons } if reasons[0].contains("does not exist")));
}

#[test]
fn a_failed_preflight_refuses_the_start_and_names_the_reasons() {
    let story = Story::of(judged_plan())
        .commanded(Command::Start)
        .then(Event::PreflightAnswered {
            blocking: vec!["no permission to patch".into()],
        });
    assert_eq!(
        *story.stage(),
        Stage::Refused {
            reasons: vec!["no permission to patch".into()]
        }
    );
    assert_eq!(story.release.goal(), Goal::Stay);
}

#[test]
fn a_release_whose_start_was_never_written_down_is_over_and_one_that_began_is_not() {
    let never = Story::of(judged_plan()).then(Event::NeverStarted);
    assert!(matches!(never.stage(), Stage::Refused { .. }));
    assert_eq!(never.release.goal(), Goal::Stay);
    let begun = Story::started(judged_plan());
    let stage = begun.stage().clone();
    assert_eq!(*begun.then(Event::NeverStarted).stage(), stage);
}

#[test]
fn without_evidence_the_bake_is_extended_to_its_maximum_and_then_the_release_holds() {
    let story = Story::started(judged_plan())
        .then(Event::Arrived)
        .then(unknown(10));
    assert_eq!(*story.stage(), Stage::Baking);
    assert_eq!(
        story.recorded(|what| matches!(what, RecordKind::BakeExtended { .. })),
        1
    );
    let story = story.then(unknown(10));
    assert!(matches!(
        story.stage(),
        Stage::Held {
            reason: HoldReason::EvidenceMissing,
            at: Active::Baking,
            ..
        }
    ));
    assert_eq!(story.release.phase, 0, "it never passes by time alone");
}

#[test]
fn a_bake_counts_only_time_with_samples() {
    let blind = Event::Observed(release::Observation {
        readiness: release::GateOutcome::Healthy,
        verdict: release::GateOutcome::Healthy,
        counted_millis: 0,
        elapsed_millis: 15_000,
        nearer: false,
    });
    let story = Story::started(judged_plan()).then(Event::Arrived).then(blind);
    assert_eq!((story.release.phase, story.stage()), (0, &Stage::Baking));
}

#[test]
fn a_share_that_no_pod_gets_nearer_to_is_held_after_the_plans_limit() {
    let story = Story::started(judged_plan()).then(waiting(599, false));
    assert_eq!(*story.stage(), Stage::Shifting);
    let story = story.then(waiting(1, true)).then(waiting(599, false));
    assert_eq!(
        *story.stage(),
        Stage::Shifting,
        "a pod got nearer: the time begins anew"
    );
    let story = story.then(waiting(1, false));
    let not_ready = |stage: &Stage| {
        matches!(
            stage,
            Stage::Held {
                reason: HoldReason::NotReady,
                at: Active::Shifting,
                ..
            }
        )
    };
    assert!(not_ready(story.stage()), "{:?}", story.stage());
    let story = story.commanded(Command::Resume).then(waiting(599, false));
    assert_eq!(*story.stage(), Stage::Shifting, "a person gave it its time again");
    assert!(not_ready(story.then(waiting(1, false)).stage()));
}

#[test]
fn a_promotion_that_stands_still_is_held_too() {
    let story = Story::started(judged_plan()).commanded(Command::Promote {
        reason: String::new(),
    });
    assert_eq!(*story.stage(), Stage::Promoting);
    let story = story.then(waiting(600, false));
    assert!(matches!(
        story.stage(),
        Stage::Held {
            reason: HoldReason::NotReady,
            ..
        }
    ));
    assert_eq!(*story.commanded(Command::Resume).stage(), Stage::Promoting);
}

#[test]
fn a_resumed_release_gets_its_bake_time_again() {
    let story = Story::started(judged_plan())
        .then(Event::Arrived)
        .then(unknown(20))
        .commanded(Command::Resume);
    assert_eq!(
        *story.stage(),
        Stage::Shifting,
        "the share is pursued again first"
    );
    let story = story.then(Event::Arrived).then(healthy(1));
    assert_eq!(
        story.release.phase, 1,
        "the bake as counted before the hold stays"
    );
}

#[test]
fn an_approval_gate_waits_for_a_person_without_a_limit() {
    let plan = Plan {
        phases: vec![phase(50.0, 10, &[Gate::Readiness, Gate::Approval])],
        ..Plan::default()
    };
    let story = Story::started(plan).then(Event::Arrived).then(healthy(3600));
    assert_eq!(*story.stage(), Stage::Baking);
    assert_eq!(story.release.open_gates(), [Gate::Approval]);
    let mut story = story.commanded(Command::Approve {
        reason: "looks good".into(),
    });
    assert_eq!(
        story.refuses(Command::Approve {
            reason: String::new()
        }),
        Refusal::AlreadyApproved { by: "Mei Lin".into() }
    );
    let story = story.then(healthy(1));
    assert_eq!(*story.stage(), Stage::Promoting);
}

#[test]
fn going_forward_is_off_while_degraded() {
    let plan = Plan {
        automatic_rollback: false,
        ..judged_plan()
    };
    let mut story = Story::started(plan).then(Event::Arrived).then(degraded());
    assert_eq!(*story.stage(), Stage::Baking, "without the rule a person decides");
    for command in [
        Command::Promote {
            reason: String::new(),
        },
        Command::SkipBake {
            reason: String::new(),
        },
    ] {
        assert_eq!(story.refuses(command), Refusal::Degraded);
    }
    let mut story = story.commanded(Command::Hold {
        reason: String::new(),
    });
    assert_eq!(story.refuses(Command::Resume), Refusal::Degraded);
}

#[test]
fn promotion_names_who_promoted_and_passes_the_rest_of_the_plan() {
    let story = Story::started(judged_plan())
        .then(Event::Arrived)
        .then(healthy(1))
        .commanded(Command::Promote {
            reason: "hotfix".into(),
        })
        .then(Event::Arrived);
    assert_eq!(*story.stage(), Stage::Completed);
    assert_eq!(story.release.passages.len(), 3);
    for passage in &story.release.passages {
        assert_eq!(
            passage.by,
            PassedBy::Promoted {
                by: mei(),
                reason: "hotfix".into()
            }
        );
    }
}

#[test]
fn an_excess_from_outside_is_answered_as_the_plan_says() {
    let too_much = Event::Exceeded {
        share: Share::from_percent(60.0),
    };
    let story = Story::started(judged_plan())
        .then(Event::Arrived)
        .then(too_much.clone());
    assert!(matches!(
        story.stage(),
        Stage::RollingBack { automatic: true, .. }
    ));
    let plan = Plan {
        on_excess: OnExcess::Hold,
        ..judged_plan()
    };
    let story = Story::started(plan).then(Event::Arrived).then(too_much);
    assert!(matches!(
        story.stage(),
        Stage::Held {
            reason: HoldReason::Excess { .. },
            ..
        }
    ));
}

#[test]
fn a_foreign_change_is_not_fought() {
    let story = Story::started(judged_plan())
        .then(Event::Arrived)
        .then(Event::ForeignChange {
            what: "kubectl set image by ci".into(),
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
        "no rule acts on what somebody else made"
    );
}

#[test]
fn a_promotion_cannot_be_held_but_everything_else_that_moves_can() {
    let mut story = Story::started(judged_plan()).commanded(Command::Promote {
        reason: String::new(),
    });
    assert_eq!(
        story.refuses(Command::Hold {
            reason: String::new()
        }),
        Refusal::PromotionCannotBeHeld
    );
}

#[test]
fn another_driver_stops_this_one_wherever_it_is() {
    let story = Story::started(judged_plan()).then(Event::TakenOver { by: "Jonas".into() });
    assert!(matches!(
        story.stage(),
        Stage::Held {
            reason: HoldReason::HandedOver { .. },
            ..
        }
    ));
    assert_eq!(story.release.driver.name, "Jonas");
}
