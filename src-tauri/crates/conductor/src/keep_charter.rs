//! The charter beside the workload, from the first act to the end.

use crate::Charter;
use crate::driver::Driver;
use crate::leading::{Leading, PATIENCE_MILLIS, RENEW_MILLIS, Standing};
use crate::turn::{Urgent, unless};
use futures::future::{Either, select};
use release::Stage;

impl Driver {
    /// Puts the charter beside the workload when something in it changed: at once if the release moved, else with the next
    /// renewal. Nothing waits for it.
    pub(crate) async fn keep_charter(&mut self, urgent: &mut Urgent) {
        if !self.dossier.release.stage.is_live() || !self.leads() || self.leading.no_charter {
            return;
        }
        let now = self.ports.clock.monotonic_millis();
        // Asked at every turn, and mostly there is nothing to write: then no charter is made either.
        let (tells_the_story, is_young) = match &self.leading.charter {
            None => (false, false),
            Some((written, at)) => (
                written.tells_the_story_of(&self.dossier),
                now.saturating_sub(*at) < RENEW_MILLIS,
            ),
        };
        if tells_the_story && is_young {
            return;
        }
        let charter = Charter::of(&self.dossier, &self.own_operations, &self.acts);
        let written = self.leading.charter.as_ref().map(|(written, _)| written);
        if tells_the_story && written == Some(&charter) {
            return;
        }
        let leadership = self.ports.leadership.clone();
        let workload = self.dossier.workload.clone();
        match unless(urgent, leadership.keep_charter(&workload, &charter)).await {
            Some(Ok(())) => self.leading.charter = Some((charter, now)),
            Some(Err(error)) if error.code == "charter-forbidden" => self.leading.no_charter = true,
            Some(Err(error)) => {
                tracing::warn!(release = %self.dossier.release.id, code = %error.code, "the charter was not written");
                // Tried again with the next renewal.
                self.leading.charter = Some((charter, now));
            }
            None => {}
        }
    }

    /// The release is over: others may have the application, and need no charter.
    pub(crate) async fn leave(&mut self) {
        let leads = matches!(
            self.leading.standing,
            Standing::Leads { .. } | Standing::Unguarded
        );
        if !leads || self.dossier.release.stage == Stage::Planned {
            return;
        }
        let leadership = self.ports.leadership.clone();
        let (workload, id) = (self.dossier.workload.clone(), self.dossier.release.id.clone());
        let epoch = self.dossier.epoch;
        let going = Box::pin(async {
            let dropped = leadership.drop_charter(&workload, &id, epoch).await;
            dropped.and(leadership.resign(&workload).await)
        });
        let clock = self.ports.clock.clone();
        if let Either::Left((Err(error), _)) = select(going, clock.sleep(PATIENCE_MILLIS)).await {
            tracing::warn!(release = %id, code = %error.code, "the Lease or the charter was left behind");
        }
        self.leading = Leading::default();
    }
}
