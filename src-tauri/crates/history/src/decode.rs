use crate::HistoryError;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Strength of compression: stronger levels cost more time than they save space on values of this size.
const LEVEL: i32 = 6;

pub(crate) fn to_json<T: Serialize>(what: &str, value: &T) -> Result<String, HistoryError> {
    serde_json::to_string(value).map_err(|error| HistoryError::unreadable(what, error))
}

pub(crate) fn from_json<T: DeserializeOwned>(what: &str, json: &str) -> Result<T, HistoryError> {
    serde_json::from_str(json).map_err(|error| HistoryError::unreadable(what, error))
}

pub(crate) fn compress(what: &str, plain: &[u8]) -> Result<Vec<u8>, HistoryError> {
    zstd::encode_all(plain, LEVEL).map_err(|error| HistoryError::unreadable(what, error))
}

pub(crate) fn expand(what: &str, packed: &[u8]) -> Result<Vec<u8>, HistoryError> {
    zstd::decode_all(packed).map_err(|error| HistoryError::unreadable(what, error))
}

/// As [`expand`], for bytes from outside: never more than `most` bytes, however small the file is.
pub(crate) fn expand_at_most(packed: &[u8], most: u64) -> Result<Vec<u8>, HistoryError> {
    use std::io::Read;
    let not_one = |detail: String| HistoryError::NotACapsule { detail };
    let reader = zstd::Decoder::new(packed).map_err(|error| not_one(error.to_string()))?;
    let mut plain = Vec::new();
    reader
        .take(most + 1)
        .read_to_end(&mut plain)
        .map_err(|error| not_one(error.to_string()))?;
    if plain.len() as u64 > most {
        return Err(not_one(format!("it is larger than {most} bytes")));
    }
    Ok(plain)
}

pub(crate) fn expand_json<T: DeserializeOwned>(what: &str, packed: &[u8]) -> Result<T, HistoryError> {
    let plain = expand(what, packed)?;
    serde_json::from_slice(&plain).map_err(|error| HistoryError::unreadable(what, error))
}
