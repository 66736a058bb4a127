use crate::api::Inner;
use crate::picture::{self, Around, Readiness, Told};
use crate::view::{Contact, ContactState, Failure, LiveRelease, MomentRequest};
use history::Story;
use release::ReleaseId;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

impl Inner {
    /// The whole live screen as it was at a moment, from the record alone: no cluster and no network is asked.
    pub(crate) async fn moment(&self, request: MomentRequest) -> Result<LiveRelease, Failure> {
        let story = self.replayed(&ReleaseId(request.release)).await?;
        let (first, last) = story.span();
        let moment = request.at.clamp(first, last);
        let told = Told::at(&story, moment)?;
        let environment = self.recorded_tag(&told.release().environment);
        let person = told.release().driver.clone();
        let readiness = Readiness::default();
        let around = Around {
            environment,
            view: told
                .seen_until(moment)
                .and_then(|snapshot| snapshot.workload.as_ref()),
            contact: Contact {
                state: ContactState::Recorded,
                as_of: Some(moment),
                since: moment,
            },
            in_contact: true,
            signals_failure: None,
            signal_problems: BTreeMap::default(),
            driven: None,
            readiness: &readiness,
            person: &person,
            resumes: None,
            now: moment,
        };
        Ok(picture::live(&told, &around))
    }

    /// The record that is being replayed. One that is over is read once and not for every moment; one that goes on is read
    /// every time.
    async fn replayed(&self, id: &ReleaseId) -> Result<Arc<Story>, Failure> {
        let kept = self
            .replayed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .filter(|story| story.dossier.release.id == *id && story.dossier.release.stage.is_end());
        if let Some(story) = kept {
            return Ok(story);
        }
        let story = Arc::new(self.history.story(id).await?);
        *self.replayed.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&story));
        Ok(story)
    }

    /// A completed release can still be rolled back, so its record may grow: it is read again when its page is opened.
    pub(crate) fn forget_replayed(&self) {
        *self.replayed.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
