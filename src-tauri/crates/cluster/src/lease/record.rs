use conductor::{Leader, WorkloadKind, WorkloadRef};
use release::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The annotation with the holder's name for people.
pub const PERSON_ANNOTATION: &str = "slipway.dev/person";
/// The annotation with the person to whom the holder gives the control.
pub const OFFER_ANNOTATION: &str = "slipway.dev/offered-to";
/// The longest name that an object may have (RFC 1123 subdomain).
const LONGEST_NAME: usize = 253;

/// The name of the Lease and of the ConfigMap of a workload.
pub fn object_name(at: &WorkloadRef) -> String {
    let kind = match at.kind {
        WorkloadKind::Deployment => "deployment",
    };
    let whole = format!("slipway-{kind}-{}", at.name);
    if whole.len() <= LONGEST_NAME {
        return whole;
    }
    let digest = Sha256::digest(at.name.as_bytes());
    let hash: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let start: String = whole.chars().take(LONGEST_NAME - hash.len() - 1).collect();
    format!("{start}-{hash}")
}

/// What a Lease says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeaseRecord {
    /// The holder's id; `None` if nobody holds it.
    pub holder: Option<String>,
    /// The holder's name for people; after it resigned still that of the last one.
    pub person: String,
    /// `leaseTransitions`: the fencing token.
    pub epoch: u64,
    /// How long the record must be seen unchanged before the term is over, in milliseconds.
    pub duration_millis: u64,
    /// Since when the holder leads, by its clock.
    pub since: Option<Timestamp>,
    /// The person to whom the holder gives the control.
    pub offered_to: Option<String>,
}

impl LeaseRecord {
    /// Reads a Lease; what is missing is empty.
    pub fn read(lease: &Value) -> LeaseRecord {
        let spec = |field: &str| lease.get("spec")?.get(field);
        let count = |field: &str| spec(field).and_then(Value::as_u64).unwrap_or(0);
        let annotation = |name: &str| {
            let text = crate::field::annotation(lease, name)?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        let holder = spec("holderIdentity").and_then(Value::as_str).map(str::to_owned);
        let holder = holder.filter(|holder| !holder.is_empty());
        LeaseRecord {
            person: annotation(PERSON_ANNOTATION)
                .or_else(|| holder.clone())
                .unwrap_or_default(),
            holder,
            epoch: count("leaseTransitions"),
            duration_millis: count("leaseDurationSeconds").saturating_mul(1_000),
            since: spec("acquireTime")
                .and_then(Value::as_str)
                .and_then(crate::workloads::moment),
            offered_to: annotation(OFFER_ANNOTATION),
        }
    }

    /// As it is told to others; `None` if nobody holds it.
    pub fn leader(&self, remaining_millis: u64) -> Option<Leader> {
        Some(Leader {
            id: self.holder.clone()?,
            person: self.person.clone(),
            epoch: self.epoch,
            since: self.since,
            remaining_millis,
            offered_to: self.offered_to.clone(),
        })
    }

    /// The person whose Slipway led with a later token than `floor` and resigned; `None` if somebody holds the Lease.
    pub(crate) fn left_since(&self, floor: u64) -> Option<String> {
        (self.holder.is_none() && self.epoch > floor).then(|| self.person.clone())
    }

    /// The Lease that says this, made from the one that was found, so that what others wrote on it stays.
    pub(crate) fn object(
        &self,
        at: &WorkloadRef,
        found: Option<&Value>,
        renewed: Timestamp,
        duration_seconds: u64,
    ) -> Value {
        let mut lease = found.cloned().unwrap_or_else(|| {
            json!({
                "apiVersion": "coordination.k8s.io/v1",
                "kind": "Lease",
                "metadata": {
                    "name": object_name(at),
                    "namespace": at.namespace,
                    "labels": {"app.kubernetes.io/managed-by": "slipway"},
                },
            })
        });
        if !lease["metadata"]["annotations"].is_object() {
            lease["metadata"]["annotations"] = json!({});
        }
        let annotations = &mut lease["metadata"]["annotations"];
        annotations[PERSON_ANNOTATION] = json!(self.person);
        match &self.offered_to {
            Some(to) => annotations[OFFER_ANNOTATION] = json!(to),
            None => {
                annotations
                    .as_object_mut()
                    .map(|all| all.remove(OFFER_ANNOTATION));
            }
        }
        let mut spec = json!({
            "leaseDurationSeconds": duration_seconds,
            "leaseTransitions": self.epoch,
            "renewTime": micro_time(renewed),
        });
        if let Some(holder) = &self.holder {
            spec["holderIdentity"] = json!(holder);
        }
        if let Some(since) = self.since {
            spec["acquireTime"] = json!(micro_time(since));
        }
        lease["spec"] = spec;
        lease
    }
}

/// A `MicroTime`: RFC 3339 with exactly six digits of a second.
fn micro_time(at: Timestamp) -> String {
    let at = k8s_openapi::jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    format!("{at:.6}")
}
