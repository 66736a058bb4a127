//! Whether this Slipway leads: asked at the start and renewed while it drives.

use crate::driver::Driver;
use crate::turn::{Urgent, unless};
use crate::{Bid, Charter, Claim, Leader, PortError};
use futures::future::{Either, select};
use release::{Event, HoldReason, Stage, Timestamp};

/// How long the question who leads may hold up a person or an act, in milliseconds.
pub(crate) const PATIENCE_MILLIS: u64 = 2_000;
/// How soon a question without an answer is asked again, in milliseconds.
const RETRY_MILLIS: u64 = 1_000;
/// How often a Slipway that does not drive looks at who does, in milliseconds.
pub(crate) const FOLLOW_MILLIS: u64 = 5_000;
/// How often a user without rights on Leases asks again, in milliseconds.
const FORBIDDEN_MILLIS: u64 = 60_000;
/// The longest that a term counts on, in milliseconds, before it is renewed.
pub(crate) const RENEW_MILLIS: u64 = 10_000;

/// What a driver knows of who leads.
#[derive(Default)]
pub(crate) struct Leading {
    pub(crate) standing: Standing,
    /// Why the last question had no answer.
    pub(crate) trouble: Option<PortError>,
    pub(crate) trouble_since: Option<Timestamp>,
    /// When to ask next, on the monotonic clock.
    pub(crate) next_ask: u64,
    /// The token is new: the object may still carry the mark of the driver before.
    pub(crate) fence_due: bool,
    /// The person whose Slipway led since this one did last, and has left again.
    pub(crate) after: Option<String>,
    /// A person's rollback went on without the Lease: it is taken as soon as it can be had.
    pub(crate) insists: bool,
    /// The charter as it was written last, and when.
    pub(crate) charter: Option<(Charter, u64)>,
    /// This user may not use ConfigMaps.
    pub(crate) no_charter: bool,
}

#[derive(Default)]
pub(crate) enum Standing {
    /// Not asked yet, or given up.
    #[default]
    Unknown,
    /// This Slipway leads until the term is over.
    Leads {
        /// When it asked, on both clocks. The monotonic one may stand still while the computer sleeps.
        asked_millis: u64,
        asked: Timestamp,
        term_millis: u64,
    },
    /// This user may not use Leases: acts are guarded by the object alone.
    Unguarded,
    /// Another Slipway leads.
    Other(Leader),
}

impl Leading {
    pub(crate) fn other(&self) -> Option<&Leader> {
        match &self.standing {
            Standing::Other(leader) => Some(leader),
            _ => None,
        }
    }
}

impl Driver {
    /// Whether this Slipway leads for sure, by its own clocks and without asking anybody. Where Leases are forbidden nobody can
    /// know, and the object's own guard is enough.
    pub(crate) fn leads(&self) -> bool {
        match &self.leading.standing {
            Standing::Leads {
                asked_millis,
                asked,
                term_millis,
            } => {
                let clock = &self.ports.clock;
                let steady = clock.monotonic_millis().saturating_sub(*asked_millis);
                // A wall clock that was put back says nothing.
                let wall = u64::try_from(clock.now().0.saturating_sub(asked.0)).unwrap_or(0);
                steady.max(wall) < *term_millis
            }
            Standing::Unguarded => true,
            Standing::Unknown | Standing::Other(_) => false,
        }
    }

    pub(crate) fn is_handed_over(&self) -> bool {
        matches!(
            &self.dossier.release.stage,
            Stage::Held {
                reason: HoldReason::HandedOver { .. },
                ..
            }
        )
    }

    /// The token of the last act on the object, whoever sent it; 0 if none of this release is there.
    pub(crate) fn token_on_object(&self) -> u64 {
        self.seen
            .as_ref()
            .and_then(|seen| seen.view.operation.as_ref())
            .and_then(|operation| operation.epoch_in(&self.dossier.release.id))
            .unwrap_or(0)
    }

    /// The token that a bid must be given at least.
    pub(crate) fn floor(&self) -> u64 {
        self.dossier.epoch.max(self.token_on_object())
    }

    /// Renews the Lease when it is time, or looks at who drives instead.
    pub(crate) async fn keep_leading(&mut self, urgent: &mut Urgent) {
        let is_due = self.ports.clock.monotonic_millis() >= self.leading.next_ask;
        // The computer slept, or nobody looked for long.
        let lapsed = matches!(self.leading.standing, Standing::Leads { .. })
            && !self.leads()
            && self.leading.trouble.is_none();
        if !self.dossier.release.stage.is_live() || !(is_due || lapsed) {
            return;
        }
        if self.is_handed_over() {
            return self.follow(urgent).await;
        }
        // A Lease that was deleted tells of nobody; the object does. To bid now would give two drivers one token.
        if self.token_on_object() > self.dossier.epoch {
            return self.superseded().await;
        }
        let bid = if self.leading.insists {
            Bid::Force
        } else {
            Bid::Stay
        };
        self.ask(bid, self.floor(), Some(urgent)).await;
    }

    /// Asks to lead. If another Slipway does, the release is its from now on. `false` if there was no answer.
    pub(crate) async fn ask(&mut self, bid: Bid, floor: u64, urgent: Option<&mut Urgent>) -> bool {
        let answered = self.ask_quietly(bid, floor, urgent).await;
        if let Some(leader) = self.leading.other().filter(|_| answered)
            && self.dossier.release.stage.is_live()
        {
            let by = leader.person.clone();
            self.take(Event::TakenOver { by }).await;
        }
        answered
    }

    /// Asks to lead and keeps the answer. `false` if there was none.
    pub(crate) async fn ask_quietly(&mut self, bid: Bid, floor: u64, urgent: Option<&mut Urgent>) -> bool {
        let clock = self.ports.clock.clone();
        let (asked_millis, asked) = (clock.monotonic_millis(), clock.now());
        let leadership = self.ports.leadership.clone();
        let workload = self.dossier.workload.clone();
        let question = leadership.bid(&workload, bid, floor);
        let answer = match urgent {
            Some(urgent) => unless(urgent, question).await,
            None => match select(question, clock.sleep(PATIENCE_MILLIS)).await {
                Either::Left((answer, _)) => Some(answer),
                Either::Right(((), _)) => Some(Err(no_answer())),
            },
        };
        let Some(answer) = answer else { return false };
        let now = clock.monotonic_millis();
        match answer {
            Ok(Claim::Leading {
                epoch,
                term_millis,
                after,
            }) => {
                self.leading.trouble = None;
                self.leading.after = after.or(self.leading.after.take());
                self.leading.insists = false;
                self.leading.next_ask = asked_millis.saturating_add((term_millis / 2).min(RENEW_MILLIS));
                self.leading.standing = Standing::Leads {
                    asked_millis,
                    asked,
                    term_millis,
                };
                self.take_epoch(epoch).await;
                true
            }
            Ok(Claim::Other(leader)) => {
                self.leading.trouble = None;
                self.leading.next_ask = now.saturating_add(FOLLOW_MILLIS);
                self.leading.standing = Standing::Other(leader);
                true
            }
            Err(error) if error.code == "lease-forbidden" => {
                self.leading.trouble = None;
                self.leading.next_ask = now.saturating_add(FORBIDDEN_MILLIS);
                self.leading.standing = Standing::Unguarded;
                true
            }
            Err(error) => {
                if self.leading.trouble.is_none() {
                    self.leading.trouble_since = Some(asked);
                }
                self.leading.trouble = Some(error);
                self.leading.next_ask = now.saturating_add(RETRY_MILLIS);
                false
            }
        }
    }

    /// A new token goes into the record and, as the next thing, onto the object. The cluster knows it too, so a record that cannot
    /// be written stops nothing.
    pub(crate) async fn take_epoch(&mut self, epoch: u64) {
        if epoch <= self.dossier.epoch {
            return;
        }
        self.dossier.epoch = epoch;
        self.leading.fence_due = true;
        if let Err(error) = self.ports.journal.amend(&self.dossier).await {
            self.journal_trouble = Some(error);
        }
    }
}

fn no_answer() -> PortError {
    PortError::unreachable(
        "lease-timeout",
        "The cluster does not say who leads.",
        "Slipway asks again by itself.",
    )
}
