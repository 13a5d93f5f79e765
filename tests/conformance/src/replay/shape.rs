//! Whether two answers have one shape.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{driver::shapes::SHAPES, unknown::Shape};

/// Properties whose members have any keys: values are compared with values.
const OPEN: &[&str] = &[
    "appliedCategories",
    "assignments",
    "checklist",
    "contextDetails",
    "contexts",
    "favoritePlanReferences",
    "orderHintsByAssignee",
    "recentPlanReferences",
    "references",
    "sharedWith",
];

/// Annotations that clients read.
const ANNOTATIONS: &[&str] = &["@odata.etag", "@odata.type", "@removed"];

/// In what the emulator's answer differs from the documented one.
pub(super) fn differences(documented: &Value, ours: &Value, unknown: &[String]) -> Vec<String> {
    let mut comparison = Comparison {
        unknown,
        found: Vec::new(),
    };
    let (was, is) = (envelope(documented), envelope(ours));
    if was != is {
        return vec![format!("the documented answer is {was}, ours is {is}: {ours}")];
    }
    if was.starts_with("a page") {
        comparison.page(items(documented), items(ours));
    } else {
        comparison.value(documented, ours, "");
    }
    comparison.found
}

/// What an answer is as a whole, with the links that it has.
fn envelope(body: &Value) -> String {
    let Some(members) = body.as_object() else {
        return if body.is_null() { "nothing" } else { "a value" }.to_owned();
    };
    if !members.get("value").is_some_and(Value::is_array) {
        return "an object".to_owned();
    }
    let has = |link: &'static str| if members.contains_key(link) { link } else { "" };
    format!("a page {} {}", has("@odata.nextLink"), has("@odata.deltaLink"))
}

fn items(body: &Value) -> &[Value] {
    let items = body.get("value").and_then(Value::as_array);
    items.map_or(&[], Vec::as_slice)
}

struct Comparison<'u> {
    unknown: &'u [String],
    found: Vec<String>,
}

impl Comparison<'_> {
    /// Compares the items of a page: the first of each type, or tombstone, with the first.
    fn page(&mut self, documented: &[Value], ours: &[Value]) {
        let ours = by_sort(ours);
        for (sort, documented) in by_sort(documented) {
            if self.is_unknown("value", &sort) {
                continue;
            }
            // Items of one declared type need not name it.
            let is_declared = ours.len() == 1 && sort != "removed";
            let same = ours.get(&sort).or_else(|| ours.get("").filter(|_| is_declared));
            match same {
                Some(ours) => self.value(&documented, ours, "value"),
                None => self.found.push(format!("value: no item is `{sort}`")),
            }
        }
    }

    fn value(&mut self, documented: &Value, ours: &Value, path: &str) {
        match (documented, ours) {
            (Value::Null, _) | (_, Value::Null) => {}
            (Value::Object(documented), Value::Object(ours)) => self.members(documented, ours, path),
            (Value::Array(documented), Value::Array(ours)) => match (documented.first(), ours.first()) {
                (Some(documented), Some(ours)) => self.value(documented, ours, path),
                (Some(_), None) => self.found.push(format!("{path}: ours is empty")),
                (None, _) => {}
            },
            (documented, ours) if kind(documented) == kind(ours) => {}
            (documented, ours) => self.found.push(format!("{path}: documented {documented}, ours {ours}")),
        }
    }

    fn members(&mut self, documented: &Map<String, Value>, ours: &Map<String, Value>, path: &str) {
        for (name, value) in documented {
            let is_passed_over = name.contains('@') && !ANNOTATIONS.contains(&name.as_str());
            let below = join(path, name);
            let is_declared = name == "@odata.type" && !path.ends_with('*') && !is_derived(value);
            if is_passed_over || is_declared || self.unknown.contains(&below) {
                continue;
            }
            match (ours.get(name), value) {
                (None, _) => self.found.push(format!("{below}: ours lacks it")),
                (Some(Value::Object(ours)), Value::Object(value)) if OPEN.contains(&name.as_str()) => {
                    self.open(value, ours, &below);
                }
                (Some(ours), value) => self.value(value, ours, &below),
            }
        }
    }

    /// Compares members of an open type, whatever their keys are.
    fn open(&mut self, documented: &Map<String, Value>, ours: &Map<String, Value>, path: &str) {
        match (first_member(documented), first_member(ours)) {
            (Some(documented), Some(ours)) => self.value(documented, ours, &join(path, "*")),
            (Some(_), None) => self.found.push(format!("{path}: ours has no member")),
            (None, _) => {}
        }
    }

    fn is_unknown(&self, path: &str, sort: &str) -> bool {
        let named = format!("{path}.({sort})");
        self.unknown.contains(&named)
    }
}

/// The items by type; of a type that occurs several times, all that any of them has.
fn by_sort(items: &[Value]) -> BTreeMap<String, Value> {
    let mut sorted = BTreeMap::<_, Value>::new();
    for item in items {
        let ty = item.get("@odata.type").and_then(Value::as_str).unwrap_or_default();
        let sort = match item.get("@removed") {
            Some(_) => "removed".to_owned(),
            None => ty.to_owned(),
        };
        match (sorted.get_mut(&sort), item) {
            // Entries of Planner's feed hold only what changed: they are told from objects by their context.
            (Some(Value::Object(known)), Value::Object(item)) if item.contains_key("@odata.context") => {
                let known_null = |known: &Map<String, Value>, name: &str| known.get(name).is_none_or(is_nothing);
                for (name, value) in item {
                    if known_null(known, name) {
                        known.insert(name.clone(), value.clone());
                    }
                }
            }
            (Some(_), _) => {}
            (None, item) => {
                sorted.insert(sort, item.clone());
            }
        }
    }
    sorted
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(|members| first_member(members).is_none())
}

/// Whether a type must be named, since another is declared: OData leaves the name of a declared type out.
fn is_derived(ty: &Value) -> bool {
    let name = ty.as_str().unwrap_or_default().trim_start_matches('#');
    let is_named = |record: &str| {
        let mut shapes = SHAPES.iter().filter(|(known, _)| *known == record);
        shapes.any(|(_, shape)| matches!(shape, Shape::Record { types, .. } if types.iter().any(|ty| ty.trim_start_matches('#') == name)))
    };
    let mut unions = SHAPES.iter().filter_map(|(_, shape)| match shape {
        Shape::Union { variants, .. } => Some(variants),
        _ => None,
    });
    unions.any(|variants| variants.iter().any(|variant| is_named(variant)))
}

fn first_member(members: &Map<String, Value>) -> Option<&Value> {
    let mut members = members
        .iter()
        .filter(|(name, value)| !name.contains('@') && !value.is_null());
    members.next().map(|(_, value)| value)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn kind(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}
