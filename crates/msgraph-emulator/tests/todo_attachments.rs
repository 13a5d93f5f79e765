//! Files that are attached to tasks.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Value, json};
use support::{Answer, Graph};

const MB: usize = 1024 * 1024;
const TYPE: &str = "#microsoft.graph.taskFileAttachment";

/// A task, by its path.
async fn task(graph: &Graph) -> String {
    let tasks = graph.tasks().await;
    let task = graph.post(&tasks, json!({ "title": "Water" })).await.expect(201);
    assert_eq!(task.body["hasAttachments"], false);
    format!("{tasks}/{}", task.id())
}

fn file(content: &[u8]) -> Value {
    json!({ "@odata.type": TYPE, "name": "a.txt", "contentType": "text/plain", "contentBytes": STANDARD.encode(content) })
}

/// Opens a session for a file of a size; the answer.
async fn open(graph: &Graph, task: &str, size: u64) -> Answer {
    let body = json!({ "attachmentInfo": { "attachmentType": "file", "name": "b.bin", "size": size } });
    graph
        .post(&format!("{task}/attachments/createUploadSession"), body)
        .await
}

fn url(session: &Answer) -> String {
    session.body["uploadUrl"].as_str().expect("an address").to_owned()
}

/// Sends a part of a file.
async fn put(graph: &Graph, url: &str, range: &str, part: Vec<u8>) -> Answer {
    let headers = [("content-type", "application/octet-stream"), ("content-range", range)];
    graph
        .send_bytes("PUT", &format!("{url}/content"), &headers, part.into())
        .await
}

async fn attached(graph: &Graph, task: &str) -> (usize, bool) {
    let files = graph
        .get(&format!("{task}/attachments"))
        .await
        .expect(200)
        .items()
        .len();
    let tells = graph.get(task).await.expect(200).body["hasAttachments"] == true;
    (files, tells)
}

/// Facts A3, A4: a small file comes with one request; lists tell no content; `$value` is the file; the task tells that it has one.
#[tokio::test]
async fn a4_a_small_file_is_attached_at_once() {
    let graph = Graph::new();
    let task = task(&graph).await;
    let files = format!("{task}/attachments");
    let sent = graph.post(&files, file(b"hello")).await.expect(201);
    assert_eq!(
        (&sent.body["@odata.type"], &sent.body["size"]),
        (&json!(TYPE), &json!(5))
    );
    assert_eq!(attached(&graph, &task).await, (1, true));
    assert!(graph.get(&files).await.items()[0].get("contentBytes").is_none());
    let path = format!("{files}/{}", sent.id());
    let whole = graph.get(&path).await.expect(200);
    assert_eq!(whole.body["contentBytes"], STANDARD.encode("hello"));
    let value = graph.get(&format!("{path}/$value")).await.expect(200);
    assert_eq!(
        (&*value.bytes, value.header("content-type")),
        (&b"hello"[..], Some("text/plain"))
    );
    graph.remove(&path).await.expect(204);
    assert_eq!(attached(&graph, &task).await, (0, false));
    graph.get(&format!("{path}/$value")).await.expect(404);
}

/// Facts A4: files of 3 MB need a session, and 25 MB are the most.
#[tokio::test]
async fn a4_files_have_limits() {
    let graph = Graph::new();
    let task = task(&graph).await;
    let files = format!("{task}/attachments");
    graph.post(&files, file(&vec![0; 3 * MB])).await.expect(413);
    let mut wrong = file(b"");
    wrong["contentBytes"] = json!("?");
    graph.post(&files, wrong).await.expect(400);
    open(&graph, &task, 25 * 1024 * 1024 + 1).await.expect(413);
    open(&graph, &task, 0).await.expect(400);
    assert_eq!(attached(&graph, &task).await, (0, false));
    graph.post(&files, file(&vec![0; 3 * MB - 1])).await.expect(201);
    open(&graph, &task, 25 * 1024 * 1024).await.expect(200);
    assert_eq!(attached(&graph, &task).await, (1, true));
}

/// Facts A4: parts come in ascending order; the state is spelled in Pascal case with a lone offset; the last part is answered by
/// 201 without a body, which tells where the file is.
#[tokio::test]
async fn a4_a_large_file_comes_in_parts() {
    let graph = Graph::new();
    let task = task(&graph).await;
    let session = open(&graph, &task, 10).await.expect(200);
    assert_eq!(session.body["nextExpectedRanges"], json!(["0-"]));
    let url = url(&session);
    assert!(
        url.starts_with("https://") && url.contains("/attachmentSessions/"),
        "{url}"
    );
    let state = put(&graph, &url, "bytes 0-5/10", b"abcdef".to_vec()).await.expect(200);
    assert_eq!(state.body["NextExpectedRanges"], json!(["6"]));
    assert_eq!(state.body["ExpirationDateTime"], session.body["expirationDateTime"]);
    assert!(state.body.get("uploadUrl").is_none());
    assert_eq!(
        graph.get(&url).await.expect(200).body["nextExpectedRanges"],
        json!(["6-"])
    );
    assert_eq!(attached(&graph, &task).await, (0, false), "not before it is whole");
    let last = put(&graph, &url, "bytes 6-9/10", b"ghij".to_vec()).await.expect(201);
    assert!(last.bytes.is_empty());
    let location = last.header("location").expect("where it is").to_owned();
    assert!(location.contains("/Attachments/"), "{location}");
    assert_eq!(attached(&graph, &task).await, (1, true));
    let id = location.rsplit('/').next().unwrap();
    let value = graph.get(&format!("{task}/attachments/{id}/$value")).await.expect(200);
    assert_eq!(value.bytes, Bytes::from_static(b"abcdefghij"));
    assert_eq!(graph.get(&location).await.expect(200).body["name"], "b.bin");
    graph.get(&url).await.expect(404);
}

/// Facts A4: gaps, overlaps, repetitions and parts that are not what they say are refused, and the session goes on.
#[tokio::test]
async fn a4_parts_out_of_order_are_refused() {
    let graph = Graph::new();
    let task = task(&graph).await;
    let url = url(&open(&graph, &task, 10).await.expect(200));
    put(&graph, &url, "bytes 0-3/10", b"abcd".to_vec()).await.expect(200);
    for (range, part, status) in [
        ("bytes 5-9/10", &b"fghij"[..], 416),
        ("bytes 3-9/10", b"defghij", 416),
        ("bytes 0-3/10", b"abcd", 416),
        ("bytes 4-10/10", b"efghijk", 416),
        ("bytes 4-9/11", b"efghij", 400),
        ("bytes 4-9/10", b"efghi", 400),
        ("4 to 9", b"efghij", 400),
    ] {
        assert_eq!(put(&graph, &url, range, part.to_vec()).await.status, status, "{range}");
        let state = graph.get(&url).await.expect(200);
        assert_eq!(state.body["nextExpectedRanges"], json!(["4-"]), "{range}");
    }
    put(&graph, &url, "bytes 4-9/10", b"efghij".to_vec()).await.expect(201);
    assert_eq!(attached(&graph, &task).await, (1, true));
    let most = 4 * 1024 * 1024;
    let url = self::url(&open(&graph, &task, 2 * most).await.expect(200));
    let range = format!("bytes 0-{most}/{}", 2 * most);
    put(&graph, &url, &range, vec![0; 4 * 1024 * 1024 + 1])
        .await
        .expect(413);
    let range = format!("bytes 0-{}/{}", most - 1, 2 * most);
    put(&graph, &url, &range, vec![0; 4 * 1024 * 1024]).await.expect(200);
}

/// Facts A4: a session ends when it is cancelled, and at its time, which parts do not move.
#[tokio::test]
async fn a4_a_session_is_cancelled_or_expires() {
    let graph = Graph::new();
    let task = task(&graph).await;
    let cancelled = url(&open(&graph, &task, 4).await.expect(200));
    graph.remove(&cancelled).await.expect(204);
    put(&graph, &cancelled, "bytes 0-3/4", b"abcd".to_vec())
        .await
        .expect(404);
    let url = url(&open(&graph, &task, 4).await.expect(200));
    graph.emulator.advance(Duration::from_hours(23));
    put(&graph, &url, "bytes 0-1/4", b"ab".to_vec()).await.expect(200);
    graph.emulator.advance(Duration::from_hours(1));
    put(&graph, &url, "bytes 2-3/4", b"cd".to_vec()).await.expect(404);
    graph.get(&url).await.expect(404);
    assert_eq!(attached(&graph, &task).await, (0, false));
}
