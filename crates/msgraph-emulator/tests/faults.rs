//! Batches, and requests that go wrong on purpose.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use http::Request;
use http_body_util::{BodyExt as _, Full};
use msgraph_emulator::Fault;
use serde_json::{Value, json};
use support::Graph;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tower_service::Service as _;

fn fault(value: Value) -> Fault {
    serde_json::from_value(value).expect("a fault")
}

async fn groups(graph: &Graph) -> usize {
    graph.get("/v1.0/groups").await.expect(200).items().len()
}

fn creation(id: &str, name: &str) -> Value {
    let headers = json!({ "Content-Type": "application/json" });
    json!({ "id": id, "method": "POST", "url": "/groups", "headers": headers, "body": { "displayName": name } })
}

/// Sends a request whose connection is to be dropped.
async fn dropped(graph: &Graph, body: &Value) {
    let request = Request::post("https://graph.microsoft.com/v1.0/groups").header("authorization", "Bearer adele");
    let request = request
        .body(Full::new(bytes::Bytes::from(body.to_string())))
        .expect("a request");
    graph.emulator.clone().call(request).await.expect_err("no answer");
}

/// T2 (facts F5): the outer status is 200, each item has its own, and what failed takes along what depends on it.
#[tokio::test]
async fn t2_items_of_a_batch_succeed_and_fail_for_themselves() {
    let graph = Graph::new();
    let mut orphan = creation("3", "Never");
    orphan["dependsOn"] = json!(["2"]);
    let mut child = creation("4", "Second");
    child["dependsOn"] = json!(["1"]);
    let missing = json!({ "id": "2", "method": "GET", "url": "/groups/none" });
    let batch = json!({ "requests": [creation("1", "First"), missing, orphan, child] });
    let answer = graph.post("/v1.0/$batch", batch).await.expect(200);
    let statuses = answer.body["responses"].as_array().expect("responses").iter();
    let statuses: Vec<_> = statuses
        .map(|item| (item["id"].as_str(), item["status"].as_u64()))
        .collect();
    let expected = [("1", 201), ("2", 404), ("3", 424), ("4", 201)];
    assert_eq!(statuses, expected.map(|(id, status)| (Some(id), Some(status))));
    assert_eq!(groups(&graph).await, 3);
}

/// T2 (facts F5): what is wrong with the batch itself refuses it whole.
#[tokio::test]
async fn t2_a_malformed_batch_does_nothing() {
    let graph = Graph::new();
    let twice = json!({ "requests": [creation("a", "One"), creation("A", "Two")] });
    let many: Vec<_> = (0..21).map(|id| creation(&id.to_string(), "Many")).collect();
    for batch in [twice, json!({ "requests": many }), json!({ "requests": [] }), json!({})] {
        graph.post("/v1.0/$batch", batch).await.expect(400);
    }
    assert_eq!(groups(&graph).await, 1);
    let mut untyped = creation("1", "Untyped");
    untyped["headers"] = json!({});
    let nested = json!({ "id": "2", "method": "POST", "url": "/$batch" });
    let answer = graph
        .post("/v1.0/$batch", json!({ "requests": [untyped, nested] }))
        .await
        .expect(200);
    assert_eq!(answer.body["responses"][0]["status"], 400);
    assert_eq!(answer.body["responses"][1]["status"], 400);
    assert_eq!(groups(&graph).await, 1);
}

/// T2, T1 (facts F4, F5): a fault strikes one item, with its header inside.
#[tokio::test]
async fn t2_an_item_is_throttled_alone() {
    let graph = Graph::new();
    let effect = json!({ "type": "throttle", "retryAfter": { "milliseconds": 2128 } });
    let matching = json!({ "method": "POST", "path": "/groups", "nth": 2 });
    graph
        .emulator
        .put_fault(fault(json!({ "name": "second", "match": matching, "effect": effect })));
    let batch = json!({ "requests": [creation("1", "One"), creation("2", "Two")] });
    let answer = graph.post("/v1.0/$batch", batch).await.expect(200);
    assert_eq!(answer.body["responses"][0]["status"], 201);
    assert_eq!(answer.body["responses"][1]["status"], 429);
    assert_eq!(answer.body["responses"][1]["headers"]["retry-after"], "2.128");
    assert_eq!(groups(&graph).await, 2);
    assert_eq!(graph.emulator.faults()[0].hits, 1);
}

/// T1 (facts F4): every spelling of `Retry-After`, and a note on who comes back too early.
#[tokio::test]
async fn t1_retry_after_is_spelled_in_every_way_and_early_retries_are_noted() {
    let graph = Graph::new();
    for (retry_after, expected) in [
        (json!({ "seconds": 3 }), Some("3")),
        (json!({ "milliseconds": 2128 }), Some("2.128")),
        (json!("none"), None),
    ] {
        let effect = json!({ "type": "throttle", "retryAfter": retry_after });
        graph.emulator.put_fault(fault(
            json!({ "name": "slow", "match": { "nth": 1 }, "effect": effect }),
        ));
        let answer = graph.get("/v1.0/groups").await.expect(429);
        assert_eq!(answer.header("retry-after"), expected);
        assert_eq!(answer.code(), "TooManyRequests");
        graph.get("/v1.0/groups").await.expect(200);
        let last = graph.emulator.requests().pop().expect("a request");
        let is_early = last.notes.iter().any(|note| note.rule == "retryAfterIgnored");
        assert_eq!(is_early, expected.is_some());
    }
    let effect = json!({ "type": "throttle", "retryAfter": { "date": 5 } });
    graph.emulator.put_fault(fault(
        json!({ "name": "slow", "match": { "nth": 1 }, "effect": effect }),
    ));
    let answer = graph.get("/v1.0/groups").await.expect(429);
    assert!(answer.header("retry-after").expect("a date").ends_with(" GMT"));
    graph.emulator.advance(std::time::Duration::from_secs(6));
    graph.get("/v1.0/groups").await.expect(200);
    assert!(
        !graph
            .emulator
            .requests()
            .pop()
            .expect("a request")
            .notes
            .iter()
            .any(|of| of.rule == "retryAfterIgnored")
    );
}

/// T4: 503 "Unknown error".
#[tokio::test]
async fn t4_unknown_error_is_503() {
    let graph = Graph::new();
    graph
        .emulator
        .put_fault(fault(json!({ "name": "busy", "effect": { "type": "unknownError" } })));
    assert_eq!(graph.get("/v1.0/groups").await.expect(503).message(), "Unknown error");
    assert!(graph.emulator.remove_fault("busy"));
    graph.get("/v1.0/groups").await.expect(200);
}

/// T5: before it was carried out, after it, and in the middle of the answer.
#[tokio::test]
async fn t5_a_connection_drops_before_or_after_the_request_was_carried_out() {
    let graph = Graph::new();
    let new = json!({ "displayName": "New" });
    let put = |effect: Value| {
        graph.emulator.put_fault(fault(
            json!({ "name": "cut", "match": { "method": "POST" }, "effect": effect }),
        ));
    };
    put(json!({ "type": "dropBefore" }));
    dropped(&graph, &new).await;
    assert_eq!(groups(&graph).await, 1);
    put(json!({ "type": "applyThenDrop" }));
    dropped(&graph, &new).await;
    assert_eq!(groups(&graph).await, 2);
    put(json!({ "type": "truncateBody", "bytes": 10 }));
    let request = Request::post("https://graph.microsoft.com/v1.0/groups").header("authorization", "Bearer adele");
    let request = request
        .body(Full::new(bytes::Bytes::from(new.to_string())))
        .expect("a request");
    let response = graph.emulator.clone().call(request).await.expect("an answer");
    response.into_body().collect().await.expect_err("it breaks off");
    assert_eq!(groups(&graph).await, 3);
    let verdicts: Vec<_> = graph
        .emulator
        .requests()
        .into_iter()
        .map(|request| request.verdict)
        .collect();
    assert_eq!(verdicts, ["dropped", "ok", "dropped", "ok", "broken", "ok"]);
}

/// T6: a profile advances the clock, and the same seed draws the same delays.
#[tokio::test]
async fn t6_latency_is_drawn_from_the_seed() {
    let mut dates = Vec::new();
    for _ in 0..2 {
        let graph = Graph::new();
        let latency = json!([{ "path": "/groups", "least": 5_000, "most": 60_000 }]);
        graph
            .emulator
            .set_latency(serde_json::from_value(latency).expect("a profile"));
        graph.get("/v1.0/groups").await.expect(200);
        graph.get("/v1.0/me").await.expect(200);
        let log = graph.emulator.requests();
        assert!(*log[1].at > *"2026-01-05T09:00:05", "{}", log[1].at);
        dates.push(log[1].at.clone());
    }
    assert_eq!(dates[0], dates[1]);
}

/// C5: the log has the route, who asked, the body and the ETag.
#[tokio::test]
async fn c5_the_log_tells_what_was_asked() {
    let graph = Graph::new();
    let me = graph.me().await;
    let headers = [("if-match", "W/\"x\""), ("client-request-id", "mine")];
    graph
        .send("POST", "/v1.0/groups", &headers, &json!({ "displayName": "New" }))
        .await
        .expect(201);
    let last = graph.emulator.requests().pop().expect("a request");
    assert_eq!(last.route.as_deref(), Some("POST /groups"));
    assert_eq!((last.principal, last.status), (me, Some(201)));
    assert_eq!(last.body, json!({ "displayName": "New" }));
    assert_eq!(last.if_match.as_deref(), Some("W/\"x\""));
    assert!(last.notes.is_empty(), "{:?}", last.notes);
}

async fn raw(url: &str, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).await?;
    stream.write_all(request).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

/// C1, T5: over a socket, a drop closes the connection without an answer, and a reset resets it.
#[tokio::test]
async fn c1_a_listener_answers_and_really_drops_connections() {
    let graph = Graph::new();
    let server = graph.emulator.listen("127.0.0.1:0").await.expect("a server");
    let request =
        b"GET /v1.0/groups HTTP/1.1\r\nHOST: here\r\nAUTHORIZATION: Bearer adele\r\nconnection: close\r\n\r\n";
    let answer = String::from_utf8(raw(&server.url(), request).await.expect("an answer")).expect("text");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("http://here/v1.0/$metadata#groups"), "{answer}");
    graph
        .emulator
        .put_fault(fault(json!({ "name": "cut", "effect": { "type": "dropBefore" } })));
    assert!(
        raw(&server.url(), request)
            .await
            .expect("a closed connection")
            .is_empty()
    );
    graph
        .emulator
        .put_fault(fault(json!({ "name": "cut", "effect": { "type": "resetConnection" } })));
    let error = raw(&server.url(), request).await.expect_err("a reset connection");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}
