use crate::{Bid, Charter, Claim, Leader, Leadership, PortError, WorkloadRef};
use async_trait::async_trait;
use release::ReleaseId;

/// Where there is one Slipway and no other can come: it always leads, and leaves nothing behind. For tests and measurements.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

#[async_trait]
impl Leadership for Alone {
    async fn bid(&self, _: &WorkloadRef, _: Bid, floor: u64) -> Result<Claim, PortError> {
        Ok(Claim::Leading {
            epoch: floor,
            term_millis: u64::MAX,
            after: None,
        })
    }

    async fn leader(&self, _: &WorkloadRef) -> Result<Option<Leader>, PortError> {
        Ok(None)
    }

    fn is_own(&self, _: &Leader) -> bool {
        true
    }

    async fn offer(&self, _: &WorkloadRef, _: &str) -> Result<(), PortError> {
        Ok(())
    }

    async fn resign(&self, _: &WorkloadRef) -> Result<(), PortError> {
        Ok(())
    }

    async fn charter(&self, _: &WorkloadRef) -> Result<Option<Charter>, PortError> {
        Ok(None)
    }

    async fn keep_charter(&self, _: &WorkloadRef, _: &Charter) -> Result<(), PortError> {
        Ok(())
    }

    async fn drop_charter(&self, _: &WorkloadRef, _: &ReleaseId, _: u64) -> Result<(), PortError> {
        Ok(())
    }
}
