//! `cargo xtask metadata fetch`, from a service on this machine.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::{ffi::OsStr, fs, path::Path};

use tests::{
    loopback::{Response, serve},
    read, try_xtask,
};
use tokio::task::spawn_blocking;

const METADATA: &str = "<Schema Namespace=\"a\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\" />";

fn response(status: u16, body: &str) -> Response {
    Response {
        status,
        headers: vec![("content-type", "application/xml".to_owned())],
        body: body.to_owned(),
    }
}

/// Fetches once, and returns what was printed, or why it failed.
async fn fetch(folder: &Path, answer: Response) -> Result<String, String> {
    let (url, service) = serve(vec![answer]).await;
    let into = folder.to_owned();
    let result = spawn_blocking(move || {
        let arguments = ["metadata", "fetch", "--api", "beta", "--root", &url, "--into"].map(OsStr::new);
        try_xtask(&[&arguments[..], &[into.as_os_str()]].concat())
    });
    let result = result.await.unwrap();
    let received = service.await.unwrap();
    assert_eq!(received.first().unwrap().line, "GET /beta/$metadata");
    result
}

#[tokio::test]
async fn metadata_is_fetched_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let (file, record) = (
        folder.path().join("global-beta.csdl.xml"),
        folder.path().join("global-beta.toml"),
    );
    let printed = fetch(folder.path(), response(200, METADATA)).await.unwrap();
    assert!(printed.contains(&format!("bytes {}", METADATA.len())), "{printed}");
    assert_eq!(read(&file), METADATA);
    let known: toml::Table = toml::from_str(&read(&record)).unwrap();
    assert!(known["source"].as_str().unwrap().ends_with("/beta/$metadata"));
    assert_eq!(known["date"].as_str().unwrap().len(), "2026-11-21".len());
    let sum = known["sha256"].as_str().unwrap();
    assert!(sum.len() == 64 && printed.contains(sum), "{printed}");
    let before = read(&record);

    let printed = fetch(folder.path(), response(200, METADATA)).await.unwrap();
    assert!(printed.contains("is as it was on "), "{printed}");

    let elsewhere = Response {
        headers: vec![("location", "https://elsewhere.example/".to_owned())],
        ..response(302, "")
    };
    let failures = [
        (response(503, METADATA), "answered 503"),
        (response(200, "<html>sign in</html>"), "what came is no metadata"),
        (response(200, &METADATA[..40]), "what came is no metadata"),
        (elsewhere, "leads elsewhere, to https://elsewhere.example/"),
    ];
    for (answer, complaint) in failures {
        let error = fetch(folder.path(), answer).await.unwrap_err();
        assert!(error.contains(complaint), "{complaint}: {error}");
        assert_eq!((read(&file), read(&record)), (METADATA.to_owned(), before.clone()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}

#[test]
fn only_this_machine_is_asked_without_tls() {
    let arguments = ["metadata", "fetch", "--root", "http://graph.example"].map(OsStr::new);
    let error = try_xtask(&arguments).unwrap_err();
    assert!(error.contains("is not https"), "{error}");
}
