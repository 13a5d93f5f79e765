//! What only beta has, and what v1.0 and beta have in common.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use msgraph_core::{
    Answer, Change, Content, Continuation, DeltaPage, DeltaStart, ETag, Flags, Id, Presence, Record, Reply,
    RequestFault, UploadPart, Uploaded, Versioned, delta::RemovalReason, edits, request::Operation,
};
use msgraph_model::{
    PlannerBaseApprovalAttachment, PlannerDelta, PlannerPlanContainerInput, PlannerRosterCreate, PlannerTask,
    PlannerTaskCompletionRequirements, PlannerTaskDetails, PlannerTaskRecurrenceInput, PlannerTaskUpdate,
    TodoTaskCreate, TodoTaskList,
};
use msgraph_request::{beta, operations, v1};
use serde_json::{Value, json};

/// The body of a response in `conformance/seeds.json`, by the beginning of its page.
fn seed(number: usize) -> Vec<u8> {
    let path = tests::repository().join("tests/conformance/seeds.json");
    let seeds: Vec<Value> = serde_json::from_str(&tests::read(&path)).unwrap();
    let response = seeds.get(number).and_then(|seed| seed.get("response")).unwrap();
    response.get("body").unwrap().to_string().into_bytes()
}

#[test]
fn v1_refuses_what_only_beta_has() {
    let (id, etag) = (Id::new("t"), ETag::new("W/\"x\""));
    let edit = || PlannerTaskUpdate::new().title("Ship it").is_on_my_day(true);
    assert_eq!(beta::planner().task(&id).update(&etag, edit()).check(), Ok(()));
    let fault = v1::planner().task(&id).update(&etag, edit()).check().unwrap_err();
    let expected = RequestFault::NotInVersion {
        property: "isOnMyDay",
        version: "v1.0",
    };
    assert_eq!(fault, expected);
    assert_eq!(
        fault.to_string(),
        "v1.0 has no property `isOnMyDay`: ask another version of the API"
    );

    // In an object that is sent, too.
    let ended = PlannerTaskUpdate::new().recurrence(PlannerTaskRecurrenceInput::new().clear_schedule());
    assert!(v1::planner().task(&id).update(&etag, ended.clone()).check().is_err());
    let request = beta::planner().task(&id).update(&etag, ended);
    assert_eq!(request.check(), Ok(()));
    let body: Value = request.body().unwrap().json().unwrap().decode().unwrap();
    assert_eq!(body, json!({ "recurrence": { "schedule": null } }));
}

#[test]
fn an_update_made_of_a_diff_knows_what_only_beta_has() {
    let (id, etag) = (Id::new("t"), ETag::new("W/\"x\""));
    let read = PlannerTask::default();
    for edit in [
        |task: &mut PlannerTask| task.plan_id = Some(Id::new("p")),
        |task: &mut PlannerTask| task.is_on_my_day = Some(true),
        |task: &mut PlannerTask| task.recurrence = Some(Box::default()),
    ] {
        let mut task = read.clone();
        edit(&mut task);
        let update: PlannerTaskUpdate = edits(&read, &task).into_update().unwrap();
        assert_eq!(beta::planner().task(&id).update(&etag, update.clone()).check(), Ok(()));
        let fault = v1::planner().task(&id).update(&etag, update).check().unwrap_err();
        assert!(matches!(fault, RequestFault::NotInVersion { .. }), "{fault}");
    }
}

#[test]
fn a_request_knows_its_version() {
    let id = Id::new("t");
    assert_eq!(v1::planner().task(&id).get().version(), "v1.0");
    assert_eq!(beta::planner().task(&id).get().version(), "beta");
    assert_eq!(
        v1::planner().task(&id).get().operation(),
        beta::planner().task(&id).get().operation()
    );
}

/// The feed of the first seed document: three changes of one task, in order.
#[test]
fn planners_feed_keeps_absent_null_and_value_apart() {
    let page = DeltaPage::<PlannerDelta>::decode(Reply::new(200, &seed(0))).unwrap();
    let tasks: Vec<&Versioned<PlannerTask>> = page
        .changes
        .iter()
        .map(|change| match change {
            Change::Present(PlannerDelta::PlannerTask(task)) => &**task,
            other => panic!("{other:?}"),
        })
        .collect();
    let [completed, reopened, renamed] = tasks.as_slice() else {
        panic!("{} changes", tasks.len());
    };
    assert_eq!(completed.percent_complete, Some(100));
    assert_eq!(completed.presence(PlannerTask::TITLE), Presence::Absent);
    assert_eq!(reopened.presence(PlannerTask::COMPLETED_BY), Presence::Null);
    assert!(renamed.title.is_some());
    assert!(
        tasks
            .iter()
            .all(|task| task.etag().is_some() && task.id() == renamed.id())
    );
    assert!(matches!(page.continuation, Continuation::Delta(_)));
}

#[test]
fn a_feed_that_begins_with_a_link_keeps_it() {
    let body = json!({ "value": [], "@odata.nextLink": "https://graph.microsoft.com/beta/me/planner/all/delta?$skiptoken=a%257Eb" });
    let request = beta::me().planner().all().delta();
    assert_eq!(request.path(), "/me/planner/all/delta");
    let start = DeltaStart::<PlannerDelta>::decode(Reply::new(200, body.to_string().as_bytes())).unwrap();
    let kept = start.link().as_str().to_owned();
    let link: msgraph_core::StartLink<PlannerDelta> = msgraph_core::StartLink::new(kept);
    let follow = link.follow();
    assert_eq!(
        follow.link().unwrap().as_str(),
        "https://graph.microsoft.com/beta/me/planner/all/delta?$skiptoken=a%257Eb"
    );
    assert!(start.into_page().changes.is_empty());
}

/// The name of the member says what a link leads to, whatever token is in it.
#[test]
fn a_delta_link_may_hold_a_skip_token() {
    let page = DeltaPage::<TodoTaskList>::decode(Reply::new(200, &seed(2))).unwrap();
    let Continuation::Delta(link) = &page.continuation else {
        panic!("{:?}", page.continuation);
    };
    assert!(link.as_str().contains("$skiptoken"));
}

#[test]
fn removals_tell_their_type_and_reason() {
    let body = json!({
        "@odata.deltaLink": "https://graph.microsoft.com/beta/me/planner/all/delta?$deltatoken=x",
        "value": [
            { "@odata.type": "microsoft.graph.PLANNERBUCKET", "id": "b", "@removed": { "reason": "deleted" } },
            { "id": "?", "@removed": {} },
            { "@odata.type": "#microsoft.graph.taskFromTomorrow", "id": "n", "sparkle": 1 },
        ],
    });
    let page = DeltaPage::<PlannerDelta>::decode(Reply::new(200, body.to_string().as_bytes())).unwrap();
    let changes: Vec<_> = page.changes.clone();
    let [
        Change::Removed(bucket),
        Change::Removed(unnamed),
        Change::Present(PlannerDelta::Other(unknown)),
    ] = changes.as_slice()
    else {
        panic!("{changes:?}");
    };
    assert_eq!(bucket.reason(), RemovalReason::Deleted);
    assert!(matches!(bucket.clone().into_object(), PlannerDelta::PlannerBucket(_)));
    assert_eq!(unnamed.reason(), RemovalReason::Unknown("".into()));
    assert_eq!(unknown.odata_type(), Some("#microsoft.graph.taskFromTomorrow"));
    assert_eq!(unknown.extra.get("sparkle").unwrap().as_str(), "1");
    assert_eq!(serde_json::to_value(&page).unwrap(), body);
}

#[test]
fn every_variant_is_known_by_its_name_in_any_spelling() {
    for name in [
        "#microsoft.graph.plannerTask",
        "microsoft.graph.plannerTask",
        "#MICROSOFT.GRAPH.PLANNERTASK",
    ] {
        let object: PlannerDelta = serde_json::from_value(json!({ "id": "t", "@odata.type": name })).unwrap();
        assert!(matches!(object, PlannerDelta::PlannerTask(_)), "{name}");
    }
    let approval = json!({ "@odata.type": "#microsoft.graph.plannerBasicApprovalAttachment", "status": "approved", "approvalId": "a" });
    let details: PlannerTaskDetails = serde_json::from_value(json!({ "approvalAttachment": approval })).unwrap();
    let Some(PlannerBaseApprovalAttachment::PlannerBasicApprovalAttachment(approval)) =
        details.approval_attachment.as_deref()
    else {
        panic!("{details:?}");
    };
    assert_eq!(approval.approval_id.as_deref(), Some("a"));
}

#[test]
fn flags_are_a_set_that_loses_nothing() {
    let json = json!({ "specifiedCompletionRequirements": "checklistCompletion, somethingNew" });
    let task: PlannerTask = serde_json::from_value(json.clone()).unwrap();
    let flags = task.specified_completion_requirements.as_ref().unwrap();
    assert!(flags.contains(&PlannerTaskCompletionRequirements::ChecklistCompletion));
    assert!(!flags.contains(&PlannerTaskCompletionRequirements::FormCompletion));
    let members: Vec<_> = flags.iter().collect();
    assert_eq!(
        members.last(),
        Some(&PlannerTaskCompletionRequirements::Unknown("somethingNew".into()))
    );
    assert_eq!(serde_json::to_value(&task).unwrap(), json);
    let made: Flags<_> = members.into_iter().collect();
    assert_eq!(made.as_str(), "checklistCompletion,somethingNew");
}

/// A change feed writes `createdBy` as a text.
#[test]
fn a_text_instead_of_an_object_does_not_lose_the_page() {
    let json = json!({ "id": "t", "createdBy": "8414b634", "title": "Ship it" });
    let task: PlannerTask = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(
        task.created_by.as_ref().unwrap().extra.instead().unwrap().as_str(),
        "\"8414b634\""
    );
    assert_eq!(serde_json::to_value(&task).unwrap(), json);
    // A number is an error, and so is a text where the whole object belongs.
    assert!(serde_json::from_value::<PlannerTask>(json!({ "createdBy": 1 })).is_err());
    assert!(serde_json::from_value::<Versioned<PlannerTask>>(json!("t")).is_err());
}

#[test]
fn a_new_object_may_need_no_more_than_its_type() {
    let request = beta::planner().rosters().create(PlannerRosterCreate::new());
    assert_eq!(request.check(), Ok(()));
    assert_eq!(
        request.body().unwrap().as_bytes(),
        b"{\"@odata.type\":\"#microsoft.graph.plannerRoster\"}"
    );
}

#[test]
fn actions_send_only_what_they_are_given() {
    let (id, etag) = (Id::new("p"), ETag::new("W/\"x\""));
    let body = |request: &msgraph_core::Request<()>| request.body().unwrap().as_bytes().to_vec();
    assert_eq!(body(&beta::planner().plan(&id).archive(&etag, None)), b"{}");
    let archive = beta::planner().plan(&id).archive(&etag, Some("done"));
    assert_eq!(body(&archive), b"{\"justification\":\"done\"}");
    assert_eq!(
        archive
            .headers()
            .into_iter()
            .find(|(name, _)| *name == "If-Match")
            .unwrap()
            .1,
        "W/\"x\""
    );
    let container = PlannerPlanContainerInput::new().url("https://graph.microsoft.com/v1.0/groups/g");
    let request = beta::planner().plan(&id).move_to_container(&etag, container);
    let body: Value = request.body().unwrap().json().unwrap().decode().unwrap();
    assert_eq!(
        body,
        json!({ "container": { "url": "https://graph.microsoft.com/v1.0/groups/g" } })
    );
}

#[test]
fn what_belongs_to_a_new_object_can_be_created_with_it() {
    let resource = msgraph_model::LinkedResourceCreate::new().web_url("https://example.com");
    let extension = msgraph_model::OpenTypeExtensionCreate::new("com.example.colour").property("colour", "red");
    let create = TodoTaskCreate::new("Call back")
        .linked_resources([resource])
        .extensions([extension]);
    let request = v1::me().todo().list(&Id::new("l")).tasks().create(create);
    let body: Value = request.body().unwrap().json().unwrap().decode().unwrap();
    let expected = json!({
        "title": "Call back",
        "linkedResources": [{ "webUrl": "https://example.com" }],
        "extensions": [{
            "@odata.type": "#microsoft.graph.openTypeExtension", "extensionName": "com.example.colour", "colour": "red"
        }],
    });
    assert_eq!(body, expected);
}

#[test]
fn a_content_is_bytes_and_is_uploaded_in_parts() {
    let task = v1::me().todo().list(&Id::new("l")).task(&Id::new("t"));
    let request = task.clone().attachment(&Id::new("a")).read_content();
    assert_eq!(request.path(), "/me/todo/lists/l/tasks/t/attachments/a/$value");
    let content = Content::decode(Reply::new(200, b"\xff\x00")).unwrap();
    assert_eq!(content.as_bytes(), b"\xff\x00");

    let session = task.attachment_session(&Id::new("s"));
    let part = session.clone().write_content(UploadPart::new("hello", 5, 20));
    assert_eq!(part.body().unwrap().as_bytes(), b"hello");
    let header = |name| {
        part.headers()
            .into_iter()
            .find_map(|(known, value)| (known == name).then(|| value.into_owned()))
    };
    assert_eq!(header("Content-Range").as_deref(), Some("bytes 5-9/20"));
    assert_eq!(header("Content-Type").as_deref(), Some("application/octet-stream"));
    for wrong in [
        UploadPart::new("", 0, 5),
        UploadPart::new("hello", 16, 20),
        UploadPart::new("a", u64::MAX, 5),
    ] {
        assert_eq!(
            session.clone().write_content(wrong).check(),
            Err(RequestFault::InvalidPart)
        );
    }

    for (range, position) in [("10", 10), ("10-", 10), ("10-19", 10)] {
        let body = json!({ "NextExpectedRanges": [range] }).to_string();
        assert_eq!(
            Uploaded::decode(Reply::new(200, body.as_bytes())),
            Ok(Uploaded::More(vec![position]))
        );
    }
    let mut last = Reply::new(201, b"");
    last.location = Some("https://graph.microsoft.com/v1.0/Attachments('a')");
    let Ok(Uploaded::Done {
        location: Some(location),
    }) = Uploaded::decode(last)
    else {
        panic!();
    };
    assert!(location.ends_with("('a')"));
}

#[test]
#[expect(deprecated, reason = "the retired API is there to replay what was recorded")]
fn the_retired_api_reads_what_was_recorded() {
    let page = DeltaPage::<msgraph_model::BaseTask>::decode(Reply::new(200, &seed(1))).unwrap();
    let is_task = |change: &Change<_>| matches!(change, Change::Present(msgraph_model::BaseTask::Task(_)));
    assert!(!page.changes.is_empty() && page.changes.iter().all(is_task));
    // A task was reached with its list or without.
    let id = Id::new("t");
    assert_eq!(beta::me().tasks().alltask(&id).get().path(), "/me/tasks/alltasks/t");
    let operation: &Operation = beta::me().tasks().list(&Id::new("l")).task(&id).get().operation();
    assert_eq!(beta::me().tasks().alltask(&id).get().operation(), operation);
}

/// Every operation of v1.0 is one of beta's, too.
#[test]
fn beta_is_the_superset() {
    use msgraph_core::request::Versions;
    assert!(operations().all(|operation| operation.versions.contains(Versions::BETA)));
}

/// What a derived type has takes the place of what its base has by the same name.
#[test]
fn the_changes_of_a_collection_are_of_its_type() {
    let request = beta::planner().plan(&Id::new("p")).buckets().delta();
    let _: msgraph_core::Request<DeltaPage<msgraph_model::PlannerBucket>> = request.finish();
    let paths: Vec<_> = operations()
        .map(|operation| (operation.path, operation.method))
        .collect();
    let is_delta = |path: &&str| path.ends_with("/delta");
    let deltas: Vec<_> = paths.iter().map(|(path, _)| *path).filter(is_delta).collect();
    let unique: std::collections::BTreeSet<_> = deltas.iter().collect();
    assert_eq!((deltas.len(), unique.len()), (16, 16));
}

#[test]
fn a_task_changes_its_plan_in_beta_only() {
    let (id, etag) = (Id::new("t"), ETag::new("W/\"x\""));
    let edit = || PlannerTaskUpdate::new().plan_id(&Id::new("p"));
    assert_eq!(beta::planner().task(&id).update(&etag, edit()).check(), Ok(()));
    assert!(v1::planner().task(&id).update(&etag, edit()).check().is_err());
}

#[test]
fn an_upload_that_says_nothing_is_no_progress() {
    let decode = |status, body: &str| Uploaded::decode(Reply::new(status, body.as_bytes()));
    assert_eq!(
        decode(200, "{\"NextExpectedRanges\":\"5\"}"),
        Ok(Uploaded::More(vec![5]))
    );
    for body in [
        "{}",
        "{\"nextExpectedRanges\":[]}",
        "{\"nextExpectedRanges\":[\"soon\"]}",
        "",
    ] {
        assert!(decode(200, body).is_err(), "{body}");
    }
    assert!(decode(202, "").is_err());
    let session = v1::me()
        .todo()
        .list(&Id::new("l"))
        .task(&Id::new("t"))
        .attachment_session(&Id::new("s"));
    let too_much = UploadPart::new(vec![0; 4 * 1024 * 1024 + 1], 0, 9_000_000);
    assert_eq!(session.write_content(too_much).check(), Err(RequestFault::InvalidPart));
}

#[test]
fn a_text_is_no_whole_answer_and_gives_way_to_what_is_set() {
    assert!(msgraph_model::PlanUsageRight::decode(Reply::new(200, b"\"Service says no\"")).is_err());
    let mut by: msgraph_model::IdentitySet = serde_json::from_value(json!("8414b634")).unwrap();
    by.user = Some(Box::default());
    assert_eq!(serde_json::to_value(&by).unwrap(), json!({ "user": {} }));
}

#[test]
fn a_followed_link_is_of_its_version() {
    let version = |url: &str| msgraph_core::NextLink::<TodoTaskList>::new(url).follow().version();
    assert_eq!(
        version("https://graph.microsoft.com/beta/me/todo/lists/delta?$skiptoken=x"),
        "beta"
    );
    assert_eq!(
        version("https://graph.microsoft.com/v1.0/me/todo/lists/delta?$skiptoken=x"),
        "v1.0"
    );
}
