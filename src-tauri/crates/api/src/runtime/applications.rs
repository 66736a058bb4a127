use conductor::{WorkloadKind, WorkloadRef, WorkloadView};
use release::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// One application in one environment, as it was last seen.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    /// The row: by label, else by name, or as the person matched it.
    pub(crate) row: String,
    /// The team or the whole that it belongs to.
    pub(crate) part_of: Option<String>,
    /// The workload.
    pub(crate) workload: WorkloadRef,
    /// When the version that runs was made.
    pub(crate) since: Option<Timestamp>,
    /// How many versions can be gone back to.
    pub(crate) rollback_targets: u32,
    /// The workload as it was seen.
    pub(crate) view: WorkloadView,
}

/// What is known of every environment's applications.
#[derive(Default)]
pub(crate) struct Applications {
    by_environment: Mutex<BTreeMap<String, Seen>>,
}

/// One environment as it was last seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// Its applications.
    pub(crate) applications: Vec<Application>,
    /// When it was last seen; `None` before the first time.
    pub(crate) as_of: Option<Timestamp>,
    /// Why it cannot be seen now.
    pub(crate) failure: Option<crate::view::Failure>,
    /// Since when it cannot.
    pub(crate) failing_since: Option<Timestamp>,
}

impl Applications {
    pub(crate) fn of(&self, environment: &str) -> Seen {
        self.by_environment
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(environment)
            .cloned()
            .unwrap_or_default()
    }

    pub(crate) fn change(&self, environment: &str, change: impl FnOnce(&mut Seen)) {
        let mut all = self.by_environment.lock().unwrap_or_else(PoisonError::into_inner);
        change(all.entry(environment.to_owned()).or_default());
    }

    pub(crate) fn forget(&self, environment: &str) {
        self.by_environment
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(environment);
    }

    /// One application in one environment.
    pub(crate) fn find(&self, row: &str, environment: &str) -> Option<Application> {
        self.of(environment)
            .applications
            .into_iter()
            .find(|application| application.row == row)
    }
}

/// A Deployment by its place.
pub(crate) fn deployment(environment: &str, namespace: &str, name: &str) -> WorkloadRef {
    WorkloadRef {
        environment: environment.to_owned(),
        namespace: namespace.to_owned(),
        kind: WorkloadKind::Deployment,
        name: name.to_owned(),
    }
}
