//! Planner as it is meant to be: properties, versions as counters, and what each version changed. It shares no code with the
//! emulator, and is written to be read, not to be fast.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Plan,
    PlanDetails,
    Bucket,
    Task,
    Details,
}

pub(crate) type Key = (Kind, String);

#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) plan: String,
    pub(crate) properties: Map<String, Value>,
    /// What each version changed in the one before; the last is the present one.
    pub(crate) versions: Vec<BTreeSet<String>>,
}

/// What a client says it saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    Version(usize),
    Missing,
    Any,
    /// That of another object, or none at all.
    Wrong,
}

#[derive(Debug, Default)]
pub(crate) struct Reference {
    pub(crate) objects: BTreeMap<Key, Object>,
    /// What the last command wrote or took away.
    pub(crate) touched: BTreeSet<Key>,
    pub(crate) details_touch_task: bool,
    pub(crate) known_versions: usize,
}

impl Reference {
    pub(crate) fn ids(&self, kind: Kind) -> Vec<String> {
        let keys = self.objects.keys().filter(|(of, _)| *of == kind);
        keys.map(|(_, id)| id.clone()).collect()
    }

    pub(crate) fn in_plan(&self, kind: Kind, plan: &str) -> BTreeSet<String> {
        let objects = self
            .objects
            .iter()
            .filter(|(key, object)| key.0 == kind && object.plan == plan);
        objects.map(|(key, _)| key.1.clone()).collect()
    }

    /// Puts a new object.
    pub(crate) fn create(&mut self, kind: Kind, id: &str, plan: &str, properties: &Value) {
        let object = Object {
            plan: plan.to_owned(),
            properties: properties.as_object().cloned().expect("an object"),
            versions: vec![BTreeSet::new()],
        };
        self.objects.insert((kind, id.to_owned()), object);
        self.touched.insert((kind, id.to_owned()));
    }

    /// A new task and its details, or the status of the refusal.
    pub(crate) fn may_create_task(&self, body: &Value) -> u16 {
        // There is nothing yet that null could take back.
        if body.as_object().into_iter().flat_map(Map::values).any(Value::is_null) {
            return 400;
        }
        let mut task = new_task();
        lay_over(&mut task, body);
        if self.makes_sense(body["planId"].as_str().unwrap_or_default(), &task) {
            201
        } else {
            400
        }
    }

    pub(crate) fn create_task(&mut self, id: &str, body: &Value, by: &str) {
        let plan = body["planId"].as_str().expect("a plan");
        let mut task = new_task();
        lay_over(&mut task, body);
        if task["percentComplete"] == 100 {
            task.insert("completedBy".to_owned(), by.into());
        }
        self.create(Kind::Task, id, plan, &Value::Object(task));
        let details = json!({ "description": "", "previewType": "automatic", "checklist": {}, "references": {} });
        self.create(Kind::Details, id, plan, &details);
    }

    /// An update; returns the status.
    pub(crate) fn update(&mut self, key: &Key, seen: Seen, body: &Value, by: &str) -> u16 {
        let Some(object) = self.objects.get(key) else {
            return 404;
        };
        let seen = match self.judge(object, seen) {
            Ok(seen) => seen,
            Err(status) => return status,
        };
        let mut properties = object.properties.clone();
        let changed = lay_over(&mut properties, body);
        if object.versions[seen + 1..].iter().any(|later| clash(later, &changed)) {
            return 409;
        }
        if key.0 == Kind::Task {
            if !self.makes_sense(&object.plan, &properties) {
                return 400;
            }
            let was_complete = object.properties["percentComplete"] == 100;
            let is_complete = properties["percentComplete"] == 100;
            if was_complete != is_complete {
                let by = if is_complete { by.into() } else { Value::Null };
                properties.insert("completedBy".to_owned(), by);
            }
        }
        if !changed.is_empty() {
            self.write(key, properties, changed);
            if key.0 == Kind::Details {
                self.tell_task(&key.1);
            }
        }
        204
    }

    /// A deletion; returns the status.
    pub(crate) fn delete(&mut self, key: &Key, seen: Seen) -> u16 {
        let Some(object) = self.objects.get(key) else {
            return 404;
        };
        match self.judge(object, seen) {
            Ok(seen) if seen + 1 == object.versions.len() => {}
            Ok(_) => return 409,
            Err(status) => return status,
        }
        let mut gone = vec![key.clone()];
        if key.0 == Kind::Bucket {
            // Its tasks go with it.
            let bucket = json!(key.1);
            let tasks = self
                .objects
                .iter()
                .filter(|(_, object)| object.properties.get("bucketId") == Some(&bucket));
            gone.extend(tasks.map(|(key, _)| key.clone()));
        }
        for key in gone {
            self.take(&key);
            if key.0 == Kind::Task {
                self.take(&(Kind::Details, key.1));
            }
        }
        204
    }

    fn judge(&self, object: &Object, seen: Seen) -> Result<usize, u16> {
        match seen {
            Seen::Version(version) if object.versions.len() - version <= self.known_versions => Ok(version),
            Seen::Any => Err(400),
            _ => Err(412),
        }
    }

    /// Whether a task starts before it ends, and is in a bucket of its plan.
    fn makes_sense(&self, plan: &str, task: &Map<String, Value>) -> bool {
        let dates = (task["startDateTime"].as_str(), task["dueDateTime"].as_str());
        let in_order = !matches!(dates, (Some(start), Some(due)) if start > due);
        let bucket = task["bucketId"].as_str();
        in_order && bucket.is_none_or(|bucket| self.in_plan(Kind::Bucket, plan).contains(bucket))
    }

    /// What the task tells of its details.
    fn tell_task(&mut self, id: &str) {
        let details = &self.objects[&(Kind::Details, id.to_owned())].properties;
        let items = details["checklist"].as_object().expect("items");
        let told = json!({
            "hasDescription": details["description"].as_str().is_some_and(|text| !text.is_empty()),
            "checklistItemCount": items.len(),
            "activeChecklistItemCount": items.values().filter(|item| item["isChecked"] != true).count(),
            "referenceCount": details["references"].as_object().expect("references").len(),
            "previewType": details["previewType"],
        });
        let key = (Kind::Task, id.to_owned());
        let told = told.as_object().expect("an object").clone();
        let paths = told.keys().cloned().collect();
        let mut properties = self.objects[&key].properties.clone();
        properties.extend(told);
        if self.details_touch_task {
            self.write(&key, properties, paths);
        } else {
            self.objects.get_mut(&key).expect("a task").properties = properties;
            self.touched.insert(key);
        }
    }

    fn write(&mut self, key: &Key, properties: Map<String, Value>, changed: BTreeSet<String>) {
        let object = self.objects.get_mut(key).expect("an object");
        object.properties = properties;
        object.versions.push(changed);
        self.touched.insert(key.clone());
    }

    fn take(&mut self, key: &Key) {
        self.objects.remove(key);
        self.touched.insert(key.clone());
    }
}

fn new_task() -> Map<String, Value> {
    let task = json!({
        "title": "", "planId": null, "bucketId": null, "percentComplete": 0, "priority": 5, "startDateTime": null,
        "dueDateTime": null, "assignments": {}, "appliedCategories": {}, "completedBy": null, "hasDescription": false,
        "checklistItemCount": 0, "activeChecklistItemCount": 0, "referenceCount": 0, "previewType": "automatic",
    });
    task.as_object().cloned().expect("an object")
}

const OPEN: [&str; 6] = [
    "assignments",
    "appliedCategories",
    "checklist",
    "references",
    "sharedWith",
    "categoryDescriptions",
];

/// Lays an update over properties, and tells what is different now.
fn lay_over(properties: &mut Map<String, Value>, update: &Value) -> BTreeSet<String> {
    let mut changed = BTreeSet::new();
    for (name, value) in update.as_object().expect("an object") {
        if !OPEN.contains(&name.as_str()) {
            if properties.get(name) != Some(value) {
                changed.insert(name.clone());
                properties.insert(name.clone(), value.clone());
            }
            continue;
        }
        let members = properties[name].as_object_mut().expect("members");
        for (key, sent) in value.as_object().expect("members") {
            let path = format!("{name}/{key}");
            if sent.is_null() || *sent == false {
                if members.remove(key).is_some() {
                    changed.insert(path);
                }
            } else if let (Some(Value::Object(member)), Some(sent)) = (members.get_mut(key), sent.as_object()) {
                for (property, value) in sent.iter().filter(|(property, _)| !property.starts_with('@')) {
                    if member.get(property) != Some(value) {
                        changed.insert(format!("{path}/{property}"));
                        member.insert(property.clone(), value.clone());
                    }
                }
            } else if members.get(key) != Some(sent) {
                let mut sent = sent.clone();
                if let Some(member) = sent.as_object_mut() {
                    member.retain(|property, _| !property.starts_with('@'));
                    if name == "checklist" {
                        member.entry("isChecked").or_insert(false.into());
                    }
                }
                members.insert(key.clone(), sent);
                changed.insert(path);
            }
        }
    }
    changed
}

/// Whether two changes touch the same property, or one a part of what the other touches.
fn clash(one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    let holds = |whole: &str, part: &str| whole == part || part.starts_with(&format!("{whole}/"));
    one.iter()
        .any(|one| other.iter().any(|other| holds(one, other) || holds(other, one)))
}
