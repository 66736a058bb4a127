//! Whether this Slipway leads: asked at the start, renewed while it drives, made sure of before each act that goes forward.

use crate::driver::Driver;
use crate::turn::{Urgent, unless};
use crate::{ApplyError, Bid, Charter, Claim, Leader, Next, PortError, Waiting};
use futures::future::{Either, select};
use release::{Command, Event, Goal, HoldReason, Refusal, Release, Stage, Timestamp};

/// How long the question who leads may hold up a person or an act, in milliseconds.
const PATIENCE_MILLIS: u64 = 2_000;
/// How soon a question without an answer is asked again, in milliseconds.
const RETRY_MILLIS: u64 = 1_000;
/// How often a Slipway that does not drive looks at who does, in milliseconds.
const FOLLOW_MILLIS: u64 = 5_000;
/// How often a user without rights on Leases asks again, in milliseconds.
const FORBIDDEN_MILLIS: u64 = 60_000;
/// The longest that a term counts on, in milliseconds, before it is renewed.
const RENEW_MILLIS: u64 = 10_000;

/// What a driver knows of who leads.
#[derive(Default)]
pub(crate) struct Leading {
    standing: Standing,
    /// Why the last question had no answer.
    pub(crate) trouble: Option<PortError>,
    trouble_since: Option<Timestamp>,
    /// When to ask next, on the monotonic clock.
    next_ask: u64,
    /// The token is new: the object may still carry the mark of the driver before.
    fence_due: bool,
    /// A person's rollback went on without the Lease: it is taken as soon as it can be had.
    insists: bool,
    charter: Option<(Charter, u64)>,
    no_charter: bool,
}

#[derive(Default)]
enum Standing {
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

/// What became of leading at the start.
pub(crate) enum Start {
    Leads,
    Later,
    Other { sentence: String },
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
    fn token_on_object(&self) -> u64 {
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
            Ok(Claim::Leading { epoch, term_millis }) => {
                self.leading.trouble = None;
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

    /// Leads, or says who does, before anything is asked of the cluster for a start.
    pub(crate) async fn lead_from_the_start(&mut self, urgent: &mut Urgent) -> Start {
        if self.leads() {
            return Start::Leads;
        }
        let floor = self.floor();
        if !self.ask(Bid::Lead, floor, Some(urgent)).await {
            if let Some(trouble) = self.leading.trouble.clone() {
                self.contact.failed(trouble);
            }
            return Start::Later;
        }
        match &self.leading.standing {
            Standing::Other(leader) => Start::Other {
                sentence: format!("{}'s Slipway drives this application.", leader.person),
            },
            _ => Start::Leads,
        }
    }

    /// What must be so before a person's command is carried out: a rollback leads first, or goes on with a token of its own; what
    /// goes forward is for the one who drives; a hand-over is told to the others.
    pub(crate) async fn lead_for(&mut self, event: &Event) -> Result<(), ApplyError> {
        let Event::Commanded { command, .. } = event else {
            return Ok(());
        };
        match command {
            Command::RollBack { .. } => {
                // What the release refuses takes nothing over.
                release::step(&self.dossier.release, event, self.ports.clock.now())?;
                self.lead_to_roll_back().await;
            }
            Command::HandOver { to } => {
                release::step(&self.dossier.release, event, self.ports.clock.now())?;
                if self.is_handed_over() {
                    return Err(self.not_the_driver());
                }
                let leadership = self.ports.leadership.clone();
                leadership.offer(&self.dossier.workload, to).await?;
            }
            _ if self.is_handed_over() => return Err(self.not_the_driver()),
            _ => {}
        }
        Ok(())
    }

    fn not_the_driver(&self) -> ApplyError {
        let driver = self.dossier.release.driver.name.clone();
        ApplyError::Refused(Refusal::NotTheDriver { driver })
    }

    /// Takes the lead for a person's rollback, whoever has it. Where the Lease cannot be had the rollback goes on all the same,
    /// with a token higher than every one that was seen. Asks nobody if this Slipway leads.
    pub(crate) async fn lead_to_roll_back(&mut self) {
        let on_object = self.token_on_object();
        let leads = self.leads() && !self.is_handed_over() && on_object <= self.dossier.epoch;
        // Asked for with this click already, when the release was taken over for it.
        let has_token = self.leading.insists && on_object < self.dossier.epoch;
        if leads || has_token {
            return;
        }
        let above = self.floor().saturating_add(1);
        let had = !matches!(self.leading.standing, Standing::Unguarded)
            && self.ask(Bid::Force, above, None).await
            && !matches!(self.leading.standing, Standing::Unguarded);
        if !had {
            self.leading.insists = true;
            self.take_epoch(above).await;
        }
    }

    /// Whether an act of this state may be sent without asking anybody.
    pub(crate) fn may_send_now(&self, release: &Release) -> bool {
        match release.stage {
            Stage::RollingBack { automatic: false, .. } => true,
            _ => self.leads(),
        }
    }

    /// Makes sure of leading before an act that no person asked for. A rollback by rule goes on while it cannot be told who
    /// leads: the object itself refuses it if somebody else has acted.
    pub(crate) async fn may_send(&mut self) -> bool {
        if self.may_send_now(&self.dossier.release) {
            return true;
        }
        let answered = self.ask(Bid::Stay, self.floor(), None).await;
        if answered {
            return self.leads();
        }
        if matches!(self.dossier.release.stage, Stage::RollingBack { .. }) {
            return true;
        }
        let since = self
            .leading
            .trouble_since
            .unwrap_or_else(|| self.ports.clock.now());
        self.waiting = Some(Waiting::Leadership { since });
        false
    }

    /// Writes this driver's mark on an object that still carries the mark of the driver before. `false`: not now.
    pub(crate) async fn is_fenced(&mut self) -> bool {
        if !self.leading.fence_due || !self.dossier.release.stage.is_live() {
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
            .map_or_else(|| "Another Slipway".to_owned(), |leader| leader.person.clone());
        self.leading.standing = found.map_or(Standing::Unknown, Standing::Other);
        self.take(Event::TakenOver { by }).await;
    }

    /// Another Slipway drives: looks at which, and whether it is done.
    async fn follow(&mut self, urgent: &mut Urgent) {
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
        if seen.view.release.is_some() || seen.view.held {
            return;
        }
        let stage = if seen.view.version.template_hash == self.dossier.release.to.template_hash {
            Stage::Completed
        } else {
            Stage::RolledBack
        };
        self.take(Event::EndedElsewhere { stage }).await;
    }

    /// Puts the charter beside the workload when something in it changed: at once if the release moved, else with the next
    /// renewal. Nothing waits for it.
    pub(crate) async fn keep_charter(&mut self, urgent: &mut Urgent) {
        if !self.dossier.release.stage.is_live() || !self.leads() || self.leading.no_charter {
            return;
        }
        let charter = Charter::of(&self.dossier, &self.own_operations, &self.acts);
        let now = self.ports.clock.monotonic_millis();
        let due = match &self.leading.charter {
            None => true,
            Some((written, at)) => {
                charter.tells_another_story(written)
                    || charter != *written && now.saturating_sub(*at) >= RENEW_MILLIS
            }
        };
        if !due {
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

fn no_answer() -> PortError {
    PortError::unreachable(
        "lease-timeout",
        "The cluster does not say who leads.",
        "Slipway asks again by itself.",
    )
}
