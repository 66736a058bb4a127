use crate::{Charter, PortError, WorkloadRef};
use async_trait::async_trait;
use release::{ReleaseId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One Slipway, as others tell it apart: a profile, not a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// Random, made once with the profile.
    pub id: String,
    /// The person's name, for others to read.
    pub person: String,
}

/// The Slipway that leads an application, as its Lease says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Leader {
    /// The id of its profile.
    pub id: String,
    /// The person there.
    pub person: String,
    /// Its fencing token.
    #[ts(type = "number")]
    pub epoch: u64,
    /// Since when it leads, by its own clock; only to be shown.
    pub since: Option<Timestamp>,
    /// Milliseconds until its term is over, should it not renew: judged by how long the same record has been seen here, never
    /// by comparing clocks. 0: the term is over.
    #[ts(type = "number")]
    pub remaining_millis: u64,
    /// The person to whom it gives the control, if it does.
    pub offered_to: Option<String>,
}

/// How much a Slipway wants to lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bid {
    /// Go on leading: only if nobody else has taken the Lease, however old the other's is.
    Stay,
    /// Lead if nobody does, if the other's term is over, or if it is offered to this person.
    Lead,
    /// Lead, whoever does now: for a person's rollback and nothing else.
    Force,
}

/// What became of a bid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// This Slipway leads.
    Leading {
        /// Its fencing token: a number that grows with every change of the leader.
        epoch: u64,
        /// For how long it may believe so, in milliseconds of its own monotonic clock from before it asked. Shorter than what
        /// others wait, so that clocks of different rates do no harm.
        term_millis: u64,
        /// The person whose Slipway led since the token that was bid with, and has left again; `None` if none did.
        after: Option<String>,
    },
    /// Another one does.
    Other(Leader),
}

/// Who leads an application, and the charter from which somebody else can go on.
///
/// A Lease keeps two Slipways from getting into each other's way. It does not guard the workload: that is what the `test`s of
/// every act do, and the fencing token in the marker.
#[async_trait]
pub trait Leadership: Send + Sync {
    /// Asks to lead. A new leader's token is at least `floor`, and higher than that of every leader before.
    ///
    /// # Errors
    ///
    /// Nothing is known to have changed. `lease-forbidden`: this user may not use Leases here, and never will lead.
    async fn bid(&self, at: &WorkloadRef, bid: Bid, floor: u64) -> Result<Claim, PortError>;

    /// Who leads now, this Slipway included; `None` if nobody does.
    ///
    /// # Errors
    ///
    /// As [`Leadership::bid`].
    async fn leader(&self, at: &WorkloadRef) -> Result<Option<Leader>, PortError>;

    /// Whether this is the Slipway that asks.
    fn is_own(&self, leader: &Leader) -> bool;

    /// Names the person whose Slipway may take over at once.
    ///
    /// # Errors
    ///
    /// As [`Leadership::bid`]; `lease-lost` if another Slipway leads.
    async fn offer(&self, at: &WorkloadRef, to: &str) -> Result<(), PortError>;

    /// Leads no more. Nothing happens where another Slipway leads.
    ///
    /// # Errors
    ///
    /// As [`Leadership::bid`]; the term then ends by itself.
    async fn resign(&self, at: &WorkloadRef) -> Result<(), PortError>;

    /// The charter beside the workload, if there is one that can be read.
    ///
    /// # Errors
    ///
    /// The cluster does not answer. `charter-forbidden`: this user may not read it.
    async fn charter(&self, at: &WorkloadRef) -> Result<Option<Charter>, PortError>;

    /// Puts the charter beside the workload.
    ///
    /// # Errors
    ///
    /// Nothing was written. `charter-superseded`: a later driver of the same release has written its own.
    /// `charter-forbidden`: this user may not. `charter-too-large`: it has more than fits.
    async fn keep_charter(&self, at: &WorkloadRef, charter: &Charter) -> Result<(), PortError>;

    /// Takes the charter of a release away. Nothing happens where it is another release's, or a later driver's.
    ///
    /// # Errors
    ///
    /// As [`Leadership::keep_charter`].
    async fn drop_charter(&self, at: &WorkloadRef, release: &ReleaseId, epoch: u64) -> Result<(), PortError>;
}
