//! Whether an update was carried out, told from what the service has afterwards.

use jiff::Timestamp;
use serde_json::Value;

/// Whether an object has everything that an update was to give it.
///
/// What the service rewrites, such as an order hint, tells nothing, and is passed over.
pub(crate) fn has_all(sent: &Value, read: &Value) -> bool {
    match (sent, read) {
        (Value::Object(sent), _) => sent
            .iter()
            .filter(|(name, _)| !name.contains('@') && !name.to_ascii_lowercase().contains("orderhint"))
            .all(|(name, value)| has_all(value, read.get(name).unwrap_or(&Value::Null))),
        (Value::Array(sent), Value::Array(read)) => {
            sent.len() == read.len() && sent.iter().zip(read).all(|(sent, read)| has_all(sent, read))
        }
        // A label that is taken away is gone.
        (Value::Bool(false), Value::Null) => true,
        (Value::String(sent), Value::String(read)) => sent == read || is_same_time(sent, read),
        (sent, read) => sent == read,
    }
}

fn is_same_time(one: &str, other: &str) -> bool {
    match (one.parse::<Timestamp>(), other.parse::<Timestamp>()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_sent_is_found_in_what_is_there() {
        let read = json!({
            "@odata.etag": "W/\"2\"",
            "title": "a",
            "dueDateTime": "2026-12-01T00:00:00.0000000Z",
            "orderHint": "8586",
            "assignments": { "u": { "orderHint": "9", "assignedBy": {} } },
            "appliedCategories": { "category1": true },
        });
        let applied = [
            json!({ "title": "a", "dueDateTime": "2026-12-01T00:00:00Z", "orderHint": " !" }),
            json!({ "assignments": { "u": { "@odata.type": "x", "orderHint": " !" }, "v": null } }),
            json!({ "appliedCategories": { "category1": true, "category2": false } }),
            json!({ "startDateTime": null }),
        ];
        for sent in applied {
            assert!(has_all(&sent, &read), "{sent}");
        }
        let other = [
            json!({ "title": "b" }),
            json!({ "dueDateTime": null }),
            json!({ "appliedCategories": { "category3": true } }),
            json!({ "title": "a", "percentComplete": 50 }),
        ];
        for sent in other {
            assert!(!has_all(&sent, &read), "{sent}");
        }
    }
}
