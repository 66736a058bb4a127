use crate::api::Inner;
use crate::failure::failure;
use crate::picture::{self, Readiness, Told};
use crate::view::{
    Act, ActKind, ActStatus, Confirmation, Empty, Failure, ForwardRequest, HandOverRequest, LiveRelease,
    ReasonRequest, ReleaseRequest, RollBackRequest, WatchRequest,
};
use release::{Command, ReleaseId, RollbackTarget};
use std::sync::{Arc, PoisonError};

impl Inner {
    /// One release as it is now: driven here, or from the record.
    pub(crate) async fn live(self: &Arc<Self>, request: ReleaseRequest) -> Result<LiveRelease, Failure> {
        let id = ReleaseId(request.release);
        if let Some(live) = self.live_now(&id) {
            return Ok(live);
        }
        let story = self.history.story(&id).await?;
        Ok(self.live_recorded(&Told::of(&story), &Readiness::default()))
    }

    pub(crate) async fn watch(self: &Arc<Self>, request: WatchRequest) -> Result<Empty, Failure> {
        let id = request.release.map(ReleaseId);
        *self.watched.lock().unwrap_or_else(PoisonError::into_inner) = id.clone();
        if let Some(actor) = id.and_then(|id| self.actors().get(&id).cloned()) {
            actor.nudge();
        }
        Ok(Empty {})
    }

    pub(crate) async fn hold(self: &Arc<Self>, request: ReasonRequest) -> Result<Act, Failure> {
        let command = Command::Hold {
            reason: request.reason,
        };
        self.command(&request.release, ActKind::Hold, command).await
    }

    pub(crate) async fn resume(self: &Arc<Self>, request: ForwardRequest) -> Result<Act, Failure> {
        self.forward(&request.release, request.confirmation).await?;
        self.command(&request.release, ActKind::Resume, Command::Resume)
            .await
    }

    pub(crate) async fn approve(self: &Arc<Self>, request: ForwardRequest) -> Result<Act, Failure> {
        self.forward(&request.release, request.confirmation).await?;
        let command = Command::Approve {
            reason: request.reason,
        };
        self.command(&request.release, ActKind::Approve, command).await
    }

    pub(crate) async fn skip_bake(self: &Arc<Self>, request: ForwardRequest) -> Result<Act, Failure> {
        self.forward(&request.release, request.confirmation).await?;
        if request.reason.trim().is_empty() {
            return Err(failure(
                "reason-missing",
                "The bake was not skipped: skipping needs a reason.",
                "Say why; it stands in the record.",
            ));
        }
        let command = Command::SkipBake {
            reason: request.reason,
        };
        self.command(&request.release, ActKind::SkipBake, command).await
    }

    pub(crate) async fn promote(self: &Arc<Self>, request: ForwardRequest) -> Result<Act, Failure> {
        self.forward(&request.release, request.confirmation).await?;
        let command = Command::Promote {
            reason: request.reason,
        };
        self.command(&request.release, ActKind::Promote, command).await
    }

    /// Goes back. No confirmation, no protection: one click in every environment.
    pub(crate) async fn roll_back(self: &Arc<Self>, request: RollBackRequest) -> Result<Act, Failure> {
        let target = request.target.unwrap_or(RollbackTarget::Before);
        let command = Command::RollBack {
            target,
            reason: request.reason,
        };
        self.command(&request.release, ActKind::RollBack, command).await
    }

    pub(crate) async fn hand_over(self: &Arc<Self>, request: HandOverRequest) -> Result<Act, Failure> {
        let command = Command::HandOver { to: request.to };
        self.command(&request.release, ActKind::HandOver, command).await
    }

    /// Whether a person may go forward in the release's environment.
    async fn forward(self: &Arc<Self>, release: &str, confirmation: Confirmation) -> Result<(), Failure> {
        let actor = self.actor(release).await?;
        let environment = actor.live.recorder.told().release().environment.clone();
        self.may_go_forward(&environment, confirmation)
    }

    /// Whether a person may go forward in an environment.
    pub(crate) fn may_go_forward(
        &self,
        environment: &str,
        confirmation: Confirmation,
    ) -> Result<(), Failure> {
        let environment = self.registry.get(environment)?;
        self.unlocks()
            .may_go_forward(&environment, confirmation, crate::runtime::now())
    }

    pub(crate) async fn command(
        self: &Arc<Self>,
        release: &str,
        kind: ActKind,
        command: Command,
    ) -> Result<Act, Failure> {
        let actor = self.actor(release).await?;
        let asked_at = actor.ports.clock.now();
        let begun = std::time::Instant::now();
        let sent = actor.command(&self.person().await, command).await?;
        let took = begun.elapsed().as_secs_f64() * 1000.0;
        // A command that sends nothing is settled by being written down.
        Ok(match sent {
            Some(act) if actor.waits_for_contact() => Act {
                status: ActStatus::Queued,
                failure: None,
                ..picture::sent_act(&act, kind, asked_at, took)
            },
            Some(act) => picture::sent_act(&act, kind, asked_at, took),
            None => Act {
                operation: String::new(),
                kind,
                status: ActStatus::Settled,
                asked_at,
                accepted_after_ms: Some(took),
                settled_after_ms: Some(took),
                failure: None,
            },
        })
    }
}
