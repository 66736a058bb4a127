/// Seconds over which estimates forget: long enough to be steady, short enough to follow a day's rhythm.
const FORGET_SECONDS: f64 = 250.0;

/// Part of the wealth that is shared out again, per second.
const SHARED_PER_SECOND: f64 = 0.0008;

/// What is kept from the look before to this one, by the time between them: how often one looks decides nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pace {
    /// Part of an estimate that is kept.
    pub(crate) memory: f64,
    /// Part of the wealth that is shared out again.
    pub(crate) shared: f64,
}

impl Pace {
    /// `seconds` since the look before.
    pub(crate) fn after(seconds: f64) -> Self {
        let seconds = seconds.clamp(0.001, FORGET_SECONDS);
        Pace {
            memory: (-seconds / FORGET_SECONDS).exp(),
            shared: 1.0 - (-seconds * SHARED_PER_SECOND).exp(),
        }
    }
}
