//! Listings, page by page and item by item.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use futures_core::Stream;
use msgraph_client::{Cursor, ErrorKind};
use msgraph_core::{Id, Page, Versioned};
use msgraph_model::PlannerTask;
use msgraph_request::v1;
use serde_json::{Value, json};
use support::{Answer, Script, Step, answer, json as ok, with};

const ROOT: &str = "https://graph.microsoft.com";

type Tasks = Page<Versioned<PlannerTask>>;

fn page(ids: &[&str], next: Option<&str>) -> Value {
    let value: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
    match next {
        Some(next) => json!({ "value": value, "@odata.nextLink": format!("{ROOT}{next}") }),
        None => json!({ "value": value }),
    }
}

fn tasks() -> msgraph_core::Request<Tasks> {
    v1::planner().plan(&Id::new("p")).tasks().list().finish()
}

async fn ids(stream: impl Stream<Item = Result<Versioned<PlannerTask>, msgraph_client::Error>>) -> Vec<String> {
    let mut stream = Box::pin(stream);
    let mut ids = Vec::new();
    while let Some(item) = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await {
        ids.push(item.unwrap().id().unwrap().to_string());
    }
    ids
}

/// D2: a page without items that leads on is not the end. D3: nor is a link lost.
#[tokio::test(start_paused = true)]
async fn d2_empty_pages_lead_on() {
    let script = Script::new([
        ok(200, &page(&["1"], Some("/v1.0/next?$skiptoken=a%7Eb%257E"))),
        ok(200, &page(&[], Some("/v1.0/next?$skiptoken=c"))),
        ok(200, &page(&["2", "3"], None)),
    ]);
    let items = script.client().pages(tasks()).items();
    assert_eq!(ids(items).await, ["1", "2", "3"]);
    let targets: Vec<_> = script.seen().into_iter().map(|seen| seen.target).collect();
    assert_eq!(
        targets[1],
        format!("{ROOT}/v1.0/next?$skiptoken=a%7Eb%257E"),
        "byte for byte"
    );
}

/// Row 2: a page is waited for like anything else, and row 11: what fails is an error, not an end.
#[tokio::test(start_paused = true)]
async fn row_2_every_page_is_retried() {
    let script = Script::new([
        ok(200, &page(&["1"], Some("/v1.0/a"))),
        with(429, "retry-after", "3"),
        Step::Truncate(answer(200, &page(&["2"], None))),
        ok(200, &page(&["2"], None)),
    ]);
    assert_eq!(ids(script.client().pages(tasks()).items()).await, ["1", "2"]);

    let html = Step::Answer(Answer {
        body: "<html>".to_owned(),
        ..answer(502, &Value::Null)
    });
    let script = Script::new([
        ok(200, &page(&["1"], Some("/v1.0/a"))),
        html,
        ok(200, &page(&["2"], None)),
    ]);
    let mut pages = script.client().pages(tasks());
    pages.next().await.unwrap().unwrap();
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!(error.service().unwrap().status, 502);
    // The same page can be asked for again.
    assert_eq!(pages.next().await.unwrap().unwrap().value.len(), 1);
    assert!(pages.next().await.is_none());
}

/// Row 5: the token stays with the service, and what was asked for at first holds for every page.
#[tokio::test(start_paused = true)]
async fn row_5_links_stay_and_headers_travel() {
    let script = Script::new([ok(200, &page(&["1"], Some("/v1.0/a"))), ok(200, &page(&["2"], None))]);
    let client = script.client();
    let pages = client
        .call(tasks())
        .page_size(5)
        .header("ConsistencyLevel", "eventual")
        .pages();
    assert_eq!(pages.collect(10).await.unwrap().len(), 2);
    for seen in script.seen() {
        assert_eq!(
            seen.header("prefer"),
            Some("include-unknown-enum-members, odata.maxpagesize=5")
        );
        assert_eq!(seen.header("consistencylevel"), Some("eventual"));
    }
    let ids: std::collections::BTreeSet<_> = script
        .seen()
        .iter()
        .map(|seen| seen.header("client-request-id").unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 2, "each page is a request of its own");

    let foreign = json!({ "value": [], "@odata.nextLink": "https://evil.example/v1.0/a?$skiptoken=secret" });
    let script = Script::new([ok(200, &foreign)]);
    let mut pages = script.client().pages(tasks());
    pages.next().await.unwrap().unwrap();
    let error = pages.next().await.unwrap().unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Request(_)) && !error.to_string().contains("secret"),
        "{error}"
    );
    assert!(pages.next().await.is_none());
    assert_eq!(script.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_was_there_before_is_an_error() {
    for round in [["/v1.0/a", "/v1.0/a"], ["/v1.0/a", "/v1.0/planner/plans/p/tasks"]] {
        let script = Script::new(round.map(|next| ok(200, &page(&["1"], Some(next)))));
        let error = script.client().pages(tasks()).collect(100).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::LinkLoop), "{error}");
        assert!(script.is_over());
    }
}

#[tokio::test(start_paused = true)]
async fn a_listing_goes_on_elsewhere() {
    let script = Script::new([
        ok(200, &page(&["1"], Some("/v1.0/a?$skiptoken=b%2F"))),
        ok(200, &page(&["2"], None)),
    ]);
    let client = script.client();
    let mut pages = client.call(tasks()).page_size(1).pages();
    assert_eq!(pages.cursor(), None);
    pages.next().await.unwrap().unwrap();
    let stored = serde_json::to_string(&pages.cursor().unwrap()).unwrap();
    drop(pages);

    let cursor: Cursor = serde_json::from_str(&stored).unwrap();
    assert!(!format!("{cursor:?}").contains("skiptoken"));
    let rest = client.resume::<Tasks>(cursor).collect(10).await.unwrap();
    assert_eq!(rest.len(), 1);
    let seen = script.seen();
    assert_eq!(seen[1].target, format!("{ROOT}/v1.0/a?$skiptoken=b%2F"));
    assert_eq!(seen[1].header("prefer"), seen[0].header("prefer"));
}

#[tokio::test(start_paused = true)]
async fn what_is_collected_has_a_limit() {
    let script = Script::new([
        ok(200, &page(&["1", "2"], Some("/v1.0/a"))),
        ok(200, &page(&["3"], None)),
    ]);
    let error = script.client().pages(tasks()).collect(2).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TooManyItems { limit: 2 }), "{error}");
}
