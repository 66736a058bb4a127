use crate::api::Inner;
use crate::failure::failure;
use crate::runtime::now;
use crate::view::{Diagnostics, Failure, Language, Settings, SettingsRequest, Theme};
use history::Retention;
use release::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const SETTING: &str = "profile";
const DAY_MILLIS: i64 = 24 * 3600 * 1000;
/// Releases that stay however old they are.
const KEEP_NEWEST: u32 = 50;

/// What the person set, apart from environments and metrics.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Profile {
    pub(crate) language: Language,
    pub(crate) theme: Theme,
    pub(crate) retention_days: Option<u32>,
    pub(crate) notifications: Option<bool>,
}

impl Inner {
    pub(crate) async fn profile(&self) -> Result<Profile, Failure> {
        let kept = self.history.setting(SETTING).await?;
        Ok(kept
            .and_then(|value| serde_json::from_value(value).ok())
            .unwrap_or_default())
    }

    pub(crate) async fn read_settings(&self) -> Result<Settings, Failure> {
        let profile = self.profile().await?;
        let facts = self.history.facts().await?;
        Ok(Settings {
            person: self.person().await.name,
            language: profile.language,
            theme: profile.theme,
            retention_days: profile.retention_days,
            notifications: profile.notifications.unwrap_or(true),
            metrics: self.metrics().await?,
            secret_store: self.secrets.store(),
            database: self.history.path().display().to_string(),
            database_bytes: facts.bytes as f64,
        })
    }

    pub(crate) async fn write_settings(&self, request: SettingsRequest) -> Result<Settings, Failure> {
        let mut profile = self.profile().await?;
        if let Some(person) = request.person {
            let name = person.trim();
            if name.is_empty() || name.chars().count() > 80 {
                return Err(failure(
                    "name-invalid",
                    "The name was not changed: it needs 1 to 80 characters.",
                    "It stands in every record that you make.",
                ));
            }
            self.history.set_setting("person", json!(name)).await?;
            *self.known_person() = None;
            self.leaderships.rename(name);
        }
        profile.language = request.language.unwrap_or(profile.language);
        profile.theme = request.theme.unwrap_or(profile.theme);
        profile.notifications = request.notifications.or(profile.notifications);
        if let Some(days) = request.retention_days {
            profile.retention_days = (days > 0).then_some(days);
        }
        let kept = serde_json::to_value(&profile).unwrap_or(Value::Null);
        self.history.set_setting(SETTING, kept).await?;
        if let Some(days) = profile.retention_days {
            let ended_since = Timestamp(now().0 - i64::from(days) * DAY_MILLIS);
            self.history
                .tidy(Retention {
                    ended_since,
                    keep_newest: KEEP_NEWEST,
                })
                .await?;
        }
        self.read_settings().await
    }

    /// What to send with a bug report: versions, counts and codes; no names of clusters' servers, no values, no secrets.
    pub(crate) async fn diagnostics(&self) -> Result<Diagnostics, Failure> {
        let facts = self.history.facts().await?;
        let environments: Vec<Value> = self
            .registry
            .all()
            .iter()
            .map(|environment| {
                json!({
                    "danger": environment.danger,
                    "practice": environment.is_practice(),
                    "namespaces": environment.namespaces.len(),
                    "protection": environment.protection,
                })
            })
            .collect();
        let contacts: Vec<Value> = self
            .contacts()
            .iter()
            .map(|contact| json!(contact.contact.state))
            .collect();
        let running: Vec<Value> = self
            .running()
            .iter()
            .map(|release| json!({ "stage": release.stage.name() }))
            .collect();
        let driven = self.actors().len();
        let text = serde_json::to_string_pretty(&json!({
            "slipway": self.version,
            "system": { "os": std::env::consts::OS, "arch": std::env::consts::ARCH },
            "history": { "releases": facts.releases, "bytes": facts.bytes, "setAside": self.set_aside.is_some() },
            "secrets": self.secrets.store(),
            "environments": environments,
            "contacts": contacts,
            "running": running,
            "inMemory": { "releases": driven, "watchedWorkloads": self.workloads.watched_count() },
        }))
        .unwrap_or_default();
        Ok(Diagnostics { text })
    }
}
