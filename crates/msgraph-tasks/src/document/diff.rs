//! What is different between two documents.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use serde::Serialize;
use serde_json::{Map, Value};

/// What is different between two documents; shown, a line for each difference.
///
/// ```text
/// + task Order flowers
/// - bucket Later
/// ~ task Book the venue: due, assignees
/// > task Film the tour, to Done
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentDiff {
    differences: Vec<Difference>,
}

/// One difference. `kind` is `plan`, `bucket`, `list` or `task`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The other document has it, and this one has not.
    Added {
        /// What it is.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// This document has it, and the other one has not.
    Removed {
        /// What it is.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// Both have it, and it is not the same.
    Changed {
        /// What it is.
        kind: &'static str,
        /// Its name in the other document.
        name: String,
        /// The members that differ, as they are called in the file.
        fields: Vec<String>,
    },
    /// It is in another bucket, or at another place among those beside it.
    Moved {
        /// What it is.
        kind: &'static str,
        /// Its name in the other document.
        name: String,
        /// The bucket that it is in there, where it is another one.
        into: Option<String>,
    },
}

impl DocumentDiff {
    /// Whether both documents say the same.
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }

    /// The differences: of the plan or list first, then of the buckets, then of the tasks.
    pub fn iter(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter()
    }

    /// Compares the parts of one kind, and tells which one is which in the other document, by their places.
    pub(crate) fn compare(&mut self, kind: &'static str, before: &[Node], after: &[Node]) -> Vec<Option<usize>> {
        let pairs = matched(before, after);
        let displaced = displaced(before, after, &pairs);
        let mut is_known = vec![false; after.len()];
        for (place, (old, new)) in before.iter().zip(&pairs).enumerate() {
            let Some((number, new)) = new.and_then(|number| Some((number, after.get(number)?))) else {
                let name = old.name.clone();
                self.differences.push(Difference::Removed { kind, name });
                continue;
            };
            if let Some(is_known) = is_known.get_mut(number) {
                *is_known = true;
            }
            let fields = different(&old.fields, &new.fields);
            if !fields.is_empty() {
                let name = new.name.clone();
                self.differences.push(Difference::Changed { kind, name, fields });
            }
            let is_elsewhere = old.inside != new.inside;
            if is_elsewhere || displaced.contains(&place) {
                self.differences.push(Difference::Moved {
                    kind,
                    name: new.name.clone(),
                    into: new.inside.clone().filter(|_| is_elsewhere),
                });
            }
        }
        for (new, _) in after.iter().zip(is_known).filter(|(_, is_known)| !is_known) {
            let name = new.name.clone();
            self.differences.push(Difference::Added { kind, name });
        }
        pairs
    }
}

/// A part of a document, as it is compared.
pub(crate) struct Node {
    name: String,
    source: Option<String>,
    inside: Option<String>,
    fields: Map<String, Value>,
}

impl Node {
    pub(crate) fn new(name: &str, source: Option<&str>, part: &impl Serialize) -> Self {
        let mut fields = match serde_json::to_value(part) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        // Where a part is, and where it came from, is no property of it.
        for name in ["key", "source", "bucket"] {
            fields.remove(name);
        }
        Self {
            name: name.to_owned(),
            source: source.map(str::to_owned),
            inside: None,
            fields,
        }
    }

    pub(crate) fn inside(self, name: Option<&str>) -> Self {
        let inside = name.map(str::to_owned);
        Self { inside, ..self }
    }
}

/// Which part is which: by source first, then by name in the same bucket, then by name alone. Of several with one name the
/// first is the first.
fn matched(before: &[Node], after: &[Node]) -> Vec<Option<usize>> {
    type By = fn(&Node) -> Option<(Option<&str>, &str)>;
    let ways: [By; 3] = [
        |node| Some((None, node.source.as_deref()?)),
        |node| Some((node.inside.as_deref(), &node.name)),
        |node| Some((None, &node.name)),
    ];
    let mut pairs: Vec<Option<usize>> = vec![None; before.len()];
    let mut is_taken = vec![false; after.len()];
    for by in ways {
        let mut free: HashMap<_, Vec<usize>> = HashMap::new();
        for (number, node) in after.iter().enumerate().rev() {
            if let (Some(false), Some(name)) = (is_taken.get(number), by(node)) {
                free.entry(name).or_default().push(number);
            }
        }
        for (node, pair) in before.iter().zip(&mut pairs).filter(|(_, pair)| pair.is_none()) {
            let number = by(node).and_then(|name| free.get_mut(&name)?.pop());
            if let Some(is_taken) = number.and_then(|number| is_taken.get_mut(number)) {
                *is_taken = true;
                *pair = number;
            }
        }
    }
    pairs
}

/// Which parts changed places with others that stayed in the same bucket: as few as explain the new order.
fn displaced(before: &[Node], after: &[Node], pairs: &[Option<usize>]) -> Vec<usize> {
    let mut buckets: BTreeMap<Option<&str>, Vec<(usize, usize)>> = BTreeMap::new();
    for (place, (old, pair)) in before.iter().zip(pairs).enumerate() {
        if let Some(number) = *pair
            && after.get(number).is_some_and(|new| new.inside == old.inside)
        {
            buckets.entry(old.inside.as_deref()).or_default().push((place, number));
        }
    }
    let mut displaced = Vec::new();
    for pairs in buckets.values() {
        let stay = longest_rise(pairs.iter().map(|(_, number)| *number));
        let moved = pairs.iter().zip(stay).filter(|(_, stays)| !stays);
        displaced.extend(moved.map(|((place, _), _)| *place));
    }
    displaced
}

/// Which of the numbers, all different, make the longest sequence that rises.
fn longest_rise(numbers: impl Iterator<Item = usize>) -> Vec<bool> {
    // For each length, the least number that a rise of that length can end with, and where it stands.
    let mut ends: Vec<(usize, usize)> = Vec::new();
    // For each number, where the one before it in its rise stands.
    let mut previous: Vec<Option<usize>> = Vec::new();
    for (place, number) in numbers.enumerate() {
        let length = ends.partition_point(|(end, _)| *end < number);
        let before = length.checked_sub(1).and_then(|length| ends.get(length));
        previous.push(before.map(|(_, place)| *place));
        match ends.get_mut(length) {
            Some(end) => *end = (number, place),
            None => ends.push((number, place)),
        }
    }
    let mut is_in = vec![false; previous.len()];
    let mut next = ends.last().map(|(_, place)| *place);
    while let Some(place) = next {
        if let Some(is_in) = is_in.get_mut(place) {
            *is_in = true;
        }
        next = previous.get(place).copied().flatten();
    }
    is_in
}

/// The names of the members that are not the same in both.
fn different(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    let changed = before.iter().filter(|(name, value)| after.get(*name) != Some(value));
    let added = after.keys().filter(|name| !before.contains_key(*name));
    changed.map(|(name, _)| name).chain(added).cloned().collect()
}

impl fmt::Display for DocumentDiff {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter()
            .try_for_each(|difference| writeln!(formatter, "{difference}"))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added { kind, name } => write!(formatter, "+ {kind} {name}"),
            Self::Removed { kind, name } => write!(formatter, "- {kind} {name}"),
            Self::Changed { kind, name, fields } => write!(formatter, "~ {kind} {name}: {}", fields.join(", ")),
            Self::Moved { kind, name, into: None } => write!(formatter, "> {kind} {name}"),
            Self::Moved {
                kind,
                name,
                into: Some(into),
            } => write!(formatter, "> {kind} {name}, to {into}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_rise_stays() {
        let rise = |numbers: &[usize]| longest_rise(numbers.iter().copied());
        assert_eq!(rise(&[]), [false; 0]);
        assert_eq!(rise(&[0, 1, 2]), [true, true, true]);
        assert_eq!(rise(&[2, 0, 1]), [false, true, true]);
        assert_eq!(rise(&[1, 2, 0]), [true, true, false]);
        assert_eq!(rise(&[3, 1, 4, 0, 5]), [false, true, true, false, true]);
    }
}
