use super::LeaseRecord;
use conductor::{Bid, Identity, WorkloadRef};
use release::Timestamp;
use serde_json::Value;

/// How long terms are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// How long others wait before they take over, in seconds; at least 1.
    pub seconds: u64,
}

impl Default for Terms {
    fn default() -> Terms {
        Terms { seconds: 30 }
    }
}

impl Terms {
    /// For how long a holder believes that it leads, from before it asked, in milliseconds: two thirds, so that nobody takes over
    /// from a holder that still believes, unless one of the two monotonic clocks goes half as fast again as the other.
    pub fn own_millis(self) -> u64 {
        self.seconds.saturating_mul(1_000) / 3 * 2
    }
}

/// A bid, with everything that decides it.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// Who asks.
    pub me: &'a Identity,
    /// For which workload.
    pub at: &'a WorkloadRef,
    /// How much it wants to lead.
    pub bid: Bid,
    /// The least token of a new leader.
    pub floor: u64,
    /// Wall-clock time, written for people to read and never compared.
    pub now: Timestamp,
    /// How long terms are.
    pub terms: Terms,
}

/// What to do about a bid.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Make this Lease; if there is one by then, ask again.
    Create(Value),
    /// Put this in the place of the Lease that was found, guarded by its resourceVersion; if it has changed, ask again.
    Update(Value),
    /// Another Slipway leads.
    Other,
}

/// Decides a bid from the Lease that was found and what is left of its term.
pub fn decide(asked: &Question<'_>, found: Option<&Value>, remaining_millis: u64) -> Decision {
    let record = found.map(LeaseRecord::read).unwrap_or_default();
    let own = record.holder.as_deref() == Some(asked.me.id.as_str());
    let free = record.holder.is_none();
    let offered = record
        .offered_to
        .as_deref()
        .is_some_and(|to| same_name(to, &asked.me.person));
    let may = match asked.bid {
        Bid::Stay => own || free,
        Bid::Lead => own || free || remaining_millis == 0 || offered,
        Bid::Force => true,
    };
    if !may {
        return Decision::Other;
    }
    let next = if own {
        LeaseRecord {
            person: asked.me.person.clone(),
            epoch: record.epoch.max(asked.floor),
            ..record
        }
    } else {
        LeaseRecord {
            holder: Some(asked.me.id.clone()),
            person: asked.me.person.clone(),
            epoch: record.epoch.saturating_add(1).max(asked.floor),
            since: Some(asked.now),
            offered_to: None,
            duration_millis: 0,
        }
    };
    let object = next.object(asked.at, found, asked.now, asked.terms.seconds);
    match found {
        Some(_) => Decision::Update(object),
        None => Decision::Create(object),
    }
}

/// People write names as they like.
fn same_name(left: &str, right: &str) -> bool {
    left.trim().to_lowercase() == right.trim().to_lowercase()
}

/// The Lease that names a person who may take over; `None` if `me` does not hold it.
pub fn offered(
    me: &Identity,
    at: &WorkloadRef,
    found: &Value,
    to: &str,
    now: Timestamp,
    terms: Terms,
) -> Option<Value> {
    let record = LeaseRecord::read(found);
    (record.holder.as_deref() == Some(me.id.as_str())).then(|| {
        let record = LeaseRecord {
            offered_to: Some(to.trim().to_owned()),
            ..record
        };
        record.object(at, Some(found), now, terms.seconds)
    })
}

/// The Lease that nobody holds, with its token and who had it kept for the next one; `None` if `me` does not hold it.
pub fn resigned(
    me: &Identity,
    at: &WorkloadRef,
    found: &Value,
    now: Timestamp,
    terms: Terms,
) -> Option<Value> {
    let record = LeaseRecord::read(found);
    (record.holder.as_deref() == Some(me.id.as_str())).then(|| {
        let record = LeaseRecord {
            holder: None,
            since: None,
            offered_to: None,
            ..record
        };
        record.object(at, Some(found), now, terms.seconds)
    })
}
