//! Clients of one emulator, and something that happens between two requests.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use msgraph_emulator::Emulator;
use msgraph_tasks::{Client, Id, Planner, StaticToken, Versioned, model, v1};
use tower_service::Service;

/// Planner, as this user of the emulator's reaches it.
pub(crate) fn planner(emulator: &Emulator, user: &str) -> Planner {
    Planner::new(client(emulator.clone(), user))
}

pub(crate) fn client<S>(transport: S, user: &str) -> Client
where
    S: Service<Request<Full<Bytes>>, Response = <Emulator as Service<Request<Full<Bytes>>>>::Response>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    S::Future: Send,
{
    let token = StaticToken::new(format!("{user}@contoso.example"));
    Client::builder(token).transport(transport).build().unwrap()
}

/// The emulator, where somebody else acts right before each request of a method, as often as there is something to do.
#[derive(Clone)]
pub(crate) struct Interrupted {
    emulator: Emulator,
    method: Method,
    meanwhile: Arc<Mutex<Vec<Meanwhile>>>,
}

pub(crate) type Meanwhile = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Interrupted {
    /// Before updates; what comes first is done first.
    pub(crate) fn new(emulator: &Emulator, meanwhile: Vec<Meanwhile>) -> Self {
        Self::before(Method::PATCH, emulator, meanwhile)
    }

    pub(crate) fn before(method: Method, emulator: &Emulator, mut meanwhile: Vec<Meanwhile>) -> Self {
        meanwhile.reverse();
        Self {
            emulator: emulator.clone(),
            method,
            meanwhile: Arc::new(Mutex::new(meanwhile)),
        }
    }

    /// What was not done yet.
    pub(crate) async fn rest(&self) {
        let rest = std::mem::take(&mut *self.meanwhile.lock().unwrap());
        for next in rest.into_iter().rev() {
            next.await;
        }
    }
}

impl Service<Request<Full<Bytes>>> for Interrupted {
    type Response = <Emulator as Service<Request<Full<Bytes>>>>::Response;
    type Error = <Emulator as Service<Request<Full<Bytes>>>>::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Service::<Request<Full<Bytes>>>::poll_ready(&mut self.emulator, context)
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        let mut emulator = self.emulator.clone();
        let (method, meanwhile) = (self.method.clone(), Arc::clone(&self.meanwhile));
        Box::pin(async move {
            let next = (*request.method() == method).then(|| meanwhile.lock().unwrap().pop());
            if let Some(next) = next.flatten() {
                next.await;
            }
            emulator.call(request).await
        })
    }
}

/// A plan of the emulator's group.
pub(crate) async fn plan(planner: &Planner) -> Id<model::PlannerPlan> {
    let request = msgraph_tasks::core::Request::raw::<msgraph_tasks::core::request::V1>(
        msgraph_tasks::core::request::Method::Get,
        "/groups",
    );
    let groups: serde_json::Value = planner.client().send(request).await.unwrap().decode().unwrap();
    let group = groups["value"][0]["id"].as_str().unwrap().to_owned();
    let container = msgraph_tasks::Container::Group(Id::new(group));
    let plan = planner.create_plan("Launch", &container).await.unwrap();
    plan.id().unwrap().clone()
}

/// A task in a plan.
pub(crate) async fn task(
    planner: &Planner,
    plan: &Id<model::PlannerPlan>,
    title: &str,
) -> Versioned<model::PlannerTask> {
    let new = model::PlannerTaskCreate::new(plan, title);
    planner.client().send(v1::planner().tasks().create(new)).await.unwrap()
}

/// Users of the emulator's by what stands before the `@` of their names.
pub(crate) async fn user(planner: &Planner, name: &str) -> Id<model::User> {
    planner.user_named(&format!("{name}@contoso.example")).await.unwrap()
}
