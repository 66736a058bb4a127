use super::Told;
use crate::view::{Said, WaitsFor};
use conductor::{DriverView, Waiting};
use release::{Gate, RecordKind, Stage, Timestamp};

/// Everything that a release waits for, with since when: first what stands in the way, then what takes its time.
pub(crate) fn waits(told: &Told, driver: Option<&Driven>) -> Vec<WaitsFor> {
    let mut all = Vec::new();
    if let Some(driven) = driver {
        all.extend(driven.waits(told));
    }
    all.extend(gates(told));
    all
}

/// What the driver says, with the moment since which it says so.
pub(crate) struct Driven {
    /// What it says.
    pub(crate) view: DriverView,
    /// Since when it has waited for the cluster.
    pub(crate) waiting_since: Option<Timestamp>,
}

impl Driven {
    fn waits(&self, told: &Told) -> Vec<WaitsFor> {
        let view = &self.view;
        let begun = told.dossier.created;
        let mut all = Vec::new();
        let mut add = |said, since| all.push(WaitsFor { said, since });
        if view.contact.trouble.is_some() {
            add(Said::WaitContact, view.contact.last.unwrap_or(begun));
        } else if let Some(waiting) = &view.waiting {
            add(said(waiting), self.waiting_since.unwrap_or(begun));
        }
        if let Some(trouble) = &view.journal_trouble {
            let since = told.lines.last().map_or(begun, |line| line.at);
            let message = trouble.message.clone();
            add(Said::WaitRecord { message }, since);
        }
        let judged = matches!(
            view.release.stage,
            Stage::Shifting | Stage::Baking | Stage::Promoting | Stage::Held { .. }
        );
        if view.signals_contact.trouble.is_some() && judged {
            add(Said::WaitSignals, view.signals_contact.last.unwrap_or(begun));
        }
        all
    }
}

fn said(waiting: &Waiting) -> Said {
    match *waiting {
        Waiting::Controller => Said::WaitController,
        Waiting::PodsReady { ready, wanted } => Said::WaitPodsReady { ready, wanted },
        Waiting::PodsGone { left } => Said::WaitPodsGone { left },
        Waiting::NoReplicas => Said::WaitNoReplicas,
        Waiting::Paused => Said::WaitPaused,
        // A Lease that cannot be renewed is a cluster that does not answer, too.
        Waiting::Leadership { .. } | Waiting::Contact { .. } => Said::WaitContact,
    }
}

/// Whether two waits are for the same, however far it has come.
pub(crate) fn same(one: &Waiting, other: &Waiting) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

/// Gates that the phase still waits for once its shortest bake is over, and a person's yes from the start of the bake.
fn gates(told: &Told) -> Vec<WaitsFor> {
    let release = told.release();
    let Some(phase) = release.current_phase().filter(|_| release.stage == Stage::Baking) else {
        return Vec::new();
    };
    let reached = told.last(|what| matches!(what, RecordKind::ShareReached { .. }));
    let Some(reached) = reached else { return Vec::new() };
    let baked = release.baked_millis >= phase.bake_millis();
    release
        .open_gates()
        .into_iter()
        .filter(|gate| baked || *gate == Gate::Approval)
        .map(|gate| WaitsFor {
            said: Said::WaitGate { gate },
            since: reached,
        })
        .collect()
}
