//! Requests: what a path, a query and an Accept header ask for.

use crate::kinds::{self, Kind};
use std::collections::BTreeMap;

/// A path of the resource API, taken apart.
#[derive(Clone, Debug)]
pub struct Target {
    /// What kind.
    pub kind: &'static Kind,
    /// The namespace, or "" for cluster scope and for all namespaces.
    pub namespace: String,
    /// The object's name, or "" for the collection.
    pub name: String,
    /// What follows the name, or "".
    pub subresource: String,
    /// What follows the subresource (a proxied path, with its leading slash).
    pub rest: String,
}

impl Target {
    /// Reads `/api/v1/…` and `/apis/group/version/…`; `None` when no such path is served.
    pub fn parse(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let (group, version, rest) = match parts.as_slice() {
            ["api", version, rest @ ..] => ("", *version, rest),
            ["apis", group, version, rest @ ..] => (*group, *version, rest),
            _ => return None,
        };
        let (namespace, rest) = match rest {
            // A Namespace itself is a cluster-scoped object.
            ["namespaces", namespace, plural, rest @ ..]
                if kinds::find(group, version, plural).is_some_and(|kind| kind.namespaced) =>
            {
                (*namespace, [&[*plural], rest].concat())
            }
            rest => ("", rest.to_vec()),
        };
        let (plural, rest) = rest.split_first()?;
        let kind = kinds::find(group, version, plural)?;
        let mut rest = rest.iter();
        let name = rest.next().copied().unwrap_or("").to_owned();
        let subresource = rest.next().copied().unwrap_or("").to_owned();
        let rest: String = rest.map(|part| format!("/{part}")).collect();
        let namespace = if kind.plural == "namespaces" {
            String::new()
        } else {
            namespace.to_owned()
        };
        Some(Self {
            kind,
            namespace,
            name: decode(&name),
            subresource,
            rest,
        })
    }

    /// The namespace authorization asks about: a Namespace object is in itself.
    pub fn scope(&self) -> &str {
        if self.kind.plural == "namespaces" {
            &self.name
        } else {
            &self.namespace
        }
    }

    /// `plural` or `plural/subresource`.
    pub fn resource_path(&self) -> String {
        if self.subresource.is_empty() {
            self.kind.plural.to_owned()
        } else {
            format!("{}/{}", self.kind.plural, self.subresource)
        }
    }
}

/// A query string, decoded; of a name that comes twice the last one counts.
#[derive(Clone, Debug, Default)]
pub struct Query(BTreeMap<String, String>);

impl Query {
    /// Reads `a=b&c=d`.
    pub fn parse(query: &str) -> Self {
        Self(pairs(query).into_iter().collect())
    }

    /// A value, unless it is empty or absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Whether a switch is on: "true" or "1".
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some("true" | "1"))
    }
}

/// The pairs of a query or a form, decoded, in order.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// Percent-decoding, with `+` as a space.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let hex = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match bytes[index] {
            b'+' => decoded.push(b' '),
            b'%' => match (hex(index + 1), hex(index + 2)) {
                (Some(high), Some(low)) => {
                    decoded.push((high * 16 + low) as u8);
                    index += 2;
                }
                _ => decoded.push(b'%'),
            },
            byte => decoded.push(byte),
        }
        index += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Whether an Accept header asks for metadata only.
pub fn wants_metadata_only(accept: &str) -> bool {
    accept
        .split(',')
        .next()
        .is_some_and(|first| first.contains("as=PartialObjectMetadata"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart() {
        let target = Target::parse("/apis/apps/v1/namespaces/shop/deployments/web/scale").unwrap();
        assert_eq!(
            (target.kind.kind, target.namespace.as_str()),
            ("Deployment", "shop")
        );
        assert_eq!(
            (target.name.as_str(), target.subresource.as_str()),
            ("web", "scale")
        );
        let target = Target::parse("/api/v1/namespaces/shop").unwrap();
        assert_eq!(
            (target.kind.kind, target.name.as_str(), target.scope()),
            ("Namespace", "shop", "shop")
        );
        let target = Target::parse("/api/v1/pods").unwrap();
        assert_eq!((target.namespace.as_str(), target.name.as_str()), ("", ""));
        let target =
            Target::parse("/api/v1/namespaces/monitoring/services/prometheus:9090/proxy/api/v1/query")
                .unwrap();
        assert_eq!(
            (target.name.as_str(), target.rest.as_str()),
            ("prometheus:9090", "/api/v1/query")
        );
        assert!(Target::parse("/apis/apps/v1beta1/deployments").is_none());
    }

    #[test]
    fn queries_are_decoded() {
        let query = Query::parse("labelSelector=app%3Dweb%2Ctier&limit=5&watch=1&q=a+b");
        assert_eq!(query.get("labelSelector"), Some("app=web,tier"));
        assert_eq!(query.get("q"), Some("a b"));
        assert!(query.flag("watch"));
        assert_eq!(query.get("limit"), Some("5"));
    }
}
