use async_trait::async_trait;
use release::Timestamp;

/// Time, one per environment: accelerated only in the practice cluster.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Wall-clock time, for records.
    fn now(&self) -> Timestamp;

    /// Milliseconds on a clock that never goes back, from an arbitrary start; it includes neither jumps of the wall clock nor,
    /// where the system can tell, the time asleep.
    fn monotonic_millis(&self) -> u64;

    /// Returns after `millis` milliseconds of this clock.
    async fn sleep(&self, millis: u64);
}
