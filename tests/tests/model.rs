//! Read types and updates, as the generated crates have them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::{Duration, SystemTime};

use msgraph_core::{
    Category, Id, OrderHint, Presence, Record,
    request::{Method, Replay},
    update::Edit,
};
use msgraph_model::{
    IdentitySet, PlannerAssignedToTaskBoardTaskFormatUpdate, PlannerExternalReferenceUpdate, PlannerPreviewType,
    PlannerTask, PlannerTaskDetailsUpdate, PlannerTaskUpdate,
};
use msgraph_request::OPERATIONS;
use serde_json::{Value, json};

fn json_of(edit: &impl Edit) -> Value {
    serde_json::to_value(edit.patch()).unwrap()
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
        "isOnMyDay": true,
        "recurrence": { "schedule": null, "numbers": [1.0, 2e3] },
        "previewType": "hologram",
        "createdBy": { "phone": { "id": "2" }, "user": null, "application": { "id": "3", "tenantId": "4" } }
    });
    let task: PlannerTask = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(task.odata_type(), Some("#microsoft.graph.businessScenarioTask"));
    assert_eq!(task.preview_type, Some(PlannerPreviewType::Unknown("hologram".into())));
    assert_eq!(task.extra.get("isOnMyDay").unwrap().as_str(), "true");
    assert_eq!(task.extra.unknown().count(), 4);
    let by: &IdentitySet = task.created_by.as_deref().unwrap();
    assert_eq!(
        (by.presence(IdentitySet::USER), by.presence(IdentitySet::DEVICE)),
        (Presence::Null, Presence::Absent)
    );
    assert_eq!(serde_json::to_value(&task).unwrap(), json);
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
    let text = serde_json::to_string(edit.patch()).unwrap();
    assert_eq!(text.len(), expected.to_string().len());
    // Writing is pure.
    assert_eq!(text, serde_json::to_string(edit.patch()).unwrap());
    assert_eq!(edit.patch().get(PlannerTask::TITLE).unwrap().as_str(), "\"second\"");
    assert!(!edit.is_empty() && PlannerTaskUpdate::new().is_empty());
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
fn every_write_of_planner_but_creation_needs_an_etag() {
    assert_eq!(OPERATIONS.len(), 13);
    for operation in OPERATIONS {
        let expected = matches!(operation.method, Method::Patch | Method::Delete);
        assert_eq!(operation.if_match, expected, "{operation}");
        let replay = match operation.method {
            Method::Get => Replay::Harmless,
            Method::Post => Replay::Unsafe,
            _ => Replay::Checked,
        };
        assert_eq!(operation.replay, replay, "{operation}");
        assert!(
            operation.permissions.work.is_some() && operation.reference.is_some(),
            "{operation}"
        );
    }
}
