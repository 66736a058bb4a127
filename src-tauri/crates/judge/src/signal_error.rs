/// Why signals cannot be judged as they are given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignalError {
    /// A number of a signal is not finite or has no meaning there.
    #[error("signal {signal}: {field} is out of range")]
    OutOfRange {
        /// The signal's id.
        signal: String,
        /// The field, as it is written in the stored plan.
        field: &'static str,
    },
    /// A signal that takes part in the verdict has neither a limit nor a comparison.
    #[error("signal {signal}: it is judged, but has neither a limit nor a comparison with stable")]
    NoRule {
        /// The signal's id.
        signal: String,
    },
    /// Two signals have the same id.
    #[error("signal {signal}: the id is used twice")]
    Duplicate {
        /// The id.
        signal: String,
    },
    /// An option is not usable.
    #[error("option {field} is out of range")]
    Option {
        /// The field of `Options`.
        field: &'static str,
    },
}
