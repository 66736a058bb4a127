use crate::view::{ApplicationRow, Cell};
use cluster::inventory::{Corrections, Inventory, InventoryState, WorkloadSummary, applications};
use conductor::WorkloadRef;
use kube::Client;
use release::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One application in one environment.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    /// The row of the matrix.
    pub(crate) row: ApplicationRow,
    /// What the inventory says of its workload.
    pub(crate) summary: WorkloadSummary,
}

impl Application {
    pub(crate) fn workload(&self) -> &WorkloadRef {
        &self.summary.workload
    }
}

/// What an environment looked like when it was last seen, for the time before it is seen again.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LastSeen {
    /// Its rows.
    pub(crate) rows: Vec<ApplicationRow>,
    /// Its cells.
    pub(crate) cells: Vec<Cell>,
}

/// The inventories of all connected environments.
#[derive(Default)]
pub(crate) struct Applications {
    inventories: Mutex<BTreeMap<String, Inventory>>,
    last_seen: Mutex<BTreeMap<String, (Timestamp, LastSeen)>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Applications {
    /// Follows an environment from now on.
    pub(crate) fn follow(&self, environment: &str, client: &Client, namespaces: &[String]) {
        let inventory = Inventory::follow(environment, client, namespaces, false);
        lock(&self.inventories).insert(environment.to_owned(), inventory);
    }

    pub(crate) fn forget(&self, environment: &str) {
        lock(&self.inventories).remove(environment);
        lock(&self.last_seen).remove(environment);
    }

    /// What the inventory of an environment says now; `None` if it is not followed.
    pub(crate) fn state(&self, environment: &str) -> Option<InventoryState> {
        lock(&self.inventories).get(environment).map(Inventory::state)
    }

    /// A number that grows with every change anywhere.
    pub(crate) fn changes(&self) -> u64 {
        lock(&self.inventories)
            .values()
            .map(|inventory| *inventory.changes().borrow())
            .sum()
    }

    /// Every application in every environment; rows join what labels, names or the person say.
    pub(crate) fn all(&self, corrections: &Corrections) -> Vec<Application> {
        let states: Vec<InventoryState> = lock(&self.inventories).values().map(Inventory::state).collect();
        let workloads: Vec<WorkloadSummary> = states.into_iter().flat_map(|state| state.workloads).collect();
        let by_workload: BTreeMap<&WorkloadRef, &WorkloadSummary> = workloads
            .iter()
            .map(|summary| (&summary.workload, summary))
            .collect();
        let mut found = Vec::with_capacity(workloads.len());
        for application in applications(&workloads, corrections) {
            let row = ApplicationRow {
                id: application.id,
                name: application.name,
                part_of: application.part_of,
            };
            let of_row = application.workloads.iter();
            found.extend(of_row.filter_map(|workload| {
                Some(Application {
                    row: row.clone(),
                    summary: (*by_workload.get(workload)?).clone(),
                })
            }));
        }
        found
    }

    /// Keeps what was seen in an earlier session.
    pub(crate) fn remember(&self, environment: &str, as_of: Timestamp, seen: LastSeen) {
        lock(&self.last_seen).insert(environment.to_owned(), (as_of, seen));
    }

    /// What was seen last, in this session or an earlier one.
    pub(crate) fn last_seen(&self, environment: &str) -> Option<(Timestamp, LastSeen)> {
        lock(&self.last_seen).get(environment).cloned()
    }
}
