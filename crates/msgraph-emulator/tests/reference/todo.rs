//! Random commands for a mailbox. Here the reference is a map: who writes last is right.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{
    chance::Chance,
    compare::{bare, compare},
    planner::status,
    replica::Replica,
    support::Graph,
};

#[derive(Debug, Default)]
struct List {
    name: String,
    tasks: BTreeMap<String, Map<String, Value>>,
}

/// A mailbox, what it should hold, and copies that follow its delta queries.
pub(crate) struct Mailbox {
    graph: Graph,
    lists: BTreeMap<String, List>,
    told_lists: Replica,
    told_tasks: BTreeMap<String, Replica>,
    gone: Vec<String>,
}

impl Mailbox {
    pub(crate) async fn new(graph: Graph) -> Self {
        let mut mailbox = Self {
            graph,
            lists: BTreeMap::new(),
            told_lists: Replica {
                link: format!("{LISTS}/delta"),
                ..Replica::default()
            },
            told_tasks: BTreeMap::new(),
            gone: Vec::new(),
        };
        let lists = mailbox.graph.get(LISTS).await.expect(200);
        for list in lists.items() {
            let name = list["displayName"].as_str().expect("a name").to_owned();
            let id = list["id"].as_str().expect("an id").to_owned();
            if list["wellknownListName"] != "flaggedEmails" {
                mailbox.add_list(id, name);
            }
        }
        mailbox
    }

    /// Makes up a command, carries it out on both sides, and compares. Returns what it was.
    pub(crate) async fn step(&mut self, chance: &mut Chance) -> (String, Result<(), String>) {
        let ids: Vec<_> = self.lists.keys().cloned().collect();
        let list = chance.of(&ids).clone();
        let tasks: Vec<_> = self.lists[&list].tasks.keys().cloned().collect();
        let choice = chance.below(100);
        let command = format!("command {choice} on list {list} with {} tasks", tasks.len());
        let result = match choice {
            0..3 if ids.len() < 5 => self.create_list(chance).await,
            3..5 => self.delete_list(&list).await,
            5..8 => self.rename_list(&list, chance).await,
            8..35 => self.create(&list, chance).await,
            35..40 => self.read_gone(&list, chance).await,
            40..45 => self.follow(&list).await,
            _ if tasks.is_empty() => self.create(&list, chance).await,
            45..60 => self.delete(&list, &chance.of(&tasks).clone()).await,
            60..65 => self.compare_list(&list).await,
            _ => self.update(&list, &chance.of(&tasks).clone(), chance).await,
        };
        (command, result)
    }

    /// Compares all lists and all copies.
    pub(crate) async fn compare_all(&mut self) -> Result<(), String> {
        let ids: Vec<_> = self.lists.keys().cloned().collect();
        for list in &ids {
            self.compare_list(list).await?;
            self.follow(list).await?;
        }
        self.told_lists.follow(&self.graph).await?;
        let told: Vec<_> = self.told_lists.of("").into_iter().map(|list| &list["id"]).collect();
        let answer = self.graph.get(LISTS).await;
        let mut there: Vec<_> = answer.items().iter().map(|list| &list["id"]).collect();
        there.sort_by_key(ToString::to_string);
        if told != there || told.len() != ids.len() + 1 {
            return Err(format!(
                "the delta query tells the lists {told:?}, and there are {there:?}"
            ));
        }
        Ok(())
    }

    fn add_list(&mut self, id: String, name: String) {
        let link = format!("{LISTS}/{id}/tasks/delta");
        self.told_tasks.insert(
            id.clone(),
            Replica {
                link,
                ..Replica::default()
            },
        );
        self.lists.insert(
            id,
            List {
                name,
                ..List::default()
            },
        );
    }

    async fn create_list(&mut self, chance: &mut Chance) -> Result<(), String> {
        let name = *chance.of(&NAMES);
        let answer = self.graph.post(LISTS, json!({ "displayName": name })).await;
        status(&answer, 201)?;
        self.add_list(answer.id().to_owned(), name.to_owned());
        Ok(())
    }

    async fn rename_list(&mut self, list: &str, chance: &mut Chance) -> Result<(), String> {
        let name = *chance.of(&NAMES);
        let body = json!({ "displayName": name });
        let answer = self.graph.send("PATCH", &format!("{LISTS}/{list}"), &[], &body).await;
        if self.lists[list].name == "Tasks" {
            return status(&answer, 400);
        }
        name.clone_into(&mut self.lists.get_mut(list).expect("a list").name);
        status(&answer, 200)
    }

    async fn delete_list(&mut self, list: &str) -> Result<(), String> {
        let path = format!("{LISTS}/{list}");
        let answer = self.graph.send("DELETE", &path, &[], &Value::Null).await;
        if self.lists[list].name == "Tasks" {
            return status(&answer, 400);
        }
        status(&answer, 204)?;
        self.lists.remove(list);
        self.told_tasks.remove(list);
        status(&self.graph.get(&path).await, 404)
    }

    async fn create(&mut self, list: &str, chance: &mut Chance) -> Result<(), String> {
        let mut wanted = json!({ "title": chance.of(&NAMES) });
        if chance.percent(30) {
            wanted["importance"] = "high".into();
        }
        let answer = self.graph.post(&format!("{LISTS}/{list}/tasks"), wanted.clone()).await;
        status(&answer, 201)?;
        wanted["status"] = "notStarted".into();
        compare(wanted.as_object().expect("an object"), &answer.body)?;
        let tasks = &mut self.lists.get_mut(list).expect("a list").tasks;
        tasks.insert(answer.id().to_owned(), wanted.as_object().cloned().expect("an object"));
        Ok(())
    }

    async fn update(&mut self, list: &str, task: &str, chance: &mut Chance) -> Result<(), String> {
        let path = format!("{LISTS}/{list}/tasks/{task}");
        let body = match chance.below(5) {
            0 => json!({ "title": chance.of(&NAMES) }),
            1 => json!({ "importance": chance.of(&["low", "normal", "high"]) }),
            2 => json!({ "categories": chance.of(&[&[][..], &["Red"], &["Red", "Blue"]]) }),
            _ => json!({ "status": chance.of(&["notStarted", "inProgress", "completed", "waitingOnOthers"]) }),
        };
        let before = self.graph.get(&path).await;
        let answer = self.graph.send("PATCH", &path, &[], &body).await;
        status(&answer, 200)?;
        let wanted = self
            .lists
            .get_mut(list)
            .and_then(|list| list.tasks.get_mut(task))
            .expect("a task");
        wanted.extend(body.as_object().expect("an object").clone());
        let after = self.graph.get(&path).await;
        compare(wanted, &after.body)?;
        if after.body["completedDateTime"].is_object() != (wanted["status"] == "completed") {
            return Err("the date of completion does not follow the status".to_owned());
        }
        let is_different = bare(&before.body) != bare(&after.body);
        if is_different != (before.etag() != after.etag()) {
            return Err(format!(
                "{} became {}, and the ETag {}",
                before.body,
                after.body,
                after.etag()
            ));
        }
        Ok(())
    }

    async fn delete(&mut self, list: &str, task: &str) -> Result<(), String> {
        let path = format!("{LISTS}/{list}/tasks/{task}");
        status(&self.graph.send("DELETE", &path, &[], &Value::Null).await, 204)?;
        self.lists.get_mut(list).expect("a list").tasks.remove(task);
        self.gone.push(task.to_owned());
        status(&self.graph.get(&path).await, 404)
    }

    async fn read_gone(&mut self, list: &str, chance: &mut Chance) -> Result<(), String> {
        if self.gone.is_empty() {
            return Ok(());
        }
        let path = format!("{LISTS}/{list}/tasks/{}", chance.of(&self.gone));
        status(&self.graph.get(&path).await, 404)?;
        status(
            &self.graph.send("PATCH", &path, &[], &json!({ "title": "x" })).await,
            404,
        )
    }

    async fn compare_list(&self, list: &str) -> Result<(), String> {
        let there = self.tasks(list).await?;
        let wanted = &self.lists[list].tasks;
        if there.keys().ne(wanted.keys()) {
            return Err(format!(
                "the list holds {:?}, expected {:?}",
                there.keys(),
                wanted.keys()
            ));
        }
        wanted.iter().try_for_each(|(id, wanted)| compare(wanted, &there[id]))
    }

    /// The copy of a list's tasks equals the list.
    async fn follow(&mut self, list: &str) -> Result<(), String> {
        let told = self.told_tasks.get_mut(list).expect("a copy");
        told.follow(&self.graph).await?;
        let told: Vec<_> = self.told_tasks[list].of("").into_iter().cloned().collect();
        let there: Vec<_> = self.tasks(list).await?.into_values().collect();
        if told != there {
            return Err(format!("the delta query tells {told:?}, and there is {there:?}"));
        }
        Ok(())
    }

    /// All tasks of a list, page by page.
    async fn tasks(&self, list: &str) -> Result<BTreeMap<String, Value>, String> {
        let mut tasks = BTreeMap::new();
        let mut link = format!("{LISTS}/{list}/tasks");
        loop {
            let page = self.graph.get(&link).await;
            status(&page, 200)?;
            for task in page.items() {
                tasks.insert(task["id"].as_str().expect("an id").to_owned(), bare(task));
            }
            match page.body["@odata.nextLink"].as_str() {
                Some(next) => next.clone_into(&mut link),
                None => return Ok(tasks),
            }
        }
    }
}

const LISTS: &str = "/v1.0/me/todo/lists";
const NAMES: [&str; 4] = ["Bread", "Milk", "Salt", "Tea"];
