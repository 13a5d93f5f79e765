//! Random commands of two users, for the emulator and for the reference.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    chance::Chance,
    compare::compare,
    meant::{Key, Kind, Reference, Seen},
    support::{Answer, Graph},
};

/// One command, as a failure prints it.
#[derive(Debug, Clone)]
pub(crate) enum Command {
    Create { kind: Kind, body: Value },
    Update { key: Key, seen: Seen, body: Value },
    Delete { key: Key, seen: Seen },
    Read { key: Key },
    List { plan: String },
}

pub(crate) struct Run {
    /// Two who work on the same plans.
    pub(crate) users: [Graph; 2],
    ids: [String; 2],
    people: Vec<String>,
    pub(crate) reference: Reference,
    /// The ETags of each version that was seen.
    etags: BTreeMap<Key, Vec<String>>,
    gone: Vec<Key>,
}

impl Run {
    pub(crate) async fn new(users: [Graph; 2], reference: Reference) -> Self {
        let all = users[0].get("/v1.0/users").await.expect(200);
        let people = all
            .items()
            .iter()
            .map(|user| user["id"].as_str().expect("an id").to_owned())
            .collect();
        let ids = [users[0].me().await, users[1].me().await];
        let mut run = Self {
            users,
            ids,
            people,
            reference,
            etags: BTreeMap::new(),
            gone: Vec::new(),
        };
        let group = run.users[0].group().await;
        let container = json!({ "url": format!("https://graph.microsoft.com/v1.0/groups/{group}") });
        for title in ["One", "Two"] {
            let body = json!({ "container": container, "title": title });
            let plan = run.users[0].post("/v1.0/planner/plans", body).await.expect(201);
            let details = format!("/v1.0/planner/plans/{}/details", plan.id());
            run.reference
                .create(Kind::Plan, plan.id(), plan.id(), &json!({ "title": title }));
            let new = json!({ "sharedWith": {}, "categoryDescriptions": {} });
            run.reference.create(Kind::PlanDetails, plan.id(), plan.id(), &new);
            run.look().await.expect("new plans");
            let shared = json!({ "sharedWith": { &run.ids[0]: true, &run.ids[1]: true } });
            let etag = run.users[0].get(&details).await.expect(200);
            run.users[0]
                .patch(&details, etag.etag(), shared.clone())
                .await
                .expect(200);
            let key = (Kind::PlanDetails, plan.id().to_owned());
            run.reference.update(&key, Seen::Version(0), &shared, &run.ids[0]);
            run.look().await.expect("shared plans");
        }
        run
    }

    /// Chooses a command.
    pub(crate) fn choose(&self, chance: &mut Chance) -> Command {
        let plans = self.reference.ids(Kind::Plan);
        let buckets = self.reference.ids(Kind::Bucket);
        let tasks = self.reference.ids(Kind::Task);
        let plan = chance.of(&plans).clone();
        match chance.below(100) {
            0..4 => {
                let body = json!({ "planId": plan, "name": chance.of(&TITLES), "orderHint": " !" });
                Command::Create {
                    kind: Kind::Bucket,
                    body,
                }
            }
            4..16 => {
                let mut body = self.task_body(chance, None);
                body["planId"] = plan.into();
                body["title"] = (*chance.of(&TITLES)).into();
                Command::Create { kind: Kind::Task, body }
            }
            16..20 => Command::List { plan },
            20..24 => self
                .key(chance, Kind::Task, &tasks)
                .map_or(Command::List { plan }, |key| Command::Read { key }),
            24..28 => match self.key(chance, Kind::Bucket, &buckets) {
                Some(key) if buckets.len() > 4 || chance.percent(20) => Command::Delete {
                    seen: self.seen(chance, &key),
                    key,
                },
                Some(key) => {
                    let body = json!({ "name": chance.of(&TITLES) });
                    Command::Update {
                        seen: self.seen(chance, &key),
                        key,
                        body,
                    }
                }
                None => Command::List { plan },
            },
            28..38 => match self.key(chance, Kind::Task, &tasks) {
                Some(key) if tasks.len() > 12 || chance.percent(20) => Command::Delete {
                    seen: self.seen(chance, &key),
                    key,
                },
                _ => Command::List { plan },
            },
            38..41 => {
                let key = (Kind::Plan, plan);
                Command::Update {
                    seen: self.seen(chance, &key),
                    key,
                    body: json!({ "title": chance.of(&TITLES) }),
                }
            }
            41..45 => {
                let category = format!("category{}", 1 + chance.below(3));
                let name = if chance.percent(30) {
                    Value::Null
                } else {
                    (*chance.of(&TITLES)).into()
                };
                let key = (Kind::PlanDetails, plan);
                let body = json!({ "categoryDescriptions": { category: name } });
                Command::Update {
                    seen: self.seen(chance, &key),
                    key,
                    body,
                }
            }
            45..75 => match self.key(chance, Kind::Task, &tasks) {
                Some(key) => Command::Update {
                    seen: self.seen(chance, &key),
                    body: self.task_body(chance, Some(&key)),
                    key,
                },
                None => Command::List { plan },
            },
            _ => match self.key(chance, Kind::Details, &tasks) {
                Some(key) => Command::Update {
                    seen: self.seen(chance, &key),
                    body: self.details_body(chance, &key),
                    key,
                },
                None => Command::List { plan },
            },
        }
    }

    /// Carries a command out on both sides, and compares.
    pub(crate) async fn carry_out(&mut self, user: usize, command: &Command) -> Result<(), String> {
        match command {
            Command::Create { kind, body } => {
                let wanted = if *kind == Kind::Task {
                    self.reference.may_create_task(body)
                } else {
                    201
                };
                let set = if *kind == Kind::Task { "tasks" } else { "buckets" };
                let answer = self.users[user]
                    .post(&format!("/v1.0/planner/{set}"), body.clone())
                    .await;
                status(&answer, wanted)?;
                if wanted == 201 && *kind == Kind::Task {
                    self.reference.create_task(answer.id(), body, &self.ids[user]);
                } else if wanted == 201 {
                    let plan = body["planId"].as_str().expect("a plan");
                    let bucket = json!({ "name": body["name"], "planId": plan });
                    self.reference.create(Kind::Bucket, answer.id(), plan, &bucket);
                }
            }
            Command::Update { key, seen, body } => {
                let etag = self.header(key, *seen);
                let headers: Vec<_> = etag.iter().map(|etag| ("if-match", etag.as_str())).collect();
                let answer = self.users[user].send("PATCH", &path(key), &headers, body).await;
                let by = self.ids[user].clone();
                status(&answer, self.reference.update(key, *seen, body, &by))?;
            }
            Command::Delete { key, seen } => {
                let etag = self.header(key, *seen);
                let headers: Vec<_> = etag.iter().map(|etag| ("if-match", etag.as_str())).collect();
                let answer = self.users[user]
                    .send("DELETE", &path(key), &headers, &Value::Null)
                    .await;
                status(&answer, self.reference.delete(key, *seen))?;
            }
            Command::Read { key } => {
                self.reference.touched.insert(key.clone());
            }
            Command::List { plan } => self.list(user, plan).await?,
        }
        self.look().await
    }

    /// Compares everything.
    pub(crate) async fn compare_all(&mut self) -> Result<(), String> {
        for plan in self.reference.ids(Kind::Plan) {
            self.list(0, &plan).await?;
            self.list(1, &plan).await?;
        }
        self.reference.touched = self.reference.objects.keys().cloned().collect();
        self.look().await
    }

    /// Compares what the last command touched.
    async fn look(&mut self) -> Result<(), String> {
        for key in std::mem::take(&mut self.reference.touched) {
            let answer = self.users[0].get(&path(&key)).await;
            let Some(object) = self.reference.objects.get(&key) else {
                status(&answer, 404)?;
                self.gone.push(key);
                continue;
            };
            status(&answer, 200)?;
            compare(&object.properties, &answer.body).map_err(|why| format!("{key:?}: {why}"))?;
            let etags = self.etags.entry(key.clone()).or_default();
            let etag = answer.etag().to_owned();
            match object.versions.len() - etags.len() {
                0 if etags.last() == Some(&etag) => {}
                1 if !etags.contains(&etag) && etags.last().map(payload) < Some(payload(&etag)) => etags.push(etag),
                new => {
                    return Err(format!(
                        "{key:?}: {new} new versions, but the ETag is {etag} after {etags:?}"
                    ));
                }
            }
        }
        Ok(())
    }

    async fn list(&self, user: usize, plan: &str) -> Result<(), String> {
        for (set, kind) in [("tasks", Kind::Task), ("buckets", Kind::Bucket)] {
            let answer = self.users[user].get(&format!("/v1.0/planner/plans/{plan}/{set}")).await;
            status(&answer, 200)?;
            let mut wanted = self.reference.in_plan(kind, plan);
            for item in answer.items() {
                let id = item["id"].as_str().expect("an id");
                if !wanted.remove(id) {
                    return Err(format!("{set} has {id}, which should not be there"));
                }
                let key = (kind, id.to_owned());
                compare(&self.reference.objects[&key].properties, item).map_err(|why| format!("{key:?}: {why}"))?;
                if self.etags[&key].last().map(String::as_str) != item["@odata.etag"].as_str() {
                    return Err(format!("{key:?}: another ETag in the list"));
                }
            }
            if !wanted.is_empty() {
                return Err(format!("{set} lacks {wanted:?}"));
            }
        }
        Ok(())
    }

    fn header(&self, key: &Key, seen: Seen) -> Option<String> {
        match seen {
            Seen::Missing => None,
            Seen::Any => Some("*".to_owned()),
            Seen::Version(version) => Some(self.etags[key][version].clone()),
            Seen::Wrong => {
                // What everybody does: the ETag of the task with its details.
                let of = if key.0 == Kind::Details {
                    Kind::Task
                } else {
                    Kind::Details
                };
                let other = self.etags.get(&(of, key.1.clone())).and_then(|etags| etags.last());
                Some(other.cloned().unwrap_or_else(|| "W/\"nothing\"".to_owned()))
            }
        }
    }

    fn key(&self, chance: &mut Chance, kind: Kind, ids: &[String]) -> Option<Key> {
        let gone: Vec<_> = self.gone.iter().filter(|key| key.0 == kind).cloned().collect();
        if !gone.is_empty() && chance.percent(4) {
            return Some(chance.of(&gone).clone());
        }
        (!ids.is_empty()).then(|| (kind, chance.of(ids).clone()))
    }

    fn seen(&self, chance: &mut Chance, key: &Key) -> Seen {
        let last = self.etags[key].len() - 1;
        match chance.below(100) {
            0..4 => Seen::Missing,
            4..7 => Seen::Any,
            7..12 => Seen::Wrong,
            12..50 => Seen::Version(last - chance.below(last.min(12) + 1)),
            _ => Seen::Version(last),
        }
    }

    fn task_body(&self, chance: &mut Chance, task: Option<&Key>) -> Value {
        let mut body = json!({});
        for _ in 0..=chance.below(2) {
            let day = |chance: &mut Chance| match chance.below(6) {
                0 => Value::Null,
                day => format!("2026-03-0{day}T10:00:00Z").into(),
            };
            match chance.below(9) {
                0 => body["title"] = (*chance.of(&TITLES)).into(),
                1 => body["percentComplete"] = (*chance.of(&[0, 50, 100])).into(),
                2 => body["priority"] = (*chance.of(&[1, 3, 5, 9])).into(),
                3 => body["startDateTime"] = day(chance),
                4 => body["dueDateTime"] = day(chance),
                5 => {
                    let category = format!("category{}", 1 + chance.below(3));
                    body["appliedCategories"] = json!({ category: chance.percent(60) });
                }
                6 | 7 => {
                    let buckets = self.reference.ids(Kind::Bucket);
                    if !buckets.is_empty() {
                        body["bucketId"] = chance.of(&buckets).clone().into();
                    }
                }
                _ => {
                    let person = chance.of(&self.people).clone();
                    let assignment = json!({ "@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": " !" });
                    // Another order hint would be another value that the model does not foresee.
                    let task = task.and_then(|key| self.reference.objects.get(key));
                    let is_assigned = task.is_some_and(|task| task.properties["assignments"].get(&person).is_some());
                    let assignment = if is_assigned { Value::Null } else { assignment };
                    body["assignments"] = json!({ person: assignment });
                }
            }
        }
        body
    }

    fn details_body(&self, chance: &mut Chance, key: &Key) -> Value {
        let there = |name: &str, member: &str| {
            let details = self.reference.objects.get(key);
            details.is_some_and(|details| details.properties[name].get(member).is_some())
        };
        match chance.below(5) {
            0 => json!({ "description": chance.of(&["", "a", "b"]) }),
            1 => json!({ "previewType": chance.of(&["automatic", "noPreview", "checklist", "description"]) }),
            2 | 3 => {
                let item = format!("00000000-0000-4000-8000-00000000000{}", chance.below(5));
                let mut value = json!({ "@odata.type": "#microsoft.graph.plannerChecklistItem" });
                if !there("checklist", &item) || chance.percent(50) {
                    value["title"] = (*chance.of(&TITLES)).into();
                } else {
                    value["isChecked"] = chance.percent(50).into();
                }
                let value = if chance.percent(25) { Value::Null } else { value };
                json!({ "checklist": { item: value } })
            }
            _ => {
                let url = format!("https%3A//contoso%2Eexample/{}", chance.below(4));
                let value = json!({
                    "@odata.type": "#microsoft.graph.plannerExternalReference",
                    "alias": chance.of(&TITLES), "type": chance.of(&["Word", "Excel"]),
                });
                let value = if chance.percent(30) { Value::Null } else { value };
                json!({ "references": { url: value } })
            }
        }
    }
}

/// What is compared to tell which ETag of an object is newer: the order of the text alone is another one at times.
fn payload(etag: impl AsRef<str>) -> Vec<u8> {
    let text = etag.as_ref().trim_start_matches("W/").trim_matches('"');
    STANDARD.decode(text).expect("an ETag of Planner's")
}

pub(crate) fn path(key: &Key) -> String {
    let (set, rest) = match key.0 {
        Kind::Plan => ("plans", ""),
        Kind::PlanDetails => ("plans", "/details"),
        Kind::Bucket => ("buckets", ""),
        Kind::Task => ("tasks", ""),
        Kind::Details => ("tasks", "/details"),
    };
    format!("/v1.0/planner/{set}/{}{rest}", key.1)
}

pub(crate) fn status(answer: &Answer, wanted: u16) -> Result<(), String> {
    if answer.status == wanted {
        return Ok(());
    }
    let body = String::from_utf8_lossy(&answer.bytes);
    Err(format!("status {} instead of {wanted}: {body}", answer.status))
}

const TITLES: [&str; 4] = ["Agenda", "Budget", "Catering", "Demo"];
