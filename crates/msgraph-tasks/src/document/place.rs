//! Places in a document, as messages name them, and what every kind of document checks.

use std::{collections::HashSet, time::SystemTime};

use msgraph_core::DateTimeOffset;

use super::error::DocumentError;

/// Refuses what has no visible text.
pub(crate) fn check_text(place: &str, text: &str) -> Result<(), DocumentError> {
    if text.trim().is_empty() {
        return Err(DocumentError::invalid(place, "it must not be empty"));
    }
    Ok(())
}

/// Refuses a key that is empty or was there before.
pub(crate) fn check_key<'k>(place: &str, key: &'k str, seen: &mut HashSet<&'k str>) -> Result<(), DocumentError> {
    check_text(place, key)?;
    if !seen.insert(key) {
        return Err(DocumentError::invalid(
            place,
            format!("another has the key `{key}`, too"),
        ));
    }
    Ok(())
}

/// The point in time of a text with an offset.
pub(crate) fn check_time(place: &str, text: Option<&str>) -> Result<Option<SystemTime>, DocumentError> {
    let Some(text) = text else { return Ok(None) };
    match SystemTime::try_from(&DateTimeOffset::new(text)) {
        Ok(time) => Ok(Some(time)),
        Err(error) => Err(DocumentError::invalid(place, error.to_string())),
    }
}
