//! The blocking client.
#![cfg(feature = "blocking")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use msgraph_client::{Batch, Client, ErrorKind, StaticToken, blocking};
use msgraph_core::Id;
use msgraph_request::v1;
use serde_json::json;
use support::{Script, json as ok};

fn client(script: &Script) -> blocking::Client {
    let client = Client::builder(StaticToken::new("a-token"))
        .transport(script.clone())
        .build()
        .unwrap();
    blocking::Client::new(client).unwrap()
}

/// Row 4: one client, whatever it is asked.
#[test]
fn row_4_one_client_for_all_calls() {
    let page = |ids: &[&str], next: Option<&str>| {
        let value: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
        ok(200, &json!({ "value": value, "@odata.nextLink": next }))
    };
    let script = Script::new([
        ok(200, &json!({ "id": "t", "title": "a" })),
        page(&["1"], Some("https://graph.microsoft.com/v1.0/next")),
        page(&["2", "3"], None),
        ok(
            200,
            &json!({ "responses": [{ "id": "0", "status": 200, "body": { "id": "t" } }] }),
        ),
        ok(404, &json!({ "error": { "code": "", "message": "" } })),
    ]);
    let client = client(&script);
    let task = || v1::planner().task(&Id::new("t")).get();
    assert_eq!(client.send(task()).unwrap().title.as_deref(), Some("a"));
    let tasks = v1::planner().plan(&Id::new("p")).tasks().list();
    let items: Result<Vec<_>, _> = client.items(tasks).collect();
    assert_eq!(items.unwrap().len(), 3);
    let mut batch = Batch::new();
    let key = batch.add(task());
    client.batch(batch).unwrap().take(key).unwrap();
    assert!(client.clone().execute(task()).unwrap_err().is_not_found());
    assert!(script.is_over());
}

/// Inside of async code it would wait for itself.
#[tokio::test]
async fn async_code_is_not_blocked() {
    let script = Script::new([]);
    let client = std::thread::spawn(move || client(&script)).join().unwrap();
    let error = client.send(v1::planner().task(&Id::new("t")).get()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InsideRuntime), "{error}");
    // It can be given up here all the same.
    drop(client);
}
