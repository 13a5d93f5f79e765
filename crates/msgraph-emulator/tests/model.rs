//! The emulator beside a model that is too simple to be wrong: thousands of random requests, compared one by one.
//!
//! `MSGRAPH_SEEDS=200 cargo test -p msgraph-emulator --test model` tries more than the few of every run.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
};

use serde_json::{Value, json};
use support::{Answer, Graph};

const STEPS: usize = 500;
const USERS: [&str; 2] = ["adele", "bruno"];

/// Numbers that follow from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        let place = self.below(of.len());
        &of[place]
    }
}

/// A task: what was set, by path, and the versions with what each changed.
#[derive(Debug, Clone, Default, PartialEq)]
struct Task {
    set: BTreeMap<String, Value>,
    versions: Vec<(String, BTreeSet<String>)>,
    details: Vec<(String, BTreeSet<String>)>,
    in_details: BTreeMap<String, Value>,
}

/// What an update does to what is there: the paths that are different afterwards.
fn differences(set: &BTreeMap<String, Value>, edit: &[(String, Value)]) -> BTreeSet<String> {
    let is_other = |(path, value): &&(String, Value)| set.get(path).unwrap_or(&Value::Null) != value;
    edit.iter().filter(is_other).map(|(path, _)| path.clone()).collect()
}

/// What a write with the ETag of some version is answered with.
fn verdict(versions: &[(String, BTreeSet<String>)], etag: &str, changed: &BTreeSet<String>) -> u16 {
    let Some(place) = versions.iter().position(|(known, _)| known == etag) else {
        return 412;
    };
    let mut later = versions[place + 1..].iter();
    if later.any(|(_, paths)| paths.iter().any(|path| changed.contains(path))) {
        409
    } else {
        200
    }
}

struct World {
    graph: Graph,
    random: Random,
    plan: String,
    buckets: Vec<String>,
    users: Vec<String>,
    tasks: BTreeMap<String, Task>,
    /// The ETags of whatever is gone.
    gone: Vec<String>,
    /// Tasks of To Do, by id: title and status.
    todo: BTreeMap<String, (String, String)>,
    list: String,
    /// What delta queries told.
    replica: BTreeMap<String, Value>,
    todo_replica: BTreeMap<String, Value>,
    links: [String; 2],
}

impl World {
    async fn new(seed: u64) -> Self {
        let graph = Graph::new();
        let group = graph.group().await;
        let container = json!({ "url": format!("https://graph.microsoft.com/v1.0/groups/{group}") });
        let plan = graph
            .post("/v1.0/planner/plans", json!({ "title": "p", "container": container }))
            .await
            .expect(201);
        let plan = plan.id().to_owned();
        let mut buckets = Vec::new();
        for name in ["a", "b"] {
            let bucket = graph
                .post("/v1.0/planner/buckets", json!({ "planId": plan, "name": name }))
                .await
                .expect(201);
            buckets.push(bucket.id().to_owned());
        }
        let users = vec![graph.me().await, graph.by("bruno").me().await];
        let list = graph
            .post("/v1.0/me/todo/lists", json!({ "displayName": "l" }))
            .await
            .expect(201);
        let list = format!("/v1.0/me/todo/lists/{}/tasks", list.id());
        let links = [
            format!("/beta/planner/plans/{plan}/tasks/delta"),
            format!("{list}/delta"),
        ];
        Self {
            graph,
            random: Random(seed),
            plan,
            buckets,
            users,
            tasks: BTreeMap::new(),
            gone: vec!["W/\"nothing\"".to_owned()],
            todo: BTreeMap::new(),
            list,
            replica: BTreeMap::new(),
            todo_replica: BTreeMap::new(),
            links,
        }
    }

    fn user(&mut self) -> Graph {
        let user = *self.random.one(&USERS);
        self.graph.by(user)
    }

    fn task(&mut self) -> Option<String> {
        let ids: Vec<_> = self.tasks.keys().cloned().collect();
        (!ids.is_empty()).then(|| self.random.one(&ids).clone())
    }

    /// An ETag: of the last version, of an earlier one, of something else.
    fn etag(&mut self, versions: &[(String, BTreeSet<String>)]) -> String {
        match self.random.below(10) {
            0 => self.random.one(&self.gone.clone()).clone(),
            1 => {
                let others: Vec<_> = self
                    .tasks
                    .values()
                    .flat_map(|task| &task.details)
                    .map(|(etag, _)| etag.clone())
                    .collect();
                others.first().cloned().unwrap_or_else(|| self.gone[0].clone())
            }
            2..=5 => self.random.one(versions).0.clone(),
            _ => versions.last().unwrap().0.clone(),
        }
    }

    /// An update of a task, by path, and as a body.
    fn edit(&mut self) -> (Vec<(String, Value)>, Value) {
        let number = self.random.below(5);
        let (path, value, body): (String, Value, Value) = match self.random.below(6) {
            0 => (
                "title".into(),
                json!(format!("t{number}")),
                json!({ "title": format!("t{number}") }),
            ),
            1 => (
                "percentComplete".into(),
                json!(number * 25),
                json!({ "percentComplete": number * 25 }),
            ),
            2 => ("priority".into(), json!(number), json!({ "priority": number })),
            3 => {
                let bucket = self.random.one(&self.buckets.clone()).clone();
                ("bucketId".into(), json!(bucket), json!({ "bucketId": bucket }))
            }
            4 => {
                let is_on = number.is_multiple_of(2);
                let name = format!("category{}", 1 + number / 2);
                let value = if is_on { json!(true) } else { Value::Null };
                (
                    format!("appliedCategories/{name}"),
                    value,
                    json!({ "appliedCategories": { name: is_on } }),
                )
            }
            _ => {
                let date = format!("2026-0{}-01T00:00:00Z", 1 + number);
                let (value, body) = if number == 4 {
                    (Value::Null, Value::Null)
                } else {
                    (json!(date), json!(date))
                };
                ("dueDateTime".into(), value, json!({ "dueDateTime": body }))
            }
        };
        (vec![(path, value)], body)
    }

    async fn create(&mut self) {
        let user = self.user();
        let bucket = self.random.one(&self.buckets.clone()).clone();
        let body = json!({ "planId": self.plan, "title": "new", "bucketId": bucket });
        let made = user.post("/v1.0/planner/tasks", body).await.expect(201);
        let details = user
            .get(&format!("/v1.0/planner/tasks/{}/details", made.id()))
            .await
            .expect(200);
        let set = [
            ("title", json!("new")),
            ("bucketId", json!(bucket)),
            ("percentComplete", json!(0)),
            ("priority", json!(5)),
        ];
        let task = Task {
            set: set.into_iter().map(|(path, value)| (path.to_owned(), value)).collect(),
            versions: vec![(made.etag().to_owned(), BTreeSet::new())],
            details: vec![(details.etag().to_owned(), BTreeSet::new())],
            in_details: BTreeMap::new(),
        };
        self.tasks.insert(made.id().to_owned(), task);
    }

    async fn update(&mut self) {
        let Some(id) = self.task() else { return };
        let (user, task) = (self.user(), self.tasks[&id].clone());
        let (edit, body) = self.edit();
        let etag = self.etag(&task.versions);
        let changed = differences(&task.set, &edit);
        let answer = user
            .patch(&format!("/v1.0/planner/tasks/{id}"), &etag, body.clone())
            .await;
        assert_eq!(
            answer.status,
            verdict(&task.versions, &etag, &changed),
            "{body} with {etag}: {}",
            answer.body
        );
        if answer.status == 200 {
            let task = self.tasks.get_mut(&id).unwrap();
            task.set.extend(edit);
            if task.versions.last().unwrap().0 != answer.etag() {
                task.versions.push((answer.etag().to_owned(), changed));
            }
        }
        self.check(&id).await;
    }

    async fn update_details(&mut self) {
        let Some(id) = self.task() else { return };
        let (user, task) = (self.user(), self.tasks[&id].clone());
        let number = self.random.below(3);
        let (path, value, body) = if self.random.below(2) == 0 {
            let text = format!("d{number}");
            ("description".to_owned(), json!(text), json!({ "description": text }))
        } else {
            let item = json!({ "@odata.type": "microsoft.graph.plannerChecklistItem", "title": format!("s{number}") });
            (
                format!("checklist/i{number}"),
                json!(format!("s{number}")),
                json!({ "checklist": { format!("i{number}"): item } }),
            )
        };
        let edit = vec![(path, value)];
        let changed = differences(&task.in_details, &edit);
        let etag = self.etag(&task.details);
        let answer = user
            .patch(&format!("/v1.0/planner/tasks/{id}/details"), &etag, body.clone())
            .await;
        // The ETag of the details of another task may be chosen; that is one of this kind, and none of this object.
        assert_eq!(
            answer.status,
            verdict(&task.details, &etag, &changed),
            "{body} with {etag}: {}",
            answer.body
        );
        if answer.status == 200 {
            let now = self.graph.get(&format!("/v1.0/planner/tasks/{id}")).await.expect(200);
            let task = self.tasks.get_mut(&id).unwrap();
            task.in_details.extend(edit);
            if task.details.last().unwrap().0 != answer.etag() {
                task.details.push((answer.etag().to_owned(), changed));
            }
            // The task derives properties from its details, which nobody else sets.
            if task.versions.last().unwrap().0 != now.etag() {
                task.versions.push((now.etag().to_owned(), BTreeSet::new()));
            }
        }
        self.check(&id).await;
    }

    async fn delete(&mut self) {
        let Some(id) = self.task() else { return };
        let (user, task) = (self.user(), self.tasks[&id].clone());
        let etag = self.etag(&task.versions);
        let answer = user.delete(&format!("/v1.0/planner/tasks/{id}"), &etag).await;
        let expected = match task.versions.iter().position(|(known, _)| *known == etag) {
            None => 412,
            Some(place) if place + 1 < task.versions.len() => 409,
            Some(_) => 204,
        };
        assert_eq!(answer.status, expected, "{}", answer.body);
        if expected == 204 {
            self.tasks.remove(&id);
            self.gone.push(etag);
            self.graph.get(&format!("/v1.0/planner/tasks/{id}")).await.expect(404);
        }
    }

    /// What the service has of a task is what the model has.
    async fn check(&mut self, id: &str) {
        let answer = self.user().get(&format!("/v1.0/planner/tasks/{id}")).await.expect(200);
        let task = &self.tasks[id];
        assert_eq!(answer.etag(), task.versions.last().unwrap().0);
        for (path, value) in &task.set {
            let mut there = &answer.body;
            for name in path.split('/') {
                there = &there[name];
            }
            let is_same = match (value.as_str(), there.as_str()) {
                (Some(value), Some(there)) if path.ends_with("DateTime") => {
                    there.starts_with(value.trim_end_matches('Z'))
                }
                _ => there == value,
            };
            assert!(is_same, "{path}: {there} is not {value}");
        }
        assert_eq!(
            answer.body["completedDateTime"].is_string(),
            task.set["percentComplete"] == 100
        );
        let items = task
            .in_details
            .keys()
            .filter(|path| path.starts_with("checklist/"))
            .count();
        assert_eq!(answer.body["checklistItemCount"], items);
        assert_eq!(
            answer.body["hasDescription"],
            task.in_details.contains_key("description")
        );
    }

    async fn write_todo(&mut self) {
        let ids: Vec<_> = self.todo.keys().cloned().collect();
        if ids.is_empty() || self.random.below(3) == 0 {
            let made = self.graph.post(&self.list, json!({ "title": "new" })).await.expect(201);
            self.todo
                .insert(made.id().to_owned(), ("new".to_owned(), "notStarted".to_owned()));
            return;
        }
        let id = self.random.one(&ids).clone();
        let path = format!("{}/{id}", self.list);
        if self.random.below(4) == 0 {
            self.graph.send("DELETE", &path, &[], &Value::Null).await.expect(204);
            self.todo.remove(&id);
            self.graph.get(&path).await.expect(404);
            return;
        }
        let status = *self.random.one(&["notStarted", "inProgress", "completed"]);
        let title = format!("t{}", self.random.below(9));
        let body = json!({ "title": title, "status": status });
        let answer = self.graph.send("PATCH", &path, &[], &body).await.expect(200);
        assert_eq!(
            answer.body["completedDateTime"].is_object(),
            status == "completed",
            "{}",
            answer.body
        );
        self.todo.insert(id, (title, status.to_owned()));
    }

    /// Follows both delta queries, and lays what they tell over the replicas.
    async fn follow(&mut self) {
        for (link, replica) in self.links.iter_mut().zip([&mut self.replica, &mut self.todo_replica]) {
            loop {
                let page: Answer = self.graph.get(link).await.expect(200);
                for entry in page.items() {
                    let id = entry["id"].as_str().unwrap().to_owned();
                    if entry.get("@removed").is_some() {
                        replica.remove(&id);
                    } else {
                        replica.insert(id, entry.clone());
                    }
                }
                if let Some(next) = page.body["@odata.nextLink"].as_str() {
                    next.clone_into(link);
                } else {
                    page.body["@odata.deltaLink"].as_str().unwrap().clone_into(link);
                    break;
                }
            }
        }
    }

    /// In the end all agree: the model, the lists, and what delta queries told.
    async fn agree(&mut self) {
        self.follow().await;
        let tasks = self
            .graph
            .get(&format!("/v1.0/planner/plans/{}/tasks", self.plan))
            .await
            .expect(200);
        let ids: BTreeSet<_> = tasks
            .items()
            .iter()
            .map(|task| task["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(ids, self.tasks.keys().cloned().collect());
        assert_eq!(ids, self.replica.keys().cloned().collect());
        for task in tasks.items() {
            let told = &self.replica[task["id"].as_str().unwrap()];
            for name in [
                "@odata.etag",
                "title",
                "percentComplete",
                "bucketId",
                "dueDateTime",
                "appliedCategories",
            ] {
                assert_eq!(told[name], task[name], "{name}");
            }
        }
        for (id, (title, status)) in &self.todo {
            let told = &self.todo_replica[id];
            assert_eq!((&told["title"], &told["status"]), (&json!(title), &json!(status)));
        }
        assert_eq!(self.todo.len(), self.todo_replica.len());
        assert!(self.users.iter().all(|user| user.len() == 36));
    }
}

#[tokio::test]
async fn the_emulator_does_what_the_model_does() {
    let seeds = env::var("MSGRAPH_SEEDS")
        .ok()
        .and_then(|seeds| seeds.parse().ok())
        .unwrap_or(4_u64);
    for seed in 1..=seeds {
        let mut world = World::new(seed).await;
        for step in 0..STEPS {
            // A failure is found again by these two.
            let place = format!("seed {seed} step {step}");
            let choice = world.random.below(20);
            let work = async {
                match choice {
                    0 | 1 => world.create().await,
                    2 => world.delete().await,
                    3..=5 => world.update_details().await,
                    6..=9 => world.write_todo().await,
                    10 => world.follow().await,
                    _ => world.update().await,
                }
            };
            Placed(place.clone()).run(work).await;
        }
        world.agree().await;
    }
    println!("seeds {seeds}, steps {}", seeds * u64::try_from(STEPS).unwrap());
}

/// Says where a run was when it failed.
struct Placed(String);

impl Placed {
    async fn run(self, work: impl Future<Output = ()>) {
        work.await;
        std::mem::forget(self);
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        // The only place that a panic passes through.
        std::io::Write::write_all(&mut std::io::stderr(), format!("at {}\n", self.0).as_bytes()).unwrap_or_default();
    }
}
