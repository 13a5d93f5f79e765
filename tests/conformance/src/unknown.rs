//! What a response holds and the types do not know. Decoding keeps it, so a loss of meaning does not show otherwise.

use serde_json::Value;

use crate::driver::shapes::SHAPES;

/// What a type looks like in JSON.
pub(crate) enum Shape {
    /// Its names, whether any property may appear, and its properties, each with the type that it is made of.
    Record {
        types: &'static [&'static str],
        open: bool,
        fields: &'static [(&'static str, &'static str)],
    },
    /// One of these records, or the last, which is all that is known of an object that names no type.
    Union {
        variants: &'static [&'static str],
        other: &'static str,
    },
    /// Any keys, and what the values are made of.
    Map(&'static str),
}

/// The members of a page that are its own.
const PAGE: &str = "value";

/// The paths of what a body holds and the type does not know.
pub(crate) fn members(body: &Value, of: &str, is_page: bool) -> Vec<String> {
    let mut unknown = Vec::new();
    if let (Some(page), true) = (body.as_object(), is_page) {
        for (name, value) in page {
            if name == PAGE {
                collect(value, of, PAGE, &mut unknown);
            } else if !name.contains('@') {
                unknown.push(name.clone());
            }
        }
    } else {
        collect(body, of, "", &mut unknown);
    }
    unknown
}

fn collect(value: &Value, of: &str, path: &str, unknown: &mut Vec<String>) {
    if let Value::Array(items) = value {
        for item in items {
            collect(item, of, path, unknown);
        }
        return;
    }
    let Some(members) = value.as_object() else {
        // A text where an object is declared is known to be none.
        if !of.is_empty() && matches!(shape(of), Some(Shape::Record { .. } | Shape::Union { .. })) && value.is_string()
        {
            unknown.push(path.to_owned());
        }
        return;
    };
    let below = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    match shape(of) {
        None => unknown.push(path.to_owned()),
        Some(Shape::Map(of)) => {
            for (_, member) in members.iter().filter(|(name, _)| !name.contains('@')) {
                collect(member, of, &below("*"), unknown);
            }
        }
        Some(Shape::Union { variants, other }) => {
            let named = value.get("@odata.type").and_then(Value::as_str);
            let known = match named {
                None => Some(other),
                Some(named) => variants.iter().chain([other]).find(|variant| is_named(variant, named)),
            };
            match known {
                Some(record) => collect(value, record, path, unknown),
                None => unknown.push(below(&format!("({})", named.unwrap_or_default()))),
            }
        }
        Some(Shape::Record { open, fields, .. }) => {
            for (name, member) in members.iter().filter(|(name, _)| !name.contains('@')) {
                match fields.iter().find(|(known, _)| known == name) {
                    Some((_, of)) => collect(member, of, &below(name), unknown),
                    None if *open => {}
                    None => unknown.push(below(name)),
                }
            }
        }
    }
}

fn shape(name: &str) -> Option<&'static Shape> {
    SHAPES
        .iter()
        .find_map(|(known, shape)| (*known == name).then_some(shape))
}

fn is_named(record: &str, named: &str) -> bool {
    let bare = |name: &str| name.trim_start_matches('#').to_ascii_lowercase();
    match shape(record) {
        Some(Shape::Record { types, .. }) => types.iter().any(|ty| bare(ty) == bare(named)),
        _ => false,
    }
}
