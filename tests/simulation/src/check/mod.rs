//! What must be so, whatever happens. Apart from what makes things happen: only the world's log of writes, the API server's
//! log of who wrote, and the journals are read.

mod acts;
mod end;
mod outsiders;
mod pods;

use conductor::{ActKind, OperationId};
use release::ReleaseId;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which promise.
    pub rule: &'static str,
    /// What was found.
    pub what: String,
}

/// An own act that the server stored.
#[derive(Debug, Clone)]
pub struct Applied {
    pub at: Duration,
    pub sent: Duration,
    pub machine: usize,
    pub release: ReleaseId,
    pub operation: OperationId,
    /// The fencing token of the driver that sent it.
    pub epoch: u64,
    pub kind: ActKind,
}

/// A release as it began.
#[derive(Debug, Clone)]
pub struct Known {
    pub machine: usize,
    pub id: ReleaseId,
    pub uid: String,
    pub new_hash: String,
    pub before_hash: String,
    pub before: serde_json::Value,
}

/// What the checks remember.
#[derive(Debug, Default)]
pub struct Checks {
    pub violations: Vec<Violation>,
    pub releases: Vec<Known>,
    pub applied: Vec<Applied>,
    /// The latest write of somebody else, or loss of pods.
    pub disturbed: Option<Duration>,
    /// The latest time at which somebody else changed the template.
    pub foreign_template: Option<Duration>,
    /// The resourceVersion of that write.
    pub foreign_version: u64,
    /// The template that the last own act left.
    pub own_template: String,
    /// The latest time at which somebody else changed a field that a hold changes, or put annotations.
    pub foreign_settings: Option<Duration>,
    /// The latest time at which others changed `spec.replicas`.
    pub scaled: Option<Duration>,
    /// When a Lease was deleted last.
    pub lease_deleted: Option<Duration>,
    /// Releases whose originals are back, with the time.
    pub restored: BTreeMap<String, Duration>,
    /// Pods of the new version that were wanted at the last look.
    pub canary: u32,
    /// Rules that were broken already: one line each is enough.
    told: BTreeSet<&'static str>,
}

impl Checks {
    pub fn violated(&mut self, rule: &'static str, what: String) {
        if self.told.insert(rule) {
            self.violations.push(Violation { rule, what });
        }
    }

    /// The release whose act was stored last, else the one that began last.
    pub fn driven(&self) -> Option<&Known> {
        self.applied
            .last()
            .and_then(|applied| self.known(&applied.release))
            .or(self.releases.last())
    }

    /// The machine whose record tells how a release stands: of the driver that acted last.
    pub fn driver_of(&self, known: &Known) -> usize {
        self.applied
            .iter()
            .rev()
            .find(|applied| applied.release == known.id)
            .map_or(known.machine, |applied| applied.machine)
    }

    pub fn known(&self, id: &ReleaseId) -> Option<&Known> {
        self.releases.iter().find(|known| known.id == *id)
    }
}
