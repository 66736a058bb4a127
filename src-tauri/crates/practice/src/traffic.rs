//! Traffic.
use crate::seed_data::Profile;
use crate::world::World;
/// placeholder
#[derive(Clone, Debug)]
pub struct Application;
impl World {
    /// placeholder
    pub fn add_application(&mut self, namespace: &str, profile: &'static Profile, _rate: f64) {
        self.applications
            .insert((namespace.to_owned(), profile.name.to_owned()), Application);
    }
    /// placeholder
    pub fn prometheus(&mut self, _: &http::Request<bytes::Bytes>) -> http::Response<bytes::Bytes> {
        http::Response::new(bytes::Bytes::new())
    }
}
