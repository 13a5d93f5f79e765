//! Content that is sent in parts.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use std::sync::{Arc, Mutex};

use msgraph_client::ErrorKind;
use serde_json::{Value, json};
use support::{Script, Step, answer, json as ok, with};

const URL: &str = "https://graph.microsoft.com/v1.0/users/u/todo/lists/l/tasks/t/attachmentSessions/s";
const PART: u64 = 4 << 20;

/// A session, as the service writes it: `PascalCase`, and a position alone.
fn more(position: u64) -> Step {
    ok(
        200,
        &json!({ "ExpirationDateTime": "2026-12-01T00:00:00Z", "NextExpectedRanges": [position.to_string()] }),
    )
}

fn done() -> Step {
    with(
        201,
        "location",
        "https://graph.microsoft.com/v1.0/users/u/todo/lists/l/tasks/t/Attachments/a",
    )
}

fn ranges(script: &Script) -> Vec<String> {
    let seen = script.seen();
    let range = |seen: &support::Seen| format!("{} {}", seen.method, seen.header("content-range").unwrap_or_default());
    seen.iter().map(range).collect()
}

#[tokio::test(start_paused = true)]
async fn content_goes_in_parts_and_tells_how_far_it_is() {
    let total = 2 * PART + 7;
    let content: Vec<u8> = (0..total).map(|number| u8::try_from(number % 251).unwrap()).collect();
    let script = Script::new([more(PART), more(2 * PART), done()]);
    let client = script.client();
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let location = client
        .upload(URL, &*content, total)
        .progress(move |sent, of| tell.lock().unwrap().push((sent, of)))
        .send()
        .await
        .unwrap();
    assert!(location.unwrap().ends_with("/Attachments/a"));
    assert_eq!(
        *told.lock().unwrap(),
        [(PART, total), (2 * PART, total), (total, total)]
    );
    let expected = [
        format!("PUT bytes 0-{}/{total}", PART - 1),
        format!("PUT bytes {PART}-{}/{total}", 2 * PART - 1),
        format!("PUT bytes {}-{}/{total}", 2 * PART, total - 1),
    ];
    assert_eq!(ranges(&script), expected);
    for seen in script.seen() {
        assert_eq!(seen.target, format!("{URL}/content"));
        assert_eq!(seen.header("content-type"), Some("application/octet-stream"));
        // Unlike sessions elsewhere, To Do's want the token.
        assert_eq!(seen.header("authorization"), Some("Bearer a-token"));
    }
}

/// A part of which nobody knows whether it arrived is asked about, and what of it is missing is sent.
#[tokio::test(start_paused = true)]
async fn an_upload_goes_on_from_where_the_service_is() {
    let total = PART + 8;
    let content = vec![1; usize::try_from(total).unwrap()];
    // It arrived.
    let script = Script::new([Step::Break, more(PART), done()]);
    script.client().upload(URL, &*content, total).send().await.unwrap();
    let first = format!("PUT bytes 0-{}/{total}", PART - 1);
    let last = format!("PUT bytes {PART}-{}/{total}", total - 1);
    assert_eq!(ranges(&script), [first.clone(), "GET ".to_owned(), last.clone()]);
    // Half of it did.
    let script = Script::new([Step::Truncate(answer(200, &Value::Null)), more(5), more(PART), done()]);
    script.client().upload(URL, &*content, total).send().await.unwrap();
    let rest = format!("PUT bytes 5-{}/{total}", PART - 1);
    assert_eq!(ranges(&script), [first.clone(), "GET ".to_owned(), rest, last.clone()]);
    // The last part did, and the session is gone.
    let gone = ok(404, &json!({ "error": { "code": "ItemNotFound", "message": "" } }));
    let script = Script::new([more(PART), with(503, "x", "y"), gone]);
    let location = script.client().upload(URL, &*content, total).send().await.unwrap();
    assert_eq!(location, None);
    // What surely did not arrive is sent again without a question.
    let script = Script::new([with(429, "retry-after", "1"), Step::Refuse, more(PART), done()]);
    script.client().upload(URL, &*content, total).send().await.unwrap();
    assert_eq!(ranges(&script), [first.clone(), first.clone(), first, last]);
}

#[tokio::test(start_paused = true)]
async fn an_upload_is_resumed_and_given_up() {
    let script = Script::new([more(PART), done(), ok(204, &Value::Null)]);
    let client = script.client();
    let position = client.upload_position(URL).await.unwrap();
    assert_eq!(position, PART);
    let rest = [7_u8; 8];
    client
        .upload(URL, &rest[..], PART + 8)
        .from(position)
        .send()
        .await
        .unwrap();
    client.cancel_upload(URL).await.unwrap();
    let seen = script.seen();
    let lines: Vec<_> = seen
        .iter()
        .map(|seen| format!("{} {}", seen.method, seen.target))
        .collect();
    assert_eq!(
        lines,
        [
            format!("GET {URL}"),
            format!("PUT {URL}/content"),
            format!("DELETE {URL}")
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_uploaded_says_why() {
    let script = Script::new([]);
    let client = script.client();
    let error = client.upload(URL, &b"abc"[..], 4).send().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Content(_)), "{error}");
    assert!(error.to_string().contains("ends before the length"), "{error}");
    for url in ["https://evil.example/s", "http://graph.microsoft.com/s", "s"] {
        let error = client.upload(url, &b"abc"[..], 3).send().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Request(_)), "{error}");
    }
    let error = client.upload(URL, &b""[..], 0).send().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Request(_)), "{error}");
    assert!(script.seen().is_empty());

    let script = Script::new([more(9)]);
    let error = script.client().upload(URL, &b"abc"[..], 3).send().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UploadOutOfStep), "{error}");
}
