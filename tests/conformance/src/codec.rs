//! JSON through a type and out again.

use serde::{Serialize, de::DeserializeOwned};

/// Reads JSON as a type, and writes it again.
pub type Codec = fn(&str) -> Result<String, String>;

/// The codec of a type.
///
/// # Errors
///
/// When the JSON is not of the type, or the value cannot be written; as text.
pub fn through<T: DeserializeOwned + Serialize>(text: &str) -> Result<String, String> {
    let value: T = serde_json::from_str(text).map_err(|error| error.to_string())?;
    serde_json::to_string(&value).map_err(|error| error.to_string())
}
