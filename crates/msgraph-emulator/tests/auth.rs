//! Signing in (C7), and what tokens allow.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use bytes::Bytes;
use msgraph_client::{Client, Cloud, sign_in::SignIn};
use msgraph_core::Page;
use msgraph_emulator::Seed;
use msgraph_request::v1;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use support::{Answer, Graph};

const TOKEN: &str = "/contoso/oauth2/v2.0/token";

fn strict() -> Graph {
    let mut seed = Seed::default();
    seed.config.strict_tokens = true;
    Graph::seeded(&seed)
}

fn form(pairs: &[(&str, &str)]) -> Bytes {
    let pairs = pairs.iter().map(|(name, value)| format!("{name}={}", percent(value)));
    pairs.collect::<Vec<_>>().join("&").into()
}

fn percent(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn post(graph: &Graph, target: &str, pairs: &[(&str, &str)]) -> Answer {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    graph.send_bytes("POST", target, &headers, form(pairs)).await
}

/// Asks with a token, and tells the status and the code of a refusal.
async fn ask(graph: &Graph, token: &Value, method: &str, target: &str) -> (u16, String) {
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    let answer = graph
        .send(
            method,
            target,
            &[("authorization", &bearer)],
            &json!({ "displayName": "a" }),
        )
        .await;
    (
        answer.status,
        answer.body["error"]["code"].as_str().unwrap_or_default().to_owned(),
    )
}

async fn signed_in(graph: &Graph, scope: &str) -> Answer {
    let code = post(
        graph,
        "/contoso/oauth2/v2.0/devicecode",
        &[("client_id", "app"), ("scope", scope)],
    )
    .await
    .expect(200);
    let code = code.body["device_code"].as_str().unwrap().to_owned();
    let grant = "urn:ietf:params:oauth:grant-type:device_code";
    post(
        graph,
        TOKEN,
        &[("client_id", "app"), ("grant_type", grant), ("device_code", &code)],
    )
    .await
    .expect(200)
}

/// C7: a token that is none of ours, or whose time is over, is refused where tokens are strict.
#[tokio::test]
async fn c7_strict_tokens_are_ours_and_in_time() {
    let graph = strict();
    let refused = graph.get("/v1.0/me").await.expect(401);
    assert_eq!(refused.code(), "InvalidAuthenticationToken");
    assert!(refused.header("www-authenticate").unwrap().starts_with("Bearer"));
    assert_eq!(
        graph
            .send("GET", "/v1.0/me", &[("authorization", "")], &Value::Null)
            .await
            .status,
        401
    );
    let answer = signed_in(&graph, "User.Read").await;
    assert!(answer.body.get("refresh_token").is_none() && answer.body["expires_in"] == 3600);
    let token = &answer.body["access_token"];
    assert_eq!(ask(&graph, token, "GET", "/v1.0/me").await.0, 200);
    let forged = token.as_str().unwrap().replace('.', ".A");
    assert_eq!(ask(&graph, &json!(forged), "GET", "/v1.0/me").await.0, 401);

    let mut seed = Seed::default();
    seed.config.strict_tokens = true;
    seed.config.token_seconds = 0;
    let graph = Graph::seeded(&seed);
    let token = signed_in(&graph, "User.Read").await.body["access_token"].clone();
    assert_eq!(
        ask(&graph, &token, "GET", "/v1.0/me").await,
        (401, "InvalidAuthenticationToken".to_owned())
    );
}

/// C7 (facts 0.2): what a token does not allow is refused with the permission that is missing; a higher one does.
#[tokio::test]
async fn c7_scopes_allow_what_they_say() {
    let graph = strict();
    let token = |scope: &'static str| {
        let graph = graph.clone();
        async move { signed_in(&graph, scope).await.body["access_token"].clone() }
    };
    let (read, write) = (
        token("Tasks.Read").await,
        token("https://graph.microsoft.com/Tasks.ReadWrite").await,
    );
    let (groups, nothing) = (token("Group.Read.All").await, token("openid").await);
    let lists = "/v1.0/me/todo/lists";
    let denied = (403, "Authorization_RequestDenied".to_owned());
    assert_eq!(ask(&graph, &read, "GET", lists).await.0, 200);
    assert_eq!(ask(&graph, &read, "POST", lists).await, denied);
    assert_eq!(ask(&graph, &write, "GET", lists).await.0, 200);
    assert_eq!(ask(&graph, &write, "POST", lists).await.0, 201);
    assert_eq!(ask(&graph, &groups, "GET", lists).await, denied);
    assert_eq!(ask(&graph, &groups, "GET", "/v1.0/me/planner/plans").await.0, 200);
    assert_eq!(ask(&graph, &nothing, "GET", "/v1.0/me/planner/plans").await, denied);
    let bearer = format!("Bearer {}", read.as_str().unwrap());
    let refused = graph
        .send(
            "POST",
            lists,
            &[("authorization", &bearer)],
            &json!({ "displayName": "a" }),
        )
        .await;
    assert!(refused.message().contains("'Tasks.ReadWrite'"), "{}", refused.message());
}

/// C7: the flows of OAuth, by our own client, with renewal when the service's clock has moved on.
#[tokio::test]
async fn c7_our_client_signs_in_by_secret_and_by_code() {
    let graph = strict();
    let cloud = Cloud::custom(
        "https://graph.example",
        "https://login.example",
        "https://graph.microsoft.com/.default",
    )
    .unwrap();
    let app = || SignIn::over(graph.emulator.clone(), &cloud, "contoso", "app").unwrap();
    let client = |credential: Box<dyn msgraph_client::Credential>| {
        let builder = Client::builder(Boxed(credential)).cloud(cloud.clone());
        builder.transport(graph.emulator.clone()).build().unwrap()
    };
    let delegated = client(Box::new(app().device_code(["Tasks.ReadWrite"], |prompt| {
        assert!(!prompt.code.is_empty());
    })));
    let lists: Page<_> = delegated.send(v1::me().todo().lists().list()).await.unwrap();
    assert_eq!(lists.value.len(), 2);
    let application = client(Box::new(app().client_secret("a-secret")));
    let user = graph.emulator.state()["user"]
        .as_object()
        .unwrap()
        .keys()
        .next()
        .unwrap()
        .clone();
    let lists = application
        .send(v1::user(&msgraph_core::Id::new(user)).todo().lists().list())
        .await
        .unwrap();
    assert_eq!(lists.value.len(), 2);
    application.send(v1::me().todo().lists().list()).await.unwrap_err();
}

struct Boxed(Box<dyn msgraph_client::Credential>);

impl msgraph_client::Credential for Boxed {
    fn token<'a>(&'a self, scopes: &'a [&'a str]) -> msgraph_client::TokenFuture<'a> {
        self.0.token(scopes)
    }
}

/// C7: a code is good once, for the address and the verifier that it was asked with; a refresh token is good once, too.
#[tokio::test]
async fn c7_codes_and_refresh_tokens_are_good_once() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let graph = strict();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest("a-verifier"));
    let authorize = |redirect: &str| {
        let query = [
            ("client_id", "app"),
            ("response_type", "code"),
            ("redirect_uri", redirect),
            ("scope", "Tasks.Read offline_access openid"),
            ("state", "s t"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("login_hint", "bruno@contoso.example"),
        ];
        format!(
            "/contoso/oauth2/v2.0/authorize?{}",
            String::from_utf8_lossy(&form(&query))
        )
    };
    graph.get(&authorize("https://evil.example/")).await.expect(400);
    let code = async || {
        let there = graph.get(&authorize("http://localhost:7/")).await.expect(302);
        let there = url::Url::parse(there.header("location").unwrap()).unwrap();
        let pairs: std::collections::BTreeMap<_, _> = there.query_pairs().into_owned().collect();
        assert_eq!(pairs["state"], "s t");
        pairs["code"].clone()
    };
    let redeem = async |code: &str, redirect: &str, verifier: &str| {
        let form = [
            ("client_id", "app"),
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect),
            ("code_verifier", verifier),
        ];
        post(&graph, TOKEN, &form).await
    };
    let refused = redeem(&code().await, "http://localhost:7/", "another")
        .await
        .expect(400);
    assert_eq!(refused.body["error"], "invalid_grant");
    redeem(&code().await, "http://localhost:8/", "a-verifier")
        .await
        .expect(400);
    let once = code().await;
    let answer = redeem(&once, "http://localhost:7/", "a-verifier").await.expect(200);
    redeem(&once, "http://localhost:7/", "a-verifier").await.expect(400);
    let token = &answer.body["access_token"];
    assert_eq!(ask(&graph, token, "GET", "/v1.0/me/planner/tasks").await.0, 200);
    assert!(answer.body["id_token"].is_string());
    let renew = async |token: &Value| {
        let form = [
            ("client_id", "app"),
            ("grant_type", "refresh_token"),
            ("refresh_token", token.as_str().unwrap()),
        ];
        post(&graph, TOKEN, &form).await
    };
    let renewed = renew(&answer.body["refresh_token"]).await.expect(200);
    renew(&answer.body["refresh_token"]).await.expect(400);
    renew(&renewed.body["refresh_token"]).await.expect(200);
}

/// C7: a code on another device, which waits until somebody signs in there.
#[tokio::test]
async fn c7_a_device_code_may_wait() {
    let mut seed = Seed::default();
    seed.config.device_codes_wait = true;
    let graph = Graph::seeded(&seed);
    let code = post(
        &graph,
        "/contoso/oauth2/v2.0/devicecode",
        &[("client_id", "app"), ("scope", "User.Read")],
    )
    .await
    .expect(200);
    let poll = async || {
        let code = code.body["device_code"].as_str().unwrap();
        post(
            &graph,
            TOKEN,
            &[
                ("client_id", "app"),
                ("grant_type", "device_code"),
                ("device_code", code),
            ],
        )
        .await
    };
    assert_eq!(poll().await.expect(400).body["error"], "authorization_pending");
    let page = code.body["verification_uri"].as_str().unwrap();
    let shown = code.body["user_code"].as_str().unwrap();
    graph.get(&format!("{page}?user_code=nothing")).await.expect(400);
    graph
        .get(&format!("{page}?user_code={shown}&user=chika@contoso.example"))
        .await
        .expect(200);
    let token = poll().await.expect(200).body["access_token"].clone();
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    let me = graph
        .send("GET", "/v1.0/me", &[("authorization", &bearer)], &Value::Null)
        .await
        .expect(200);
    assert_eq!(me.body["userPrincipalName"], "chika@contoso.example");
    poll().await.expect(400);
}

/// C7: the service asks for more claims; a token that was asked for with them is accepted.
#[tokio::test]
async fn c7_a_claims_challenge_is_answered_by_a_token_with_claims() {
    let graph = strict();
    let cloud = Cloud::custom(
        "https://graph.example",
        "https://login.example",
        "https://graph.microsoft.com/.default",
    )
    .unwrap();
    let app = SignIn::over(graph.emulator.clone(), &cloud, "contoso", "app").unwrap();
    let client = Client::builder(app.device_code(["Tasks.Read"], |_| {})).cloud(cloud);
    let client = client.transport(graph.emulator.clone()).build().unwrap();
    client.send(v1::me().todo().lists().list()).await.unwrap();
    let token = signed_in(&graph, "User.Read").await.body["access_token"].clone();
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    let me = graph
        .send("GET", "/v1.0/me", &[("authorization", &bearer)], &Value::Null)
        .await
        .expect(200);
    graph.emulator.ask_for_claims(me.id(), true);
    let refused = graph
        .send("GET", "/v1.0/me", &[("authorization", &bearer)], &Value::Null)
        .await
        .expect(401);
    assert!(
        refused
            .header("www-authenticate")
            .unwrap()
            .contains("insufficient_claims")
    );
    let answer = client.execute(v1::me().todo().lists().list()).await.unwrap();
    assert_eq!(answer.attempts, 2, "it asked for another token");
    graph.emulator.ask_for_claims(me.id(), false);
    graph
        .send("GET", "/v1.0/me", &[("authorization", &bearer)], &Value::Null)
        .await
        .expect(200);
}

/// C7: what libraries of `OpenID` Connect look for.
#[tokio::test]
async fn c7_the_authority_describes_itself() {
    let graph = Graph::new();
    let about = graph
        .get("/contoso/v2.0/.well-known/openid-configuration")
        .await
        .expect(200);
    assert_eq!(
        about.body["token_endpoint"],
        format!("https://graph.microsoft.com{TOKEN}")
    );
    let keys = graph.get(about.body["jwks_uri"].as_str().unwrap()).await.expect(200);
    assert_eq!(keys.body["keys"][0]["crv"], "Ed25519");
}

/// C7: without strict tokens any is good, and may name a user.
#[tokio::test]
async fn c7_any_token_is_good_by_default() {
    let graph = Graph::new();
    for (token, name) in [
        ("bruno", "bruno@contoso.example"),
        ("Chika@Contoso.example", "chika@contoso.example"),
        ("anything", ""),
    ] {
        let bearer = format!("bearer {token}");
        let me = graph
            .send("GET", "/v1.0/me", &[("Authorization", &bearer)], &Value::Null)
            .await
            .expect(200);
        let upn = me.body["userPrincipalName"].as_str().unwrap();
        assert!(upn == name || name.is_empty(), "{token}: {upn}");
    }
    let refused = graph
        .send(
            "GET",
            "/v1.0/me/todo/lists",
            &[("authorization", "Bearer app")],
            &Value::Null,
        )
        .await;
    assert_eq!(refused.status, 400, "an application has no mailbox");
}
