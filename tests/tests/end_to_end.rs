//! From a builder over the wire and back, against a scripted service.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use msgraph_client::{Client, ErrorKind, RetryPolicy, StaticToken};
use msgraph_core::{ETag, Id, OrderHint, Page, PlannerLimit, RequestFault, Versioned};
use msgraph_model::{
    PlannerChecklistItemUpdate, PlannerTask, PlannerTaskCreate, PlannerTaskDetailsUpdate, PlannerTaskUpdate,
};
use msgraph_request::v1;
use serde_json::{Value, json};
use tests::loopback::{Received, Response, serve};

const FIRST: &str = r#"W/"JzEtVGFzayAgQEBAQEBAQEBAQEBAQEBASCc=""#;
const SECOND: &str = r#"W/"JzEtVGFzayAgQEBAQEBAQEBAQEBAQEBATCc=""#;

fn client(base_url: &str) -> Client {
    Client::builder(StaticToken::new("a-token"))
        .base_url(base_url)
        .retry(RetryPolicy::NEVER)
        .build()
        .unwrap()
}

fn task(etag: &str, title: &str) -> Value {
    json!({ "@odata.etag": etag, "id": "01gzSlKkIUSUl6DF_EilrmQAKDhh", "title": title, "dueDateTime": null })
}

fn body(received: &Received) -> Value {
    serde_json::from_str(&received.body).unwrap()
}

#[tokio::test]
async fn read_then_change_then_be_refused() {
    let refusal = json!({ "error": {
        "code": "",
        "message": "The If-Match header contains an invalid value.",
        "innerError": { "request-id": "7b50a25b", "date": "2026-05-16T23:59:03", "innerError": { "code": "Stale" } }
    } });
    let script = vec![
        Response::json(200, &task(FIRST, "Plan it")),
        Response::json(200, &task(SECOND, "Ship it")),
        Response::json(412, &refusal),
    ];
    let (base_url, service) = serve(script).await;
    let client = client(&base_url);
    let user = Id::new("fbab97d0-4932-4511-b675-204639209557");

    let read = client
        .send(v1::planner().task(&Id::new("01gzSlKkIUSUl6DF_EilrmQAKDhh")).get())
        .await
        .unwrap();
    assert_eq!(read.title.as_deref(), Some("Plan it"));
    assert_eq!(read.etag(), Some(&ETag::new(FIRST)));

    let edit = PlannerTaskUpdate::new()
        .title("Ship it")
        .clear_due_date_time()
        .assign(&user, OrderHint::first());
    let changed = client.send(v1::planner().update(&read, edit.clone())).await.unwrap();
    assert_eq!(changed.title.as_deref(), Some("Ship it"));
    assert_eq!(changed.etag().unwrap().newer_than(read.etag().unwrap()), Some(true));

    let error = client.send(v1::planner().update(&read, edit)).await.unwrap_err();
    let refused = error.service().unwrap();
    assert!(refused.is_precondition_failed());
    assert_eq!(refused.request_id(), Some("7b50a25b"));
    assert!(refused.has_code("stale"));
    assert_eq!(
        error.to_string(),
        "the service refused the request: the service answered 412 (Stale): The If-Match header contains an invalid \
         value. [request-id 7b50a25b]; read the object again and send the request with the ETag that this returns"
    );

    let received = service.await.unwrap();
    assert_eq!(received[0].line, "GET /v1.0/planner/tasks/01gzSlKkIUSUl6DF_EilrmQAKDhh");
    assert_eq!(received[0].header("authorization"), Some("Bearer a-token"));
    assert_eq!(received[0].header("if-match"), None);
    assert_eq!(
        received[1].line,
        "PATCH /v1.0/planner/tasks/01gzSlKkIUSUl6DF_EilrmQAKDhh"
    );
    assert_eq!(received[1].header("if-match"), Some(FIRST));
    assert_eq!(received[0].header("prefer"), Some("include-unknown-enum-members"));
    let prefer = "include-unknown-enum-members, return=representation";
    assert_eq!(received[1].header("prefer"), Some(prefer));
    assert_eq!(received[1].header("content-type"), Some("application/json"));
    let expected = json!({
        "title": "Ship it",
        "dueDateTime": null,
        "assignments": { "fbab97d0-4932-4511-b675-204639209557": {
            "@odata.type": "#microsoft.graph.plannerAssignment",
            "orderHint": " !"
        } }
    });
    assert_eq!(body(&received[1]), expected);
    let id = |received: &Received| received.header("client-request-id").map(str::to_owned);
    assert_ne!(id(&received[2]), id(&received[1]));
    let without_id = |received: &Received| {
        let mut received = received.clone();
        received.headers.retain(|(name, _)| name != "client-request-id");
        received
    };
    assert_eq!(without_id(&received[2]), without_id(&received[1]));
}

#[tokio::test]
async fn create_list_and_delete() {
    let script = vec![
        Response::json(201, &task(FIRST, "New")),
        Response::json(
            200,
            &json!({ "value": [task(FIRST, "New")], "@odata.nextLink": "https://next" }),
        ),
        Response {
            status: 204,
            headers: Vec::new(),
            body: String::new(),
        },
    ];
    let (base_url, service) = serve(script).await;
    let client = client(&base_url);
    let plan = Id::new("xqQg5FS2LkCp935s-FIFm2QAFkHM");

    let create = PlannerTaskCreate::new(&plan, "New").percent_complete(50);
    let created = client.send(v1::planner().tasks().create(create)).await.unwrap();
    let page = client.send(v1::planner().tasks().in_plan(&plan)).await.unwrap();
    assert_eq!(page.value, std::slice::from_ref(&created));
    assert_eq!(page.next_link.unwrap().as_str(), "https://next");
    client.send(v1::planner().delete(&created)).await.unwrap();

    let received = service.await.unwrap();
    assert_eq!(received[0].line, "POST /v1.0/planner/tasks");
    let expected = json!({ "planId": "xqQg5FS2LkCp935s-FIFm2QAFkHM", "title": "New", "percentComplete": 50 });
    assert_eq!(body(&received[0]), expected);
    assert_eq!(
        received[1].line,
        "GET /v1.0/planner/tasks?$filter=planId%20eq%20%27xqQg5FS2LkCp935s-FIFm2QAFkHM%27"
    );
    assert_eq!(
        received[2].line,
        "DELETE /v1.0/planner/tasks/01gzSlKkIUSUl6DF_EilrmQAKDhh"
    );
    assert_eq!(received[2].header("if-match"), Some(FIRST));
}

#[tokio::test]
async fn details_are_updated_with_their_own_version() {
    const DETAILS: &str = r#"W/"JzEtVGFza0RldGFpbHMgQEBAQEBAQEBAQEBAQEBAWCc=""#;
    let read = json!({ "@odata.etag": DETAILS, "id": "01gzSlKkIUSUl6DF_EilrmQAKDhh", "description": "" });
    let (base_url, service) = serve(vec![Response::json(200, &read), Response::json(200, &read)]).await;
    let client = client(&base_url);

    let details = client
        .send(
            v1::planner()
                .task(&Id::new("01gzSlKkIUSUl6DF_EilrmQAKDhh"))
                .details()
                .get(),
        )
        .await
        .unwrap();
    let edit = PlannerTaskDetailsUpdate::new()
        .set_checklist_item(&Id::new("a-guid"), PlannerChecklistItemUpdate::new().title("Call"))
        .remove_checklist_item(&Id::new("b-guid"))
        .remove_reference(&"https://contoso.com/a.docx".into());
    client.send(v1::planner().update(&details, edit)).await.unwrap();

    let received = service.await.unwrap();
    assert_eq!(
        received[1].line,
        "PATCH /v1.0/planner/tasks/01gzSlKkIUSUl6DF_EilrmQAKDhh/details"
    );
    assert_eq!(received[1].header("if-match"), Some(DETAILS));
    let expected = json!({
        "checklist": {
            "a-guid": { "@odata.type": "#microsoft.graph.plannerChecklistItem", "title": "Call" },
            "b-guid": null
        },
        "references": { "https%3A//contoso%2Ecom/a%2Edocx": null }
    });
    assert_eq!(body(&received[1]), expected);
}

#[tokio::test]
async fn answers_that_cannot_be_read_say_where() {
    let script = vec![
        Response::json(
            200,
            &json!({ "value": [{ "id": "1" }, { "percentComplete": "secret" }] }),
        ),
        Response::json(
            200,
            &json!({ "references": { "https%3A//contoso%2Ecom/secret": { "alias": 5 } } }),
        ),
        Response {
            status: 204,
            headers: Vec::new(),
            body: String::new(),
        },
        Response {
            status: 502,
            headers: vec![("request-id", "abc".to_owned())],
            body: "<html>".to_owned(),
        },
        Response::json(
            403,
            &json!({ "error": { "code": "MaximumTasksInProject", "message": "Too many" } }),
        ),
        Response {
            status: 302,
            headers: vec![("location", "http://127.0.0.1:1/".to_owned())],
            body: String::new(),
        },
    ];
    let (base_url, service) = serve(script).await;
    let client = client(&base_url);
    let plan = Id::new("plan");
    let task = v1::planner().task(&Id::new("1")).get();

    let error = client.send(v1::planner().tasks().in_plan(&plan)).await.unwrap_err();
    let ErrorKind::Decode(unreadable) = error.kind() else {
        panic!("{error}")
    };
    assert_eq!(unreadable.path, "value[1].percentComplete");
    assert!(!format!("{error} {error:?}").contains("secret"));

    let error = client
        .send(v1::planner().task(&Id::new("1")).details().get())
        .await
        .unwrap_err();
    let ErrorKind::Decode(unreadable) = error.kind() else {
        panic!("{error}")
    };
    assert_eq!(unreadable.path, "references.*.alias");
    assert!(!format!("{error} {error:?}").contains("contoso"));

    let error = client.send(task.clone()).await.unwrap_err();
    let ErrorKind::Decode(empty) = error.kind() else {
        panic!("{error}")
    };
    assert!(empty.is_empty_body() && empty.status == 204);

    let error = client.send(task.clone()).await.unwrap_err();
    let gateway = error.service().unwrap();
    assert_eq!((gateway.status, gateway.request_id()), (502, Some("abc")));
    assert_eq!(gateway.body.as_bytes(), b"<html>");
    assert!(
        gateway.may_be_carried_out() && error.to_string().starts_with("the service failed"),
        "{error}"
    );

    let error = client.send(task.clone()).await.unwrap_err();
    assert_eq!(
        error.service().unwrap().planner_limit(),
        Some(PlannerLimit::TasksInPlan)
    );

    let error = client.send(task).await.unwrap_err();
    assert_eq!(error.service().unwrap().status, 302);
    assert_eq!(service.await.unwrap().len(), 6);
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_before_the_wire() {
    // Nobody listens here: whatever reached the wire would fail otherwise.
    let client = client("http://127.0.0.1:9");
    let etag = ETag::new(FIRST);
    let id = Id::new("1");
    let item = || v1::planner().task(&id);

    let requests = [
        (
            item().update(&etag, PlannerTaskUpdate::new()),
            "the update of a microsoft.graph.plannerTask is empty",
        ),
        (
            item().update(&ETag::new(""), PlannerTaskUpdate::new().title("")),
            "needs an ETag",
        ),
        (
            item().update(&ETag::new("a\nb"), PlannerTaskUpdate::new().title("")),
            "no header can carry",
        ),
        (v1::planner().task(&Id::new("..")).get(), "`..` is no id"),
        (v1::planner().task(&Id::new("")).get(), "`` is no id"),
    ];
    for (request, expected) in requests {
        let error = client.send(request).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Request(_)), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }

    let empty_item =
        PlannerTaskDetailsUpdate::new().set_checklist_item(&Id::new("x"), PlannerChecklistItemUpdate::new());
    let request = item().details().update(&ETag::new(FIRST), empty_item);
    assert!(matches!(request.check(), Err(RequestFault::EmptyMember { .. })));
}

#[tokio::test]
async fn pages_lead_on_within_the_service_only() {
    let (base_url, service) = serve(vec![Response::json(200, &json!({ "value": [] }))]).await;
    let client = client(&base_url);
    let page = |link: &str| {
        let page: Page<Versioned<PlannerTask>> =
            serde_json::from_value(json!({ "value": [], "@odata.nextLink": link })).unwrap();
        page.next().unwrap()
    };

    let error = client
        .send(page("https://graph.microsoft.com/v1.0/planner/tasks?$skiptoken=x"))
        .await
        .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Request(RequestFault::ForeignLink)),
        "{error}"
    );
    assert!(!format!("{error} {error:?} {:?}", page("https://a?$skiptoken=x")).contains("skiptoken"));

    let last = client
        .send(page(&format!("{base_url}/beta/tasks?$skiptoken=a%7Eb%257E")))
        .await
        .unwrap();
    assert!(last.next().is_none());
    let received = service.await.unwrap();
    assert_eq!(received[0].line, "GET /beta/tasks?$skiptoken=a%7Eb%257E");
    assert_eq!(received[0].header("authorization"), Some("Bearer a-token"));
}

#[tokio::test]
async fn a_token_is_never_shown() {
    let client = client("http://127.0.0.1:9");
    let error = client.send(v1::planner().task(&Id::new("1")).get()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Transport(_)));
    let shown = format!("{client:?} {error:?} {error} {:?}", StaticToken::new("a-token"));
    assert!(!shown.contains("a-token"), "{shown}");

    let odd = Client::builder(StaticToken::new("secret\nvalue"))
        .base_url("http://127.0.0.1:9")
        .retry(RetryPolicy::NEVER)
        .build()
        .unwrap();
    let error = odd.send(v1::planner().task(&Id::new("1")).get()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Credential(_)));
    let shown = format!("{error:?} {error}");
    assert!(!shown.contains("secret"), "{shown}");
}
