use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What runs: the images of all containers and the hash of the pod template.
///
/// Two versions are the same if their template hashes are; the images are there to be read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// Images of all containers in the template's order, init containers first.
    pub containers: Vec<ContainerImage>,
    /// Hash of the canonical pod template (hexadecimal); the same template gives the same hash in every cluster.
    pub template_hash: String,
}

/// The image of one container.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ContainerImage {
    /// The container's name in the template.
    pub container: String,
    /// The image reference as the template has it.
    pub image: String,
    /// Whether it is an init container.
    pub init: bool,
}

impl Version {
    /// A short name for people: the tag of the first container that is no init container, else the start of its digest,
    /// else the start of the template hash.
    pub fn label(&self) -> String {
        let main = self
            .containers
            .iter()
            .find(|c| !c.init)
            .or_else(|| self.containers.first());
        main.and_then(|c| short_name(&c.image))
            .unwrap_or_else(|| self.template_hash.chars().take(8).collect())
    }
}

/// The tag of an image reference, or the first twelve digits of its digest.
fn short_name(image: &str) -> Option<String> {
    let (name, digest) = match image.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (image, None),
    };
    // A colon before the last slash belongs to the registry's port, not to a tag.
    let last = name.rsplit('/').next().unwrap_or(name);
    if let Some((_, tag)) = last.split_once(':') {
        return Some(tag.to_owned());
    }
    let digits = digest?.rsplit(':').next()?;
    Some(digits.chars().take(12).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(image: &str) -> Version {
        Version {
            containers: vec![
                ContainerImage {
                    container: "migrate".into(),
                    image: "tools:1".into(),
                    init: true,
                },
                ContainerImage {
                    container: "app".into(),
                    image: image.into(),
                    init: false,
                },
            ],
            template_hash: "0123456789abcdef".into(),
        }
    }

    #[test]
    fn the_label_is_the_tag_of_the_main_container() {
        assert_eq!(
            version("example.test:5000/shop/checkout:2.15.0").label(),
            "2.15.0"
        );
        assert_eq!(
            version("checkout:2.15.0@sha256:9f3c41e8aa00bb11").label(),
            "2.15.0"
        );
    }

    #[test]
    fn without_a_tag_the_label_is_the_digest_and_without_both_the_template_hash() {
        assert_eq!(
            version("checkout@sha256:9f3c41e8aa00bb11").label(),
            "9f3c41e8aa00"
        );
        assert_eq!(version("example.test:5000/checkout").label(), "01234567");
    }
}
