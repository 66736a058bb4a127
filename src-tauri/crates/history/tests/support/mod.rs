//! Releases to fill a history with.
#![allow(dead_code, reason = "each test file uses another part")]
#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected shall fail")]

use conductor::{
    ActKind, ArmPods, Dossier, Entry, Intent, OperationId, Outcome, PreparedAct, SignalLooks, Snapshot,
    WorkloadKind, WorkloadRef, WorkloadView,
};
use history::History;
use judge::{Judge, Look, Options, Reading, SignalSpec};
use release::{
    ContainerImage, Person, Plan, Record, RecordKind, Release, ReleaseId, Share, Stage, Timestamp, Version,
};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// 2026-11-19 14:00 UTC.
pub const START: i64 = 1_795_096_800_000;

pub fn at(millis: i64) -> Timestamp {
    Timestamp(START + millis)
}

pub fn version(tag: &str) -> Version {
    Version {
        containers: vec![ContainerImage {
            container: "app".into(),
            image: format!("registry.example/shop/checkout:{tag}"),
            init: false,
        }],
        template_hash: format!("hash-of-{tag}"),
    }
}

pub fn template(tag: &str) -> Value {
    json!({
        "metadata": { "labels": { "app": "checkout" } },
        "spec": { "containers": [{
            "name": "app",
            "image": format!("registry.example/shop/checkout:{tag}"),
            "env": [{ "name": "CART_TOKEN", "value": "literal-and-private" }],
        }] },
    })
}

pub fn id(name: &str) -> ReleaseId {
    ReleaseId(name.into())
}

pub fn dossier(name: &str) -> Dossier {
    let release = Release::planned(
        id(name),
        "checkout",
        "production-eu",
        version("2.14.1"),
        version("2.15.0"),
        Plan::default(),
        Person::named("Mei Lin"),
    );
    Dossier {
        release,
        workload: WorkloadRef {
            environment: "production-eu".into(),
            namespace: "shop".into(),
            kind: WorkloadKind::Deployment,
            name: "checkout".into(),
        },
        uid: "0b1f".into(),
        created: at(0),
        reason: "Faster carts".into(),
        before: json!({ "kind": "Deployment", "spec": { "replicas": 12, "template": template("2.14.1") } })
            .into(),
        new_template: template("2.15.0").into(),
        other_templates: Default::default(),
        signals: vec![SignalSpec::error_ratio("errors", 0.005)],
        judging: Options::default(),
        epoch: 1,
        last_operation: None,
        operations: 0,
    }
}

pub fn operation(n: usize) -> OperationId {
    OperationId(format!("op-{n}"))
}

pub fn intent(n: usize, millis: i64) -> Intent {
    Intent {
        at: at(millis),
        act: PreparedAct {
            operation: operation(n),
            kind: ActKind::AddPods { canary: 3 },
            patch: json!([
                { "op": "test", "path": "/metadata/uid", "value": "0b1f" },
                { "op": "replace", "path": "/spec/template", "value": template("2.15.0") },
            ]),
        },
        previous: None,
        uid: "0b1f".into(),
        epoch: 1,
    }
}

pub fn accepted() -> Outcome {
    Outcome::Accepted {
        generation: 7,
        resource_version: "1234".into(),
    }
}

pub fn record(what: RecordKind) -> Record {
    Record {
        what,
        by: None,
        phase: 0,
    }
}

/// A step into a stage, with a line of history.
pub fn step(release: &Release, stage: Stage, millis: i64) -> Entry {
    Entry {
        at: at(millis),
        release: Release {
            stage,
            ..release.clone()
        },
        records: vec![record(RecordKind::PhaseStarted {
            share: Share::from_percent(5.0),
        })],
        intent: None,
    }
}

pub fn look(millis: i64, bad: f64) -> Look {
    Look::new(
        START + millis,
        Reading::ratio(1234.0, 0.1 + 0.2),
        Reading::ratio(100.0, bad),
    )
}

pub fn looks(signal: &str, looks: Vec<Look>) -> Vec<SignalLooks> {
    vec![SignalLooks {
        signal: signal.into(),
        looks,
    }]
}

pub fn snapshot(millis: i64, ready: u32) -> Snapshot {
    let mut judge = Judge::new(dossier("judged").signals, Options::default()).unwrap();
    for second in 1..=12 {
        judge.observe("errors", &look(second * 5000, f64::from(ready)));
    }
    let arm = ArmPods {
        pod_template_hash: "6b8f".into(),
        version: version("2.15.0"),
        revision: Some(7),
        wanted: 3,
        pods: 3,
        ready,
        available: 0,
        terminating: 0,
        restarts: 0,
        states: Vec::new(),
        troubles: Vec::new(),
    };
    Snapshot {
        at: at(millis),
        workload: Some(WorkloadView {
            uid: "0b1f".into(),
            resource_version: "12".into(),
            generation: 7,
            observed_generation: 7,
            replicas: 12,
            max_surge: 3,
            max_unavailable: 0,
            held: true,
            paused: false,
            operation: None,
            release: None,
            version: version("2.15.0"),
            arms: vec![arm],
            writers: Vec::new(),
        }),
        verdict: Some(judge.verdict()),
        share: Share::of_pods(ready, 12),
    }
}

/// A folder with the place for a database in it.
pub struct Place {
    folder: TempDir,
}

impl Place {
    pub fn new() -> Place {
        Place {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("history.db")
    }

    pub fn open(&self) -> History {
        History::open(&self.path()).unwrap()
    }

    /// What a crash at this moment would leave: the files as they are now.
    pub fn as_after_a_crash(&self) -> Place {
        let other = Place::new();
        for suffix in ["", "-wal"] {
            let from = beside(&self.path(), suffix);
            if from.exists() {
                std::fs::copy(from, beside(&other.path(), suffix)).unwrap();
            }
        }
        other
    }
}

pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
