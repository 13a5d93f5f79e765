//! A service that answers what was written down before, by path, and nothing else.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use http::{Request, Response};
use http_body_util::BodyExt as _;
use msgraph_client::{Client, RequestBody, RetryPolicy, StaticToken};
use serde_json::{Value, json};
use tower_service::Service;

/// Where links begin.
pub(crate) const ROOT: &str = "https://graph.microsoft.com";

/// The service. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Script(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    answers: BTreeMap<String, Value>,
    asked: Vec<String>,
}

impl Script {
    /// What is answered to a path with its version and query, from now on.
    pub(crate) fn answer(&self, path: &str, body: Value) {
        self.0.lock().expect("no panic").answers.insert(path.to_owned(), body);
    }

    /// What was asked for since this was called last.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no panic").asked)
    }

    pub(crate) fn client(&self) -> Client {
        Client::builder(StaticToken::new("adele@contoso.example"))
            .transport(self.clone())
            .retry(RetryPolicy::NEVER)
            .build()
            .expect("a client")
    }

    fn get(&self, path: &str) -> (u16, Value) {
        let mut state = self.0.lock().expect("no panic");
        state.asked.push(path.to_owned());
        match state.answers.get(path) {
            Some(body) => (200, body.clone()),
            None => (
                404,
                json!({ "error": { "code": "notFound", "message": "Not written down." } }),
            ),
        }
    }

    fn batch(&self, body: &Value) -> Value {
        let requests = body["requests"].as_array().expect("requests").iter();
        let answers = requests.map(|request| {
            let path = format!("/beta{}", request["url"].as_str().expect("a path"));
            let (status, body) = self.get(&path);
            let headers = json!({ "Content-Type": "application/json" });
            json!({ "id": request["id"], "status": status, "headers": headers, "body": body })
        });
        json!({ "responses": answers.collect::<Vec<_>>() })
    }
}

impl Service<Request<RequestBody>> for Script {
    type Response = Response<RequestBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let script = self.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let path = head.uri.path_and_query().expect("a path").as_str();
            let (status, answer) = if path.ends_with("/$batch") {
                let body = body.collect().await?.to_bytes();
                (200, script.batch(&serde_json::from_slice(&body).expect("JSON")))
            } else {
                script.get(path)
            };
            let response = Response::builder()
                .status(status)
                .header("Content-Type", "application/json");
            Ok(response.body(answer.to_string().into()).expect("a response"))
        })
    }
}
