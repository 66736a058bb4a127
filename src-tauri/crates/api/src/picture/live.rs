use super::acts::last_act;
use super::controls::controls;
use super::events::events;
use super::impact::impact;
use super::judgement::judgement;
use super::pods::pods;
use super::rollback::{Readiness, rollback};
use super::signals::signals;
use super::traffic::traffic;
use super::waits::{Driven, waits};
use super::{Told, head, share_now, shares, tracks};
use crate::view::{Contact, EnvironmentTag, Failure, LiveRelease, ResumeOffer, RunningRelease};
use conductor::WorkloadView;
use release::{Person, Stage, Timestamp};
use std::collections::BTreeMap;

/// How long after a rollback it can be taken up again.
const RESUME_OFFER_MILLIS: i64 = 10 * 60 * 1000;

/// What a picture needs besides the story.
pub(crate) struct Around<'a> {
    /// The environment.
    pub(crate) environment: EnvironmentTag,
    /// The workload at the last look.
    pub(crate) view: Option<&'a WorkloadView>,
    /// Whether that is live.
    pub(crate) contact: Contact,
    /// Whether the cluster answered: what goes forward is off without it.
    pub(crate) in_contact: bool,
    /// Why health data cannot be read, if it cannot.
    pub(crate) signals_failure: Option<Failure>,
    /// Signals that could not be read at the last look, and why, by their ids.
    pub(crate) signal_problems: BTreeMap<String, Failure>,
    /// What drives it; `None` for what is only read.
    pub(crate) driven: Option<Driven>,
    /// The way back.
    pub(crate) readiness: &'a Readiness,
    /// Who sits here.
    pub(crate) person: &'a Person,
    /// The release that this one takes up again.
    pub(crate) resumes: Option<String>,
    /// The clock.
    pub(crate) now: Timestamp,
}

/// The live screen.
pub(crate) fn live(told: &Told, around: &Around<'_>) -> LiveRelease {
    let release = told.release();
    let now = around.now;
    let mut newest_first = events(told);
    newest_first.reverse();
    LiveRelease {
        head: head(told, &around.environment, around.resumes.clone()),
        stage: release.stage.clone(),
        phase: u32::try_from(release.phase).unwrap_or(u32::MAX),
        phases: tracks(told, now),
        shares: shares(told, now),
        now,
        contact: around.contact.clone(),
        driver: release.driver.clone(),
        you_drive: release.driver.name == around.person.name,
        automatic_rollback: release.plan.automatic_rollback,
        judgement: judgement(told),
        signals: signals(
            told,
            now,
            around.signals_failure.as_ref(),
            &around.signal_problems,
        ),
        traffic: Some(traffic(told)),
        pods: pods(around.view, &release.to.template_hash),
        events: newest_first,
        controls: controls(release, around.in_contact),
        rollback: rollback(told, around.view, around.readiness, now),
        act: last_act(told),
        waits: waits(told, around.driven.as_ref()),
        impact: impact(told),
        resume_offer: resume_offer(told, now),
    }
}

fn resume_offer(told: &Told, now: Timestamp) -> Option<ResumeOffer> {
    let release = told.release();
    if release.stage != Stage::RolledBack || release.plan.phases.is_empty() {
        return None;
    }
    let until = Timestamp(told.ended()?.0 + RESUME_OFFER_MILLIS);
    (now < until).then(|| ResumeOffer {
        phase: u32::try_from(release.phase).unwrap_or(0),
        until,
    })
}

/// A release in the side bar.
pub(crate) fn running(
    told: &Told,
    environment: EnvironmentTag,
    contact: Contact,
    now: Timestamp,
) -> RunningRelease {
    let release = told.release();
    RunningRelease {
        id: release.id.0.clone(),
        application: release.application.clone(),
        environment,
        stage: release.stage.clone(),
        outcome: release.health(),
        share: share_now(told),
        started_at: told.dossier.created,
        phases: tracks(told, now),
        shares: shares(told, now),
        now,
        contact,
    }
}
