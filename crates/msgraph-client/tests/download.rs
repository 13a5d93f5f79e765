//! Content that is written as it comes, and attachments of any size.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use msgraph_client::{Attached, ErrorKind};
use msgraph_core::{Binary, Content, Id, Request};
use msgraph_model::{AttachmentInfoInput, AttachmentType, TaskFileAttachmentCreate};
use msgraph_request::v1;
use serde_json::{Value, json};
use support::{Answer, Script, Step, answer, json as ok, with};
use tokio::io::AsyncWrite;

fn content() -> Request<Content> {
    let task = v1::me().todo().list(&Id::new("l")).task(&Id::new("t"));
    task.attachment(&Id::new("a")).read_content()
}

fn bytes(body: &str) -> Answer {
    Answer {
        body: body.to_owned(),
        ..answer(200, &Value::Null)
    }
}

#[tokio::test(start_paused = true)]
async fn content_goes_to_the_writer_and_on_where_it_broke() {
    let script = Script::new([
        with(429, "retry-after", "3"),
        Step::Truncate(bytes("0123456789")),
        Step::Break,
        Step::Answer(bytes("0123456789")),
    ]);
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let client = script.client();
    let mut file = Vec::new();
    let length = client
        .download(content(), &mut file)
        .progress(move |written| tell.lock().unwrap().push(written))
        .send()
        .await
        .unwrap();
    assert_eq!((length, &file[..]), (10, &b"0123456789"[..]));
    assert_eq!(*told.lock().unwrap(), [5, 10]);
    assert!(script.is_over());
    assert_eq!(script.seen()[0].header("accept"), Some("*/*"));
}

#[tokio::test(start_paused = true)]
async fn a_download_goes_on_in_another_process() {
    let script = Script::new([Step::Answer(bytes("0123456789")), Step::Answer(bytes("012"))]);
    let client = script.client();
    let mut rest = Vec::new();
    let length = client.download(content(), &mut rest).from(7).send().await.unwrap();
    assert_eq!((length, &rest[..]), (10, &b"789"[..]));
    let error = client.download(content(), &mut rest).from(7).send().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Content(_)), "{error}");
    assert!(error.to_string().contains("shorter"), "{error}");
}

/// An error is read as one, and never written.
#[tokio::test(start_paused = true)]
async fn an_error_is_no_content() {
    let script = Script::new([ok(
        404,
        &json!({ "error": { "code": "ErrorItemNotFound", "message": "" } }),
    )]);
    let mut file = Vec::new();
    let error = script.client().download(content(), &mut file).send().await.unwrap_err();
    assert!(error.is_not_found() && file.is_empty(), "{error}");
}

/// A disk that is full.
struct Full;

impl AsyncWrite for Full {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(io::ErrorKind::StorageFull.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test(start_paused = true)]
async fn a_writer_that_fails_ends_the_download() {
    let script = Script::new([Step::Answer(bytes("0123456789"))]);
    let error = script.client().download(content(), Full).send().await.unwrap_err();
    let ErrorKind::Content(cause) = error.kind() else {
        panic!("{error}")
    };
    assert_eq!((cause.kind(), error.attempts()), (io::ErrorKind::StorageFull, 1));
}

/// What is small goes in one request, what is not in parts.
#[tokio::test(start_paused = true)]
async fn an_attachment_goes_the_way_that_fits_it() {
    let attachments = || v1::me().todo().list(&Id::new("l")).task(&Id::new("t")).attachments();
    let whole =
        |content: Binary| attachments().create_task_file_attachment(TaskFileAttachmentCreate::new(content, "a.txt"));
    let session = |size| {
        let info = AttachmentInfoInput::new(AttachmentType::File, "a.txt", size);
        attachments().create_upload_session(info)
    };
    let small = json!({ "@odata.type": "#microsoft.graph.taskFileAttachment", "id": "a", "size": 3 });
    let script = Script::new([ok(201, &small)]);
    let answer = script.client().attach(&b"abc"[..], 3, whole, session(3)).await.unwrap();
    assert!(matches!(answer, Attached::Whole(_)));
    assert!(script.seen()[0].body.contains("YWJj"));

    let url = "https://graph.microsoft.com/v1.0/users/u/todo/lists/l/tasks/t/attachmentSessions/s";
    let script = Script::new([
        ok(200, &json!({ "uploadUrl": url, "nextExpectedRanges": ["0-"] })),
        with(201, "location", "https://graph.microsoft.com/v1.0/x/Attachments/a"),
    ]);
    let large = vec![7; 3_000_000];
    let answer = script
        .client()
        .attach(&*large, 3_000_000, whole, session(3_000_000))
        .await
        .unwrap();
    assert!(matches!(answer, Attached::InParts(Some(_))));
    assert_eq!(script.seen()[1].target, format!("{url}/content"));

    let script = Script::new([]);
    let error = script
        .client()
        .attach(&b"ab"[..], 3, whole, session(3))
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Content(_)), "{error}");
}
