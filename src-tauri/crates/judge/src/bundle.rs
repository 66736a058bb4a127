use crate::pace::Parts;
use crate::totals::Pair;

/// Finer looks put together to one of usual length, for what takes neighbouring values to be independent of each other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bundle {
    pair: Pair,
    parts: Parts,
}

impl Bundle {
    /// Adds what was seen in this part of a usual look; the whole look, once it is one.
    pub(crate) fn add(&mut self, pair: &Pair, part: f64) -> Option<Pair> {
        self.pair = self.pair.merged(pair);
        self.parts.complete(part).then(|| std::mem::take(&mut self.pair))
    }
}
