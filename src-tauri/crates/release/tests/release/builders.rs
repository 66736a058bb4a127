//! Small builders: a release under test and what happens to it.

use release::{
    Command, ContainerImage, Event, Gate, GateOutcome, Observation, Person, Phase, Plan, Record, RecordKind,
    Refusal, Release, ReleaseId, RollbackTarget, Share, Stage, Step, Timestamp, Version, step,
};

pub fn version(tag: &str) -> Version {
    Version {
        containers: vec![ContainerImage {
            container: "app".into(),
            image: format!("checkout:{tag}"),
            init: false,
        }],
        template_hash: format!("hash-of-{tag}"),
    }
}

pub fn mei() -> Person {
    Person::named("Mei Lin")
}

pub fn phase(percent: f64, bake_seconds: u64, gates: &[Gate]) -> Phase {
    Phase {
        share: Share::from_percent(percent),
        bake_seconds,
        bake_maximum_seconds: None,
        gates: gates.to_vec(),
        owner: String::new(),
        goal: String::new(),
    }
}

/// 25 %, 50 %, 100 %, ten seconds each, judged.
pub fn judged_plan() -> Plan {
    let gates = [Gate::Readiness, Gate::Verdict];
    Plan {
        phases: [25.0, 50.0, 100.0]
            .iter()
            .map(|p| phase(*p, 10, &gates))
            .collect(),
        ..Plan::default()
    }
}

pub fn healthy(seconds: u64) -> Event {
    seen(GateOutcome::Healthy, GateOutcome::Healthy, seconds)
}

pub fn degraded() -> Event {
    seen(GateOutcome::Healthy, GateOutcome::Degraded, 5)
}

pub fn unknown(seconds: u64) -> Event {
    seen(GateOutcome::Healthy, GateOutcome::NotEnoughEvidence, seconds)
}

pub fn seen(readiness: GateOutcome, verdict: GateOutcome, seconds: u64) -> Event {
    let millis = seconds * 1000;
    Event::Observed(Observation {
        readiness,
        verdict,
        counted_millis: millis,
        elapsed_millis: millis,
        nearer: false,
    })
}

/// A look at pods of the new version that are not Ready.
pub fn waiting(seconds: u64, nearer: bool) -> Event {
    Event::Observed(Observation {
        readiness: GateOutcome::NotEnoughEvidence,
        verdict: GateOutcome::NotEnoughEvidence,
        counted_millis: 0,
        elapsed_millis: seconds * 1000,
        nearer,
    })
}

/// A release and everything that was recorded of it.
pub struct Story {
    pub release: Release,
    pub records: Vec<Record>,
    clock: i64,
}

impl Story {
    pub fn of(plan: Plan) -> Story {
        let release = Release::planned(
            ReleaseId("R-1".into()),
            "checkout",
            "production",
            version("2.14.1"),
            version("2.15.0"),
            plan,
            mei(),
        );
        Story {
            release,
            records: Vec::new(),
            clock: 0,
        }
    }

    /// Started, checked, and on its way to the first phase.
    pub fn started(plan: Plan) -> Story {
        Story::of(plan)
            .commanded(Command::Start)
            .then(Event::PreflightAnswered { blocking: Vec::new() })
    }

    pub fn try_event(&mut self, event: &Event) -> Result<Step, Refusal> {
        self.clock += 1;
        let step = step(&self.release, event, Timestamp(self.clock))?;
        self.records.extend(step.records().cloned());
        self.release = step.release.clone();
        Ok(step)
    }

    pub fn then(mut self, event: Event) -> Story {
        self.try_event(&event).unwrap();
        self
    }

    pub fn commanded(self, command: Command) -> Story {
        self.then(Event::Commanded { by: mei(), command })
    }

    /// What refuses the command; panics if it is not refused.
    pub fn refuses(&mut self, command: Command) -> Refusal {
        let before = self.release.clone();
        let refusal = self
            .try_event(&Event::Commanded { by: mei(), command })
            .unwrap_err();
        assert_eq!(self.release, before, "a refused command changes nothing");
        refusal
    }

    pub fn stage(&self) -> &Stage {
        &self.release.stage
    }

    pub fn recorded(&self, which: impl Fn(&RecordKind) -> bool) -> usize {
        self.records.iter().filter(|record| which(&record.what)).count()
    }
}

pub fn roll_back() -> Command {
    Command::RollBack {
        target: RollbackTarget::Before,
        reason: String::new(),
    }
}
