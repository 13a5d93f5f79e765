//! A service that plays a script, without a socket and without time.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::{
    collections::VecDeque,
    future::Future,
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use http_body::{Body, Frame};
use http_body_util::BodyExt as _;
use msgraph_client::{Client, ClientBuilder, Environment, NotSent, RequestBody, StaticToken};
use serde_json::Value;
use tower_service::Service;

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What the service does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// It answers.
    Answer(Answer),
    /// Nothing arrives.
    Refuse,
    /// The connection breaks before the answer.
    Break,
    /// The answer breaks off in its body.
    Truncate(Answer),
    /// Nothing ever comes.
    Hang,
}

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    /// How long the service takes.
    pub after: Duration,
}

pub(crate) fn answer(status: u16, body: &Value) -> Answer {
    Answer {
        status,
        headers: Vec::new(),
        body: if body.is_null() {
            String::new()
        } else {
            body.to_string()
        },
        after: Duration::ZERO,
    }
}

pub(crate) fn json(status: u16, body: &Value) -> Step {
    Step::Answer(answer(status, body))
}

/// A status with one header.
pub(crate) fn with(status: u16, name: &'static str, value: &str) -> Step {
    Step::Answer(Answer {
        headers: vec![(name, value.to_owned())],
        ..answer(status, &Value::Null)
    })
}

/// A request, as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub method: Method,
    pub target: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// The service. Clones share the script.
#[derive(Clone)]
pub(crate) struct Script {
    state: Arc<Mutex<State>>,
    /// Called when a request arrives.
    pub hook: Arc<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct State {
    steps: VecDeque<Step>,
    seen: Vec<Seen>,
    /// How many requests are under way, now and at most.
    under_way: (usize, usize),
}

impl Script {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let state = State {
            steps: steps.into_iter().collect(),
            ..State::default()
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            hook: Arc::new(|| {}),
        }
    }

    /// The requests that arrived.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.lock().unwrap().seen.clone()
    }

    /// How many requests were under way at most.
    pub(crate) fn most_under_way(&self) -> usize {
        self.state.lock().unwrap().under_way.1
    }

    /// Whether the script was played to its end.
    pub(crate) fn is_over(&self) -> bool {
        self.state.lock().unwrap().steps.is_empty()
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder(StaticToken::new("a-token"))
            .transport(self.clone())
            .environment(Fixed::default())
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }
}

impl Service<Request<RequestBody>> for Script {
    type Response = Response<Text>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let state = Arc::clone(&self.state);
        let hook = Arc::clone(&self.hook);
        Box::pin(async move {
            hook();
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let step = {
                let mut state = state.lock().unwrap();
                state.seen.push(Seen {
                    method: head.method,
                    target: head.uri.to_string(),
                    headers: head.headers,
                    body: String::from_utf8_lossy(&body).into_owned(),
                });
                let (now, most) = state.under_way;
                state.under_way = (now + 1, most.max(now + 1));
                state.steps.pop_front().ok_or("the script is over")?
            };
            let result = play(step).await;
            state.lock().unwrap().under_way.0 -= 1;
            result
        })
    }
}

async fn play(step: Step) -> Result<Response<Text>, BoxError> {
    let broken = || io::Error::new(io::ErrorKind::ConnectionReset, "the connection broke");
    let (answer, breaks) = match step {
        Step::Answer(answer) => (answer, false),
        Step::Truncate(answer) => (answer, true),
        Step::Refuse => {
            return Err(Box::new(NotSent(Box::new(io::Error::from(
                io::ErrorKind::ConnectionRefused,
            )))));
        }
        Step::Break => return Err(Box::new(broken())),
        Step::Hang => std::future::pending().await,
    };
    tokio::time::sleep(answer.after).await;
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    Ok(response.body(Text {
        text: Some(answer.body),
        breaks,
    })?)
}

/// A body, which may break off.
pub(crate) struct Text {
    text: Option<String>,
    breaks: bool,
}

impl Text {
    pub(crate) fn new(text: String, breaks: bool) -> Self {
        let text = Some(text);
        Self { text, breaks }
    }
}

impl Body for Text {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let breaks = self.breaks;
        Poll::Ready(match self.text.take() {
            Some(mut text) => {
                if breaks {
                    text.truncate(text.len() / 2);
                }
                Some(Ok(Frame::data(Bytes::from(text))))
            }
            None if breaks => Some(Err(io::Error::from(io::ErrorKind::UnexpectedEof))),
            None => None,
        })
    }
}

/// The clock of tokio, counted from a fixed date, and numbers that follow from each other.
#[derive(Clone)]
pub(crate) struct Fixed {
    start: tokio::time::Instant,
    random: Arc<Mutex<u64>>,
}

impl Default for Fixed {
    fn default() -> Self {
        Self {
            start: tokio::time::Instant::now(),
            random: Arc::new(Mutex::new(1)),
        }
    }
}

impl Environment for Fixed {
    fn now(&self) -> SystemTime {
        date(0) + self.start.elapsed()
    }

    fn random(&self) -> u64 {
        let mut state = self.random.lock().unwrap();
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        *state
    }
}

/// So many seconds after the fixed date.
pub(crate) fn date(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_219_200 + seconds)
}
