use super::LeaseRecord;
use serde_json::Value;

/// How long the same record of a Lease has been seen here.
#[derive(Debug, Clone, Default)]
pub struct Sighting {
    record: Option<Value>,
    since_millis: u64,
}

impl Sighting {
    /// Takes a read in, and tells how many milliseconds are left until the term is over: the record's own length from when it was
    /// seen first. `now_millis` is the monotonic clock *after* the answer came, so that a slow answer shortens nobody's term.
    pub fn see(&mut self, lease: Option<&Value>, now_millis: u64) -> u64 {
        let record = lease.and_then(|lease| lease.get("spec")).cloned();
        if record.is_none() || record != self.record {
            self.since_millis = now_millis;
        }
        self.record = record;
        let Some(lease) = lease else { return 0 };
        let until = self
            .since_millis
            .saturating_add(LeaseRecord::read(lease).duration_millis);
        until.saturating_sub(now_millis)
    }
}
