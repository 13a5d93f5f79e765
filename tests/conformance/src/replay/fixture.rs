//! What there is before each exchange: two of everything, made through the API.

use std::collections::BTreeMap;

use msgraph_emulator::Emulator;
use serde_json::{Value, json};

use super::graph::{Graph, ROOT};

/// Ids by what they are of: the names of keys in paths, and some of our own.
pub(super) type Ids = BTreeMap<&'static str, String>;

/// A state, and the ids in it.
#[derive(Debug)]
pub(super) struct Fixture {
    pub(super) snapshot: Value,
    pub(super) ids: Ids,
}

/// Ids of items in a checklist, which clients make.
pub(super) const CHECKLIST: [&str; 2] = [
    "64b6036c-bf05-48eb-9ca3-f2629b110bad",
    "6d7e4189-c31d-4bec-8253-a132f6020c5f",
];

impl Fixture {
    pub(super) fn new() -> Result<Self, String> {
        let graph = Graph::new(Emulator::new())?;
        let mut ids = Ids::new();
        people(&graph, &mut ids)?;
        planner(&graph, &mut ids)?;
        details(&graph, &ids)?;
        rosters(&graph, &mut ids)?;
        todo(&graph, &mut ids)?;
        base_tasks(&graph, &mut ids)?;
        let snapshot = graph.emulator().snapshot().map_err(|error| error.to_string())?;
        let mut snapshot = serde_json::from_slice(&snapshot).map_err(|error| error.to_string())?;
        move_to_channel(&mut snapshot, &ids);
        Ok(Self { snapshot, ids })
    }
}

/// Puts a plan into a channel, which no request can.
fn move_to_channel(snapshot: &mut Value, ids: &Ids) {
    let (team, channel) = (id(ids, "team-id"), id(ids, "channel-id"));
    let plan = id(ids, "channel-plan");
    let rows = snapshot
        .get_mut("rows")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten();
    for row in rows.filter_map(|row| row.get_mut(1)?.as_object_mut()) {
        let is_plan = row.get("id") == Some(&json!(plan)) && row.get("parent") != Some(&json!(plan));
        if let Some(Value::Object(properties)) = row.get_mut("properties").filter(|_| is_plan) {
            let url = format!("{ROOT}/beta/teams/{team}/channels/{channel}");
            let container = json!({ "containerId": channel, "type": "teamsChannel", "url": url });
            properties.insert("container".to_owned(), container);
            row.insert("parent".to_owned(), channel.clone().into());
        }
    }
}

/// Creates something, and keeps its id.
fn create(graph: &Graph, ids: &mut Ids, name: &'static str, url: &str, body: &Value) -> Result<String, String> {
    let created = graph.write("POST", url, body)?;
    let id = created.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    ids.insert(name, id.clone());
    Ok(id)
}

fn id(ids: &Ids, name: &str) -> String {
    ids.get(name).cloned().unwrap_or_default()
}

fn people(graph: &Graph, ids: &mut Ids) -> Result<(), String> {
    let named = |value: &Value, text: &str| {
        let name = value.get("displayName").and_then(Value::as_str);
        let id = value.get("id").and_then(Value::as_str).unwrap_or_default();
        name.is_some_and(|name| name.starts_with(text)).then(|| id.to_owned())
    };
    let users = graph.get("/v1.0/users")?.body;
    let groups = graph.get("/v1.0/groups")?.body;
    for (key, page, name) in [
        ("user-id", &users, "Adele"),
        ("first", &users, "Bruno"),
        ("second", &users, "Chika"),
        ("other", &users, "Dana"),
        ("group-id", &groups, ""),
    ] {
        let mut items = page.get("value").and_then(Value::as_array).into_iter().flatten();
        let found = items.find_map(|item| named(item, name));
        ids.insert(key, found.ok_or_else(|| format!("there is no {key}"))?);
    }
    // A team has its group's id.
    let team = id(ids, "group-id");
    ids.insert("team-id", team);
    ids.insert(
        "channel-id",
        format!("19:{}@thread.tacv2", id(ids, "team-id").replace('-', "")),
    );
    Ok(())
}

fn planner(graph: &Graph, ids: &mut Ids) -> Result<(), String> {
    let group = id(ids, "group-id");
    let in_group = json!({ "containerId": group, "type": "group" });
    let plans = "/beta/planner/plans";
    for name in ["plannerPlan-id", "other-plan", "channel-plan"] {
        let body = json!({ "title": name, "container": in_group });
        create(graph, ids, name, plans, &body)?;
    }
    let own = json!({ "containerId": id(ids, "user-id"), "type": "user" });
    create(
        graph,
        ids,
        "own-plan",
        plans,
        &json!({ "title": "Mine", "container": own }),
    )?;
    let plan = id(ids, "plannerPlan-id");
    for name in ["other-bucket", "plannerBucket-id"] {
        let body = json!({ "name": name, "planId": plan });
        create(graph, ids, name, "/beta/planner/buckets", &body)?;
    }
    let (bucket, first, second, me) = (
        id(ids, "plannerBucket-id"),
        id(ids, "first"),
        id(ids, "second"),
        id(ids, "user-id"),
    );
    let assigned = json!({ "@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": " !" });
    for name in ["other-task", "plannerTask-id"] {
        let body = json!({
            "title": name, "planId": plan, "bucketId": bucket, "isOnMyDay": true,
            "appliedCategories": { "category1": true },
            "assignments": { &*first: assigned, &*second: assigned, &*me: assigned },
        });
        create(graph, ids, name, "/beta/planner/tasks", &body)?;
    }
    let messages = format!("/beta/planner/tasks/{}/messages", id(ids, "plannerTask-id"));
    for name in ["other-message", "plannerTaskChatMessage-id"] {
        create(graph, ids, name, &messages, &json!({ "content": name }))?;
    }
    let message = id(ids, "plannerTaskChatMessage-id");
    graph.write(
        "POST",
        &format!("{messages}/{message}/setReaction"),
        &json!({ "reactionType": "like" }),
    )?;
    let items = graph.get(&format!("/beta/planner/plans/{plan}/historyItems"))?.body;
    let item = items.pointer("/value/0/id").and_then(Value::as_str).unwrap_or_default();
    ids.insert("plannerHistoryItem-id", item.to_owned());
    Ok(())
}

fn details(graph: &Graph, ids: &Ids) -> Result<(), String> {
    let (plan, task, first) = (id(ids, "plannerPlan-id"), id(ids, "plannerTask-id"), id(ids, "first"));
    let body = json!({ "sharedWith": { first: true, id(ids, "user-id"): true }, "categoryDescriptions": { "category1": "Urgent" } });
    graph.write("PATCH", &format!("/beta/planner/plans/{plan}/details"), &body)?;
    let context = json!({ "@odata.type": "#microsoft.graph.plannerPlanContext", "associationType": "page",
        "displayNameSegments": ["Building 4"] });
    let body = json!({ "contexts": { "teamstab-88": context } });
    graph.write("PATCH", &format!("/beta/planner/plans/{plan}"), &body)?;
    let [one, other] = CHECKLIST;
    let item = json!({ "@odata.type": "#microsoft.graph.plannerChecklistItem", "title": "Pay", "isChecked": false });
    let reference = json!({ "@odata.type": "#microsoft.graph.plannerExternalReference", "alias": "Prices" });
    let body = json!({
        "description": "Oak.",
        "checklist": { one: item, other: item },
        "references": { "https%3A//lakeside%2Eexample/prices": reference },
    });
    graph.write("PATCH", &format!("/beta/planner/tasks/{task}/details"), &body)?;
    Ok(())
}

fn rosters(graph: &Graph, ids: &mut Ids) -> Result<(), String> {
    let body = json!({ "@odata.type": "#microsoft.graph.plannerRoster" });
    let roster = create(graph, ids, "plannerRoster-id", "/beta/planner/rosters", &body)?;
    let members = format!("/beta/planner/rosters/{roster}/members");
    let first = id(ids, "first");
    let body = json!({ "@odata.type": "#microsoft.graph.plannerRosterMember", "userId": first });
    create(graph, ids, "plannerRosterMember-id", &members, &body)?;
    let member = graph
        .get(&format!("{members}/{}", id(ids, "plannerRosterMember-id")))?
        .body;
    let tenant = member.get("tenantId").and_then(Value::as_str).unwrap_or_default();
    ids.insert("tenant", tenant.to_owned());
    let body = json!({ "title": "Two of us", "container": { "containerId": roster, "type": "roster" } });
    let plan = create(graph, ids, "roster-plan", "/beta/planner/plans", &body)?;
    let favourite = |title: &str| json!({ "@odata.type": "#microsoft.graph.plannerFavoritePlanReference", "orderHint": " !", "planTitle": title });
    let recent = json!({
        "@odata.type": "#microsoft.graph.plannerRecentPlanReference",
        "lastAccessedDateTime": "2026-01-05T08:00:00Z", "planTitle": "Two of us",
    });
    let body = json!({
        "favoritePlanReferences": { &*plan: favourite("Two of us"), &*id(ids, "plannerPlan-id"): favourite("Plan") },
        "recentPlanReferences": { &*plan: recent, &*id(ids, "plannerPlan-id"): recent },
    });
    graph.write("PATCH", "/beta/me/planner", &body)?;
    Ok(())
}

fn todo(graph: &Graph, ids: &mut Ids) -> Result<(), String> {
    let lists = "/v1.0/me/todo/lists";
    create(graph, ids, "other-list", lists, &json!({ "displayName": "Other" }))?;
    let list = create(graph, ids, "todoTaskList-id", lists, &json!({ "displayName": "Trip" }))?;
    let tasks = format!("{lists}/{list}/tasks");
    for title in ["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight"] {
        let body = json!({
            "title": title, "status": "completed", "categories": ["Travel"],
            "linkedResources": [{ "displayName": "Done", "applicationName": "Ferry", "externalId": title }],
        });
        create(graph, ids, "completed", &tasks, &body)?;
    }
    let task = create(
        graph,
        ids,
        "todoTask-id",
        &tasks,
        &json!({ "title": "Ferry", "categories": ["Travel"] }),
    )?;
    let task = format!("{tasks}/{task}");
    for name in ["another", "checklistItem-id"] {
        create(
            graph,
            ids,
            name,
            &format!("{task}/checklistItems"),
            &json!({ "displayName": "Pay" }),
        )?;
    }
    let body = json!({ "displayName": "Booking", "applicationName": "Ferry", "externalId": "77", "webUrl": "https://ferry.example" });
    create(
        graph,
        ids,
        "linkedResource-id",
        &format!("{task}/linkedResources"),
        &body,
    )?;
    let body = json!({
        "@odata.type": "#microsoft.graph.taskFileAttachment",
        "name": "ticket.txt", "contentBytes": "SGVsbG8=", "contentType": "text/plain",
    });
    create(graph, ids, "attachmentBase-id", &format!("{task}/attachments"), &body)?;
    let body = json!({ "attachmentInfo": { "attachmentType": "file", "name": "charts.pdf", "size": 10 } });
    let session = graph.write("POST", &format!("{task}/attachments/createUploadSession"), &body)?;
    let url = session.get("uploadUrl").and_then(Value::as_str).unwrap_or_default();
    ids.insert(
        "attachmentSession-id",
        url.rsplit('/').next().unwrap_or_default().to_owned(),
    );
    let body = json!({
        "@odata.type": "#microsoft.graph.openTypeExtension", "extensionName": "example.lakeside.trips",
        "seats": 2, "bike": true,
    });
    for of in [&task, &format!("{lists}/{list}")] {
        create(graph, ids, "extension-id", &format!("{of}/extensions"), &body)?;
    }
    Ok(())
}

fn base_tasks(graph: &Graph, ids: &mut Ids) -> Result<(), String> {
    let lists = "/beta/me/tasks/lists";
    for name in ["other-base-list", "baseTaskList-id"] {
        let body = json!({ "@odata.type": "#microsoft.graph.taskList", "displayName": name });
        let list = create(graph, ids, name, lists, &body)?;
        for title in ["Frames", "Smoke", "Feed"] {
            let body = json!({ "@odata.type": "#microsoft.graph.task", "displayName": title, "status": "notStarted" });
            let id = create(graph, ids, "baseTask-id", &format!("{lists}/{list}/tasks"), &body)?;
            let task = format!("{lists}/{list}/tasks/{id}");
            let body = json!({ "displayName": "Hive", "applicationName": "Hives", "externalId": "4", "webUrl": "https://bees.example" });
            create(
                graph,
                ids,
                "linkedResource_v2-id",
                &format!("{task}/linkedResources"),
                &body,
            )?;
            let items = format!("{task}/checklistItems");
            create(graph, ids, "base-item", &items, &json!({ "displayName": "Boil" }))?;
        }
    }
    Ok(())
}
