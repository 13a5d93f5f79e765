//! Copies of what a feed tells.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{compare::bare, planner::status, support::Graph};

/// What is known by following a feed, by type and id.
#[derive(Debug, Default)]
pub(crate) struct Replica {
    pub(crate) objects: BTreeMap<(String, String), Value>,
    pub(crate) link: String,
}

impl Replica {
    /// Follows links to the end of the feed.
    pub(crate) async fn follow(&mut self, graph: &Graph) -> Result<(), String> {
        loop {
            let page = graph.get(&self.link).await;
            status(&page, 200)?;
            for item in page.items() {
                self.learn(item);
            }
            if let Some(link) = page.body["@odata.deltaLink"].as_str() {
                link.clone_into(&mut self.link);
                return Ok(());
            }
            let next = page.body["@odata.nextLink"].as_str();
            next.ok_or("a page without a link")?.clone_into(&mut self.link);
        }
    }

    /// Takes an object as a read shows it.
    pub(crate) fn put(&mut self, ty: &str, object: &Value) {
        let id = object["id"].as_str().expect("an id").to_owned();
        self.objects.insert((ty.to_owned(), id), bare(object));
    }

    pub(crate) fn of(&self, ty: &str) -> Vec<&Value> {
        let objects = self.objects.iter().filter(|((of, _), _)| of == ty);
        objects.map(|(_, object)| object).collect()
    }

    fn learn(&mut self, item: &Value) {
        let ty = item["@odata.type"].as_str().unwrap_or_default();
        let ty = ty.trim_start_matches("#microsoft.graph.").to_owned();
        let key = (ty, item["id"].as_str().expect("an id").to_owned());
        if item.get("@removed").is_some() {
            self.objects.remove(&key);
            return;
        }
        let known = self.objects.entry(key.clone()).or_default();
        // A feed of one collection tells the whole object, that of all objects tells what is different.
        if key.0.is_empty() {
            *known = bare(item);
        } else {
            lay_over(known, item, 0);
        }
    }
}

fn lay_over(known: &mut Value, told: &Value, depth: usize) {
    let Some(told_members) = told.as_object() else { return };
    if !known.is_object() {
        *known = Value::Object(Map::new());
    }
    for (name, value) in told_members.iter().filter(|(name, _)| !name.contains('@')) {
        if value.is_null() {
            known.as_object_mut().expect("an object").remove(name);
        } else if value.is_object() && (depth > 0 || OPEN.contains(&name.as_str())) {
            lay_over(&mut known[name], value, depth + 1);
        } else {
            known[name] = bare(value);
        }
    }
}

const OPEN: [&str; 7] = [
    "appliedCategories",
    "assignments",
    "categoryDescriptions",
    "checklist",
    "orderHintsByAssignee",
    "references",
    "sharedWith",
];
