//! Where other SDKs fail their users, one test a defect, named after it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::SystemTime;

use msgraph_core::{
    DateTimeOffset, Filter, Id, OrderHint, Page, Versioned,
    request::{Method, Versions},
    update::Edit,
};
use msgraph_model::{
    AttachmentBase, PlannerAssignmentUpdate, PlannerChecklistItemUpdate, PlannerTask, PlannerTaskDetails,
    PlannerTaskDetailsUpdate, PlannerTaskUpdate, TaskStatus, TodoTask,
};
use msgraph_request::{operations, v1};
use serde_json::{Value, json};

fn json_of(edit: impl Edit) -> Value {
    serde_json::to_value(edit.into_patch()).unwrap()
}

/// Falsy values were written twice, as null and as themselves.
#[test]
fn falsy_values_are_written_once() {
    let edit = PlannerTaskUpdate::new()
        .percent_complete(0)
        .title("")
        .percent_complete(0);
    let text = serde_json::to_string(&edit.into_patch()).unwrap();
    assert_eq!(text, r#"{"percentComplete":0,"title":""}"#);
}

/// Renaming a checklist item unticked it, because an unset flag was sent as false.
#[test]
fn renaming_an_item_does_not_untick_it() {
    let edit = PlannerChecklistItemUpdate::new().title("Call back");
    assert_eq!(json_of(edit), json!({ "title": "Call back" }));
}

/// The default order hint lacked its space, and read-only properties went along with an assignment.
#[test]
fn an_assignment_holds_a_valid_hint_and_nothing_else() {
    let edit = PlannerAssignmentUpdate::new(OrderHint::first());
    assert_eq!(json_of(edit), json!({ "orderHint": " !" }));
}

/// A map of unknown properties that was not there made the decoder fail.
#[test]
fn no_json_makes_the_decoder_panic() {
    let values = [
        "null",
        "true",
        "1",
        "1e400",
        "\"\"",
        "[]",
        "{}",
        "[{}]",
        "{\"a\":null}",
        "{\"@odata.type\":1}",
    ];
    for value in values {
        let texts = [
            value.to_owned(),
            format!("{{\"value\":{value}}}"),
            format!("{{\"value\":[{value}]}}"),
        ];
        let members = [
            "title",
            "assignments",
            "@odata.etag",
            "@odata.type",
            "@removed",
            "createdBy",
            "details",
        ];
        let texts = texts
            .into_iter()
            .chain(members.map(|name| format!("{{\"{name}\":{value}}}")));
        for text in texts {
            let _ = serde_json::from_str::<Versioned<PlannerTask>>(&text);
            let _ = serde_json::from_str::<Versioned<PlannerTaskDetails>>(&text);
            let _ = serde_json::from_str::<Page<Versioned<PlannerTask>>>(&text);
            let _ = serde_json::from_str::<AttachmentBase>(&text);
        }
    }
}

/// A time without an offset got that of the machine.
#[test]
fn a_time_without_an_offset_is_no_point_in_time() {
    assert!(SystemTime::try_from(&DateTimeOffset::new("2025-02-13T10:17:05")).is_err());
}

/// The metadata forgot the If-Match of plans by a typing error.
#[test]
fn every_planner_write_asks_for_an_etag() {
    let writes = operations().filter(|operation| {
        operation.versions == Versions::ALL
            && operation.path.starts_with("/planner")
            && matches!(operation.method, Method::Patch | Method::Delete)
    });
    let writes: Vec<_> = writes.collect();
    assert_eq!(writes.len(), 11);
    assert!(writes.iter().all(|operation| operation.if_match));
    assert!(
        writes
            .iter()
            .any(|operation| operation.path == "/planner/plans/{plannerPlan-id}")
    );
}

/// Changes inside a map of open properties were not noticed, and not sent.
#[test]
fn a_change_of_one_member_is_sent() {
    let edit = PlannerTaskUpdate::new().unassign(&Id::new("u"));
    assert_eq!(json_of(edit), json!({ "assignments": { "u": null } }));
    let edit = PlannerTaskDetailsUpdate::new()
        .set_checklist_item(&Id::new("i"), PlannerChecklistItemUpdate::new().is_checked(false));
    let item = json!({ "@odata.type": "#microsoft.graph.plannerChecklistItem", "isChecked": false });
    assert_eq!(json_of(edit), json!({ "checklist": { "i": item } }));
}

/// Ids were escaped for HTML, split at slashes, and resolved as dots.
#[test]
fn an_id_stays_one_segment() {
    let path = |id: &str| v1::me().todo().list(&Id::new(id)).tasks().list().path().to_owned();
    assert_eq!(path("a&b"), "/me/todo/lists/a%26b/tasks");
    assert_eq!(path("a/b?c#d%e"), "/me/todo/lists/a%2Fb%3Fc%23d%25e/tasks");
    assert_eq!(path("{id}"), "/me/todo/lists/%7Bid%7D/tasks");
    for dots in ["..", ".", ""] {
        assert!(v1::me().todo().list(&Id::new(dots)).delete().check().is_err(), "{dots}");
    }
}

/// Unknown properties were guessed to be dates or GUIDs, and echoed back by the next update.
#[test]
fn unknown_properties_are_neither_guessed_nor_sent() {
    let json = json!({ "id": "t", "looksLikeADate": "2026-11-21T00:00:00", "looksLikeAGuid": "8414b634-316f-41ba-b6a6-646a2949e3a5" });
    let task: TodoTask = serde_json::from_value(json.clone()).unwrap();
    let Some(value) = task.extra.get("looksLikeADate") else {
        panic!()
    };
    assert_eq!(value.as_str(), "\"2026-11-21T00:00:00\"");
    assert_eq!(serde_json::to_value(&task).unwrap(), json);
}

/// Several properties, conditions and keys were joined with spaces, or with the wrong comma.
#[test]
fn several_of_one_kind_are_joined_as_odata_joins_them() {
    let done = Filter::eq(TodoTask::STATUS, TaskStatus::Completed);
    let request = v1::me()
        .todo()
        .list(&Id::new("l"))
        .tasks()
        .list()
        .expand([TodoTask::CHECKLIST_ITEMS, TodoTask::LINKED_RESOURCES])
        .filter(done.and(Filter::is_null(TodoTask::BODY)))
        .order_by(TodoTask::IMPORTANCE)
        .order_by_descending(TodoTask::TITLE);
    let query = request.query().replace("%20", " ").replace("%27", "'");
    assert_eq!(
        query,
        "$expand=checklistItems,linkedResources&$filter=status eq 'completed' and body eq null&$orderby=importance,title desc"
    );
}
