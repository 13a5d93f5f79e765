//! Tokens: kept, renewed early, asked for once.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use msgraph_client::{AccessToken, Client, Credential, CredentialError, ErrorKind, RetryPolicy, TokenFuture};
use msgraph_core::Id;
use msgraph_request::v1;
use serde_json::json;
use support::{Fixed, Script, Step, date, json as ok, with};

/// Gives tokens that are good for an hour, by number, after a second; and fails when told to.
#[derive(Clone, Default)]
struct Counting {
    asked: Arc<Mutex<Vec<String>>>,
    fails: Arc<Mutex<bool>>,
    from: Arc<Mutex<Option<Fixed>>>,
}

impl Counting {
    fn give(&self, note: String) -> TokenFuture<'_> {
        Box::pin(async move {
            let number = {
                let mut asked = self.asked.lock().unwrap();
                asked.push(note);
                asked.len()
            };
            tokio::time::sleep(Duration::from_secs(1)).await;
            if *self.fails.lock().unwrap() {
                return Err(CredentialError::new("the authority is away"));
            }
            let now = self.from.lock().unwrap().as_ref().map(msgraph_client::Environment::now);
            let expires = now.unwrap_or(date(0)) + Duration::from_hours(1);
            Ok(AccessToken::new(format!("token-{number}"), Some(expires)))
        })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Credential for Counting {
    fn token<'a>(&'a self, scopes: &'a [&'a str]) -> TokenFuture<'a> {
        self.give(scopes.join(" "))
    }

    fn token_for_claims<'a>(&'a self, _: &'a [&'a str], claims: &'a str) -> TokenFuture<'a> {
        self.give(format!("claims {claims}"))
    }
}

fn client(script: &Script, credential: &Counting) -> Client {
    let environment = Fixed::default();
    *credential.from.lock().unwrap() = Some(environment.clone());
    Client::builder(credential.clone())
        .transport(script.clone())
        .environment(environment)
        .concurrency(100)
        .build()
        .unwrap()
}

async fn get(client: &Client) -> Result<(), msgraph_client::Error> {
    client.send(v1::planner().plan(&Id::new("p")).get()).await.map(|_| ())
}

fn plan() -> Step {
    ok(200, &json!({ "id": "p" }))
}

#[tokio::test(start_paused = true)]
async fn a_hundred_callers_make_one_refresh() {
    let script = Script::new(vec![plan(); 200]);
    let credential = Counting::default();
    let client = client(&script, &credential);
    for round in 1..=2 {
        let mut callers = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let client = client.clone();
            callers.spawn(async move { get(&client).await.unwrap() });
        }
        callers.join_all().await;
        assert_eq!(credential.asked().len(), round);
        // Four minutes before the end a new one is asked for.
        tokio::time::sleep(Duration::from_mins(56)).await;
    }
    assert_eq!(credential.asked()[0], "https://graph.microsoft.com/.default");
    let last = script.seen().pop().unwrap();
    assert_eq!(last.header("authorization"), Some("Bearer token-2"));
}

#[tokio::test(start_paused = true)]
async fn the_old_token_does_while_it_is_good() {
    let script = Script::new(vec![plan(); 3]);
    let credential = Counting::default();
    let client = client(&script, &credential);
    get(&client).await.unwrap();
    tokio::time::sleep(Duration::from_mins(57)).await;
    *credential.fails.lock().unwrap() = true;
    get(&client).await.unwrap();
    tokio::time::sleep(Duration::from_mins(5)).await;
    let error = get(&client).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Credential(_)) && !error.may_be_carried_out(),
        "{error}"
    );
    assert_eq!(script.seen().len(), 2);
}

/// A caller who gives up does not keep the others from a token.
#[tokio::test(start_paused = true)]
async fn a_caller_who_gives_up_leaves_the_others_alone() {
    let script = Script::new([plan()]);
    let credential = Counting::default();
    let client = client(&script, &credential);
    let impatient = tokio::time::timeout(Duration::from_millis(100), get(&client)).await;
    assert!(impatient.is_err());
    get(&client).await.unwrap();
    assert_eq!(script.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_claims_challenge_is_answered_once() {
    // {"access_token":{"nbf":{"essential":true}}}
    let claims = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZX19fQ==";
    let challenge = || {
        let header = format!("Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{claims}\"");
        with(401, "www-authenticate", &header)
    };
    let script = Script::new([challenge(), plan(), challenge(), challenge()]);
    let credential = Counting::default();
    let client = client(&script, &credential);
    get(&client).await.unwrap();
    let asked = credential.asked();
    assert_eq!(asked[1], "claims {\"access_token\":{\"nbf\":{\"essential\":true}}}");
    assert_eq!(script.seen()[1].header("authorization"), Some("Bearer token-2"));
    let error = get(&client).await.unwrap_err();
    assert_eq!(error.service().unwrap().status, 401);
    assert!(script.is_over() && credential.asked().len() == 3);
}

/// A refused token is replaced; one that cannot be is the error that it is.
#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced() {
    let script = Script::new([with(401, "x", "y"), plan()]);
    let credential = Counting::default();
    get(&client(&script, &credential)).await.unwrap();
    assert_eq!(credential.asked().len(), 2);

    let script = Script::new([with(401, "x", "y")]);
    let client = script.builder().retry(RetryPolicy::NEVER).build().unwrap();
    let error = get(&client).await.unwrap_err();
    assert!(error.service().unwrap().is_unauthenticated() && script.is_over());
}
