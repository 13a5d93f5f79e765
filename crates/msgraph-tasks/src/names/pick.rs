//! One of several things, by its name.

use std::{error, fmt};

use crate::near::near;

/// A name that no thing has, or more than one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotOne {
    kind: &'static str,
    name: Box<str>,
    candidates: Vec<Candidate>,
    known: Vec<Box<str>>,
}

/// One of the things that have a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Candidate {
    /// Its name, in its own spelling.
    pub name: Box<str>,
    /// Its id.
    pub id: Box<str>,
}

impl NotOne {
    /// The name that was looked for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The things that have it; empty where none does.
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// The names that there are.
    pub fn known(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(|name| &**name)
    }
}

impl fmt::Display for NotOne {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, name, .. } = self;
        if !self.candidates.is_empty() {
            let candidates = self.candidates.iter().map(|one| format!("`{}` ({})", one.name, one.id));
            let candidates = candidates.collect::<Vec<_>>().join(", ");
            return write!(formatter, "more than one {kind} is named `{name}`: {candidates}");
        }
        write!(formatter, "no {kind} is named `{name}`")?;
        let near = near(name, self.known());
        if !near.is_empty() {
            return write!(formatter, "; is it `{}`?", near.join("`, `"));
        }
        let names: Vec<_> = self.known().take(MOST).collect();
        let more = if names.len() < self.known.len() { ", …" } else { "" };
        match names.as_slice() {
            [] => formatter.write_str("; there is none"),
            names => write!(formatter, "; there are `{}`{more}", names.join("`, `")),
        }
    }
}

impl error::Error for NotOne {}

/// How many names are told where none is like the one that was looked for.
const MOST: usize = 8;

/// The one thing that has a name; where none has it as it is spelt, the one that has it in other cases of letters.
///
/// `label` tells the name and the id of a thing.
pub(crate) fn pick<T>(
    kind: &'static str,
    name: &str,
    things: Vec<T>,
    label: impl Fn(&T) -> (&str, &str),
) -> Result<T, NotOne> {
    let known = things.iter().map(|thing| label(thing).0.into()).collect();
    let folded = name.to_lowercase();
    let (exact, others): (Vec<_>, Vec<_>) = things.into_iter().partition(|thing| label(thing).0 == name);
    let mut found = if exact.is_empty() {
        let alike = others
            .into_iter()
            .filter(|thing| label(thing).0.to_lowercase() == folded);
        alike.collect()
    } else {
        exact
    };
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(one),
        (last, _) => {
            let candidates = found.iter().chain(&last).map(|thing| {
                let (name, id) = label(thing);
                Candidate {
                    name: name.into(),
                    id: id.into(),
                }
            });
            Err(NotOne {
                kind,
                name: name.into(),
                candidates: candidates.collect(),
                known,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(name: &str, names: &[&'static str]) -> Result<&'static str, String> {
        let picked = pick("list", name, names.to_vec(), |name| (name, "id"));
        picked.map_err(|error| error.to_string())
    }

    #[test]
    fn one_is_picked_by_its_name() {
        let names = ["Tasks", "Groceries", "groceries", "Work"];
        assert_eq!(picked("Groceries", &names), Ok("Groceries"));
        assert_eq!(picked("WORK", &names), Ok("Work"));
        let cases = [
            (
                "GROCERIES",
                &names[..],
                "more than one list is named `GROCERIES`: `Groceries` (id), `groceries` (id)",
            ),
            (
                "Work",
                &["Work", "Work"],
                "more than one list is named `Work`: `Work` (id), `Work` (id)",
            ),
            ("Wrok", &names, "no list is named `Wrok`; is it `Work`?"),
            (
                "Holidays",
                &["Tasks", "Work"],
                "no list is named `Holidays`; there are `Tasks`, `Work`",
            ),
            ("Holidays", &[], "no list is named `Holidays`; there is none"),
            (
                "?",
                &["1", "2", "3", "4", "5", "6", "7", "8", "9"],
                "no list is named `?`; there are `1`, `2`, `3`, `4`, `5`, `6`, `7`, `8`, …",
            ),
        ];
        for (name, names, message) in cases {
            assert_eq!(picked(name, names), Err(message.to_owned()));
        }
    }
}
