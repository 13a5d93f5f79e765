//! What is expected, beside what is there.

use serde_json::{Map, Value};

/// Says where an object lacks what is expected of it. What is beside that is not compared, but for the keys of open types.
pub(crate) fn compare(expected: &Map<String, Value>, actual: &Value) -> Result<(), String> {
    for (name, wanted) in expected {
        let mut found = &actual[name];
        if name == "completedBy" {
            found = &found["user"]["id"];
        }
        let agrees = match (wanted, found) {
            (Value::Object(wanted), Value::Object(found)) => {
                let keys = |of: &Map<String, Value>| -> Vec<String> {
                    let there = of.iter().filter(|(key, value)| !key.contains('@') && !value.is_null());
                    there.map(|(key, _)| key.clone()).collect()
                };
                keys(wanted) == keys(found) && wanted.iter().all(|(key, wanted)| member(wanted, &found[key]))
            }
            _ => wanted == found,
        };
        if !agrees {
            return Err(format!("{name} is {found}, expected {wanted}"));
        }
    }
    Ok(())
}

fn member(wanted: &Value, found: &Value) -> bool {
    match wanted.as_object() {
        // The service makes another order hint of the one that it is sent.
        Some(wanted) => wanted
            .iter()
            .all(|(name, wanted)| name == "orderHint" || *wanted == found[name]),
        None => wanted == found,
    }
}

/// An object without annotations and without what is null.
pub(crate) fn bare(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members
                .iter()
                .filter(|(name, value)| !name.contains('@') && !value.is_null());
            Value::Object(members.map(|(name, value)| (name.clone(), bare(value))).collect())
        }
        Value::Array(items) => items.iter().map(bare).collect(),
        _ => value.clone(),
    }
}
