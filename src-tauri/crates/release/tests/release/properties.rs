//! Whatever happens, in whatever order.

use crate::builders::*;
use proptest::prelude::*;
use release::{
    Command, Effect, Event, Gate, GateOutcome, Goal, HoldReason, Observation, OnExcess, PassedBy, Plan,
    RecordKind, RollbackTarget, Share, Stage,
};

fn outcome() -> impl Strategy<Value = GateOutcome> {
    prop_oneof![
        4 => Just(GateOutcome::Healthy),
        1 => Just(GateOutcome::Degraded),
        2 => Just(GateOutcome::NotEnoughEvidence),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    let reason = String::new;
    prop_oneof![
        Just(Command::Start),
        Just(Command::Hold { reason: reason() }),
        Just(Command::Resume),
        Just(Command::Approve { reason: reason() }),
        Just(Command::SkipBake { reason: reason() }),
        Just(Command::Promote { reason: reason() }),
        Just(roll_back()),
        Just(Command::RollBack {
            target: RollbackTarget::Revision {
                revision: Some(1),
                version: version("2.13.0")
            },
            reason: reason(),
        }),
        Just(Command::HandOver { to: "Jonas".into() }),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => command().prop_map(|command| Event::Commanded { by: mei(), command }),
        1 => Just(Event::PreflightAnswered { blocking: vec!["no".into()] }),
        2 => Just(Event::PreflightAnswered { blocking: Vec::new() }),
        5 => Just(Event::Arrived),
        8 => (outcome(), outcome(), 0..12_000u64, 0..12_000u64, any::<bool>()).prop_map(|(readiness, verdict, counted, more, nearer)| {
            Event::Observed(Observation {
                readiness,
                verdict,
                counted_millis: counted,
                elapsed_millis: counted + more,
                nearer,
            })
        }),
        1 => (0.0..120.0).prop_map(|percent| Event::Exceeded { share: Share::from_percent(percent) }),
        1 => (0..20u32).prop_map(|replicas| Event::ShareNotPossible { replicas }),
        1 => Just(Event::ForeignChange { what: "kubectl edit".into() }),
        1 => Just(Event::WorkloadGone),
        1 => Just(Event::ActRefused { message: "denied".into() }),
        1 => Just(Event::TakenOver { by: "Jonas".into() }),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    let gates = prop_oneof![
        Just(vec![Gate::Readiness]),
        Just(vec![Gate::Readiness, Gate::Verdict]),
        Just(vec![Gate::Readiness, Gate::Approval]),
    ];
    let shapes = prop_oneof![
        Just(vec![100.0]),
        Just(vec![50.0]),
        Just(vec![25.0, 50.0, 100.0]),
        Just(vec![10.0, 90.0]),
    ];
    (shapes, gates, any::<bool>(), any::<bool>(), 0..20u64).prop_map(
        |(shares, gates, automatic, hold, bake)| Plan {
            phases: shares
                .iter()
                .map(|percent| phase(*percent, bake, &gates))
                .collect(),
            automatic_rollback: automatic,
            on_excess: if hold { OnExcess::Hold } else { OnExcess::RollBack },
            ..Plan::default()
        },
    )
}

/// A state that no release may be in.
fn check_legal(story: &Story) {
    let release = &story.release;
    assert!(
        release.phase < release.plan.phases.len(),
        "the phase is one of the plan's"
    );
    let order: Vec<usize> = release.passages.iter().map(|passage| passage.phase).collect();
    let expected: Vec<usize> = (0..order.len()).collect();
    assert_eq!(order, expected, "phases are passed in order and each once");
    match &release.stage {
        Stage::Planned | Stage::Preflight | Stage::Refused { .. } => {
            assert!(order.is_empty(), "nothing was passed")
        }
        Stage::Completed => assert_eq!(
            order.len(),
            release.plan.phases.len(),
            "a completed release passed every phase"
        ),
        _ => {}
    }
    for passage in &release.passages {
        if let PassedBy::SkippedBake { by, .. } | PassedBy::Promoted { by, .. } = &passage.by {
            assert!(!by.name.is_empty(), "the record names who skipped or promoted");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_events_reaches_an_illegal_state(plan in plan(), events in prop::collection::vec(event(), 0..60)) {
        let mut story = Story::of(plan);
        for event in &events {
            let before = story.release.clone();
            match story.try_event(event) {
                Ok(step) => {
                    let pursued: Vec<&Goal> = step.effects.iter().filter_map(|effect| match effect {
                        Effect::Pursue { goal } => Some(goal),
                        _ => None,
                    }).collect();
                    let goal = step.release.goal();
                    let expected = if goal == before.goal() { vec![] } else { vec![&goal] };
                    prop_assert_eq!(pursued, expected, "a new goal is pursued, and no other");
                }
                Err(_) => prop_assert_eq!(&story.release, &before),
            }
            check_legal(&story);
        }
    }

    #[test]
    fn a_rollback_is_always_reachable(plan in plan(), events in prop::collection::vec(event(), 0..60)) {
        let mut story = Story::of(plan);
        for event in &events {
            let _ = story.try_event(event);
            let stage = story.release.stage.clone();
            let rolling_there = matches!(&stage, Stage::RollingBack { target: RollbackTarget::Before, .. });
            if (stage.is_live() || stage == Stage::Completed) && !rolling_there {
                let mut branch = Story::of(story.release.plan.clone());
                branch.release = story.release.clone();
                branch.try_event(&Event::Commanded { by: mei(), command: roll_back() }).unwrap();
                prop_assert_eq!(branch.release.goal(), Goal::RolledBack { target: RollbackTarget::Before });
                branch.try_event(&Event::Arrived).unwrap();
                prop_assert_eq!(&branch.release.stage, &Stage::RolledBack);
            }
        }
    }

    #[test]
    fn a_phase_passed_by_its_gates_was_baked_and_judged(plan in plan(), events in prop::collection::vec(event(), 0..80)) {
        let mut story = Story::started(plan);
        for event in &events {
            let before = story.release.clone();
            if story.try_event(event).is_err() {
                continue;
            }
            let passed = story.release.passages.get(before.passages.len());
            if passed.is_some_and(|passage| passage.by == PassedBy::Gates) {
                let Event::Observed(seen) = event else { panic!("only a look passes a phase") };
                let phase = before.current_phase().unwrap();
                prop_assert!(before.baked_millis + seen.counted_millis >= phase.bake_millis());
                prop_assert!(!phase.has(Gate::Verdict) || seen.verdict == GateOutcome::Healthy);
                prop_assert!(!phase.has(Gate::Readiness) || seen.readiness == GateOutcome::Healthy);
                prop_assert!(!phase.has(Gate::Approval) || !before.approvals.is_empty());
            }
        }
    }

    #[test]
    fn after_a_foreign_change_no_rule_acts(plan in plan(), events in prop::collection::vec(event(), 0..40)) {
        let mut story = Story::started(plan).then(Event::ForeignChange { what: "kubectl edit".into() });
        for event in events.iter().filter(|event| !matches!(event, Event::Commanded { .. })) {
            let _ = story.try_event(event);
            let held = matches!(story.stage(), Stage::Held {
                reason: HoldReason::ForeignChange { .. } | HoldReason::WorkloadGone | HoldReason::HandedOver { .. },
                ..
            });
            prop_assert!(held, "only a person goes on from there: {:?}", story.stage());
        }
    }

    #[test]
    fn every_stage_change_leaves_a_line_of_history(plan in plan(), events in prop::collection::vec(event(), 0..60)) {
        let mut story = Story::of(plan);
        for event in &events {
            let (stage, records) = (story.release.stage.clone(), story.records.len());
            let _ = story.try_event(event);
            if story.release.stage.name() != stage.name() {
                prop_assert!(story.records.len() > records, "{stage:?} -> {:?} by {event:?}", story.release.stage);
            }
        }
    }

    #[test]
    fn a_release_reads_back_as_it_was_written(plan in plan(), events in prop::collection::vec(event(), 0..40)) {
        let mut story = Story::of(plan);
        for event in &events {
            let _ = story.try_event(event);
        }
        let text = serde_json::to_string(&story.release).unwrap();
        prop_assert_eq!(serde_json::from_str::<release::Release>(&text).unwrap(), story.release);
        let records = serde_json::to_string(&story.records).unwrap();
        prop_assert_eq!(serde_json::from_str::<Vec<release::Record>>(&records).unwrap(), story.records);
    }
}

#[test]
fn the_vocabulary_of_records_is_complete() {
    // A rollback's record says whether a rule or a person began it.
    let story = Story::started(judged_plan()).commanded(roll_back());
    assert_eq!(
        story.recorded(|what| matches!(what, RecordKind::RollbackStarted { automatic: false, .. })),
        1
    );
}
