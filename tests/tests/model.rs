//! Read types and updates, as the generated crates have them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::{Duration, SystemTime};

use msgraph_core::{
    Binary, Category, Change, Continuation, DeltaPage, Filter, Id, OrderHint, Page, Presence, Record, Versioned,
    delta::RemovalReason,
    request::{Cloud, Method, Replay, Versions},
    update::Edit,
};
use msgraph_model::{
    AttachmentBase, AttachmentInfoInput, AttachmentType, BodyType, DateTimeTimeZoneInput, IdentitySet, ItemBodyInput,
    OpenTypeExtensionCreate, PatternedRecurrenceInput, PlannerAssignedToTaskBoardTaskFormatUpdate,
    PlannerExternalReferenceUpdate, PlannerPlanContainerInput, PlannerPlanCreate, PlannerPreviewType, PlannerTask,
    PlannerTaskDetails, PlannerTaskDetailsUpdate, PlannerTaskUpdate, RecurrencePatternInput, RecurrencePatternType,
    RecurrenceRangeInput, RecurrenceRangeType, TaskFileAttachmentCreate, TaskStatus, TodoTask, TodoTaskCreate,
    TodoTaskList,
};
use msgraph_request::{operations, v1};
use proptest::{prelude::*, test_runner::RngSeed};
use serde_json::{Value, json};

fn json_of<E: Edit + Clone>(edit: &E) -> Value {
    serde_json::to_value(edit.clone().into_patch()).unwrap()
}

#[test]
fn absent_null_and_value_are_three_things() {
    let task: PlannerTask = serde_json::from_value(json!({ "title": "", "dueDateTime": null })).unwrap();
    assert_eq!(task.presence(PlannerTask::TITLE), Presence::Value);
    assert_eq!(task.presence(PlannerTask::DUE_DATE_TIME), Presence::Null);
    assert_eq!(task.presence(PlannerTask::PRIORITY), Presence::Absent);

    let mut changed = task.clone();
    changed.due_date_time = Some(SystemTime::UNIX_EPOCH.into());
    assert_eq!(changed.presence(PlannerTask::DUE_DATE_TIME), Presence::Value);
    assert_ne!(changed, task);
}

#[test]
fn what_is_not_known_is_kept() {
    let json = json!({
        "@odata.context": "https://graph.microsoft.com/beta/$metadata#planner/tasks/$entity",
        "@odata.type": "#microsoft.graph.businessScenarioTask",
        "@odata.etag": "W/\"x\"",
        "title@odata.type": "#String",
        "id": "1",
        "isPinned": true,
        "colour": { "name": null, "numbers": [1.0, 2e3] },
        "previewType": "hologram",
        "createdBy": { "phone": { "id": "2" }, "user": null, "application": { "id": "3", "tenantId": "4" } }
    });
    let task: PlannerTask = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(task.odata_type(), Some("#microsoft.graph.businessScenarioTask"));
    assert_eq!(task.preview_type, Some(PlannerPreviewType::Unknown("hologram".into())));
    assert_eq!(task.extra.get("isPinned").unwrap().as_str(), "true");
    assert_eq!(task.extra.unknown().count(), 4);
    let by: &IdentitySet = task.created_by.as_deref().unwrap();
    assert_eq!(
        (by.presence(IdentitySet::USER), by.presence(IdentitySet::DEVICE)),
        (Presence::Null, Presence::Absent)
    );
    assert_eq!(serde_json::to_value(&task).unwrap(), json);
}

#[test]
fn details_lose_nothing() {
    let json = json!({
        "@odata.etag": "W/\"d\"",
        "id": "1",
        "description": null,
        "previewType": "automatic",
        "checklist": {
            "a-guid": {
                "@odata.type": "#microsoft.graph.plannerChecklistItem",
                "isChecked": false,
                "title": "",
                "orderHint": "8587094707721254251P]",
                "lastModifiedDateTime": "2026-11-21T00:00:00.0000001Z",
                "lastModifiedBy": { "user": { "displayName": null, "id": "u" }, "application": null }
            },
            "gone": null
        },
        "references": {
            "https%3A//contoso%2Ecom/a%2520b%23top": {
                "@odata.type": "microsoft.graph.plannerExternalReference", "alias": "A", "type": "Other", "previewPriority": "x"
            },
            "http%3a//lower%2ecase": { "alias": null }
        },
        "notes": { "content": "<p>", "contentType": "html" }
    });
    let details: Versioned<PlannerTaskDetails> = serde_json::from_value(json.clone()).unwrap();
    let checklist = details.checklist.as_ref().unwrap();
    assert_eq!(checklist.get(&Id::new("a-guid")).unwrap().is_checked, Some(false));
    assert_eq!(checklist.removed().count(), 1);
    let references = details.references.as_ref().unwrap();
    assert_eq!(
        references
            .get(&"https://contoso.com/a%20b#top".into())
            .unwrap()
            .alias
            .as_deref(),
        Some("A")
    );
    assert_eq!(
        references.keys().map(ToString::to_string).collect::<Vec<_>>()[0],
        "http://lower.case"
    );
    assert_eq!(serde_json::to_value(&details).unwrap(), json);
}

#[test]
fn annotations_of_odd_kinds_are_kept() {
    let json = json!({ "@odata.type": null, "@odata.etag": null, "id": null, "messages@odata.nextLink": "https://a?$skiptoken=x" });
    let task: Versioned<PlannerTask> = serde_json::from_value(json.clone()).unwrap();
    assert_eq!((task.etag(), task.id(), task.odata_type()), (None, None, None));
    assert!(!format!("{task:?}").contains("skiptoken"));
    assert_eq!(serde_json::to_value(&task).unwrap(), json);
    let page = json!({ "@odata.count": "3", "@odata.nextLink": null, "value": [json] });
    let decoded: Page<Versioned<PlannerTask>> = serde_json::from_value(page.clone()).unwrap();
    assert_eq!((decoded.count, decoded.next_link.as_ref()), (None, None));
    assert_eq!(serde_json::to_value(&decoded).unwrap(), page);
}

#[test]
fn pages_of_changes_tell_what_is_gone_and_where_to_go_on() {
    let json = json!({
        "@odata.context": "c",
        "@odata.deltaLink": "https://graph.microsoft.com/v1.0/x?$skiptoken=in%20a%20deltaLink",
        "value": [
            { "@odata.etag": "W/\"1\"", "id": "1", "title": "changed", "dueDateTime": null },
            { "id": "2", "@removed": { "reason": "deleted" } },
            { "id": "3", "@removed": { "reason": "changed" } },
            { "id": "4", "@removed": {} }
        ]
    });
    let page: DeltaPage<PlannerTask> = serde_json::from_value(json.clone()).unwrap();
    let Continuation::Delta(link) = &page.continuation else {
        panic!()
    };
    assert_eq!(link.as_str(), json["@odata.deltaLink"]);
    let Change::Present(task) = &page.changes[0] else {
        panic!()
    };
    assert_eq!(task.presence(PlannerTask::DUE_DATE_TIME), Presence::Null);
    let reasons = page.changes.iter().filter_map(|change| match change {
        Change::Removed(removal) => Some((removal.id().unwrap().as_str(), removal.reason())),
        Change::Present(_) => None,
    });
    let expected = [
        ("2", RemovalReason::Deleted),
        ("3", RemovalReason::Changed),
        ("4", RemovalReason::Unknown("".into())),
    ];
    assert_eq!(reasons.collect::<Vec<_>>(), expected);
    assert_eq!(serde_json::to_value(&page).unwrap(), json);

    let next: DeltaPage<PlannerTask> = serde_json::from_value(json!({ "@odata.nextLink": "n", "value": [] })).unwrap();
    assert!(matches!(next.continuation, Continuation::Next(_)));
    let error = serde_json::from_value::<DeltaPage<PlannerTask>>(json!({ "value": [] })).unwrap_err();
    assert!(error.to_string().contains("neither"), "{error}");
}

#[test]
fn the_declared_type_is_told_from_others() {
    for name in [
        "#microsoft.graph.plannerTask",
        "#microsoft.graph.plannertask",
        "microsoft.graph.plannerTask",
    ] {
        let json = json!({ "@odata.type": name });
        let task: PlannerTask = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(task.odata_type(), Some(name));
        assert_eq!(serde_json::to_value(&task).unwrap(), json);
    }
}

#[test]
fn an_update_holds_what_was_set_and_nothing_else() {
    let user = Id::new("u");
    let edit = PlannerTaskUpdate::new()
        .title("first")
        .percent_complete(0)
        .clear_start_date_time()
        .due_date_time(SystemTime::UNIX_EPOCH + Duration::from_secs(1))
        .title("second")
        .order_hint(OrderHint::after(&OrderHint::new("8586")))
        .apply_category(&Category::new(3).unwrap())
        .remove_category(&Category::new(4).unwrap())
        .unassign(&user)
        .assign(&user, OrderHint::first())
        .unassign(&Id::new("v"));
    let expected = json!({
        "title": "second",
        "percentComplete": 0,
        "startDateTime": null,
        "dueDateTime": "1970-01-01T00:00:01Z",
        "orderHint": "8586 !",
        "appliedCategories": { "category3": true, "category4": false },
        "assignments": { "u": { "@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": " !" }, "v": null }
    });
    assert_eq!(json_of(&edit), expected);
    // Each name once: the text is as long as that of the value, whose names are unique.
    let patch = edit.into_patch();
    let text = serde_json::to_string(&patch).unwrap();
    assert_eq!(text.len(), expected.to_string().len());
    // Writing is pure.
    assert_eq!(text, serde_json::to_string(&patch).unwrap());
    assert_eq!(patch.get(PlannerTask::TITLE).unwrap().as_str(), "\"second\"");
    assert!(!patch.is_empty() && PlannerTaskUpdate::new().into_patch().is_empty());
}

#[test]
fn references_are_keyed_by_their_url() {
    let edit = PlannerTaskDetailsUpdate::new()
        .preview_type(PlannerPreviewType::Reference)
        .set_reference(
            &"https://contoso.com/100%".into(),
            PlannerExternalReferenceUpdate::new().alias("All").r#type("Other"),
        );
    let expected = json!({
        "previewType": "reference",
        "references": { "https%3A//contoso%2Ecom/100%25": {
            "@odata.type": "#microsoft.graph.plannerExternalReference", "alias": "All", "type": "Other"
        } }
    });
    assert_eq!(json_of(&edit), expected);
    let hints = PlannerAssignedToTaskBoardTaskFormatUpdate::new().set_order_hint(&Id::new("u"), OrderHint::first());
    assert_eq!(json_of(&hints), json!({ "orderHintsByAssignee": { "u": " !" } }));
}

#[test]
fn what_is_known_of_the_operations() {
    let (mut count, mut first) = (0, 0);
    for operation in operations() {
        count += 1;
        first += usize::from(operation.versions == Versions::ALL);
        let path = operation.path;
        let is_planner = path.contains("/planner") && !path.contains("/rosters") && !path.contains("/messages");
        let is_write = matches!(operation.method, Method::Patch | Method::Delete);
        let is_action = ["/archive", "/unarchive", "/moveToContainer", "/assignSensitivityLabel"];
        let is_action = is_action.into_iter().any(|action| path.ends_with(action));
        assert_eq!(operation.if_match, is_action || is_write && is_planner, "{operation}");
        let replay = match operation.method {
            Method::Get => Replay::Harmless,
            _ if operation.if_match => Replay::Checked,
            _ if path.ends_with("etReaction") => Replay::Harmless,
            _ => Replay::Unsafe,
        };
        assert_eq!(operation.replay, replay, "{operation}");
        assert!(
            !operation.clouds.is_empty() && !operation.clouds.contains(&Cloud::China),
            "{operation}"
        );
        let is_known = operation.permissions.work.is_some() || path.ends_with("/moveToContainer");
        assert!(is_known, "{operation}");
        let paths: Vec<_> = operation.paths().collect();
        let has_alias = |prefix: &str| paths.iter().any(|path| path.starts_with(prefix));
        assert_eq!(has_alias("/users/{user-id}"), path.starts_with("/me/"), "{paths:?}");
        assert_eq!(
            has_alias("/teams/{team-id}/primaryChannel"),
            path.starts_with("/teams/"),
            "{paths:?}"
        );
    }
    assert_eq!((count, first), (137, 72));
}

#[test]
fn users_and_the_one_who_is_signed_in_share_their_requests() {
    let (user, list) = (Id::new("adele@contoso.com"), Id::new("AAMkADIyAAAAABrJAAA="));
    let mine = v1::me().todo().list(&list).tasks().list();
    let theirs = v1::user(&user).todo().list(&list).tasks().list();
    assert_eq!(mine.path(), "/me/todo/lists/AAMkADIyAAAAABrJAAA=/tasks");
    assert_eq!(
        theirs.path(),
        "/users/adele%40contoso%2Ecom/todo/lists/AAMkADIyAAAAABrJAAA=/tasks".replace("%2E", ".")
    );
    assert_eq!(mine.operation(), theirs.operation());
}

#[test]
fn queries_are_escaped_once_and_replaced_by_a_second_call() {
    let filter = Filter::eq(TodoTask::TITLE, "it's & #1").or(Filter::starts_with(TodoTask::TITLE, "é"));
    let filter = filter
        .and(Filter::ne(TodoTask::STATUS, TaskStatus::Completed))
        .and(Filter::is_null(TodoTask::BODY).negated());
    let expected =
        "((title eq 'it''s & #1' or startsWith(title,'é')) and status ne 'completed') and not (body eq null)";
    assert_eq!(filter.to_string(), expected);
    let request = v1::me()
        .todo()
        .list(&Id::new("l"))
        .tasks()
        .list()
        .top(5)
        .filter(filter)
        .top(7);
    let request = request
        .order_by_descending(TodoTask::CREATED_DATE_TIME)
        .expand([TodoTask::CHECKLIST_ITEMS]);
    assert_eq!(
        request.query(),
        "$filter=((title%20eq%20%27it%27%27s%20%26%20%231%27%20or%20startsWith(title,%27%C3%A9%27))%20and%20status%20ne%20\
         %27completed%27)%20and%20not%20(body%20eq%20null)&$top=7&$orderby=createdDateTime%20desc&$expand=checklistItems"
    );
    assert!(!format!("{request:?}").contains("it's"));
    let delta = v1::me()
        .todo()
        .lists()
        .delta()
        .select([TodoTaskList::ID, TodoTaskList::DISPLAY_NAME]);
    assert_eq!(delta.query(), "$select=id,displayName");
}

#[test]
fn attachments_are_told_apart_by_their_type() {
    let file = |ty: &str| json!({ "id": "a", "@odata.etag": "W/\"1\"", "@odata.type": ty, "name": "n", "contentBytes": "AAECAw==", "x": 1.5 });
    let read = |json: &Value| serde_json::from_str::<AttachmentBase>(&json.to_string()).unwrap();
    for ty in [
        "#microsoft.graph.taskFileAttachment",
        "microsoft.graph.taskFileAttachment",
        "#Microsoft.Graph.TASKFILEATTACHMENT",
    ] {
        let json = file(ty);
        let AttachmentBase::TaskFileAttachment(attachment) = read(&json) else {
            panic!("{ty}")
        };
        assert_eq!(
            attachment.content_bytes.as_ref().unwrap().decode().unwrap(),
            [0, 1, 2, 3]
        );
        assert_eq!(
            (attachment.etag().unwrap().as_str(), attachment.id().unwrap().as_str()),
            ("W/\"1\"", "a")
        );
        assert_eq!(serde_json::to_value(read(&json)).unwrap(), json);
    }
    let unknown = file("#microsoft.graph.taskLinkAttachment");
    let AttachmentBase::Other(attachment) = read(&unknown) else {
        panic!()
    };
    assert_eq!(
        (attachment.name.as_deref(), attachment.extra.unknown().count()),
        (Some("n"), 2)
    );
    assert_eq!(serde_json::to_value(read(&unknown)).unwrap(), unknown);
    let bare = json!({ "id": "a", "name": "n" });
    assert!(matches!(read(&bare), AttachmentBase::Other(_)));

    // The type may come first or last, and what is not known keeps its digits either way.
    let ty = r##""@odata.type":"#microsoft.graph.taskFileAttachment""##;
    for text in [format!(r#"{{{ty},"y":1.50}}"#), format!(r#"{{"y":1.50,{ty}}}"#)] {
        let AttachmentBase::TaskFileAttachment(attachment) = serde_json::from_str(&text).unwrap() else {
            panic!()
        };
        assert_eq!(attachment.extra.get("y").unwrap().as_str(), "1.50");
        assert_eq!(attachment.odata_type(), Some("#microsoft.graph.taskFileAttachment"));
    }
    assert!(serde_json::from_str::<AttachmentBase>("[]").is_err());
}

#[test]
fn what_is_created_of_an_abstract_type_names_its_own() {
    let (list, task) = (Id::new("l"), Id::new("t"));
    let task = || v1::me().todo().list(&list).task(&task);
    let body =
        |request: &msgraph_core::Request<_>| -> Value { request.body().unwrap().json().unwrap().decode().unwrap() };
    let attach = task()
        .attachments()
        .create_task_file_attachment(TaskFileAttachmentCreate::new(Binary::encode(b"hi"), "n"));
    assert_eq!(attach.path(), "/me/todo/lists/l/tasks/t/attachments");
    let expected = json!({ "@odata.type": "#microsoft.graph.taskFileAttachment", "contentBytes": "aGk=", "name": "n" });
    assert_eq!(body(&attach), expected);

    let keep = OpenTypeExtensionCreate::new("com.contoso.colour")
        .property("shade", 3)
        .property("names", ["a"]);
    let keep = task().extensions().create_open_type_extension(keep);
    let expected = json!({
        "@odata.type": "#microsoft.graph.openTypeExtension", "extensionName": "com.contoso.colour", "shade": 3, "names": ["a"]
    });
    assert_eq!(
        keep.body().unwrap().json().unwrap().decode::<Value>().unwrap(),
        expected
    );

    let upload = task()
        .attachments()
        .create_upload_session(AttachmentInfoInput::new(AttachmentType::File, "n", 9));
    assert_eq!(
        upload.path(),
        "/me/todo/lists/l/tasks/t/attachments/createUploadSession"
    );
    let expected = json!({ "attachmentInfo": { "attachmentType": "file", "name": "n", "size": 9 } });
    assert_eq!(
        upload.body().unwrap().json().unwrap().decode::<Value>().unwrap(),
        expected
    );
}

#[test]
fn objects_are_sent_whole() {
    let create = TodoTaskCreate::new("Pay")
        .due_date_time(DateTimeTimeZoneInput::new("2026-11-21T00:00:00", "Europe/Berlin"))
        .body(ItemBodyInput::new().content("<b>Now</b>").content_type(BodyType::Html))
        .recurrence(PatternedRecurrenceInput::new(
            RecurrencePatternInput::new(1, RecurrencePatternType::Daily),
            RecurrenceRangeInput::new("2026-11-21".into(), RecurrenceRangeType::NoEnd),
        ));
    let expected = json!({
        "title": "Pay",
        "dueDateTime": { "dateTime": "2026-11-21T00:00:00", "timeZone": "Europe/Berlin" },
        "body": { "content": "<b>Now</b>", "contentType": "html" },
        "recurrence": {
            "pattern": { "interval": 1, "type": "daily" },
            "range": { "startDate": "2026-11-21", "type": "noEnd" }
        }
    });
    assert_eq!(json_of(&create), expected);
    let plan = PlannerPlanCreate::new(
        PlannerPlanContainerInput::new().url("https://graph.microsoft.com/v1.0/groups/1"),
        "Plan",
    );
    let expected = json!({ "container": { "url": "https://graph.microsoft.com/v1.0/groups/1" }, "title": "Plan" });
    assert_eq!(json_of(&plan), expected);
}

proptest! {
    // The same cases in every run.
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() })]

    /// No text breaks out of its quotes, in the expression or in the URL.
    #[test]
    fn any_text_is_a_value_in_a_filter(text in "\\PC{0,12}|[a-z'&#+%$ =é]{0,12}") {
        let filter = Filter::eq(TodoTask::TITLE, &*text);
        let expression = filter.to_string();
        let literal = expression.strip_prefix("title eq '").and_then(|rest| rest.strip_suffix('\'')).unwrap();
        prop_assert_eq!(literal.replace("''", "'"), text.clone());
        prop_assert!(!literal.replace("''", "").contains('\''));

        let request = v1::me().todo().list(&Id::new("l")).tasks().list().filter(filter).top(1);
        let query = request.query();
        let (name, value) = query.split_once('=').unwrap();
        let (value, rest) = value.split_once('&').unwrap();
        prop_assert_eq!((name, rest), ("$filter", "$top=1"));
        prop_assert!(value.bytes().all(|byte| byte.is_ascii_graphic() && !b"&#'+\"".contains(&byte)), "{}", value);
        let url = format!("https://graph.microsoft.com/?{query}");
        let decoded: Vec<_> = url::Url::parse(&url).unwrap().query_pairs().into_owned().collect();
        prop_assert_eq!(decoded, [("$filter".to_owned(), expression), ("$top".to_owned(), "1".to_owned())]);
    }
}
