//! What KWOK does with pods: its own stages, changed so that a pod's annotations decide how it starts and
//! fails, and a few stages of ours.
//!
//! For each pod at any moment at most one stage matches: KWOK would choose among several by chance.

use serde_json::{Value, json};

use crate::{Error, Result, folders, tools};

/// Annotations on a pod (put them in the Deployment's pod template) that decide what becomes of it.
pub mod annotation {
    /// `"true"`: the containers run and the pod never becomes Ready; set on a running pod it stops being Ready,
    /// removed it becomes Ready.
    pub const NEVER_READY: &str = "slip.test/never-ready";
    /// A duration (`"1s"`, `"1500ms"`): the containers run at once, the pod becomes Ready after it.
    pub const READY_AFTER: &str = "slip.test/ready-after";
    /// A reason (`"OOMKilled"` ends with exit code 137, any other, for instance `"Error"`, with 1): the first
    /// container ends at its start and again at each restart, and waits in `CrashLoopBackOff` in between.
    pub const CRASH: &str = "slip.test/crash";
    /// A duration, beside [`CRASH`]: the pod becomes Ready, and its container ends that long after each start.
    pub const CRASH_AFTER: &str = "slip.test/crash-after";
    /// A duration, beside [`CRASH`]: how long a container waits until it is started again. Default `"2s"`; a real
    /// kubelet begins with 10 s and doubles it.
    pub const RESTART_AFTER: &str = "slip.test/restart-after";
    /// A reason (`"ImagePullBackOff"`): the containers never start and wait with it; the pod stays Pending.
    pub const WAITING: &str = "slip.test/waiting";
    /// `"true"`: no node is found for the pod.
    pub const UNSCHEDULABLE: &str = "slip.test/unschedulable";
    /// A duration: how long a deleted pod takes to be gone; it keeps serving meanwhile. Default at once.
    pub const TERMINATE_AFTER: &str = "slip.test/terminate-after";
    /// A ratio from `"0"` to `"1"`: the share of requests answered with 500.
    pub const ERROR_RATE: &str = "slip.test/error-rate";
    /// A duration (`"40ms"`): the median time of an answer; single answers vary (log-normal, σ = 0.25).
    pub const LATENCY: &str = "slip.test/latency";
    /// `"off"`: the pod has no `/metrics`; `"otel"` or `"client"`: only those of OpenTelemetry or of the client libraries.
    pub const METRICS: &str = "slip.test/metrics";
}

fn read(name: &str) -> String {
    format!(".metadata.annotations[{name:?}]")
}

/// The configuration file for KWOK: YAML documents, each written as JSON.
pub(crate) fn configuration() -> Result<String> {
    let mut documents = Vec::new();
    for file in tools::STAGES {
        let path = folders::built().join("kwok-stages").join(file);
        let text = std::fs::read_to_string(&path).map_err(|cause| {
            Error::new(
                "control-plane/not-built",
                format!("{}: {cause}", path.display()),
                "Run `cargo run -p control-plane --bin control-plane-build`.",
            )
        })?;
        let mut stage: Value = serde_yaml_ng::from_str(&text).map_err(|cause| Error::file(&path, cause))?;
        match stage["metadata"]["name"].as_str() {
            Some("pod-ready") => change_ready(&mut stage)?,
            Some("pod-delete") => {
                stage["spec"]["delay"] = delay(0, annotation::TERMINATE_AFTER);
            }
            _ => {}
        }
        documents.push(stage);
    }
    documents.extend([
        unready(),
        ready_later(),
        waiting(),
        crash_at_start(),
        crash_again(),
        crash_later(),
        restart(),
    ]);
    Ok(documents
        .iter()
        .map(|document| format!("{document}\n---\n"))
        .collect())
}

/// The original makes every Pending pod Ready at once.
fn change_ready(stage: &mut Value) -> Result<()> {
    let expressions = stage["spec"]["selector"]["matchExpressions"]
        .as_array_mut()
        .ok_or_else(|| {
            Error::new(
                "control-plane/stages",
                "KWOK's stage pod-ready has no matchExpressions",
                "KWOK changed its stages: read them and adapt this module.",
            )
        })?;
    expressions.push(not_in(&read(annotation::NEVER_READY), &["true"]));
    expressions.push(absent(annotation::READY_AFTER));
    expressions.push(absent(annotation::WAITING));
    let crashes = format!(
        "({} != null) and ({} == null)",
        read(annotation::CRASH),
        read(annotation::CRASH_AFTER)
    );
    expressions.push(not_in(&crashes, &["true"]));
    Ok(())
}

/// For pods that ran before they became Ready. It is not KWOK's stage with one more phase, because that one gives an
/// address each time it is played, and a pod keeps its own.
fn ready_later() -> Value {
    let expressions = vec![
        ready("False"),
        is_in(".status.phase", &["Running"]),
        not_in(&read(annotation::NEVER_READY), &["true"]),
        absent(annotation::CRASH),
    ];
    stage(
        "pod-ready-later",
        expressions,
        delay(0, annotation::READY_AFTER),
        &status("True", RUNNING),
    )
}

fn unready() -> Value {
    let wanted = format!(
        "({} == \"true\") or (({} != null) and .status.phase == \"Pending\")",
        read(annotation::NEVER_READY),
        read(annotation::READY_AFTER)
    );
    let expressions = vec![
        is_in(&wanted, &["true"]),
        is_in(".status.phase", &["Pending", "Running"]),
        not_in(
            ".status.conditions.[] | select( .type == \"Ready\" ) | .status",
            &["False"],
        ),
        absent(annotation::CRASH),
        absent(annotation::WAITING),
    ];
    stage("pod-unready", expressions, delay_of(0), &status("False", UNREADY))
}

fn waiting() -> Value {
    let expressions = vec![
        exists(annotation::WAITING),
        is_in(".status.phase", &["Pending"]),
        json!({"key": ".status.containerStatuses", "operator": "DoesNotExist"}),
    ];
    let template = WAITING.replace("ANNOTATION", annotation::WAITING);
    stage("pod-waiting", expressions, delay_of(0), &template)
}

fn crash_at_start() -> Value {
    let expressions = vec![
        exists(annotation::CRASH),
        absent(annotation::CRASH_AFTER),
        is_in(".status.phase", &["Pending"]),
    ];
    stage("pod-crash-at-start", expressions, delay_of(0), &crashed())
}

fn crash_again() -> Value {
    let expressions = vec![
        exists(annotation::CRASH),
        absent(annotation::CRASH_AFTER),
        is_in(".status.phase", &["Running"]),
    ];
    stage(
        "pod-crash-again",
        expressions,
        delay(2_000, annotation::RESTART_AFTER),
        &crashed(),
    )
}

fn crash_later() -> Value {
    let expressions = vec![
        exists(annotation::CRASH),
        exists(annotation::CRASH_AFTER),
        ready("True"),
    ];
    stage(
        "pod-crash-later",
        expressions,
        delay(1_000, annotation::CRASH_AFTER),
        &crashed(),
    )
}

fn restart() -> Value {
    let expressions = vec![
        exists(annotation::CRASH),
        exists(annotation::CRASH_AFTER),
        ready("False"),
    ];
    stage(
        "pod-restart",
        expressions,
        delay(2_000, annotation::RESTART_AFTER),
        &status("True", RUNNING),
    )
}

fn stage(name: &str, mut expressions: Vec<Value>, delay: Value, template: &str) -> Value {
    expressions.push(json!({"key": ".metadata.deletionTimestamp", "operator": "DoesNotExist"}));
    json!({"apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Stage", "metadata": {"name": name}, "spec": {
        "resourceRef": {"apiGroup": "v1", "kind": "Pod"},
        "selector": {"matchExpressions": expressions},
        "delay": delay,
        "next": {"statusTemplate": template}}})
}

fn is_in(key: &str, values: &[&str]) -> Value {
    json!({"key": key, "operator": "In", "values": values})
}

fn not_in(key: &str, values: &[&str]) -> Value {
    json!({"key": key, "operator": "NotIn", "values": values})
}

fn exists(name: &str) -> Value {
    json!({"key": read(name), "operator": "Exists"})
}

fn absent(name: &str) -> Value {
    json!({"key": read(name), "operator": "DoesNotExist"})
}

fn ready(status: &str) -> Value {
    is_in(
        ".status.conditions.[] | select( .type == \"Ready\" ) | .status",
        &[status],
    )
}

fn delay_of(milliseconds: u32) -> Value {
    json!({"durationMilliseconds": milliseconds})
}

fn delay(milliseconds: u32, from: &str) -> Value {
    json!({"durationMilliseconds": milliseconds, "durationFrom": {"expressionFrom": read(from)}})
}

fn crashed() -> String {
    status("False", &CRASHED.replace("ANNOTATION", annotation::CRASH))
}

/// A whole status: a running pod whose containers are described by `containers`, a template for the list's items with
/// `$index`, `$container`, `$count` and `$last` (restarts of the first container and its last end), `$now`.
fn status(ready: &str, containers: &str) -> String {
    STATUS.replace("READY", ready).replace("CONTAINERS", containers)
}

const STATUS: &str = r#"
{{ $now := Now }}
{{ $annotations := or .metadata.annotations dict }}
{{ $count := 0 }}
{{ $last := dict }}
{{ with .status.containerStatuses }}
{{ $count = int (index . 0).restartCount }}
{{ $last = or (index . 0).lastState dict }}
{{ end }}
phase: Running
startTime: {{ or .status.startTime $now | Quote }}
conditions:
- {type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }}}
- {type: Ready, status: "READY", lastTransitionTime: {{ $now | Quote }}}
- {type: ContainersReady, status: "READY", lastTransitionTime: {{ $now | Quote }}}
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
{{ if not .status.podIP }}
{{ $address := PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
podIP: {{ $address | Quote }}
podIPs: [{ip: {{ $address | Quote }}}]
{{ end }}
containerStatuses:
{{ range $index, $container := .spec.containers }}
- name: {{ $container.name | Quote }}
  image: {{ $container.image | Quote }}
CONTAINERS
{{ end }}
"#;

const UNREADY: &str = r#"
  ready: false
  started: true
  restartCount: {{ $count }}
  state: {running: {startedAt: {{ $now | Quote }}}}
"#;

const RUNNING: &str = r#"
  ready: true
  started: true
  restartCount: {{ if eq $index 0 }}{{ $count }}{{ else }}0{{ end }}
  state: {running: {startedAt: {{ $now | Quote }}}}
  {{ if and (eq $index 0) $last }}
  lastState: {{ YAML $last 2 }}
  {{ end }}
"#;

const CRASHED: &str = r#"
  {{ if eq $index 0 }}
  {{ $reason := index $annotations "ANNOTATION" }}
  ready: false
  started: false
  restartCount: {{ add $count 1 }}
  state: {waiting: {reason: CrashLoopBackOff, message: back-off restarting failed container}}
  lastState:
    terminated:
      reason: {{ $reason | Quote }}
      exitCode: {{ if eq $reason "OOMKilled" }}137{{ else }}1{{ end }}
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}
  {{ else }}
  ready: true
  started: true
  restartCount: 0
  state: {running: {startedAt: {{ $now | Quote }}}}
  {{ end }}
"#;

const WAITING: &str = r#"
{{ $now := Now }}
{{ $reason := index .metadata.annotations "ANNOTATION" }}
phase: Pending
startTime: {{ $now | Quote }}
conditions:
- {type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }}}
- {type: Ready, status: "False", reason: ContainersNotReady, lastTransitionTime: {{ $now | Quote }}}
- {type: ContainersReady, status: "False", reason: ContainersNotReady, lastTransitionTime: {{ $now | Quote }}}
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
containerStatuses:
{{ range $container := .spec.containers }}
- name: {{ $container.name | Quote }}
  image: {{ $container.image | Quote }}
  ready: false
  started: false
  restartCount: 0
  state: {waiting: {reason: {{ $reason | Quote }}}}
{{ end }}
"#;
