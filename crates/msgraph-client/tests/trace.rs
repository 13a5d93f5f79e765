//! The order of the steps, and what a subscriber sees of them. Alone in its program: a subscriber of one thread misses what
//! another thread saw first.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
    time::SystemTime,
};

use msgraph_client::{AccessToken, Client, Cloud, Credential, Environment, TokenFuture};
use msgraph_core::Id;
use msgraph_request::v1;
use serde_json::json;
use support::{Script, date, json as ok, with};
use tracing::{
    Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// What happened, in its order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn note(&self, text: impl Into<String>) {
        self.0.lock().unwrap().push(text.into());
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = self.0.lock().unwrap().clone();
        // An id is two numbers.
        lines.dedup();
        lines
    }
}

impl Environment for Log {
    fn now(&self) -> SystemTime {
        date(0)
    }

    fn random(&self) -> u64 {
        self.note("request id, or chance");
        7
    }
}

impl Credential for Log {
    fn token<'a>(&'a self, _: &'a [&'a str]) -> TokenFuture<'a> {
        self.note("credential");
        Box::pin(async { Ok(AccessToken::new("a-token", None)) })
    }
}

/// Notes the spans, and keeps their fields.
#[derive(Clone, Default)]
struct Watcher {
    log: Log,
    spans: Arc<Mutex<Vec<Span>>>,
}

/// The name of a span, and its fields.
type Span = (&'static str, BTreeMap<String, String>);

struct Fields<'f>(&'f mut BTreeMap<String, String>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let value = format!("{value:?}").trim_matches('"').to_owned();
        self.0.insert(field.name().to_owned(), value);
    }
}

impl Subscriber for Watcher {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("msgraph")
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let name = attributes.metadata().name();
        self.log.note(format!("span {name}"));
        let mut fields = BTreeMap::new();
        attributes.record(&mut Fields(&mut fields));
        let mut spans = self.spans.lock().unwrap();
        spans.push((name, fields));
        span::Id::from_u64(u64::try_from(spans.len()).unwrap())
    }

    fn record(&self, id: &span::Id, record: &span::Record<'_>) {
        let number = usize::try_from(id.into_u64() - 1).unwrap();
        let mut spans = self.spans.lock().unwrap();
        record.record(&mut Fields(&mut spans.get_mut(number).unwrap().1));
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, _: &tracing::Event<'_>) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// D5: always this order. D6: each attribute says what its name says, and none holds an id or a body.
#[tokio::test(start_paused = true)]
async fn d5_d6_the_order_of_the_steps_and_the_attributes_of_their_spans() {
    let watcher = Watcher::default();
    let log = watcher.log.clone();
    let mut script = Script::new([with(429, "retry-after", "1"), ok(200, &json!({ "id": "secret-id" }))]);
    let transport = log.clone();
    script.hook = Arc::new(move || transport.note("transport"));
    let client = Client::builder(log.clone())
        .cloud(Cloud::us_gov_l4())
        .transport(script)
        .environment(log.clone())
        .build()
        .unwrap();
    let guard = tracing::subscriber::set_default(watcher.clone());
    client
        .send(v1::planner().plan(&Id::new("secret-id")).get())
        .await
        .unwrap();
    drop(guard);
    assert_eq!(
        log.lines(),
        [
            "request id, or chance",
            "span graph",
            "credential",
            "span attempt",
            "transport",
            "credential",
            "span attempt",
            "transport",
        ]
    );
    let spans = watcher.spans.lock().unwrap().clone();
    let attempt = |count: &str, status: &str| {
        let fields = [
            ("http.request.method", "GET"),
            ("http.request.resend_count", count),
            ("http.response.status_code", status),
            ("server.address", "graph.microsoft.us"),
            ("server.port", "443"),
            ("url.scheme", "https"),
            ("url.template", "/planner/plans/{plannerPlan-id}"),
        ];
        fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    };
    assert_eq!(spans[1], ("attempt", attempt("0", "429")));
    assert_eq!(spans[2], ("attempt", attempt("1", "200")));
    assert!(!format!("{spans:?}").contains("secret-id"));
}
