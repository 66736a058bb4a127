use std::collections::VecDeque;

use crate::judge::Arms;
use crate::signal::SignalKind;
use crate::totals::Pair;

/// Values that are kept of each arm: an hour of looks every five seconds. Older ones are forgotten, so that memory is
/// constant in time.
const MOST: usize = 720;

/// What both arms showed from look to look in the current phase.
#[derive(Debug, Clone, Default)]
pub(crate) struct Series {
    stable: VecDeque<f64>,
    canary: VecDeque<f64>,
}

fn push(values: &mut VecDeque<f64>, value: Option<f64>) {
    if let Some(value) = value.filter(|value| value.is_finite()) {
        if values.len() == MOST {
            values.pop_front();
        }
        values.push_back(value);
    }
}

impl Series {
    pub(crate) fn observe(&mut self, kind: SignalKind, arms: Arms, look: &Pair) {
        if arms == Arms::Both {
            push(&mut self.stable, look.stable.value(kind));
        }
        push(&mut self.canary, look.canary.value(kind));
    }

    /// The canary starts anew with each phase, stable too unless it serves no longer: then it stays what it was.
    pub(crate) fn new_phase(&mut self, arms: Arms) {
        self.canary.clear();
        if arms == Arms::Both {
            self.stable.clear();
        }
    }

    pub(crate) fn values(&self) -> (Vec<f64>, Vec<f64>) {
        let all = |values: &VecDeque<f64>| values.iter().copied().collect();
        (all(&self.stable), all(&self.canary))
    }

    /// Values of the arm that has fewer.
    pub(crate) fn least(&self) -> usize {
        self.stable.len().min(self.canary.len())
    }
}
