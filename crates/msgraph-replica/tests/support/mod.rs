//! A service, who edits it, and a replica of it.
#![allow(dead_code, reason = "each test takes what it needs")]

pub(crate) mod crew;
pub(crate) mod own;
pub(crate) mod promises;
pub(crate) mod script;
pub(crate) mod weather;

mod environment;
mod watched;

use msgraph_client::{Client, RetryPolicy, StaticToken};
use msgraph_core::{
    Raw, Request,
    request::{Beta, Method},
};
use msgraph_emulator::{Config, Emulator, Seed};
use msgraph_replica::{Account, MemoryStore, Options, Replica};
use serde_json::{Value, json};

pub(crate) use self::{environment::Fixed, watched::Watched};

/// The service, with a team at work.
pub(crate) fn service(change: impl FnOnce(&mut Config)) -> Emulator {
    let mut seed = Seed::demo();
    change(&mut seed.config);
    Emulator::seeded(&seed).expect("the seed is good")
}

pub(crate) fn client(emulator: &Emulator, user: &str) -> Client {
    let token = StaticToken::new(format!("{user}@contoso.example"));
    Client::builder(token)
        .transport(emulator.clone())
        .build()
        .expect("a client")
}

pub(crate) fn account() -> Account {
    Account::new("global", "contoso", "adele")
}

/// A replica of what Adele sees.
pub(crate) async fn replica(emulator: &Emulator, store: &MemoryStore) -> Replica {
    replica_with(emulator, store, Options::default()).await
}

pub(crate) async fn replica_with(emulator: &Emulator, store: &MemoryStore, options: Options) -> Replica {
    Replica::open(client(emulator, "adele"), store.clone(), &account(), options)
        .await
        .expect("a replica")
}

/// The same in a store that is watched, by a clock that stands still, and with a client that asks once: who waits is the loop.
pub(crate) async fn watched(emulator: &Emulator, store: &Watched, environment: &Fixed) -> Replica {
    let client = Client::builder(StaticToken::new("adele@contoso.example"))
        .transport(emulator.clone())
        .environment(environment.clone())
        .retry(RetryPolicy::NEVER)
        .build()
        .expect("a client");
    Replica::open_in(
        client,
        store.clone(),
        &account(),
        Options::default(),
        environment.clone(),
    )
    .await
    .expect("a replica")
}

/// Somebody who edits the service by hand.
pub(crate) struct Editor(Client);

impl Editor {
    pub(crate) fn new(emulator: &Emulator, user: &str) -> Self {
        Self(client(emulator, user))
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.0.send(Request::raw::<Beta>(Method::Get, path)).await;
        answer
            .unwrap_or_else(|error| panic!("{path}: {error}"))
            .decode()
            .expect("JSON")
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let body = Raw::from_value(&body).expect("JSON");
        let answer = self
            .0
            .send(Request::raw::<Beta>(Method::Post, path).raw_body(body))
            .await;
        answer
            .unwrap_or_else(|error| panic!("{path}: {error}"))
            .decode()
            .expect("JSON")
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) {
        let etag = self.etag(path).await;
        let body = Raw::from_value(&body).expect("JSON");
        let request = Request::raw::<Beta>(Method::Patch, path)
            .raw_body(body)
            .raw_if_match(&etag);
        self.0
            .send(request.nothing())
            .await
            .unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    pub(crate) async fn delete(&self, path: &str) {
        let etag = self.etag(path).await;
        let request = Request::raw::<Beta>(Method::Delete, path).raw_if_match(&etag);
        self.0
            .send(request.nothing())
            .await
            .unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// Without an ETag, where there is none.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Value) {
        let request = Request::raw::<Beta>(method, path).raw_body(Raw::from_value(&body).expect("JSON"));
        self.0
            .send(request.nothing())
            .await
            .unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    async fn etag(&self, path: &str) -> msgraph_core::ETag<()> {
        let object = self.get(path).await;
        msgraph_core::ETag::new(object["@odata.etag"].as_str().expect("an ETag"))
    }

    /// The first plan, and its tasks.
    pub(crate) async fn plan(&self) -> (String, Vec<String>) {
        let plans = self.get("/me/planner/plans").await;
        let plan = plans["value"][0]["id"].as_str().expect("a plan").to_owned();
        let tasks = self.get(&format!("/planner/plans/{plan}/tasks")).await;
        let tasks = tasks["value"].as_array().expect("tasks").iter();
        (
            plan,
            tasks
                .map(|task| task["id"].as_str().expect("an id").to_owned())
                .collect(),
        )
    }

    /// Shares a plan, so that its changes are told.
    pub(crate) async fn share(&self, plan: &str) {
        let me = self.get("/me").await["id"].as_str().expect("an id").to_owned();
        self.patch(
            &format!("/planner/plans/{plan}/details"),
            json!({ "sharedWith": { me: true } }),
        )
        .await;
    }
}
