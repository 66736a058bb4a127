use crate::PortError;
use release::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whether the other side answers, and since when it does not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// The last time that it answered.
    pub last: Option<Timestamp>,
    /// What it says, or that it does not answer, since `last`; `None` if all is well.
    pub trouble: Option<PortError>,
}

impl Contact {
    pub(crate) fn answered(&mut self, at: Timestamp) {
        self.last = Some(at);
        self.trouble = None;
    }

    pub(crate) fn failed(&mut self, error: PortError) {
        self.trouble = Some(error);
    }
}
