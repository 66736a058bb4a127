/// Seconds over which estimates forget: long enough to be steady, short enough to follow a day's rhythm.
const FORGET_SECONDS: f64 = 250.0;

/// Part of the wealth that is shared out again, per second.
const SHARED_PER_SECOND: f64 = 0.0008;

/// Seconds of a usual look: what is counted in looks (scatter, values of levels, a series' own course) is counted in these.
/// Looks that are closer together are parts of one, because neighbouring requests depend on each other and shorter looks
/// would not see it; looks that are further apart are one each.
const USUAL_SECONDS: f64 = 5.0;

/// What is kept from the look before to this one, by the time between them: how often one looks decides nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pace {
    /// Part of an estimate that is kept.
    pub(crate) memory: f64,
    /// Part of the wealth that is shared out again.
    pub(crate) shared: f64,
    /// What part of a usual look it is, at most 1, by the time since the look before that brought data.
    pub(crate) part: f64,
}

impl Pace {
    /// `seconds` since the look before, `of_data` since the one before that brought data.
    pub(crate) fn after(seconds: f64, of_data: f64) -> Self {
        let seconds = seconds.clamp(0.001, FORGET_SECONDS);
        Pace {
            memory: (-seconds / FORGET_SECONDS).exp(),
            shared: 1.0 - (-seconds * SHARED_PER_SECOND).exp(),
            part: (of_data / USUAL_SECONDS).clamp(0.0, 1.0),
        }
    }

    /// Of values that come in no time, each a look of its own; `shared` is the part of the wealth that is shared out again.
    pub(crate) fn of_values(shared: f64) -> Self {
        Pace {
            memory: 1.0,
            shared,
            part: 1.0,
        }
    }
}

/// Parts of looks on their way to a usual one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Parts(f64);

impl Parts {
    /// Adds a part. Whether they are a whole look now; the next one begins then.
    pub(crate) fn complete(&mut self, part: f64) -> bool {
        self.0 += part;
        let is_whole = self.0 >= 1.0 - 1e-6;
        if is_whole {
            self.0 = 0.0;
        }
        is_whole
    }

    /// What is missing of the look that is on its way; `None` if none is.
    pub(crate) fn missing(self) -> Option<f64> {
        (self.0 > 0.0).then_some(1.0 - self.0)
    }
}
