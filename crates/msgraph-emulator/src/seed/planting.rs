//! Plans and lists of a seed, made by the requests that a client would send.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::{Seed, SeedError, SeedList, SeedPlan, SeedStep, SeedTask};
use crate::{
    directory,
    emulator::Incoming,
    machine::Machine,
    planner::containers,
    route::Router,
    store::{Kind, Row},
};

const BASE: &str = "https://graph.microsoft.com";

impl Seed {
    /// Makes what the seed names beside users and groups.
    pub(crate) fn plant(&self, machine: &mut Machine, router: &Router) -> Result<(), SeedError> {
        let mut planting = Planting { machine, router };
        for (number, plan) in self.plans.iter().enumerate() {
            planting.plan(&format!("plans[{number}]"), plan)?;
        }
        for (number, list) in self.lists.iter().enumerate() {
            planting.list(&format!("lists[{number}]"), list)?;
        }
        Ok(())
    }
}

struct Planting<'m> {
    machine: &'m mut Machine,
    router: &'m Router,
}

/// What must not stand in the key of an open type.
const RESERVED: &AsciiSet = &CONTROLS.add(b'%').add(b'.').add(b':').add(b'@').add(b'#');

impl Planting<'_> {
    /// Sends a request in the name of a user, and returns the object of the answer.
    fn send(
        &mut self,
        place: &str,
        by: &str,
        method: &str,
        path: &str,
        etag: &str,
        body: &Value,
    ) -> Result<Value, SeedError> {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("authorization", format!("Bearer {by}")),
            ("if-match", etag.to_owned()),
            ("prefer", "return=representation".to_owned()),
            ("client-request-id", "seed".to_owned()),
        ] {
            if let (Ok(value), false) = (HeaderValue::try_from(&value), value.is_empty()) {
                headers.insert(name, value);
            }
        }
        let incoming = Incoming {
            method: method.to_owned(),
            target: format!("/beta{path}"),
            base: BASE.to_owned(),
            headers,
            body: Bytes::from(if body.is_null() {
                String::new()
            } else {
                body.to_string()
            }),
        };
        let reply = self.machine.answer(self.router, &incoming).reply;
        match reply.body.into_json() {
            Some(body) if reply.status < 300 => Ok(body),
            Some(body) => {
                let message = body.get("error").and_then(|error| error.get("message")?.as_str());
                Err(SeedError::at(
                    place,
                    format!("refused with {}: {}", reply.status, message.unwrap_or_default()),
                ))
            }
            None if reply.status < 300 => Ok(Value::Null),
            None => Err(SeedError::at(place, format!("refused with {}", reply.status))),
        }
    }

    /// The id of a user, by what stands before the `@`, or by the whole name.
    fn user(&self, place: &str, name: &str) -> Result<String, SeedError> {
        let world = &self.machine.world;
        let named = directory::find_user(world, name)
            .or_else(|| directory::find_user(world, &format!("{name}@contoso.example")));
        let id = named.map(|user| user.id.clone());
        id.ok_or_else(|| SeedError::at(place, format!("there is no user `{name}`")))
    }

    fn plan(&mut self, place: &str, plan: &SeedPlan) -> Result<(), SeedError> {
        let by = self.user(&format!("{place}.by"), &plan.by)?;
        let container = match &plan.group {
            Some(name) => {
                let mut groups = self.machine.world.store.all(Kind::Group);
                let group = groups.find(|group| group.text("displayName") == Some(name));
                let id = group.map(|group| group.id.clone());
                let id =
                    id.ok_or_else(|| SeedError::at(format!("{place}.group"), format!("there is no group `{name}`")))?;
                json!({ "url": format!("{BASE}/v1.0/groups/{id}") })
            }
            None => json!({ "url": format!("{BASE}/beta/users/{by}") }),
        };
        let body = json!({ "title": plan.title, "container": container });
        let made = self.send(place, &by, "POST", "/planner/plans", "", &body)?;
        let id = text(&made, "id");
        if plan.in_channel {
            self.move_to_channel(place, id)?;
        }
        let mut shared = Map::new();
        for name in &plan.shared_with {
            shared.insert(self.user(&format!("{place}.sharedWith"), name)?, true.into());
        }
        if !(shared.is_empty() && plan.categories.is_empty()) {
            let path = format!("/planner/plans/{id}/details");
            let details = self.send(place, &by, "GET", &path, "", &Value::Null)?;
            let body = json!({ "sharedWith": shared, "categoryDescriptions": plan.categories });
            self.send(place, &by, "PATCH", &path, text(&details, "@odata.etag"), &body)?;
        }
        // What is new comes first, so the last is made first.
        for (number, bucket) in plan.buckets.iter().enumerate().rev() {
            let place = format!("{place}.buckets[{number}]");
            let body = json!({ "planId": id, "name": bucket.name });
            let made = self.send(&place, &by, "POST", "/planner/buckets", "", &body)?;
            for (number, task) in bucket.tasks.iter().enumerate().rev() {
                self.task(&format!("{place}.tasks[{number}]"), &by, id, text(&made, "id"), task)?;
            }
        }
        Ok(())
    }

    /// Puts a group's plan into the first channel of its team.
    fn move_to_channel(&mut self, place: &str, plan: &str) -> Result<(), SeedError> {
        let world = &mut self.machine.world;
        let row = world.store.get(Kind::Plan, plan).cloned();
        let is_groups = |row: &Row| row.get("container")["type"] == "group";
        let mut row = row
            .filter(is_groups)
            .ok_or_else(|| SeedError::at(format!("{place}.inChannel"), "the plan has no group"))?;
        let channel = containers::first_channel(&row.parent);
        row.set("container", containers::in_channel(BASE, &row.parent, &channel));
        row.set("owner", channel.clone());
        row.parent = channel;
        world.store.put(Kind::Plan, row);
        Ok(())
    }

    fn task(&mut self, place: &str, by: &str, plan: &str, bucket: &str, task: &SeedTask) -> Result<(), SeedError> {
        let mut assignments = Map::new();
        for name in &task.assignees {
            let id = self.user(&format!("{place}.assignees"), name)?;
            let assignment = json!({ "@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": " !" });
            assignments.insert(id, assignment);
        }
        let categories = task.categories.iter().map(|name| (name.clone(), true.into()));
        let mut body = json!({
            "planId": plan, "bucketId": bucket, "title": task.title, "percentComplete": task.percent_complete,
            "assignments": assignments, "appliedCategories": categories.collect::<Map<_, _>>(),
        });
        set(&mut body, "priority", task.priority);
        set(&mut body, "startDateTime", task.start.as_deref());
        set(&mut body, "dueDateTime", task.due.as_deref());
        let made = self.send(place, by, "POST", "/planner/tasks", "", &body)?;
        if task.description.is_none() && task.checklist.is_empty() && task.references.is_empty() {
            return Ok(());
        }
        let path = format!("/planner/tasks/{}/details", text(&made, "id"));
        let details = self.send(place, by, "GET", &path, "", &Value::Null)?;
        let references = task.references.iter().map(|(url, alias)| {
            let key = utf8_percent_encode(url, RESERVED).to_string();
            let value =
                json!({ "@odata.type": "#microsoft.graph.plannerExternalReference", "alias": alias, "type": "Other" });
            (key, value)
        });
        let mut body = json!({
            "checklist": self.checklist(&task.checklist),
            "references": references.collect::<Map<_, _>>(),
        });
        set(&mut body, "description", task.description.as_deref());
        self.send(place, by, "PATCH", &path, text(&details, "@odata.etag"), &body)?;
        Ok(())
    }

    /// The steps with hints that build on each other, so that they come in their order.
    fn checklist(&mut self, steps: &[SeedStep]) -> Map<String, Value> {
        let mut hint = String::new();
        let mut items = Map::new();
        for step in steps {
            hint = format!("{hint} !");
            let item = json!({
                "@odata.type": "#microsoft.graph.plannerChecklistItem",
                "title": step.title, "isChecked": step.done, "orderHint": hint,
            });
            items.insert(self.machine.world.guid(), item);
        }
        items
    }

    fn list(&mut self, place: &str, list: &SeedList) -> Result<(), SeedError> {
        let by = self.user(&format!("{place}.by"), &list.by)?;
        let made = self.send(
            place,
            &by,
            "POST",
            "/me/todo/lists",
            "",
            &json!({ "displayName": list.name }),
        )?;
        let tasks = format!("/me/todo/lists/{}/tasks", text(&made, "id"));
        for (number, task) in list.tasks.iter().enumerate() {
            let place = format!("{place}.tasks[{number}]");
            let mut body = json!({ "title": task.title });
            set(&mut body, "status", task.status.as_deref());
            let due = task.due.as_deref();
            set(
                &mut body,
                "dueDateTime",
                due.map(|day| json!({ "dateTime": format!("{day}T00:00:00"), "timeZone": "UTC" })),
            );
            let made = self.send(&place, &by, "POST", &tasks, "", &body)?;
            let steps = format!("{tasks}/{}/checklistItems", text(&made, "id"));
            for step in &task.steps {
                let body = json!({ "displayName": step.title, "isChecked": step.done });
                self.send(&place, &by, "POST", &steps, "", &body)?;
            }
        }
        Ok(())
    }
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Sets a member that is there.
fn set(body: &mut Value, name: &str, value: Option<impl Into<Value>>) {
    if let (Some(value), Some(body)) = (value, body.as_object_mut()) {
        body.insert(name.to_owned(), value.into());
    }
}
