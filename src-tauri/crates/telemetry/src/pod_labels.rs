use crate::answer::Labels;
use conductor::{SignalScope, WorkloadRef};
use judge::Arm;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How many characters of a name Kubernetes keeps before it adds the five random ones of a pod's name
/// (`generateName` in k8s.io/apiserver: 63 in all).
const NAME_BASE: usize = 58;

/// Under which labels series tell their pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PodLabels {
    /// The label with the namespace.
    pub namespace: String,
    /// The label with the pod's name.
    pub pod: String,
    /// The label with `pod-template-hash`; `None` if there is none: then the pod's name tells the arm.
    pub template_hash: Option<String>,
}

impl PodLabels {
    /// What the Prometheus Operator and current charts do.
    pub(crate) fn usual() -> PodLabels {
        PodLabels {
            namespace: "namespace".into(),
            pod: "pod".into(),
            template_hash: Some("pod_template_hash".into()),
        }
    }

    /// Conventions in the order in which they are tried: the usual one; the same behind
    /// `honor_labels: false`; older configurations by annotation; OpenTelemetry's resource attributes.
    pub(crate) fn conventions() -> Vec<PodLabels> {
        let labels = |namespace: &str, pod: &str, hash: &str| PodLabels {
            namespace: namespace.into(),
            pod: pod.into(),
            template_hash: Some(hash.into()),
        };
        vec![
            PodLabels::usual(),
            labels("exported_namespace", "exported_pod", "pod_template_hash"),
            labels("kubernetes_namespace", "kubernetes_pod_name", "pod_template_hash"),
            labels("kubernetes_namespace", "kubernetes_pod", "pod_template_hash"),
            labels(
                "k8s_namespace_name",
                "k8s_pod_name",
                "k8s_pod_label_pod_template_hash",
            ),
        ]
    }

    /// Label matchers, without braces, for every pod of the workload.
    pub(crate) fn of_workload(&self, workload: &WorkloadRef) -> String {
        format!(
            "{}=\"{}\",{}=~\"{}\"",
            self.namespace,
            quoted(&workload.namespace),
            self.pod,
            quoted(&format!("{}-.+", escaped(&truncated(&workload.name))))
        )
    }

    /// Label matchers, without braces, for the pods of some ReplicaSets; of every one of the workload's, if none is named.
    pub(crate) fn of_arms(&self, workload: &WorkloadRef, hashes: &[String]) -> String {
        let namespace = format!("{}=\"{}\"", self.namespace, quoted(&workload.namespace));
        match &self.template_hash {
            Some(label) => format!(
                "{namespace},{}=~\"{}\",{label}=~\"{}\"",
                self.pod,
                quoted(&format!("{}-.+", escaped(&truncated(&workload.name)))),
                quoted(&hash_pattern(hashes))
            ),
            None => format!(
                "{namespace},{}=~\"{}\"",
                self.pod,
                quoted(&pod_pattern(&workload.name, hashes))
            ),
        }
    }

    /// Adds to a series what a Prometheus would add: whose page it is on.
    pub(crate) fn put(&self, series: &mut Labels, namespace: &str, pod: &str, template_hash: &str) {
        series.insert(self.namespace.clone(), namespace.to_owned());
        series.insert(self.pod.clone(), pod.to_owned());
        if let Some(label) = self.template_hash.as_ref().filter(|_| !template_hash.is_empty()) {
            series.insert(label.clone(), template_hash.to_owned());
        }
    }

    /// Which arm a series belongs to, if any.
    pub(crate) fn arm(&self, labels: &Labels, scope: &SignalScope) -> Option<Arm> {
        let is_of = |hashes: &[String]| match self.template_hash.as_ref().and_then(|label| labels.get(label))
        {
            Some(hash) => hashes.contains(hash),
            None => labels.get(&self.pod).is_some_and(|pod| {
                hashes
                    .iter()
                    .any(|hash| is_pod_of(pod, &pod_prefix(&scope.workload.name, hash)))
            }),
        };
        match (is_of(&scope.stable), is_of(&scope.canary)) {
            (true, false) => Some(Arm::Stable),
            (false, true) => Some(Arm::Canary),
            // In both: names too long to tell the versions apart.
            _ => None,
        }
    }
}

fn truncated(name: &str) -> String {
    name.chars().take(NAME_BASE - 1).collect()
}

/// What the names of a ReplicaSet's pods begin with.
fn pod_prefix(workload: &str, hash: &str) -> String {
    format!("{workload}-{hash}-").chars().take(NAME_BASE).collect()
}

fn is_pod_of(pod: &str, prefix: &str) -> bool {
    pod.strip_prefix(prefix).is_some_and(|rest| {
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    })
}

/// A template hash, whichever.
const ANY_HASH: &str = "[a-z0-9]+";

/// A regular expression for some template hashes, or for any.
pub(crate) fn hash_pattern(hashes: &[String]) -> String {
    if hashes.is_empty() {
        return ANY_HASH.to_owned();
    }
    let hashes: Vec<String> = hashes.iter().map(|hash| escaped(hash)).collect();
    hashes.join("|")
}

/// A regular expression for the names of some ReplicaSets' pods, or of any of the workload's; Prometheus anchors it at both
/// ends. A pod of another workload whose name begins with this one's has one more dash.
pub(crate) fn pod_pattern(workload: &str, hashes: &[String]) -> String {
    if hashes.is_empty() {
        return format!("{}-{ANY_HASH}-[a-z0-9]+", escaped(workload));
    }
    let prefixes: Vec<String> = hashes
        .iter()
        .map(|hash| escaped(&pod_prefix(workload, hash)))
        .collect();
    format!("({})[a-z0-9]+", prefixes.join("|"))
}

/// A text as a regular expression (RE2) for itself. Names in Kubernetes have no other special character than the dot; the
/// others are for names that are none.
pub(crate) fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if !(c.is_alphanumeric() || matches!(c, '-' | '_')) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// A text inside double quotes of PromQL.
pub(crate) fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use conductor::WorkloadKind;

    fn scope(name: &str) -> SignalScope {
        SignalScope {
            workload: WorkloadRef {
                environment: "eu".into(),
                namespace: "shop".into(),
                kind: WorkloadKind::Deployment,
                name: name.into(),
            },
            stable: vec!["5d9f8c7b6".into(), "7c8d9".into()],
            canary: vec!["6b8f".into()],
            ready: Vec::new(),
        }
    }

    fn labels(pod: &str, hash: Option<&str>) -> Labels {
        let mut labels = Labels::from([("pod".to_owned(), pod.to_owned())]);
        if let Some(hash) = hash {
            labels.insert("pod_template_hash".into(), hash.into());
        }
        labels
    }

    #[test]
    fn the_label_tells_the_arm_and_where_it_is_missing_the_name_does() {
        let conventions = &PodLabels::conventions()[0];
        let scope = scope("checkout");
        let arm = |pod: &str, hash| conventions.arm(&labels(pod, hash), &scope);
        assert_eq!(arm("anything", Some("7c8d9")), Some(Arm::Stable));
        assert_eq!(arm("anything", Some("6b8f")), Some(Arm::Canary));
        assert_eq!(arm("checkout-6b8f-x2x9z", Some("0000")), None);
        assert_eq!(arm("checkout-6b8f-x2x9z", None), Some(Arm::Canary));
        assert_eq!(arm("checkout-5d9f8c7b6-aaaaa", None), Some(Arm::Stable));
        assert_eq!(arm("checkout-worker-6b8f-aaaaa", None), None);
        assert_eq!(arm("checkout-6b8f-", None), None);
    }

    #[test]
    fn pods_of_a_workload_with_a_very_long_name_are_found_by_what_kubernetes_kept_of_it() {
        let name = "a".repeat(52);
        let mut scope = scope(&name);
        scope.canary = vec!["6b8f99999".into()];
        let kept: String = format!("{name}-6b8f99999-").chars().take(58).collect();
        let found = PodLabels::conventions()[0].arm(&labels(&format!("{kept}x2x9z"), None), &scope);
        assert_eq!(found, Some(Arm::Canary));
    }

    #[test]
    fn versions_that_names_cannot_tell_apart_are_no_arm_at_all() {
        let name = "a".repeat(57);
        let pod = format!("{name}-x2x9z");
        assert_eq!(
            PodLabels::conventions()[0].arm(&labels(&pod, None), &scope(&name)),
            None
        );
    }

    #[test]
    fn special_characters_reach_neither_the_pattern_nor_the_text() {
        let selector = PodLabels {
            template_hash: None,
            ..PodLabels::conventions()[0].clone()
        }
        .of_arms(&scope("check.out\"} or vector(1)").workload, &["6b8f".into()]);
        assert!(
            selector.contains(r#"check\\.out\\\"\\}\\ or\\ vector\\(1\\)"#),
            "{selector}"
        );
    }
}
