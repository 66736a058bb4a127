//! One driver after another on the same object.

use crate::driver::Driver;
use crate::leading::{FOLLOW_MILLIS, PATIENCE_MILLIS, Standing};
use crate::turn::{Urgent, unless};
use crate::{Next, Observed};
use futures::future::{Either, select};
use release::{Event, Goal, Stage};

/// Who drives where no name is known.
const NOBODY_KNOWN: &str = "Another Slipway";

impl Driver {
    /// Writes this driver's mark on an object that still carries the mark of the driver before. `false`: not now.
    pub(crate) async fn is_fenced(&mut self) -> bool {
        let live = self.dossier.release.stage.is_live() && !self.is_handed_over();
        if !self.must_mark_first() || !live {
            return true;
        }
        if self.ports.clock.monotonic_millis() < self.not_before {
            return false;
        }
        let pursuit = self.rehearsal(Goal::Stay);
        match self.ask_next(&pursuit) {
            Some(Next::Act(act)) => {
                let release = self.dossier.release.clone();
                if self.write(release, Vec::new(), Some(&act)).await.is_ok() {
                    self.send(act).await;
                }
                // What follows needs a new look.
                false
            }
            Some(Next::Superseded { .. }) => {
                self.superseded().await;
                false
            }
            Some(Next::Arrived) => {
                self.leading.fence_due = false;
                true
            }
            _ => true,
        }
    }

    /// Whether the object carries the mark of the driver before, or may carry it.
    pub(crate) fn must_mark_first(&self) -> bool {
        // The driver before may have acted once more, where a person there insisted.
        let is_behind = (1..self.dossier.epoch).contains(&self.token_on_object());
        self.leading.fence_due || is_behind
    }

    /// The object carries the mark of a later driver.
    pub(crate) async fn superseded(&mut self) {
        let leadership = self.ports.leadership.clone();
        let workload = self.dossier.workload.clone();
        let clock = self.ports.clock.clone();
        let found = match select(leadership.leader(&workload), clock.sleep(PATIENCE_MILLIS)).await {
            Either::Left((Ok(leader), _)) => leader.filter(|leader| !leadership.is_own(leader)),
            _ => None,
        };
        let by = found
            .as_ref()
            .map_or_else(|| NOBODY_KNOWN.to_owned(), |leader| leader.person.clone());
        self.leading.standing = found.map_or(Standing::Unknown, Standing::Other);
        self.take(Event::TakenOver { by }).await;
    }

    /// Another Slipway led while this one was away, and has left without a mark on the workload: the release ended there. What it
    /// did is no foreign change.
    pub(crate) async fn is_left_by_a_colleague(&mut self) -> bool {
        if !self.seen.as_ref().is_some_and(is_unmarked) {
            return false;
        }
        let Some(person) = self.leading.after.take() else {
            return false;
        };
        let by = Some(person).filter(|person| !person.is_empty());
        let by = by.unwrap_or_else(|| NOBODY_KNOWN.to_owned());
        self.take(Event::TakenOver { by }).await;
        self.is_handed_over()
    }

    /// Another Slipway drives: looks at which, and whether it is done.
    pub(crate) async fn follow(&mut self, urgent: &mut Urgent) {
        let now = self.ports.clock.monotonic_millis();
        self.leading.next_ask = now.saturating_add(FOLLOW_MILLIS);
        let leadership = self.ports.leadership.clone();
        let workload = self.dossier.workload.clone();
        match unless(urgent, leadership.leader(&workload)).await {
            Some(Ok(Some(leader))) if !leadership.is_own(&leader) => {
                self.leading.trouble = None;
                self.leading.standing = Standing::Other(leader);
            }
            Some(Ok(_)) => {
                self.leading.trouble = None;
                self.leading.standing = Standing::Unknown;
            }
            Some(Err(error)) => self.leading.trouble = Some(error),
            None => {}
        }
    }

    /// A release that another Slipway drives is over when the workload carries no mark of any release any more.
    pub(crate) async fn see_the_end_elsewhere(&mut self) {
        let Some(seen) = self.seen.as_ref().filter(|_| self.is_handed_over()) else {
            return;
        };
        // An own act without an answer may still put this release's mark there.
        if !is_unmarked(seen) || self.is_on_its_way() {
            return;
        }
        let stage = if seen.view.version.template_hash == self.dossier.release.to.template_hash {
            Stage::Completed
        } else {
            Stage::RolledBack
        };
        self.take(Event::EndedElsewhere { stage }).await;
    }
}

/// Whether the workload carries no mark of any release.
fn is_unmarked(seen: &Observed) -> bool {
    seen.view.release.is_none() && !seen.view.held
}
