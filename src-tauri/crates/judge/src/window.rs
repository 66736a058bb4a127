use crate::options::Minimum;
use crate::signal::SignalKind;
use crate::sufficiency::is_sufficient;
use crate::totals::Pair;

/// Shortest time before older looks are forgotten.
const SPAN_MS: i64 = 60_000;

/// The recent past of both arms in constant memory: a finished part and the one that grows. A canary that turns bad
/// after an hour of health is not hidden behind that hour, and each part alone has enough requests to be compared.
#[derive(Debug, Clone, Default)]
pub(crate) struct Window {
    finished: Pair,
    growing: Pair,
    growing_since_ms: Option<i64>,
}

impl Window {
    pub(crate) fn observe(&mut self, at_ms: i64, kind: SignalKind, minimum: &Minimum, look: &Pair) {
        self.growing = self.growing.merged(look);
        let since = *self.growing_since_ms.get_or_insert(at_ms);
        let enough = is_sufficient(kind, minimum, &self.growing.stable)
            && is_sufficient(kind, minimum, &self.growing.canary);
        if enough && at_ms.saturating_sub(since) >= SPAN_MS {
            self.finished = std::mem::take(&mut self.growing);
            self.growing_since_ms = None;
        }
    }

    /// Both parts together.
    pub(crate) fn totals(&self) -> Pair {
        self.finished.merged(&self.growing)
    }
}
