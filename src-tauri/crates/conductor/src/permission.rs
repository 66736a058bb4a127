//! What may be done depending on who leads.

use crate::driver::Driver;
use crate::leading::Standing;
use crate::turn::Urgent;
use crate::{ApplyError, Bid, Waiting};
use release::{Command, Event, Refusal, Release, Stage};

/// What became of leading at the start.
pub(crate) enum Start {
    Leads,
    Later,
    Other { sentence: String },
}

impl Driver {
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
        let refused_by_release =
            || release::step(&self.dossier.release, event, self.ports.clock.now()).map(drop);
        if let Command::RollBack { .. } = command {
            // What the release refuses takes nothing over.
            refused_by_release()?;
            self.lead_to_roll_back().await;
            return Ok(());
        }
        if self.is_handed_over() {
            return Err(self.not_the_driver());
        }
        match command {
            Command::HandOver { to } => {
                refused_by_release()?;
                let leadership = self.ports.leadership.clone();
                leadership.offer(&self.dossier.workload, to).await?;
            }
            Command::Resume
            | Command::Approve { .. }
            | Command::SkipBake { .. }
            | Command::Promote { .. } => {
                // A colleague may have taken over since the Lease was renewed last. Without an answer the object guards what follows.
                self.ask(Bid::Stay, self.floor(), None).await;
                if self.is_handed_over() {
                    return Err(self.not_the_driver());
                }
            }
            Command::Start | Command::Hold { .. } | Command::RollBack { .. } => {}
        }
        Ok(())
    }

    fn not_the_driver(&self) -> ApplyError {
        let driver = self.leading.other().map_or_else(
            || self.dossier.release.driver.name.clone(),
            |leader| leader.person.clone(),
        );
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
        if !self.had_by_force(above).await {
            self.leading.insists = true;
            self.take_epoch(above).await;
        }
    }

    /// Whether the Lease could be had; where Leases are forbidden it cannot.
    async fn had_by_force(&mut self, floor: u64) -> bool {
        if matches!(self.leading.standing, Standing::Unguarded) {
            return false;
        }
        let answered = self.ask(Bid::Force, floor, None).await;
        answered && matches!(self.leading.standing, Standing::Leads { .. })
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
}
