use crate::api::Inner;
use crate::handlers::wake::watch_for_sleep;
use crate::runtime::{LastSeen, now};
use crate::view::{Event, Failure};
use history::LastKnown;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// How often changes are looked for.
const EVERY: Duration = Duration::from_millis(500);
/// The way back is checked, and what is seen is kept, every so many looks.
const SLOW: u32 = 8;
/// What was seen is written down when it changed, and otherwise this often: so old is what stands in after a crash at most.
const KEEP_MILLIS: u64 = 60_000;

impl Inner {
    /// Brings every environment up: the practice cluster unless the person turned it off, and every context.
    pub(crate) async fn bring_up_environments(self: &Arc<Self>, acceleration: f64) -> Result<(), Failure> {
        for known in self.history.environments().await? {
            if let Ok(seen) = serde_json::from_value(known.body) {
                self.applications.remember(&known.environment, known.as_of, seen);
            }
        }
        let off = self
            .history
            .setting("practiceOff")
            .await?
            .is_some_and(|off| off == true);
        if !off {
            self.start_practice(acceleration).await?;
        }
        tokio::spawn(keep_looking(Arc::downgrade(self)));
        tokio::spawn(watch_for_sleep(Arc::downgrade(self)));
        Ok(())
    }

    /// Tells the window about the matrix.
    pub(crate) async fn push_matrix(&self) {
        if self.events.receiver_count() == 0 {
            return;
        }
        if let Ok(matrix) = self.matrix().await {
            let _ = self.events.send(Event::Matrix {
                matrix: Box::new(matrix),
            });
        }
        let _ = self.events.send(Event::Contact {
            contacts: self.contacts(),
        });
    }

    /// Keeps what is seen now for the time when it cannot be seen.
    async fn keep_last_seen(&self) {
        let Ok(matrix) = self.matrix().await else { return };
        for column in &matrix.environments {
            let id = &column.environment.id;
            let heard = self
                .applications
                .state(id)
                .is_some_and(|state| !state.loading && state.out_of_contact.is_none());
            if !heard {
                continue;
            }
            let cells: Vec<_> = matrix
                .cells
                .iter()
                .filter(|cell| cell.environment == *id)
                .cloned()
                .collect();
            let rows = matrix
                .applications
                .iter()
                .filter(|row| cells.iter().any(|cell| cell.application == row.id));
            let seen = LastSeen {
                rows: rows.cloned().collect(),
                cells,
            };
            let as_of = now();
            let kept = self.applications.last_seen(id);
            if kept.is_some_and(|(kept, before)| before == seen && as_of.millis_since(kept) < KEEP_MILLIS) {
                continue;
            }
            self.applications.remember(id, as_of, seen.clone());
            let body = serde_json::to_value(seen).unwrap_or_default();
            if let Err(error) = self.history.keep_environment(LastKnown {
                environment: id.clone(),
                as_of,
                body,
            }) {
                tracing::warn!(code = error.code(), "what was seen of an environment is not kept");
            }
        }
    }
}

/// Looks for changes until the backend is gone: in the inventories, in the kubeconfig files, and on the ways back.
async fn keep_looking(inner: Weak<Inner>) {
    let (mut seen, mut round) = (None, 0_u32);
    loop {
        let Some(inner) = inner.upgrade() else { return };
        let changes = inner.applications.changes();
        if seen != Some(changes) {
            seen = Some(changes);
            inner.push_matrix().await;
        }
        if round % SLOW == 0 {
            inner.reload_changed_files().await;
            inner.let_go_of_ended();
            inner.check_ways_back().await;
            inner.look_elsewhere().await;
            inner.keep_last_seen().await;
            if inner.look_up_drift().await {
                inner.push_matrix().await;
            }
        }
        round = round.wrapping_add(1);
        drop(inner);
        tokio::time::sleep(EVERY).await;
    }
}
