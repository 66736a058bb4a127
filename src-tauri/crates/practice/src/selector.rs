//! Label and field selectors.

use crate::object;
use serde_json::Value;

/// One requirement on a label.
#[derive(Clone, Debug, PartialEq)]
enum Requirement {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Absent(String),
}

/// A label selector; empty matches everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelSelector {
    requirements: Vec<Requirement>,
}

impl LabelSelector {
    /// Reads the query form: `a=b,c!=d,e in (f,g),h notin (i),j,!k`.
    ///
    /// # Errors
    /// A sentence when the text is not a selector.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut requirements = Vec::new();
        for part in split_outside_parentheses(text) {
            let part = part.trim();
            if part.is_empty() {
                continue;
            }
            requirements.push(parse_requirement(part)?);
        }
        Ok(Self { requirements })
    }

    /// Reads `{matchLabels, matchExpressions}`.
    pub fn from_object(selector: &Value) -> Self {
        let mut requirements = Self::from_labels(selector.get("matchLabels")).requirements;
        for expression in object::items(selector, &["matchExpressions"]) {
            let key = object::text(expression, &["key"]).to_owned();
            let values = object::items(expression, &["values"])
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect();
            requirements.push(match object::text(expression, &["operator"]) {
                "NotIn" => Requirement::NotIn(key, values),
                "Exists" => Requirement::Exists(key),
                "DoesNotExist" => Requirement::Absent(key),
                _ => Requirement::In(key, values),
            });
        }
        Self { requirements }
    }

    /// A Service's `spec.selector`, or the labels of a template: a plain map.
    pub fn from_labels(labels: Option<&Value>) -> Self {
        Self {
            requirements: labels
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .filter_map(|(key, value)| {
                    Some(Requirement::In(key.clone(), vec![value.as_str()?.to_owned()]))
                })
                .collect(),
        }
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Whether labels satisfy every requirement.
    pub fn matches(&self, labels: Option<&Value>) -> bool {
        let label = |key: &str| labels.and_then(|labels| labels.get(key)?.as_str());
        self.requirements.iter().all(|requirement| match requirement {
            Requirement::In(key, values) => {
                label(key).is_some_and(|found| values.iter().any(|value| value == found))
            }
            Requirement::NotIn(key, values) => {
                label(key).is_none_or(|found| values.iter().all(|value| value != found))
            }
            Requirement::Exists(key) => label(key).is_some(),
            Requirement::Absent(key) => label(key).is_none(),
        })
    }

    /// Whether an object's labels satisfy every requirement.
    pub fn matches_object(&self, object: &Value) -> bool {
        self.matches(object::labels(object))
    }
}

fn split_outside_parentheses(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_i32, 0);
    for (index, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn parse_requirement(part: &str) -> Result<Requirement, String> {
    let set = |text: &str| -> Result<Vec<String>, String> {
        text.trim()
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'))
            .map(|inner| inner.split(',').map(|value| value.trim().to_owned()).collect())
            .ok_or_else(|| format!("unable to parse requirement: {part:?}"))
    };
    if let Some((key, values)) = part.split_once(" notin ") {
        return Ok(Requirement::NotIn(key.trim().into(), set(values)?));
    }
    if let Some((key, values)) = part.split_once(" in ") {
        return Ok(Requirement::In(key.trim().into(), set(values)?));
    }
    if let Some((key, value)) = part.split_once("!=") {
        return Ok(Requirement::NotIn(key.trim().into(), vec![value.trim().into()]));
    }
    if let Some((key, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
        return Ok(Requirement::In(key.trim().into(), vec![value.trim().into()]));
    }
    if let Some(key) = part.strip_prefix('!') {
        return Ok(Requirement::Absent(key.trim().into()));
    }
    if part.contains(char::is_whitespace) {
        return Err(format!("unable to parse requirement: {part:?}"));
    }
    Ok(Requirement::Exists(part.to_owned()))
}

/// A field selector over the fields a server indexes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldSelector {
    terms: Vec<(Vec<String>, String, bool)>,
}

/// Fields that may be selected by, over all kinds.
const SELECTABLE: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "spec.nodeName",
    "status.phase",
    "involvedObject.name",
    "involvedObject.kind",
    "involvedObject.uid",
    "involvedObject.namespace",
    "reason",
    "type",
];

impl FieldSelector {
    /// Reads `a=b,c!=d`.
    ///
    /// # Errors
    /// The server's sentence for a field that cannot be selected by.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut terms = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (field, value, wanted) = part
                .split_once("!=")
                .map(|(field, value)| (field, value, false))
                .or_else(|| part.split_once("==").map(|(field, value)| (field, value, true)))
                .or_else(|| part.split_once('=').map(|(field, value)| (field, value, true)))
                .ok_or_else(|| format!("invalid selector: {part:?}; can't understand {part:?}"))?;
            if !SELECTABLE.contains(&field) {
                return Err(format!("field label not supported: {field}"));
            }
            terms.push((
                field.split('.').map(str::to_owned).collect(),
                value.to_owned(),
                wanted,
            ));
        }
        Ok(Self { terms })
    }

    /// Whether an object satisfies every term; an absent field is "".
    pub fn matches(&self, object: &Value) -> bool {
        self.terms.iter().all(|(path, value, wanted)| {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            (object::text(object, &path) == value) == *wanted
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    fn matches(selector: &LabelSelector, labels: &[(&str, &str)]) -> bool {
        let labels: BTreeMap<_, _> = labels.iter().copied().collect();
        selector.matches(Some(&json!(labels)))
    }

    #[test]
    fn a_selector_in_query_form_matches_as_the_server_does() {
        let selector = LabelSelector::parse("app=web,tier in (a,b),env!=dev,owner,!legacy").unwrap();
        assert!(matches(
            &selector,
            &[("app", "web"), ("tier", "b"), ("owner", "x")]
        ));
        assert!(!matches(
            &selector,
            &[("app", "web"), ("tier", "c"), ("owner", "x")]
        ));
        assert!(!matches(
            &selector,
            &[("app", "web"), ("tier", "a"), ("owner", "x"), ("env", "dev")]
        ));
        assert!(!matches(&selector, &[("app", "web"), ("tier", "a")]));
        assert!(!matches(
            &selector,
            &[("app", "web"), ("tier", "a"), ("owner", "x"), ("legacy", "")]
        ));
    }

    #[test]
    fn a_selector_object_and_its_query_form_agree() {
        let object = LabelSelector::from_object(&json!({
            "matchLabels": {"app": "web"},
            "matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["x"]}],
        }));
        assert!(matches(&object, &[("app", "web")]));
        assert!(!matches(&object, &[("app", "web"), ("tier", "x")]));
    }

    #[test]
    fn fields_that_are_not_indexed_are_refused() {
        assert!(FieldSelector::parse("spec.replicas=3").is_err());
        let selector = FieldSelector::parse("metadata.name=a,spec.nodeName!=n").unwrap();
        assert!(selector.matches(&json!({"metadata": {"name": "a"}})));
        assert!(!selector.matches(&json!({"metadata": {"name": "a"}, "spec": {"nodeName": "n"}})));
    }
}
