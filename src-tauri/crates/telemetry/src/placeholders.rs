use crate::TelemetryError;
use crate::pod_labels::{hash_pattern, pod_pattern, quoted};
use conductor::WorkloadRef;

/// What the placeholders of a query become.
pub(crate) struct Placeholders<'a> {
    pub(crate) workload: &'a WorkloadRef,
    /// Template hashes of the arm, or of both arms.
    pub(crate) hashes: &'a [String],
    pub(crate) step_ms: i64,
}

impl Placeholders<'_> {
    /// The query with every placeholder replaced. Values are escaped for the inside of double quotes.
    pub(crate) fn fill(&self, query: &str) -> Result<String, TelemetryError> {
        let mut filled = String::with_capacity(query.len());
        let mut rest = query;
        while let Some((before, after)) = rest.split_once("{{") {
            filled.push_str(before);
            let Some((name, after)) = after.split_once("}}") else {
                return Err(TelemetryError::UnknownPlaceholder {
                    name: after.chars().take(40).collect(),
                });
            };
            filled.push_str(&self.value(name.trim())?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn value(&self, name: &str) -> Result<String, TelemetryError> {
        Ok(match name {
            "namespace" => quoted(&self.workload.namespace),
            "workload" => quoted(&self.workload.name),
            "pod_template_hash" => quoted(&hash_pattern(self.hashes)),
            "arm_pods" => quoted(&pod_pattern(&self.workload.name, self.hashes)),
            "step" => format!("{}s", (self.step_ms + 999) / 1000),
            _ => {
                return Err(TelemetryError::UnknownPlaceholder {
                    name: name.to_owned(),
                });
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use conductor::WorkloadKind;

    fn fill(query: &str) -> Result<String, TelemetryError> {
        let workload = WorkloadRef {
            environment: "eu".into(),
            namespace: "shop".into(),
            kind: WorkloadKind::Deployment,
            name: "check.out".into(),
        };
        Placeholders {
            workload: &workload,
            hashes: &["6b8f".into(), "7c9d".into()],
            step_ms: 15_000,
        }
        .fill(query)
    }

    #[test]
    fn every_placeholder_is_replaced() {
        let query = "sum(x{namespace=\"{{namespace}}\",a=\"{{ workload }}\",h=~\"{{pod_template_hash}}\",pod=~\"{{arm_pods}}\"}[{{step}}])";
        assert_eq!(
            fill(query).unwrap(),
            "sum(x{namespace=\"shop\",a=\"check.out\",h=~\"6b8f|7c9d\",pod=~\"(check\\\\.out-6b8f-|check\\\\.out-7c9d-)[a-z0-9]+\"}[15s])"
        );
    }

    #[test]
    fn an_unknown_placeholder_is_named() {
        let error = fill("up{job=\"{{service}}\"}").unwrap_err();
        assert_eq!(error.code(), "telemetry-unknown-placeholder");
        assert!(error.to_string().contains("{{service}}"), "{error}");
        assert!(fill("up{job=\"{{never").is_err());
    }
}
