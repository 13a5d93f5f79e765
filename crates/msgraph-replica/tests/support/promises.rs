//! What was promised and what became of it, by the service's own account.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::own::{Done, OWN};

/// What was done to the replica, and what of that was given up.
#[derive(Default)]
pub(crate) struct Promises {
    /// Titles, each with the id of what has to be there for it.
    made: BTreeMap<String, String>,
    renamed: BTreeMap<String, String>,
    given_up: BTreeSet<String>,
}

impl Promises {
    /// Something was done here, and is to be done there.
    pub(crate) fn promise(&mut self, done: Done) {
        match done {
            Done::Made(title, within) => self.made.insert(title, within),
            Done::Renamed(title, of) => self.renamed.insert(title, of),
            Done::Deleted => None,
        };
    }

    /// It will not be done there.
    pub(crate) fn give_up(&mut self, title: &str) {
        self.given_up.insert(title.to_owned());
    }

    pub(crate) fn edits(&self) -> usize {
        self.made.len() + self.renamed.len()
    }

    pub(crate) fn given_up(&self) -> usize {
        self.given_up.len()
    }

    /// What never arrived, and what was there twice at a time, under the title that it was made with: what somebody deleted or
    /// renamed before it was looked for is not found, and created again.
    pub(crate) fn broken<'p>(&'p self, changes: &'p [Value]) -> (Vec<&'p str>, Vec<&'p str>) {
        let mut titles: BTreeMap<&str, &str> = BTreeMap::new();
        let (mut written, mut removed, mut doubled): (BTreeSet<&str>, BTreeSet<&str>, BTreeSet<&str>) =
            Default::default();
        for change in changes {
            let is_task = change["kind"] == "task" || change["kind"] == "todoTask";
            let of = change["of"].as_str().unwrap_or_default();
            if let (true, Some(title)) = (is_task, change["properties"]["title"].as_str()) {
                written.insert(title);
                titles.insert(of, title);
                let has_it = titles.values().filter(|known| **known == title);
                if change["action"] == "created" && title.starts_with(OWN) && has_it.count() > 1 {
                    doubled.insert(title);
                }
            }
            // What was deleted can be written no more, whoever deleted it.
            if change["action"] == "removed" {
                removed.insert(of);
                titles.remove(of);
            }
        }
        let all = self.made.iter().chain(&self.renamed);
        let open = all.filter(|(_, needs)| !removed.contains(needs.as_str()));
        let open = open.map(|(title, _)| title.as_str());
        let lost = open.filter(|title| !written.contains(title) && !self.given_up.contains(*title));
        (lost.collect(), doubled.into_iter().collect())
    }
}
