//! A large value that changes little is stored as the top-level keys that changed.

use crate::HistoryError;
use serde::Serialize;
use serde_json::{Map, Value};

/// A value as a JSON object.
pub(crate) fn object<T: Serialize>(what: &str, value: &T) -> Result<Map<String, Value>, HistoryError> {
    match serde_json::to_value(value) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(HistoryError::unreadable(what, "not an object")),
        Err(error) => Err(HistoryError::unreadable(what, error)),
    }
}

/// The keys of `now` that `before` does not have or has with another value. The values of one type always have the same keys.
pub(crate) fn changes(before: &Map<String, Value>, now: &Map<String, Value>) -> Map<String, Value> {
    now.iter()
        .filter(|(key, value)| before.get(*key) != Some(*value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Takes changes in.
pub(crate) fn apply(to: &mut Map<String, Value>, changes: &Map<String, Value>) {
    for (key, value) in changes {
        to.insert(key.clone(), value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn objects() -> impl Strategy<Value = Map<String, Value>> {
        proptest::collection::vec(0..4i64, 4).prop_map(|values| {
            ["a", "b", "c", "d"]
                .into_iter()
                .zip(values)
                .map(|(key, value)| (key.to_owned(), Value::from(value)))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn the_value_before_with_its_changes_is_the_value_after(before in objects(), after in objects()) {
            let changes = changes(&before, &after);
            prop_assert_eq!(changes.is_empty(), before == after);
            let mut found = before;
            apply(&mut found, &changes);
            prop_assert_eq!(found, after);
        }
    }
}
