use super::revisions::without_controller_label;
use super::{path, read};
use crate::holds::{self, FIELD_MANAGER};
use crate::request::{Ask, Trouble, ask};
use conductor::{PortError, WorkloadRef};
use kube::Client;
use release::Version;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a person chose as the new version.
#[derive(Debug, Clone, PartialEq)]
pub enum NewVersion {
    /// Another image for some containers (init containers too), by container name; everything else stays.
    Images(BTreeMap<String, String>),
    /// A pod template, for example the one that runs in another environment.
    Template(Value),
    /// A pod template, or a whole Deployment, as edited YAML.
    Yaml(String),
}

/// A new version as the cluster would store it.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The pod template with the cluster's defaults, so that hashes compare.
    pub template: Value,
    /// What it runs.
    pub version: Version,
    /// The workload as it is now, whole: what a release keeps as `before`.
    pub before: Value,
    /// What runs now.
    pub from: Version,
}

pub(crate) async fn prepare(
    client: &Client,
    at: &WorkloadRef,
    version: &NewVersion,
) -> Result<Prepared, PortError> {
    let before = read::deployment(client, at).await?;
    let current = before.pointer("/spec/template").cloned().unwrap_or(Value::Null);
    let wanted = match version {
        NewVersion::Images(images) => with_images(&current, images)?,
        NewVersion::Template(template) => without_controller_label(template),
        NewVersion::Yaml(text) => without_controller_label(&from_yaml(text)?),
    };
    let template = match as_stored(client, at, &wanted).await {
        Ok(template) => template,
        // With other images only, nothing is left to be defaulted; that this user may not change it is for the checks to say.
        Err(trouble) if matches!(version, NewVersion::Images(_)) && trouble.is_status(403) => wanted,
        Err(Trouble::Status {
            code: 400 | 422,
            message,
            ..
        }) => {
            return Err(PortError::new(
                "template-invalid",
                format!("The cluster finds the template invalid: {message}"),
                "Correct the template.",
            ));
        }
        Err(trouble) => return Err(trouble.of_read("What the cluster would make of the template")),
    };
    Ok(Prepared {
        version: holds::version_of(&template),
        from: holds::version_of(&current),
        template,
        before,
    })
}

/// The template after a server-side dry run: with every default that the cluster sets.
async fn as_stored(client: &Client, at: &WorkloadRef, template: &Value) -> Result<Value, Trouble> {
    let patch = json!([{"op": "replace", "path": "/spec/template", "value": template}]);
    let path = format!("{}?dryRun=All&fieldManager={FIELD_MANAGER}", path::deployment(at));
    let object = ask(client, Ask::json_patch(&path, &patch)).await?;
    Ok(object.pointer("/spec/template").cloned().unwrap_or(Value::Null))
}

fn with_images(template: &Value, images: &BTreeMap<String, String>) -> Result<Value, PortError> {
    let mut template = template.clone();
    for (name, image) in images {
        let mut found = false;
        for list in ["/spec/initContainers", "/spec/containers"] {
            let containers = template.pointer_mut(list).and_then(Value::as_array_mut);
            for container in containers.into_iter().flatten() {
                if container.get("name").and_then(Value::as_str) == Some(name) {
                    container["image"] = json!(image);
                    found = true;
                }
            }
        }
        if !found {
            return Err(PortError::new(
                "container-unknown",
                format!("The workload has no container {name}."),
                "Choose one of its containers.",
            ));
        }
    }
    Ok(template)
}

fn from_yaml(text: &str) -> Result<Value, PortError> {
    let malformed = |message: String| PortError::new("template-malformed", message, "Correct the YAML.");
    let value: Value =
        serde_yaml_ng::from_str(text).map_err(|error| malformed(format!("This is not YAML: {error}")))?;
    let template = match value.get("kind").and_then(Value::as_str) {
        Some("Deployment") => value.pointer("/spec/template").cloned(),
        Some("PodTemplate") => value.get("template").cloned(),
        Some(kind) => {
            return Err(malformed(format!(
                "A {kind} has no pod template that could be released."
            )));
        }
        None => Some(value),
    };
    template
        .filter(|template| template.pointer("/spec/containers").is_some_and(Value::is_array))
        .ok_or_else(|| malformed("There is no pod template with containers in it.".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_container_is_refused() {
        let template = json!({"spec": {"containers": [{"name": "app", "image": "a:1"}]}});
        let images = |name: &str| BTreeMap::from([(name.to_owned(), "a:2".to_owned())]);
        assert_eq!(
            with_images(&template, &images("web")).unwrap_err().code,
            "container-unknown"
        );
        let changed = with_images(&template, &images("app")).unwrap();
        assert_eq!(changed.pointer("/spec/containers/0/image"), Some(&json!("a:2")));
    }

    #[test]
    fn yaml_may_be_a_template_or_a_whole_deployment() {
        let template = "spec: {containers: [{name: app, image: a:1}]}";
        let whole = format!("kind: Deployment\nspec: {{template: {{{template}}}}}");
        assert_eq!(from_yaml(template).unwrap(), from_yaml(&whole).unwrap());
        for wrong in ["a: [", "kind: Service", "just a word"] {
            assert_eq!(
                from_yaml(wrong).unwrap_err().code,
                "template-malformed",
                "{wrong}"
            );
        }
    }
}
