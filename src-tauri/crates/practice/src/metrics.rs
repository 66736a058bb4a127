//! Samples.
use std::time::Duration;
/// placeholder
#[derive(Debug)]
pub struct Recorder;
impl Recorder {
    /// placeholder
    pub fn new(_: Duration, _: Duration) -> Self {
        Self
    }
}
use crate::api_status::ApiStatus;
use crate::request::Target;
use crate::world::World;
use bytes::Bytes;
impl World {
    pub(crate) fn scrape(&mut self) {}
    pub(crate) fn proxy(
        &mut self,
        _request: &http::Request<Bytes>,
        _target: &Target,
    ) -> Result<http::Response<Bytes>, ApiStatus> {
        Err(ApiStatus::no_such_path())
    }
}
