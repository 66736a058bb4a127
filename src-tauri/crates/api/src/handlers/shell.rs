use crate::api::Inner;
use crate::view::{EnvironmentContact, Failure, Shell};

impl Inner {
    pub(crate) async fn shell(&self) -> Result<Shell, Failure> {
        let profile = self.profile().await?;
        let environments = self.registry.all();
        let mut trouble = Vec::new();
        if let Some(aside) = &self.set_aside {
            trouble.push(crate::failure::failure(
                "history-set-aside",
                format!(
                    "The record was damaged ({}) and was set aside as {}; a new one was begun. Releases in the cluster are not touched by this.",
                    aside.detail,
                    aside.path.display()
                ),
                "Keep the file: what is readable in it can still be recovered.",
            ));
        }
        Ok(Shell {
            version: self.version.clone(),
            platform: std::env::consts::OS.to_owned(),
            person: self.person().await,
            language: profile.language,
            theme: profile.theme,
            has_environments: !environments.is_empty(),
            practice_only: !environments.is_empty()
                && environments.iter().all(|environment| environment.is_practice()),
            running: self.running(),
            contacts: self.contacts().into_iter().collect::<Vec<EnvironmentContact>>(),
            trouble,
        })
    }
}
