//! How bodies are written: compressed, and as Base64 in a batch.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use std::io::{Read as _, Write as _};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde_json::{Value, json};
use support::Graph;

const LISTS: &str = "/v1.0/me/todo/lists";

/// Facts G: an answer is compressed for whom it may be, and for nobody else.
#[tokio::test]
async fn g_answers_are_compressed_on_demand() {
    let graph = Graph::new();
    let plain = graph.get(LISTS).await.expect(200);
    assert_eq!(plain.header("content-encoding"), None);
    for (accepted, is_zipped) in [
        ("gzip, deflate", true),
        ("br, GZIP;q=0.5", true),
        ("gzip;q=0", false),
        ("br", false),
    ] {
        let headers = [("accept-encoding", accepted)];
        let answer = graph.send("GET", LISTS, &headers, &Value::Null).await.expect(200);
        assert_eq!(
            answer.header("content-encoding") == Some("gzip"),
            is_zipped,
            "{accepted}"
        );
        let mut text = Vec::new();
        if is_zipped {
            GzDecoder::new(&*answer.bytes).read_to_end(&mut text).expect("gzip");
        } else {
            text.extend(&answer.bytes);
        }
        assert_eq!(
            serde_json::from_slice::<Value>(&text).expect("JSON"),
            plain.body,
            "{accepted}"
        );
    }
}

/// Facts G: a request may be compressed; what is no gzip is refused and does nothing.
#[tokio::test]
async fn g_requests_may_be_compressed() {
    let graph = Graph::new();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(br#"{"displayName":"Zipped"}"#).unwrap();
    let zipped = encoder.finish().unwrap();
    let headers = [("content-encoding", "gzip"), ("content-type", "application/json")];
    let list = graph
        .send_bytes("POST", LISTS, &headers, zipped.clone().into())
        .await
        .expect(201);
    let path = format!("{LISTS}/{}", list.id());
    assert_eq!(graph.get(&path).await.expect(200).body["displayName"], "Zipped");
    graph
        .send_bytes("POST", LISTS, &headers, zipped[..zipped.len() - 9].to_vec().into())
        .await
        .expect(400);
    graph
        .send_bytes("POST", LISTS, &headers[1..], zipped.into())
        .await
        .expect(400);
    assert_eq!(graph.get(LISTS).await.expect(200).items().len(), 3);
}

/// T2 (facts F5): what is no JSON is Base64 in a batch, both ways, in either alphabet.
#[tokio::test]
async fn t2_bodies_that_are_no_json_are_base64() {
    let graph = Graph::new();
    let tasks = graph.tasks().await;
    let task = graph.post(&tasks, json!({ "title": "a" })).await.expect(201);
    let task = format!("{tasks}/{}", task.id());
    let content = [0xfb_u8, 0xff, 0xfe, 0x00];
    let mut files = Vec::new();
    for body in [STANDARD.encode(content), URL_SAFE_NO_PAD.encode(content)] {
        let info = json!({ "attachmentInfo": { "attachmentType": "file", "name": "b", "size": 4 } });
        let session = graph
            .post(&format!("{task}/attachments/createUploadSession"), info)
            .await
            .expect(200);
        let url = session.body["uploadUrl"].as_str().unwrap();
        let url = url.split_once("/v1.0").unwrap().1;
        let item = |body: &str| {
            json!({ "requests": [{
                "id": "1", "method": "PUT", "url": format!("{url}/content"), "body": body,
                "headers": { "Content-Type": "application/octet-stream", "Content-Range": "bytes 0-3/4" },
            }] })
        };
        let refused = graph.post("/v1.0/$batch", item("?")).await.expect(200);
        assert_eq!(refused.body["responses"][0]["status"], 400);
        let answer = graph.post("/v1.0/$batch", item(&body)).await.expect(200);
        let response = &answer.body["responses"][0];
        assert_eq!(response["status"], 201, "{response}");
        let location = response["headers"]["location"].as_str().expect("where it is");
        files.push(location.rsplit('/').next().unwrap().to_owned());
    }
    for file in files {
        let url = format!("{task}/attachments/{file}/$value");
        let get = json!({ "id": "1", "method": "GET", "url": url.trim_start_matches("/v1.0") });
        let answer = graph
            .post("/v1.0/$batch", json!({ "requests": [get] }))
            .await
            .expect(200);
        assert_eq!(answer.body["responses"][0]["body"], STANDARD.encode(content));
    }
}
