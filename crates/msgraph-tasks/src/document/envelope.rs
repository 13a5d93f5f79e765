//! What every document begins with: what it is, and of which version.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::error::DocumentError;

/// The head of a file, read before the rest, which a newer version may have changed.
#[derive(Deserialize)]
struct Head {
    format: Option<String>,
    version: Option<u64>,
}

/// Reads a document of this format, of a version up to this one.
pub(crate) fn parse<T: DeserializeOwned>(text: &str, format: &str, reads: u32) -> Result<T, DocumentError> {
    // An editor may have put a byte order mark there.
    let text = text.trim_start_matches('\u{feff}');
    let head: Head = serde_json::from_str(text).map_err(malformed)?;
    let malformed_head = |reason: String| DocumentError::Malformed { reason };
    match head.format.as_deref() {
        Some(found) if found == format => {}
        Some(found) => {
            return Err(malformed_head(format!(
                "its format is `{found}`, and `{format}` is wanted"
            )));
        }
        None => return Err(malformed_head(format!("it has no `format`, which is to be `{format}`"))),
    }
    match head.version {
        Some(version) if (1..=u64::from(reads)).contains(&version) => {}
        Some(version) if version > u64::from(reads) => return Err(DocumentError::Newer { version, reads }),
        _ => {
            return Err(malformed_head(format!(
                "its `version` is to be a number from 1 to {reads}"
            )));
        }
    }
    serde_json::from_str(text).map_err(malformed)
}

/// Writes a document for people: indented, with a line end.
pub(crate) fn print(document: &impl Serialize) -> String {
    // Documents are texts, numbers, and maps with texts as keys, all of which JSON can hold.
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

/// What is wrong and where; serde says both.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` passes")]
fn malformed(error: serde_json::Error) -> DocumentError {
    DocumentError::Malformed {
        reason: error.to_string(),
    }
}

/// Whether a member may be left out of a file.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
