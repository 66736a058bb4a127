use crate::builders::*;
use release::{Gate, MAX_PHASES, Plan, PlanProblem, Share};

fn with_shares(shares: &[f64]) -> Plan {
    let phases = shares
        .iter()
        .map(|percent| phase(*percent, 60, &[Gate::Readiness, Gate::Verdict]))
        .collect();
    Plan {
        phases,
        ..Plan::default()
    }
}

/// Phase and field of each problem.
fn places(plan: &Plan) -> Vec<(Option<usize>, String)> {
    plan.problems(true)
        .into_iter()
        .map(|error| (error.phase, error.field))
        .collect()
}

#[test]
fn the_default_plan_has_no_problem() {
    assert_eq!(Plan::default().problems(true), []);
}

#[test]
fn impossible_shares_are_named_with_their_phase() {
    assert_eq!(places(&with_shares(&[0.0, 50.0])), [(Some(0), "share".into())]);
    assert_eq!(places(&with_shares(&[50.0, 101.0])), [(Some(1), "share".into())]);
    assert_eq!(
        places(&with_shares(&[50.0, 25.0, 100.0])),
        [(Some(1), "share".into())]
    );
    assert_eq!(places(&with_shares(&[50.0, 50.0])), [(Some(1), "share".into())]);
}

#[test]
fn two_million_phases_are_one_problem() {
    let one = phase(1.0, 60, &[Gate::Readiness]);
    let plan = Plan {
        phases: vec![one; 2_000_000],
        ..Plan::default()
    };
    let problems = plan.problems(true);
    assert_eq!(problems.len(), 1);
    assert_eq!(
        problems[0].problem,
        PlanProblem::TooManyPhases {
            count: 2_000_000,
            most: MAX_PHASES
        }
    );
}

#[test]
fn a_plan_without_phases_or_a_phase_without_gates_is_refused() {
    assert_eq!(
        Plan::without_phases().problems(true)[0].problem,
        PlanProblem::NoPhases
    );
    let plan = Plan {
        phases: vec![phase(50.0, 1, &[])],
        ..Plan::default()
    };
    assert_eq!(plan.problems(true)[0].problem, PlanProblem::NoGate);
}

#[test]
fn without_metrics_a_plan_needs_readiness_and_an_approval() {
    assert_eq!(
        with_shares(&[50.0]).problems(false)[0].problem,
        PlanProblem::VerdictNeedsMetrics
    );
    let only_ready = Plan {
        phases: vec![phase(50.0, 1, &[Gate::Readiness])],
        ..Plan::default()
    };
    assert_eq!(
        only_ready.problems(false)[0].problem,
        PlanProblem::NoMetricsNeedsApproval
    );
    let asked = Plan {
        phases: vec![phase(50.0, 1, &[Gate::Readiness, Gate::Approval])],
        ..Plan::default()
    };
    assert_eq!(asked.problems(false), []);
}

#[test]
fn no_surge_is_possible_only_with_less_capacity() {
    let plan = Plan {
        surge_limit: Share::NONE,
        ..with_shares(&[50.0])
    };
    assert_eq!(
        plan.problems(true)[0].problem,
        PlanProblem::NoSurgeNeedsLessCapacity
    );
    assert_eq!(
        Plan {
            accept_less_capacity: true,
            ..plan
        }
        .problems(true),
        []
    );
}

#[test]
fn the_limit_of_progress_is_between_half_a_minute_and_a_month() {
    for (seconds, wrong) in [(0, true), (29, true), (30, false), (600, false), (u64::MAX, true)] {
        let plan = Plan {
            progress_limit_seconds: seconds,
            ..with_shares(&[50.0])
        };
        let fields: Vec<String> = plan.problems(true).into_iter().map(|error| error.field).collect();
        assert_eq!(fields == ["progressLimitSeconds"], wrong, "{seconds}: {fields:?}");
    }
}

#[test]
fn a_plan_from_before_the_limit_of_progress_has_the_usual_one() {
    let mut written = serde_json::to_value(with_shares(&[50.0])).unwrap();
    written.as_object_mut().unwrap().remove("progressLimitSeconds");
    let read: Plan = serde_json::from_value(written).unwrap();
    assert_eq!(read.progress_limit_seconds, 600);
}

#[test]
fn an_error_reads_with_its_place() {
    let error = &with_shares(&[50.0, 101.0]).problems(true)[0];
    assert_eq!(
        error.to_string(),
        "phase 2, share: 101 % is not possible; a share is more than 0 % and at most 100 %"
    );
}
