use crate::api::Inner;
use crate::view::{ActKind, ClosingRelease, Empty, Event, Failure, LeaveRequest, Leaving, WindowGoes};
use release::Command;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

/// A window that works takes the question up within this time.
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);

impl Inner {
    /// Whether releases run that somebody has to be asked about before the window closes. Asks, if so.
    pub(crate) fn ask_to_close(&self) -> bool {
        if self.running().is_empty() {
            return false;
        }
        let mut asked = self.close_asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.is_some_and(|at| at.elapsed() > ANSWERS_WITHIN) {
            // The window did not take the question up: a broken page must not keep the program from ending.
            return false;
        }
        *asked = asked.or_else(|| Some(Instant::now()));
        self.events.send(Event::CloseAsked {}).is_ok()
    }

    /// What closing would leave behind.
    pub(crate) async fn leaving(&self) -> Result<Vec<ClosingRelease>, Failure> {
        *self.close_asked.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let running = self.running();
        Ok(running
            .into_iter()
            .map(|release| {
                let id = release::ReleaseId(release.id.clone());
                let live = self.live_now(&id);
                ClosingRelease {
                    can_hold: live.as_ref().is_some_and(|live| live.controls.hold.on),
                    by_hand: live.and_then(|live| live.rollback.by_hand),
                    release,
                }
            })
            .collect())
    }

    /// Does as the person chose. Where a release cannot be held the window stays open, and the refusal says why.
    pub(crate) async fn leave(self: &Arc<Self>, request: LeaveRequest) -> Result<Empty, Failure> {
        if request.how == Leaving::Hold {
            for closing in self.leaving().await? {
                if closing.can_hold {
                    let reason = "Slipway was closed".to_owned();
                    self.command(&closing.release.id, ActKind::Hold, Command::Hold { reason })
                        .await?;
                }
            }
        }
        let window = match request.how {
            Leaving::Tray => WindowGoes::Hidden,
            Leaving::Hold | Leaving::Quit => WindowGoes::Closed,
        };
        let _ = self.events.send(Event::Leave { window });
        Ok(Empty {})
    }
}
