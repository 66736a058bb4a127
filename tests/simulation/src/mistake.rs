use cluster::holds;

/// A mistake in the protocol, planted on purpose to see that the checks find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// In what builds the patches.
    Holds(holds::Mistake),
    /// In what drives.
    Driver(conductor::Mistake),
    /// In the record: it answers before what it was given is durable.
    IntentNotDurable,
}

impl Mistake {
    /// All of them with a name.
    pub const ALL: &[(&str, Mistake)] = &[
        ("no precondition", Mistake::Holds(holds::Mistake::NoPrecondition)),
        (
            "room made before Ready",
            Mistake::Holds(holds::Mistake::RoomBeforeReady),
        ),
        (
            "the Deployment's own maxUnavailable used",
            Mistake::Holds(holds::Mistake::OwnMaxUnavailable),
        ),
        (
            "a share asked for as surge alone",
            Mistake::Holds(holds::Mistake::WholeShareAsSurge),
        ),
        (
            "originals restored twice",
            Mistake::Holds(holds::Mistake::RestoredTwice),
        ),
        (
            "stale annotation believed after rollout undo",
            Mistake::Holds(holds::Mistake::StaleAnnotationBelieved),
        ),
        ("paused not cleared", Mistake::Holds(holds::Mistake::PauseKept)),
        (
            "scale to zero unseen",
            Mistake::Holds(holds::Mistake::ScaleUnseen),
        ),
        (
            "merge patch instead of replace",
            Mistake::Holds(holds::Mistake::MergePatch),
        ),
        (
            "outcome before act",
            Mistake::Driver(conductor::Mistake::OutcomeBeforeAct),
        ),
        (
            "act before intent",
            Mistake::Driver(conductor::Mistake::ActBeforeIntent),
        ),
        ("intent not durable", Mistake::IntentNotDurable),
        ("no epoch check", Mistake::Holds(holds::Mistake::NoEpochCheck)),
        (
            "takeover without fencing",
            Mistake::Holds(holds::Mistake::NoFence),
        ),
    ];
}
