use async_trait::async_trait;
use conductor::Clock;
use practice::Practice;
use release::Timestamp;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The computer's own time.
pub(crate) struct SystemClock {
    start: Instant,
}

impl SystemClock {
    pub(crate) fn new() -> SystemClock {
        SystemClock {
            start: Instant::now(),
        }
    }
}

/// Wall-clock time now.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        now()
    }

    fn monotonic_millis(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    async fn sleep(&self, millis: u64) {
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}

/// The practice cluster's time, as fast as the person set it.
pub(crate) struct PracticeClock {
    practice: Arc<Practice>,
}

impl PracticeClock {
    pub(crate) fn new(practice: Arc<Practice>) -> PracticeClock {
        PracticeClock { practice }
    }
}

/// Sleeps are cut into pieces of at most this length, so that a changed acceleration is felt soon.
const LONGEST_NAP: Duration = Duration::from_millis(250);

#[async_trait]
impl Clock for PracticeClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.practice.now().as_millisecond())
    }

    fn monotonic_millis(&self) -> u64 {
        u64::try_from(self.practice.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    async fn sleep(&self, millis: u64) {
        let until = self.practice.elapsed() + Duration::from_millis(millis);
        loop {
            let left = until.saturating_sub(self.practice.elapsed());
            if left.is_zero() {
                return;
            }
            let real = left.div_f64(self.practice.acceleration().max(0.001));
            tokio::time::sleep(real.clamp(Duration::from_millis(1), LONGEST_NAP)).await;
        }
    }
}
