//! A service that fails in every way there is, at every point: nothing is carried out twice, and what can succeed does.
//!
//! `CHAOS_SEEDS=100000 cargo test -p msgraph-client --test chaos` tries more than the thousand exchanges of every run.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on panics, and tells what it saw"
)]

mod support;

use std::{
    collections::BTreeMap,
    env,
    future::Future,
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use http::{Method, Request, Response};
use http_body_util::BodyExt as _;
use msgraph_client::{Client, Error, ErrorKind, NotSent, RequestBody, StaticToken};
use msgraph_core::{ETag, Id};
use msgraph_model::{PlannerTaskCreate, PlannerTaskUpdate};
use msgraph_request::v1;
use serde_json::{Value, json};
use support::{BoxError, Fixed, Text};
use tower_service::Service;

/// What goes wrong with an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Nothing,
    /// No connection.
    Refused,
    /// The connection breaks before the service sees the request.
    BrokenBefore,
    /// It breaks after the service carried the request out.
    BrokenAfter,
    /// The answer breaks off.
    Truncated,
    /// The answer never comes, though the request was carried out.
    Hanging,
    /// The service asks to wait, in one of three ways.
    Throttled,
    /// It is busy, and did nothing.
    Busy,
    /// A gateway gave up waiting, after the service carried the request out.
    GatewayTimeout,
    /// A gateway answers with a page of HTML.
    Html,
    /// What comes is no JSON, though the request was carried out.
    Nonsense,
}

const FAULTS: [Fault; 10] = [
    Fault::Refused,
    Fault::BrokenBefore,
    Fault::BrokenAfter,
    Fault::Truncated,
    Fault::Hanging,
    Fault::Throttled,
    Fault::Busy,
    Fault::GatewayTimeout,
    Fault::Html,
    Fault::Nonsense,
];

impl Fault {
    /// Whether the service carries the request out.
    fn applies(self) -> bool {
        !matches!(
            self,
            Self::Refused | Self::BrokenBefore | Self::Throttled | Self::Busy | Self::Html
        )
    }

    /// Whether a request may be sent again after it.
    fn is_retryable(self, kind: Exchange) -> bool {
        match self {
            Self::Nothing | Self::Refused | Self::Throttled => true,
            Self::Html | Self::Nonsense => false,
            _ => kind != Exchange::Create,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exchange {
    Read,
    Create,
    Update,
    Delete,
}

/// A service with one task, which has been read with its first ETag.
#[derive(Clone)]
struct Model(Arc<Mutex<State>>);

struct State {
    version: u32,
    title: String,
    is_there: bool,
    /// How often a write was carried out.
    applied: u32,
    faults: Vec<Fault>,
    requests: usize,
    variant: u64,
}

impl State {
    fn task(&self) -> Value {
        json!({ "@odata.etag": format!("W/\"{}\"", self.version), "id": "t", "title": self.title })
    }

    /// Carries a request out.
    fn apply(&mut self, method: &Method, if_match: Option<&str>, body: &[u8]) -> (u16, Value) {
        let current = format!("W/\"{}\"", self.version);
        let title = || -> Option<String> {
            let body: Value = serde_json::from_slice(body).ok()?;
            Some(body.get("title")?.as_str()?.to_owned())
        };
        match *method {
            _ if !self.is_there && *method != Method::POST => {
                (404, json!({ "error": { "code": "", "message": "gone" } }))
            }
            Method::GET => (200, self.task()),
            Method::POST => {
                self.applied += 1;
                self.title = title().unwrap();
                (201, self.task())
            }
            _ if if_match != Some(&*current) => (412, json!({ "error": { "code": "", "message": "old" } })),
            Method::DELETE => {
                self.applied += 1;
                self.is_there = false;
                (204, Value::Null)
            }
            _ => {
                self.applied += 1;
                self.version += 1;
                self.title = title().unwrap();
                (200, self.task())
            }
        }
    }
}

impl Service<Request<RequestBody>> for Model {
    type Response = Response<Text>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let state = Arc::clone(&self.0);
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let (fault, variant, answer) = {
                let mut state = state.lock().unwrap();
                let fault = state.faults.get(state.requests).copied().unwrap_or(Fault::Nothing);
                state.requests += 1;
                let if_match = head.headers.get("if-match").and_then(|value| value.to_str().ok());
                let answer = fault.applies().then(|| state.apply(&head.method, if_match, &body));
                (fault, state.variant, answer)
            };
            let reset = || -> BoxError { Box::new(io::Error::from(io::ErrorKind::ConnectionReset)) };
            let respond = |status: u16, text: String, header: Option<&str>, breaks| {
                let mut response = Response::builder().status(status);
                if let Some(value) = header {
                    response = response.header("retry-after", value);
                }
                Ok(response.body(Text::new(text, breaks))?)
            };
            let text = |body: &Value| {
                if body.is_null() {
                    String::new()
                } else {
                    body.to_string()
                }
            };
            match (fault, answer) {
                (Fault::Refused, _) => Err(Box::new(NotSent(reset())) as BoxError),
                (Fault::BrokenBefore | Fault::BrokenAfter, _) => Err(reset()),
                (Fault::Hanging, _) => std::future::pending().await,
                (Fault::Throttled, _) => {
                    let waits = ["2", "1.5", "Sat, 21 Nov 2026 00:00:20 GMT"];
                    let wait = waits[usize::try_from(variant % 3).unwrap()];
                    respond(429, "{}".to_owned(), Some(wait), false)
                }
                (Fault::Busy, _) => respond(503, String::new(), None, false),
                (Fault::GatewayTimeout, _) => respond(504, "<html>".to_owned(), None, false),
                (Fault::Html, _) => respond(502, "<html>".to_owned(), None, false),
                (Fault::Nonsense, _) => respond(200, "{\"id\": ".to_owned(), None, false),
                (Fault::Truncated, Some((status, body))) => respond(status, text(&body) + " ", None, true),
                (_, Some((status, body))) => respond(status, text(&body), None, false),
                (_, None) => Err(reset()),
            }
        })
    }
}

async fn run(kind: Exchange, client: &Client) -> Result<(), Error> {
    let id = Id::new("t");
    let etag = ETag::new("W/\"1\"");
    let task = || v1::planner().task(&id);
    match kind {
        Exchange::Read => client.send(task().get()).await.map(|_| ()),
        Exchange::Create => {
            let create = PlannerTaskCreate::new(&Id::new("p"), "new");
            client.send(v1::planner().tasks().create(create)).await.map(|_| ())
        }
        Exchange::Update => {
            let update = PlannerTaskUpdate::new().title("new");
            client.send(task().update(&etag, update)).await.map(|_| ())
        }
        Exchange::Delete => client.send(task().delete(&etag)).await,
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_carried_out_twice_and_what_can_succeed_does() {
    let seeds = env::var("CHAOS_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    let mut reasons: BTreeMap<String, u32> = BTreeMap::new();
    let (mut succeeded, mut must) = (0, 0);
    for seed in 0..seeds.unwrap_or(1_000_u64) {
        let mut random = fastrand::Rng::with_seed(seed);
        let kinds = [Exchange::Read, Exchange::Create, Exchange::Update, Exchange::Delete];
        let kind = kinds[random.usize(..kinds.len())];
        let faults: Vec<_> = (0..random.usize(..5))
            .map(|_| FAULTS[random.usize(..FAULTS.len())])
            .collect();
        let model = Model(Arc::new(Mutex::new(State {
            version: 1,
            title: "old".to_owned(),
            is_there: true,
            applied: 0,
            faults: faults.clone(),
            requests: 0,
            variant: random.u64(..),
        })));
        let client = Client::builder(StaticToken::new("a-token"))
            .transport(model.clone())
            .environment(Fixed::default())
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        let result = run(kind, &client).await;
        let applied = model.0.lock().unwrap().applied;
        let note = format!("seed {seed}: {kind:?} with {faults:?} gave {result:?}, carried out {applied} times");
        assert!(applied <= 1, "{note}");
        let is_write = kind != Exchange::Read;
        match &result {
            Ok(()) => {
                assert_eq!(applied, u32::from(is_write), "{note}");
                succeeded += 1;
            }
            Err(error) => {
                assert!(error.may_be_carried_out() || applied == 0, "{note}");
                let reason = match error.kind() {
                    ErrorKind::Service(error) => format!("status {}", error.status),
                    ErrorKind::Ambiguous(_) => "ambiguous".to_owned(),
                    ErrorKind::Transport(_) => "transport".to_owned(),
                    ErrorKind::Decode(_) => "decode".to_owned(),
                    other => panic!("{note}: {other:?}"),
                };
                *reasons.entry(reason).or_default() += 1;
            }
        }
        if faults.len() < 4 && faults.iter().all(|fault| fault.is_retryable(kind)) {
            must += 1;
            assert!(result.is_ok(), "{note}");
        }
    }
    println!("succeeded {succeeded}, of which {must} had to; given up {reasons:?}");
    assert!(must > 100 && reasons.len() >= 4, "{must}, {reasons:?}");
}
