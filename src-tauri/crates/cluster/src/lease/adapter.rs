use super::beside::{Beside, Kind, KubeObjects, Unanswered};
use super::{
    Decision, LeaseRecord, Question, Sighting, Terms, config_map, decide, offered, read_charter, resigned,
};
use crate::workloads::Environments;
use async_trait::async_trait;
use conductor::{Bid, Charter, Claim, Clock, Identity, Leader, Leadership, PortError, WorkloadRef};
use release::ReleaseId;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How often a write is tried again because somebody else wrote in between.
const TRIES: u32 = 4;

/// The port [`Leadership`] on the API servers of all environments that live by one clock.
pub type KubeLeadership = LeaseLeadership<KubeObjects>;

/// The port [`Leadership`] by a Lease and a ConfigMap beside each workload, wherever those are kept.
pub struct LeaseLeadership<O> {
    objects: O,
    identity: Mutex<Identity>,
    clock: Arc<dyn Clock>,
    terms: Terms,
    known: Mutex<HashMap<WorkloadRef, Known>>,
}

/// What is known of one Lease.
#[derive(Default)]
struct Known {
    sighting: Sighting,
    /// The Lease as this Slipway wrote it last: renewed with one request and no read.
    own: Option<Value>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl KubeLeadership {
    /// Leads, or not, as `identity`. Terms are measured on `clock`.
    pub fn new(
        environments: Environments,
        identity: Identity,
        clock: Arc<dyn Clock>,
        terms: Terms,
    ) -> KubeLeadership {
        LeaseLeadership::on(KubeObjects::of(environments), identity, clock, terms)
    }
}

impl<O: Beside> LeaseLeadership<O> {
    /// Leads, or not, as `identity`, by what stands in `objects`. Terms are measured on `clock`.
    pub fn on(objects: O, identity: Identity, clock: Arc<dyn Clock>, terms: Terms) -> LeaseLeadership<O> {
        LeaseLeadership {
            objects,
            identity: Mutex::new(identity),
            clock,
            terms,
            known: Mutex::default(),
        }
    }

    /// The person has another name from now on.
    pub fn rename(&self, person: &str) {
        lock(&self.identity).person = person.to_owned();
    }

    fn identity(&self) -> Identity {
        lock(&self.identity).clone()
    }

    async fn read(&self, at: &WorkloadRef) -> Result<(Option<Value>, u64), PortError> {
        let lease = self.objects.get(at, Kind::Lease).await.map_err(lease_trouble)?;
        let now = self.clock.monotonic_millis();
        let remaining = lock(&self.known)
            .entry(at.clone())
            .or_default()
            .sighting
            .see(lease.as_ref(), now);
        Ok((lease, remaining))
    }

    /// Changes the Lease as `next` says, as long as it says something. `None`: it is not this Slipway's.
    async fn change(
        &self,
        at: &WorkloadRef,
        next: impl Fn(&Identity, &Value) -> Option<Value>,
    ) -> Result<Option<()>, PortError> {
        lock(&self.known).entry(at.clone()).or_default().own = None;
        for _ in 0..TRIES {
            let (found, _) = self.read(at).await?;
            let Some(lease) = found.and_then(|found| next(&self.identity(), &found)) else {
                return Ok(None);
            };
            match self.objects.replace(at, Kind::Lease, &lease).await {
                Ok(_) => return Ok(Some(())),
                Err(trouble) if trouble.is_status(409) => {}
                Err(trouble) => return Err(lease_trouble(trouble)),
            }
        }
        Err(contended())
    }
}

#[async_trait]
impl<O: Beside> Leadership for LeaseLeadership<O> {
    async fn bid(&self, at: &WorkloadRef, bid: Bid, floor: u64) -> Result<Claim, PortError> {
        let me = self.identity();
        // Taken away: an answer that does not come leaves nothing that could be wrong.
        let mut own = lock(&self.known).entry(at.clone()).or_default().own.take();
        for _ in 0..TRIES {
            let (found, remaining) = match own.take() {
                Some(own) => (Some(own), 0),
                None => self.read(at).await?,
            };
            let question = Question {
                me: &me,
                at,
                bid,
                floor,
                now: self.clock.now(),
                terms: self.terms,
            };
            let record = found.as_ref().map(LeaseRecord::read).unwrap_or_default();
            let written = match decide(&question, found.as_ref(), remaining) {
                Decision::Create(lease) => self.objects.create(at, Kind::Lease, &lease).await,
                Decision::Update(lease) => self.objects.replace(at, Kind::Lease, &lease).await,
                Decision::Other => {
                    return record.leader(remaining).map(Claim::Other).ok_or_else(contended);
                }
            };
            match written {
                Ok(lease) => {
                    let epoch = LeaseRecord::read(&lease).epoch;
                    lock(&self.known).entry(at.clone()).or_default().own = Some(lease);
                    return Ok(Claim::Leading {
                        epoch,
                        term_millis: self.terms.own_millis(),
                        after: record.left_since(floor),
                    });
                }
                // Somebody else wrote, made or removed it in between.
                Err(trouble) if trouble.is_status(409) || trouble.is_status(404) && found.is_some() => {}
                Err(trouble) => return Err(lease_trouble(trouble)),
            }
        }
        Err(contended())
    }

    async fn leader(&self, at: &WorkloadRef) -> Result<Option<Leader>, PortError> {
        let (lease, remaining) = self.read(at).await?;
        Ok(lease.and_then(|lease| LeaseRecord::read(&lease).leader(remaining)))
    }

    fn is_own(&self, leader: &Leader) -> bool {
        lock(&self.identity).id == leader.id
    }

    async fn offer(&self, at: &WorkloadRef, to: &str) -> Result<(), PortError> {
        let (now, terms) = (self.clock.now(), self.terms);
        let done = self
            .change(at, |me, found| offered(me, at, found, to, now, terms))
            .await?;
        done.ok_or_else(|| {
            PortError::new(
                "lease-lost",
                "This Slipway does not drive the release any more, so it cannot hand it over.",
                "See who drives it.",
            )
        })
    }

    async fn resign(&self, at: &WorkloadRef) -> Result<(), PortError> {
        let (now, terms) = (self.clock.now(), self.terms);
        self.change(at, |me, found| resigned(me, at, found, now, terms))
            .await?;
        Ok(())
    }

    async fn charter(&self, at: &WorkloadRef) -> Result<Option<Charter>, PortError> {
        let found = self.objects.get(at, Kind::ConfigMap).await;
        Ok(found.map_err(charter_trouble)?.as_ref().and_then(read_charter))
    }

    async fn keep_charter(&self, at: &WorkloadRef, charter: &Charter) -> Result<(), PortError> {
        for _ in 0..TRIES {
            let found = self.objects.get(at, Kind::ConfigMap).await;
            let found = found.map_err(charter_trouble)?;
            let map = config_map(at, charter, found.as_ref())?;
            let written = match found {
                Some(_) => self.objects.replace(at, Kind::ConfigMap, &map).await,
                None => self.objects.create(at, Kind::ConfigMap, &map).await,
            };
            match written {
                Ok(_) => return Ok(()),
                Err(trouble) if trouble.is_status(409) || trouble.is_status(404) => {}
                Err(trouble) => return Err(charter_trouble(trouble)),
            }
        }
        Err(contended())
    }

    async fn drop_charter(&self, at: &WorkloadRef, release: &ReleaseId, epoch: u64) -> Result<(), PortError> {
        let own = self
            .charter(at)
            .await?
            .is_some_and(|charter| charter.release.id == *release && charter.epoch <= epoch);
        if !own {
            return Ok(());
        }
        match self.objects.delete(at, Kind::ConfigMap).await {
            Ok(()) => Ok(()),
            Err(trouble) if trouble.is_status(404) => Ok(()),
            Err(trouble) => Err(charter_trouble(trouble)),
        }
    }
}

fn lease_trouble(trouble: Unanswered) -> PortError {
    match trouble.forbidden() {
        Some(message) => PortError::new(
            "lease-forbidden",
            format!("You may not use Leases here, so another Slipway could drive too: {message}"),
            "Ask the cluster's administrator for the right to get, create and update leases.",
        ),
        None => trouble.of_read("The Lease of the application"),
    }
}

fn charter_trouble(trouble: Unanswered) -> PortError {
    match trouble.forbidden() {
        Some(message) => PortError::new(
            "charter-forbidden",
            format!(
                "You may not use ConfigMaps here, so no other Slipway can go on with the release: {message}"
            ),
            "Ask the cluster's administrator for the right to get, create, update and delete configmaps.",
        ),
        None => trouble.of_read("The charter beside the workload"),
    }
}

fn contended() -> PortError {
    PortError::unreachable(
        "lease-contended",
        "Several Slipways write the Lease of this application at the same time.",
        "Slipway asks again by itself.",
    )
}
