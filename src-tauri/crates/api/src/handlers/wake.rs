use crate::api::Inner;
use crate::runtime::{Elapsed, SleepWatch};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// How often it is looked whether the computer slept.
const EVERY: Duration = Duration::from_secs(1);

impl Inner {
    /// The computer slept, or this program stood still: connections that look alive are dead, and what is shown is old. Every
    /// environment is connected anew and every release looked at, at once.
    pub(crate) async fn woke(self: &Arc<Self>, asleep: Duration) {
        tracing::info!(
            seconds = asleep.as_secs(),
            "awake again: everything is connected anew"
        );
        let actors: Vec<_> = self.actors().values().cloned().collect();
        self.connect_contexts().await;
        for actor in actors {
            actor.nudge();
        }
        self.push_matrix().await;
    }
}

/// Watches for sleep until the backend is gone.
pub(crate) async fn watch_for_sleep(inner: Weak<Inner>) {
    let mut watch = SleepWatch::new(EVERY);
    let mut clock = Elapsed::start();
    loop {
        tokio::time::sleep(EVERY).await;
        let Some(inner) = inner.upgrade() else { return };
        if let Some(asleep) = watch.tick(clock.lap()) {
            inner.woke(asleep).await;
            // What connecting took is no sleep.
            clock = Elapsed::start();
        }
    }
}
