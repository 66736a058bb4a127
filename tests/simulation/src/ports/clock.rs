use super::Port;
use async_trait::async_trait;
use conductor::Clock;
use release::Timestamp;
use std::time::Duration;

#[async_trait]
impl Clock for Port {
    fn now(&self) -> Timestamp {
        let room = self.room();
        let wall = room.world.now().as_millisecond();
        Timestamp(wall + room.machines[self.machine].wall_offset)
    }

    fn monotonic_millis(&self) -> u64 {
        let room = self.room();
        let awake = room.now().saturating_sub(room.machines[self.machine].slept);
        u64::try_from(awake.as_millis()).unwrap_or(u64::MAX)
    }

    async fn sleep(&self, millis: u64) {
        let at = self.room().now() + Duration::from_millis(millis);
        self.until(at).await;
    }
}
