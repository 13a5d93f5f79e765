//! What was promised and what became of it, by the service's own account.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What the replica said that it would do, and gave up.
#[derive(Default)]
pub(crate) struct Promises {
    made: BTreeSet<String>,
    renamed: BTreeSet<String>,
    given_up: BTreeSet<String>,
    pub(crate) resyncs: usize,
}

impl Promises {
    /// Takes a line of the replica's.
    pub(crate) fn hear(&mut self, line: &str) {
        let mut words = line.split(' ');
        let (word, title) = (words.next(), words.next().unwrap_or_default().to_owned());
        match word {
            Some("made") => self.made.insert(title),
            Some("renamed") => self.renamed.insert(title),
            Some("gave-up") => self.given_up.insert(title),
            Some("resync") => {
                self.resyncs += 1;
                false
            }
            _ => false,
        };
    }

    pub(crate) fn edits(&self) -> usize {
        self.made.len() + self.renamed.len()
    }

    pub(crate) fn given_up(&self) -> usize {
        self.given_up.len()
    }

    /// What never arrived, and what arrived twice.
    pub(crate) fn broken<'p>(&'p self, changes: &'p [Value]) -> (Vec<&'p str>, Vec<&'p str>) {
        let mut created: BTreeMap<&str, usize> = BTreeMap::new();
        let mut written: BTreeSet<&str> = BTreeSet::new();
        for change in changes {
            let is_task = change["kind"] == "task" || change["kind"] == "todoTask";
            if let (true, Some(title)) = (is_task, change["properties"]["title"].as_str()) {
                written.insert(title);
                if change["action"] == "created" {
                    *created.entry(title).or_default() += 1;
                }
            }
        }
        let all = self.made.iter().chain(&self.renamed).map(String::as_str);
        let lost = all.filter(|title| !written.contains(title) && !self.given_up.contains(*title));
        let doubled = created
            .into_iter()
            .filter(|(title, count)| *count > 1 && title.starts_with("own-"));
        (lost.collect(), doubled.map(|(title, _)| title).collect())
    }
}
