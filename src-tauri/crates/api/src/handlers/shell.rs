use crate::api::Inner;
use crate::view::{EnvironmentContact, Failure, Shell};
use history::{Recovered, SetAside};

impl Inner {
    pub(crate) async fn shell(&self) -> Result<Shell, Failure> {
        let profile = self.profile().await?;
        let environments = self.registry.all();
        let mut trouble = Vec::new();
        if let Some(aside) = &self.set_aside {
            trouble.push(set_aside(aside));
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

/// What a person is told of a record that was damaged.
fn set_aside(aside: &SetAside) -> Failure {
    let Recovered {
        releases,
        lost,
        not_driven,
        settings,
    } = aside.recovered;
    let mut message = format!(
        "The record was damaged ({}) and was set aside as {}. A new one was begun with what could be read of it: {releases} releases and {settings} settings.",
        aside.detail,
        aside.path.display()
    );
    if lost > 0 {
        message.push_str(&format!(" Of {lost} more releases too little was left."));
    }
    let hint = if not_driven > 0 {
        message.push_str(&format!(
            " {not_driven} releases were under way and cannot be driven any more; the cluster holds them where they are, serving."
        ));
        "Look at the applications that are held, and go back there if need be. Keep the file that was set aside, and check the disk."
    } else {
        "Releases in the cluster are not touched by this. Keep the file that was set aside, and check the disk."
    };
    crate::failure::failure("history-set-aside", message, hint)
}

#[cfg(test)]
mod tests {
    use super::set_aside;
    use history::{Recovered, SetAside};

    #[test]
    fn what_could_not_be_recovered_is_told_with_what_it_means() {
        let aside = SetAside {
            path: "/records/slipway.db.damaged-1".into(),
            detail: "page 7 is no page".into(),
            recovered: Recovered {
                releases: 12,
                lost: 1,
                not_driven: 2,
                settings: 4,
            },
        };
        let told = set_aside(&aside);
        for word in [
            "damaged-1",
            "page 7",
            "12 releases",
            "1 more",
            "2 releases were under way",
        ] {
            assert!(told.message.contains(word), "{word}: {}", told.message);
        }
        assert!(told.hint.contains("go back"), "{}", told.hint);
    }
}
