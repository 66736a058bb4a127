/// A mistake in the protocol, planted on purpose to see that the tests find it. Never compiled into the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// The outcome is written before the act is sent.
    OutcomeBeforeAct,
    /// The act is sent before its intent is written.
    ActBeforeIntent,
}
