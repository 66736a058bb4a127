use crate::room::Room;
use serde_json::Value;

/// The fields that a hold changes.
pub(crate) const HELD_FIELDS: [&str; 4] = [
    "/spec/minReadySeconds",
    "/spec/progressDeadlineSeconds",
    "/spec/strategy",
    "/metadata/uid",
];

impl Room {
    /// Notes that somebody else wrote.
    pub fn outsider_wrote(&mut self, before: Option<&Value>, after: Option<&Value>) {
        let now = self.now();
        let field =
            |object: Option<&Value>, path: &str| object.and_then(|object| object.pointer(path)).cloned();
        let differs = |path: &str| field(before, path) != field(after, path);
        let checks = &mut self.checks;
        if differs("/spec/template") || differs("/metadata/uid") {
            checks.foreign_template = Some(now);
            checks.foreign_version = after.map_or(0, crate::watch::version);
        }
        if HELD_FIELDS.iter().any(|path| differs(path)) {
            checks.foreign_settings = Some(now);
        }
        if differs("/spec/replicas") {
            checks.scaled = Some(now);
        }
    }
}
