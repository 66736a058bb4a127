use crate::HistoryError;
use crate::decode::{from_json, to_json};
use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;

/// Names of fields that hold credentials, in lower case without separators.
const SECRET_FIELDS: [&str; 9] = [
    "password",
    "passwd",
    "token",
    "bearer",
    "bearertoken",
    "secret",
    "clientsecret",
    "authorization",
    "privatekey",
];

pub(crate) fn get(connection: &Connection, key: &str) -> Result<Option<Value>, HistoryError> {
    let json: Option<String> = connection
        .prepare_cached("SELECT body FROM settings WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    json.map(|json| from_json("a setting", &json)).transpose()
}

pub(crate) fn all(connection: &Connection) -> Result<Vec<(String, Value)>, HistoryError> {
    let mut statement = connection.prepare_cached("SELECT key, body FROM settings ORDER BY key")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    rows.map(|row| {
        let (key, body) = row?;
        Ok((key, from_json("a setting", &body)?))
    })
    .collect()
}

/// `null` removes the setting.
pub(crate) fn set(connection: &Connection, key: &str, value: &Value) -> Result<(), HistoryError> {
    if let Some(field) = secret_field(value) {
        return Err(HistoryError::LooksSecret {
            key: key.to_owned(),
            field,
        });
    }
    if value.is_null() {
        connection
            .prepare_cached("DELETE FROM settings WHERE key = ?1")?
            .execute([key])?;
    } else {
        connection
            .prepare_cached("INSERT OR REPLACE INTO settings (key, body) VALUES (?1, ?2)")?
            .execute((key, to_json("a setting", value)?))?;
    }
    Ok(())
}

/// A field with a text in it whose name says that it is a credential. A reference into the keyring has another name.
fn secret_field(value: &Value) -> Option<String> {
    match value {
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let plain: String = name
                .chars()
                .filter(|c| c.is_ascii_alphanumeric())
                .collect::<String>()
                .to_lowercase();
            let has_text = value.as_str().is_some_and(|text| !text.is_empty());
            if has_text && SECRET_FIELDS.contains(&plain.as_str()) {
                Some(name.clone())
            } else {
                secret_field(value)
            }
        }),
        Value::Array(items) => items.iter().find_map(secret_field),
        _ => None,
    }
}
