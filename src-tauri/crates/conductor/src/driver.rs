use crate::apply::ApplyError;
use crate::health::Health;
use crate::leading::Leading;
use crate::nearness::Nearness;
use crate::queue::Queued;
use crate::{
    ActProgress, Clock, Contact, Dossier, Intent, Journal, Leader, Leadership, Observed, OperationId,
    Outcome, PortError, Pursuit, Signals, Trail, Unfinished, Waiting, Workloads,
};
use judge::{ReleaseVerdict, SignalError};
use release::{Command, Event, Goal, Person, Release, RollbackTarget, Stage, Timestamp};
use std::sync::Arc;

/// What a driver needs of the world.
#[derive(Clone)]
pub struct Ports {
    /// The cluster.
    pub workloads: Arc<dyn Workloads>,
    /// Who leads an application.
    pub leadership: Arc<dyn Leadership>,
    /// Health data.
    pub signals: Arc<dyn Signals>,
    /// The record.
    pub journal: Arc<dyn Journal>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// Drives one release: call [`Driver::turn`] again and again, and [`Driver::command`] when a person asks for something.
///
/// A driver may be dropped between any two awaits, as by a crash: another one made by [`Driver::recover`] goes on.
pub struct Driver {
    pub(crate) ports: Ports,
    pub(crate) dossier: Dossier,
    pub(crate) own_operations: Vec<OperationId>,
    pub(crate) open_intents: Vec<Intent>,
    /// Intents that were told as never happened. They may still arrive as long as what they test is so, or again once it is.
    pub(crate) late_intents: Vec<Intent>,
    /// Outcomes that the record does not know yet: nobody waits for them. They are written before the next intent.
    pub(crate) outcomes: Vec<(OperationId, Timestamp, Outcome)>,
    pub(crate) health: Health,
    pub(crate) seen: Option<Observed>,
    pub(crate) acts: Vec<ActProgress>,
    pub(crate) contact: Contact,
    pub(crate) journal_trouble: Option<PortError>,
    pub(crate) waiting: Option<Waiting>,
    pub(crate) last_foreign: Option<String>,
    pub(crate) last_refusal: Option<String>,
    pub(crate) not_before: u64,
    pub(crate) last_look: Option<u64>,
    /// How long after the last look the next one is due, in milliseconds, where the source tells that.
    pub(crate) stride: Option<u64>,
    /// How near the workload was to the new version at the last look.
    pub(crate) nearness: Option<Nearness>,
    pub(crate) leading: Leading,
    pub(crate) queued: Option<Queued>,
    /// What the release's own acts left on the object.
    pub(crate) trail: Trail,
    /// A person's command is being carried out.
    pub(crate) in_click: bool,
    #[cfg(feature = "planted-mistakes")]
    pub(crate) mistake: Option<crate::Mistake>,
}

/// What is known about a release now, for a screen.
#[derive(Debug, Clone)]
pub struct DriverView {
    /// The release.
    pub release: Release,
    /// The workload at the last look.
    pub seen: Option<Observed>,
    /// What the judge says.
    pub verdict: ReleaseVerdict,
    /// Acts, the latest last; the older ones are in the record.
    pub acts: Vec<ActProgress>,
    /// What the cluster is waited for.
    pub waiting: Option<Waiting>,
    /// Whether the cluster answers.
    pub contact: Contact,
    /// Whether the source of health data answers.
    pub signals_contact: Contact,
    /// Why the record cannot be written, if it cannot.
    pub journal_trouble: Option<PortError>,
    /// Who drives instead of this Slipway, where that is known.
    pub other: Option<Leader>,
    /// Why it is not known who leads, if so. The release is held by its own marks all the same.
    pub leadership_trouble: Option<PortError>,
}

/// What a turn found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// When the next turn is due at the latest, in milliseconds; earlier if the workload changes.
    pub next_millis: u64,
    /// Whether the release is over and nothing of it is left to do.
    pub over: bool,
}

/// Why a command was not carried out.
pub type CommandError = ApplyError;

/// Acts kept for the screen.
const ACTS_SHOWN: usize = 24;

impl Driver {
    /// Writes a new release down and drives it. Nothing happens to the cluster before a command.
    ///
    /// # Errors
    ///
    /// The record cannot be written, or the signals make no sense.
    pub async fn begin(dossier: Dossier, ports: Ports) -> Result<Driver, ApplyError> {
        let health = Health::new(&dossier)?;
        ports.journal.open(&dossier).await?;
        Ok(Driver::with(dossier, ports, health, Vec::new(), Vec::new()))
    }

    /// Goes on with a release from the record.
    ///
    /// # Errors
    ///
    /// The signals in the record make no sense to this version.
    pub fn recover(unfinished: Unfinished, ports: Ports) -> Result<Driver, SignalError> {
        let mut health = Health::new(&unfinished.dossier)?;
        health.fold(&unfinished.looks, &unfinished.dossier.release);
        let mut dossier = unfinished.dossier;
        let mut own = unfinished.own_operations;
        for intent in &unfinished.open_intents {
            if !own.contains(&intent.act.operation) {
                own.push(intent.act.operation.clone());
            }
        }
        // The number of the next operation must be new whatever the crash took away.
        let used = own.iter().filter_map(OperationId::number).max();
        dossier.operations = dossier.operations.max(used.map_or(0, |used| used + 1));
        let mut driver = Driver::with(dossier, ports, health, own, unfinished.open_intents);
        driver.late_intents = unfinished.late_intents;
        driver.trail = unfinished.trail;
        // A takeover may have ended between its record and its mark on the object: looked at before anything else is done.
        driver.leading.fence_due = true;
        Ok(driver)
    }

    pub(crate) fn with(
        dossier: Dossier,
        ports: Ports,
        health: Health,
        own_operations: Vec<OperationId>,
        open_intents: Vec<Intent>,
    ) -> Driver {
        Driver {
            ports,
            dossier,
            own_operations,
            open_intents,
            late_intents: Vec::new(),
            outcomes: Vec::new(),
            health,
            seen: None,
            acts: Vec::new(),
            contact: Contact::default(),
            journal_trouble: None,
            waiting: None,
            last_foreign: None,
            last_refusal: None,
            not_before: 0,
            last_look: None,
            stride: None,
            nearness: None,
            leading: Leading::default(),
            queued: None,
            trail: Trail::default(),
            in_click: false,
            #[cfg(feature = "planted-mistakes")]
            mistake: None,
        }
    }

    /// Makes the driver wrong on purpose, to see that a test finds it.
    #[cfg(feature = "planted-mistakes")]
    pub fn plant(&mut self, mistake: Option<crate::Mistake>) {
        self.mistake = mistake;
    }

    /// Ends a release from the record that was never begun. One that has begun stays as it is.
    ///
    /// # Errors
    ///
    /// It cannot be written down; nothing happened.
    pub async fn withdraw(&mut self) -> Result<(), CommandError> {
        self.apply(Event::NeverStarted).await
    }

    /// Carries out what a person asks for. A rollback is sent to the cluster before this returns, if it can be reached; what
    /// became of it is written down with the next turn, which therefore has to follow.
    ///
    /// # Errors
    ///
    /// The command is refused, or it cannot be written down. A rollback is never refused for want of a disk.
    pub async fn command(&mut self, by: &Person, command: Command) -> Result<(), CommandError> {
        let rolls_back = matches!(command, Command::RollBack { .. });
        if let Command::RollBack { target, .. } = &command {
            self.find_template(target).await?;
        }
        // Whoever goes on after a hold hears again of what is still in the way.
        self.last_foreign = None;
        self.last_refusal = None;
        let event = Event::Commanded {
            by: by.clone(),
            command,
        };
        self.lead_for(&event).await?;
        if rolls_back {
            self.queue_rollback();
        }
        self.in_click = true;
        let applied = self.apply(event).await;
        self.in_click = false;
        self.look_at_queue().await;
        applied
    }

    /// The template of a rollback to another revision must be in the record before the rollback is.
    async fn find_template(&mut self, target: &RollbackTarget) -> Result<(), CommandError> {
        let RollbackTarget::Revision { version, .. } = target else {
            return Ok(());
        };
        if self.dossier.template(&version.template_hash).is_some() {
            return Ok(());
        }
        let revisions = self.ports.workloads.revisions(&self.dossier.workload).await?;
        let found = revisions
            .into_iter()
            .find(|known| known.version.template_hash == version.template_hash);
        let Some(found) = found else {
            return Err(PortError::new(
                "revision-unknown",
                format!("The cluster does not know version {} any more.", version.label()),
                "Choose another revision from the list.",
            )
            .into());
        };
        self.dossier
            .other_templates
            .insert(version.template_hash.clone(), found.template.into());
        if let Err(error) = self.ports.journal.amend(&self.dossier).await {
            self.journal_trouble = Some(error);
        }
        Ok(())
    }

    /// The pursuit of a goal with the next free operation name.
    pub(crate) fn pursuit(&self, release: &Release, goal: Goal) -> Pursuit {
        let insist = matches!(&release.stage, Stage::RollingBack { automatic: false, .. });
        Pursuit {
            trail: self.trail.clone(),
            on_its_way: self.is_on_its_way(),
            ..Pursuit::of(&self.dossier, goal, self.own_operations.clone(), insist)
        }
    }

    /// Whether an act that was sent and has no answer may still change the workload as it was seen last.
    pub(crate) fn is_on_its_way(&self) -> bool {
        let Some(seen) = &self.seen else { return false };
        let mut sent = self.open_intents.iter().chain(&self.late_intents);
        sent.any(|intent| intent.could_still_come(seen))
    }

    pub(crate) fn show_act(&mut self, act: ActProgress) {
        self.acts.push(act);
        let over = self.acts.len().saturating_sub(ACTS_SHOWN);
        self.acts.drain(..over);
    }

    /// What is known now.
    pub fn view(&self) -> DriverView {
        DriverView {
            release: self.dossier.release.clone(),
            seen: self.seen.clone(),
            verdict: self.health.verdict(),
            acts: self.acts.clone(),
            waiting: self.waiting.clone(),
            contact: self.contact.clone(),
            signals_contact: self.health.contact.clone(),
            journal_trouble: self.journal_trouble.clone(),
            other: self.leading.other().cloned(),
            leadership_trouble: self.leading.trouble.clone(),
        }
    }

    /// What the cluster is waited for.
    pub fn waiting(&self) -> Option<&Waiting> {
        self.waiting.as_ref()
    }

    /// The act that was sent last since this driver began.
    pub fn last_act(&self) -> Option<&ActProgress> {
        self.acts.last()
    }

    /// The dossier with its present state.
    pub fn dossier(&self) -> &Dossier {
        &self.dossier
    }

    /// The pursuit of what the release wants now, or of its rollback if it wants nothing: for checks and for showing what
    /// would be sent. Not for sending.
    pub fn rehearsal(&self, goal: Goal) -> Pursuit {
        self.pursuit(&self.dossier.release, goal)
    }
}
