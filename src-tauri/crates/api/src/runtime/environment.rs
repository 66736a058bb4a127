use crate::view::{Danger, EnvironmentTag, Protection};
use serde::{Deserialize, Serialize};

/// Where an environment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub(crate) enum Place {
    /// In the practice cluster.
    Practice {
        /// Its name there.
        name: String,
    },
    /// Behind a kubeconfig context.
    Context {
        /// The context's name.
        context: String,
    },
}

/// An environment as the person set it up; kept in the settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Environment {
    /// Stable.
    pub(crate) id: String,
    /// As the person calls it.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) place: Place,
    /// Its namespaces.
    pub(crate) namespaces: Vec<String>,
    /// How careful one has to be.
    pub(crate) danger: Danger,
    /// What it takes to go forward. What is unlocked now is not part of the settings.
    pub(crate) protection: Level,
}

/// What it takes to go forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Level {
    /// A press.
    Open,
    /// Hold the button.
    Confirm,
    /// A reason unlocks, then hold the button.
    Locked,
}

impl Environment {
    /// The environment as every screen shows it.
    pub(crate) fn tag(&self, unlocked_until: Option<release::Timestamp>) -> EnvironmentTag {
        let protection = match self.protection {
            Level::Open => Protection::Open,
            Level::Confirm => Protection::Confirm,
            Level::Locked => Protection::Locked { unlocked_until },
        };
        EnvironmentTag {
            id: self.id.clone(),
            name: self.name.clone(),
            danger: self.danger,
            protection,
        }
    }

    /// The kubeconfig context; `None` for the practice cluster.
    pub(crate) fn context(&self) -> Option<&str> {
        match &self.place {
            Place::Context { context } => Some(context),
            Place::Practice { .. } => None,
        }
    }

    /// Whether it is part of the practice cluster.
    pub(crate) fn is_practice(&self) -> bool {
        matches!(self.place, Place::Practice { .. })
    }
}
