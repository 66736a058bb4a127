use crate::view::{DiffLine, LineKind, ManifestDiff};
use history::mask_env;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

/// Lines around a change that are kept.
const CONTEXT: usize = 3;

/// What differs between two manifests, as YAML; literal environment values are masked first, so that a changed value shows
/// as a masked line and nothing more.
pub(crate) fn manifest_diff(title: String, before: &Value, after: &Value) -> ManifestDiff {
    let (before, after) = (yaml(before), yaml(after));
    let diff = TextDiff::from_lines(&before, &after);
    let mut lines = Vec::new();
    let (mut added, mut removed) = (0, 0);
    for (index, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if index > 0 {
            lines.push(DiffLine {
                kind: LineKind::Gap,
                text: String::new(),
            });
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let kind = match change.tag() {
                ChangeTag::Equal => LineKind::Same,
                ChangeTag::Insert => {
                    added += 1;
                    LineKind::Added
                }
                ChangeTag::Delete => {
                    removed += 1;
                    LineKind::Removed
                }
            };
            lines.push(DiffLine {
                kind,
                text: change.value().trim_end_matches('\n').to_owned(),
            });
        }
    }
    ManifestDiff {
        title,
        lines,
        added,
        removed,
    }
}

fn yaml(manifest: &Value) -> String {
    serde_yaml_ng::to_string(&mask_env(manifest)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn template(image: &str, secret: &str) -> Value {
        json!({ "spec": { "containers": [{
            "name": "app", "image": image, "env": [{ "name": "TOKEN", "value": secret }],
        }] } })
    }

    #[test]
    fn a_new_image_is_one_line_less_and_one_line_more() {
        let diff = manifest_diff("t".into(), &template("a:1", "x"), &template("a:2", "x"));
        assert_eq!((diff.added, diff.removed), (1, 1));
        assert!(
            diff.lines
                .iter()
                .any(|line| line.kind == LineKind::Added && line.text.contains("a:2"))
        );
    }

    #[test]
    fn no_literal_environment_value_is_shown() {
        let diff = manifest_diff(
            "t".into(),
            &template("a:1", "hunter2"),
            &template("a:2", "hunter3"),
        );
        assert!(
            diff.lines.iter().all(|line| !line.text.contains("hunter")),
            "{:?}",
            diff.lines
        );
    }
}
