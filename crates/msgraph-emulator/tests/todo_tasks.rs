//! Tasks of To Do, and the lists that they are in.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use serde_json::{Value, json};
use support::Graph;

/// E10 (facts E, A3): there is an ETag, nobody must send it, and `lastModifiedDateTime` tells what changed.
#[tokio::test]
async fn e10_etags_are_shown_and_never_demanded() {
    let graph = Graph::new();
    let tasks = graph.tasks().await;
    let task = graph.post(&tasks, json!({ "title": "Water" })).await.expect(201);
    let path = format!("{tasks}/{}", task.id());
    assert!(task.etag().starts_with("W/\""), "facts D6");
    let stale = task.etag().to_owned();
    let changed = graph.update(&path, json!({ "title": "Plants" })).await.expect(200);
    assert_ne!(changed.etag(), stale);
    let modified = |body: &Value| body["lastModifiedDateTime"].as_str().unwrap().to_owned();
    assert!(modified(&changed.body) > modified(&task.body));
    // A stale ETag is no conflict, and a wrong one no error.
    graph
        .patch(&path, &stale, json!({ "title": "Flowers" }))
        .await
        .expect(200);
    graph
        .patch(&path, "nonsense", json!({ "importance": "high" }))
        .await
        .expect(200);
    let there = graph.get(&path).await.expect(200);
    assert_eq!(there.body["title"], "Flowers");
    assert_eq!(there.body["importance"], "high");
    // What changes nothing leaves no trace.
    let same = graph.update(&path, json!({ "title": "Flowers" })).await.expect(200);
    assert_eq!(same.etag(), there.etag());
    graph.remove(&path).await.expect(204);
    assert_eq!(graph.get(&path).await.expect(404).code(), "ErrorItemNotFound");
}

/// Facts B9, H20: a title is enough; the service sets the rest.
#[tokio::test]
async fn a_title_is_enough() {
    let graph = Graph::new();
    let list = graph.built_in_list("defaultList").await;
    let task = graph
        .post(&format!("{list}/tasks"), json!({ "title": "Water" }))
        .await
        .expect(201);
    let expected = json!({
        "@odata.context": format!(
            "https://graph.microsoft.com/v1.0/$metadata#users('{}')/todo/lists('{}')/tasks/$entity",
            graph.me().await,
            list.rsplit('/').next().unwrap()
        ),
        "@odata.etag": task.etag(),
        "id": task.id(),
        "title": "Water", "status": "notStarted", "importance": "normal", "isReminderOn": false,
        "hasAttachments": false, "categories": [], "body": { "content": "", "contentType": "text" },
        "createdDateTime": task.body["createdDateTime"], "lastModifiedDateTime": task.body["createdDateTime"],
    });
    assert_eq!(task.body, expected);
    assert_eq!(
        graph.get(&format!("{list}/tasks/{}", task.id())).await.expect(200).body,
        expected
    );
    assert_eq!(graph.post(&format!("{list}/tasks"), json!({})).await.status, 400);
    assert_eq!(graph.get(&format!("{list}/tasks")).await.expect(200).items().len(), 1);
}

/// R5 (facts B9): null clears a date, an empty list clears the categories, and the date of completion follows the status.
#[tokio::test]
async fn r5_null_clears_and_completion_is_dated() {
    let graph = Graph::new();
    let tasks = graph.tasks().await;
    let utc = |date: &str| json!({ "dateTime": date, "timeZone": "UTC" });
    let new = json!({
        "title": "Water", "categories": ["red"], "dueDateTime": utc("2026-02-01T00:00:00"),
        "reminderDateTime": utc("2026-02-01T08:00:00"), "isReminderOn": true,
        "body": { "content": "<b>now</b>", "contentType": "html" },
    });
    let task = graph.post(&tasks, new).await.expect(201);
    let path = format!("{tasks}/{}", task.id());
    let clear = json!({ "dueDateTime": null, "reminderDateTime": null, "categories": [], "body": null });
    let cleared = graph.update(&path, clear).await.expect(200);
    for name in ["dueDateTime", "reminderDateTime"] {
        assert!(cleared.body.get(name).is_none(), "{name}");
    }
    assert_eq!(cleared.body["categories"], json!([]));
    assert_eq!(cleared.body["body"], json!({ "content": "", "contentType": "text" }));
    let done = graph.update(&path, json!({ "status": "completed" })).await.expect(200);
    assert_eq!(
        done.body["completedDateTime"],
        utc("2026-01-05T00:00:00.0000000"),
        "midnight of the day in UTC"
    );
    assert_eq!(
        graph.get(&path).await.expect(200).body["completedDateTime"],
        done.body["completedDateTime"]
    );
    let open = graph.update(&path, json!({ "status": "inProgress" })).await.expect(200);
    assert!(open.body.get("completedDateTime").is_none());
    for wrong in [
        json!({ "status": null }),
        json!({ "status": "done" }),
        json!({ "isReminderOn": 1 }),
        json!({ "dueDateTime": "2026-02-01" }),
    ] {
        assert_eq!(graph.update(&path, wrong.clone()).await.status, 400, "{wrong}");
    }
    assert_eq!(graph.get(&path).await.expect(200).etag(), open.etag());
}

/// R7 (facts H24): what To Do has not is refused, and changes nothing.
#[tokio::test]
async fn r7_what_to_do_has_not_is_refused() {
    let graph = Graph::new();
    let list = graph.built_in_list("defaultList").await;
    let tasks = format!("{list}/tasks");
    let task = graph.post(&tasks, json!({ "title": "Water" })).await.expect(201);
    let path = format!("{tasks}/{}", task.id());
    for (name, value) in [
        ("isInMyDay", json!(true)),
        ("myDayDateTime", json!("2026-01-05T00:00:00Z")),
        ("orderHint", json!(" !")),
        ("assignedTo", json!("someone")),
        ("assignments", json!({})),
        ("hasAttachments", json!(true)),
        ("lastModifiedDateTime", json!("2026-01-05T00:00:00Z")),
    ] {
        let refused = graph.update(&path, json!({ name: value })).await.expect(400);
        assert!(refused.message().contains(name), "{}", refused.message());
        assert_eq!(
            graph
                .post(&tasks, json!({ "title": "Other", name: value }))
                .await
                .status,
            400,
            "{name}"
        );
    }
    for path in [
        "/v1.0/me/todo/listGroups",
        "/v1.0/me/todo/myDay",
        &format!("{path}/assign"),
    ] {
        assert_eq!(graph.get(path).await.status, 400, "{path}");
    }
    let refused = graph
        .post("/v1.0/me/todo/lists", json!({ "displayName": "L", "groupId": "g" }))
        .await;
    assert_eq!(refused.status, 400);
    assert_eq!(graph.get(&path).await.expect(200).etag(), task.etag());
    assert_eq!(graph.get(&tasks).await.expect(200).items().len(), 1);
    assert_eq!(graph.get("/v1.0/me/todo/lists").await.expect(200).items().len(), 2);
}

/// Facts A3, B9: lists are made, renamed and deleted, but for the two that are there from the start.
#[tokio::test]
async fn built_in_lists_are_neither_renamed_nor_deleted() {
    let graph = Graph::new();
    let lists = "/v1.0/me/todo/lists";
    let built_in = graph.get(lists).await.expect(200);
    let names: Vec<_> = built_in
        .items()
        .iter()
        .map(|list| list["displayName"].clone())
        .collect();
    assert_eq!(names, ["Tasks", "Flagged email"]);
    for name in ["defaultList", "flaggedEmails"] {
        let path = graph.built_in_list(name).await;
        assert_eq!(graph.update(&path, json!({ "displayName": "Mine" })).await.status, 400);
        assert_eq!(
            graph.remove(&path).await.expect(400).code(),
            "ErrorDeleteDistinguishedFolder"
        );
    }
    assert_eq!(graph.get(lists).await.expect(200).body, built_in.body);
    let new = graph.post(lists, json!({ "displayName": "Garden" })).await.expect(201);
    assert_eq!(new.body["wellknownListName"], "none");
    assert_eq!(
        (&new.body["isOwner"], &new.body["isShared"]),
        (&json!(true), &json!(false))
    );
    let path = format!("{lists}/{}", new.id());
    let renamed = graph.update(&path, json!({ "displayName": "Yard" })).await.expect(200);
    assert_ne!(renamed.etag(), new.etag());
    for wrong in [
        json!({ "displayName": "" }),
        json!({ "displayName": null }),
        json!({ "isOwner": false }),
    ] {
        assert_eq!(graph.update(&path, wrong).await.status, 400);
    }
    assert_eq!(graph.get(&path).await.expect(200).body["displayName"], "Yard");
    let task = graph
        .post(&format!("{path}/tasks"), json!({ "title": "Mow" }))
        .await
        .expect(201);
    graph.remove(&path).await.expect(204);
    assert_eq!(graph.get(&path).await.expect(404).code(), "ErrorItemNotFound");
    assert_eq!(graph.get(&format!("{path}/tasks/{}", task.id())).await.status, 404);
    assert_eq!(graph.get(lists).await.expect(200).items().len(), 2);
}

/// D5: the tasks of the list of flagged messages cannot be reached.
#[tokio::test]
async fn d5_tasks_of_flagged_messages_are_refused() {
    let graph = Graph::new();
    let list = graph.built_in_list("flaggedEmails").await;
    graph.get(&list).await.expect(200);
    assert_eq!(
        graph.get(&format!("{list}/tasks")).await.expect(400).code(),
        "invalidRequest"
    );
    assert_eq!(
        graph
            .post(&format!("{list}/tasks"), json!({ "title": "x" }))
            .await
            .status,
        400
    );
}

/// Facts 0.3: nobody reads the mailbox of another user; whose it is may be said in two ways.
#[tokio::test]
async fn a_mailbox_is_its_owners_alone() {
    let adele = Graph::new();
    let bruno = adele.by("bruno");
    let tasks = adele.tasks().await;
    let task = adele.post(&tasks, json!({ "title": "Water" })).await.expect(201);
    assert_eq!(
        bruno.get(&format!("{tasks}/{}", task.id())).await.expect(404).code(),
        "ErrorItemNotFound"
    );
    let as_user = format!("/v1.0/users/{}/todo/lists", adele.me().await);
    let mine = adele.get(&as_user).await.expect(200);
    assert_eq!(mine.items(), adele.get("/v1.0/me/todo/lists").await.expect(200).items());
    assert_eq!(bruno.get(&as_user).await.expect(403).code(), "ErrorAccessDenied");
    let by_name = "/v1.0/users/adele@contoso.example/todo/lists";
    assert_eq!(bruno.post(by_name, json!({ "displayName": "x" })).await.status, 403);
    assert_eq!(adele.get(by_name).await.expect(200).items().len(), 2);
    assert_eq!(bruno.get("/v1.0/me/todo/lists").await.expect(200).items().len(), 2);
}

/// Facts 0.3: an id that could be none is malformed; one that could be is not found.
#[tokio::test]
async fn ids_are_malformed_or_not_found() {
    let graph = Graph::new();
    let list = graph.built_in_list("defaultList").await;
    let none = "AAMkADAwATM0MDAAMS0zNTcwLQAAAAA=";
    for (path, status, code) in [
        ("/v1.0/me/todo/lists/x".to_owned(), 400, "ErrorInvalidIdMalformed"),
        (format!("/v1.0/me/todo/lists/{none}"), 404, "ErrorItemNotFound"),
        (format!("{list}/tasks/a%20b"), 400, "ErrorInvalidIdMalformed"),
        (format!("{list}/tasks/{none}"), 404, "ErrorItemNotFound"),
        (format!("/v1.0/me/todo/lists/{none}/tasks"), 404, "ErrorItemNotFound"),
    ] {
        let refused = graph.get(&path).await.expect(status);
        assert_eq!(refused.code(), code, "{path}");
    }
}

/// T25: the settings of the tenant.
#[tokio::test]
async fn settings_of_the_tenant_are_kept() {
    let graph = Graph::new();
    let path = "/beta/admin/todo";
    let before = graph.get(path).await.expect(200);
    assert_eq!(before.body["settings"]["isPushNotificationEnabled"], true);
    let changed = json!({ "settings": { "isPushNotificationEnabled": false } });
    graph.update(path, changed).await.expect(200);
    let after = graph.get(path).await.expect(200);
    assert_eq!(after.body["settings"]["isPushNotificationEnabled"], false);
    assert_eq!(after.body["settings"]["isExternalJoinEnabled"], true);
    assert_eq!(
        graph.update(path, json!({ "settings": { "isOn": true } })).await.status,
        400
    );
    assert_eq!(graph.get(path).await.expect(200).body, after.body);
    assert_eq!(graph.get("/v1.0/admin/todo").await.status, 400, "beta only");
}
