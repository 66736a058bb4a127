//! Slipway's way to a goal, through its port alone: observe, ask what is next, act, until it has arrived.

use crate::room::{LIMIT, Room};
use cluster::NewVersion;
use conductor::{ActError, ActKind, Next, Observed, OperationId, PreparedAct, Pursuit, Trail, Workloads};
use release::{Goal, ReleaseId, RollbackTarget, Share};
use serde_json::Value;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

static RELEASES: AtomicU32 = AtomicU32::new(1);

/// How a walk ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    Arrived,
    /// As many acts as it was given are sent.
    ActsSpent,
    Exceeded(Share),
    NotPossible(Vec<Share>),
    Foreign(String),
    /// A later driver has acted.
    Superseded(u64),
    Gone,
}

pub struct Walk {
    pub release: ReleaseId,
    /// The whole Deployment as it was.
    pub before: Value,
    /// The new version's template as the cluster stores it.
    pub template: Value,
    /// Acts that were accepted.
    pub acts: Vec<ActKind>,
    uid: String,
    surge_limit: Share,
    operations: Vec<OperationId>,
    insist: bool,
    sent: u32,
}

impl Walk {
    pub async fn begin(room: &Room, template: Value, surge_limit: Share) -> Walk {
        let prepared = room
            .slipway
            .prepare(&room.workload, &NewVersion::Template(template))
            .await
            .expect("the server takes the template");
        let uid = prepared.before["metadata"]["uid"].as_str().unwrap().to_owned();
        Walk {
            release: ReleaseId(format!("R-{}", RELEASES.fetch_add(1, Ordering::Relaxed))),
            before: prepared.before,
            template: prepared.template,
            acts: Vec::new(),
            uid,
            surge_limit,
            operations: Vec::new(),
            insist: false,
            sent: 0,
        }
    }

    pub fn pursuit(&self, goal: Goal) -> Pursuit {
        let template = match goal {
            Goal::RolledBack { .. } => self.before["spec"]["template"].clone().into(),
            _ => self.template.clone().into(),
        };
        Pursuit {
            release: self.release.clone(),
            epoch: 1,
            uid: self.uid.clone(),
            goal,
            before: self.before.clone().into(),
            template,
            new_template: self.template.clone().into(),
            surge_limit: self.surge_limit,
            accept_less_capacity: false,
            last_operation: self.operations.last().cloned(),
            own_operations: self.operations.clone(),
            operation: OperationId(format!("{}.1.{}", self.release, self.sent)),
            insist: self.insist,
            on_its_way: false,
            last_try: false,
            trail: Trail::default(),
        }
    }

    pub fn next(&self, room: &Room, goal: &Goal, seen: &Observed) -> Next {
        room.slipway.next(&self.pursuit(goal.clone()), seen)
    }

    /// The next act towards a share, which must be possible at once.
    pub async fn act_towards(&self, room: &Room, percent: f64) -> PreparedAct {
        let goal = share(percent);
        match self.next(room, &goal, &room.observe().await) {
            Next::Act(act) => act,
            other => panic!("an act was expected: {other:?}"),
        }
    }

    /// Sends one act.
    pub async fn act(&mut self, room: &Room, act: &PreparedAct) -> Result<(), ActError> {
        self.sent += 1;
        room.slipway.act(&room.workload, act).await?;
        self.operations.push(act.operation.clone());
        self.acts.push(act.kind.clone());
        Ok(())
    }

    /// Goes on until something other than waiting or acting comes; a person's click reads again and sends again.
    pub async fn to(&mut self, room: &Room, goal: Goal) -> End {
        self.with_acts(room, goal, usize::MAX).await
    }

    /// As [`Walk::to`], but ends as soon as `limit` acts of the release are sent, whatever the cluster makes of the last one.
    pub async fn with_acts(&mut self, room: &Room, goal: Goal, limit: usize) -> End {
        let begun = Instant::now();
        let mut last = None;
        while begun.elapsed() < LIMIT {
            if self.acts.len() >= limit {
                return End::ActsSpent;
            }
            let Ok(seen) = room.slipway.observe(&room.workload).await else {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let next = self.next(room, &goal, &seen);
            match &next {
                Next::Arrived => return End::Arrived,
                Next::Wait(_) => {
                    let changed = room.slipway.changed(&room.workload, &seen);
                    let _ = tokio::time::timeout(Duration::from_secs(1), changed).await;
                }
                Next::Act(act) => match self.act(room, act).await {
                    Ok(()) => {}
                    Err(error) if error.is_passing() => tokio::time::sleep(Duration::from_millis(20)).await,
                    Err(error) => panic!("{:?} was refused: {error}\n{:#}", act.kind, act.patch),
                },
                Next::Exceeded { share } => return End::Exceeded(*share),
                Next::ShareNotPossible { nearest, .. } => return End::NotPossible(nearest.clone()),
                Next::Foreign { what } => return End::Foreign(what.clone()),
                Next::Superseded { epoch } => return End::Superseded(*epoch),
                Next::Gone => return End::Gone,
            }
            last = Some((next, seen.view));
        }
        let counted = room.count().await;
        panic!(
            "{goal:?} was not reached in {LIMIT:?} by {:?}; last: {last:#?}; counted: {counted:?}",
            self.acts
        );
    }

    pub async fn shift_to(&mut self, room: &Room, percent: f64) -> End {
        self.to(room, share(percent)).await
    }

    pub async fn promote(&mut self, room: &Room) -> End {
        self.to(room, Goal::Promoted).await
    }

    /// As a person's click does it.
    pub async fn roll_back(&mut self, room: &Room) -> End {
        self.insist = true;
        let target = RollbackTarget::Before;
        self.to(room, Goal::RolledBack { target }).await
    }
}

pub fn share(percent: f64) -> Goal {
    Goal::Share {
        share: Share::from_percent(percent),
    }
}
