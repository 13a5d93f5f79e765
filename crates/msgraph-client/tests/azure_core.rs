//! A credential of the Azure SDK.
#![cfg(feature = "azure-core")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use std::{
    error::Error as _,
    sync::{Arc, Mutex},
    time::Duration,
};

use azure_core::{
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    error::{Error, ErrorKind},
    time::parse_rfc3339,
};
use msgraph_client::{AzureCredential, Client, Credential as _};
use msgraph_core::Id;
use msgraph_request::v1;
use serde_json::json;
use support::{Fixed, Script, date, json as ok, with};

const SCOPE: &str = "https://graph.microsoft.com/.default";

/// Gives these, one after the other, and notes what it is asked for.
#[derive(Debug)]
struct Fake {
    answers: Mutex<Vec<azure_core::Result<AccessToken>>>,
    asked: Mutex<Vec<String>>,
}

impl Fake {
    fn new(mut answers: Vec<azure_core::Result<AccessToken>>) -> Arc<Self> {
        answers.reverse();
        let (answers, asked) = (Mutex::new(answers), Mutex::default());
        Arc::new(Self { answers, asked })
    }
}

#[async_trait::async_trait]
impl TokenCredential for Fake {
    async fn get_token(&self, scopes: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
        self.asked
            .lock()
            .unwrap()
            .extend(scopes.iter().map(|&scope| scope.to_owned()));
        self.answers.lock().unwrap().pop().unwrap()
    }
}

fn token(secret: &'static str, expires: &str) -> AccessToken {
    AccessToken::new(secret, parse_rfc3339(expires).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_token_of_the_sdk_is_used_until_it_expires() {
    // An hour after the fixed date, and three, as told in other places.
    let fake = Fake::new(vec![
        Ok(token("one", "2026-11-21T03:00:00+02:00")),
        Ok(token("two", "2026-11-20T22:00:00-05:00")),
    ]);
    let graph = Script::new(vec![ok(200, &json!({ "id": "p" })); 102]);
    let credential: Arc<dyn TokenCredential> = fake.clone();
    let client = Client::builder(AzureCredential::from(credential))
        .transport(graph.clone())
        .environment(Fixed::default())
        .build()
        .unwrap();
    let get = |client: Client| async move { client.send(v1::planner().plan(&Id::new("p")).get()).await };
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..100 {
        callers.spawn(get(client.clone()));
    }
    for result in callers.join_all().await {
        result.unwrap();
    }
    tokio::time::sleep(Duration::from_mins(54)).await;
    get(client.clone()).await.unwrap();
    tokio::time::sleep(Duration::from_mins(2)).await;
    get(client).await.unwrap();
    let sent: Vec<_> = graph
        .seen()
        .iter()
        .map(|seen| seen.header("authorization").unwrap().to_owned())
        .collect();
    let (last, first) = sent.split_last().unwrap();
    assert!(first.iter().all(|sent| sent == "Bearer one"));
    assert_eq!(last, "Bearer two");
    assert_eq!(*fake.asked.lock().unwrap(), [SCOPE, SCOPE]);
}

#[tokio::test]
async fn the_expiry_is_the_same_instant() {
    for (text, expected) in [
        ("2026-11-21T03:00:00+02:00", date(3600)),
        ("2026-11-21T01:00:00.5Z", date(3600) + Duration::from_millis(500)),
        ("1969-12-31T23:59:59Z", std::time::UNIX_EPOCH - Duration::from_secs(1)),
    ] {
        let credential = AzureCredential::new(Fake::new(vec![Ok(token("one", text))]));
        let token = credential.token(&[SCOPE]).await.unwrap();
        assert_eq!((token.secret(), token.expires_on()), ("one", Some(expected)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_challenge_that_the_sdk_cannot_answer_stands() {
    let fake = Fake::new(vec![
        Ok(token("one", "2026-11-21T03:00:00+02:00")),
        Ok(token("one", "2026-11-21T03:00:00+02:00")),
    ]);
    let graph = Script::new([with(401, "www-authenticate", "Bearer claims=\"eyJhIjoxfQ==\"")]);
    let client = Client::builder(AzureCredential::new(fake))
        .transport(graph.clone())
        .environment(Fixed::default())
        .build()
        .unwrap();
    client.send(v1::planner().plan(&Id::new("p")).get()).await.unwrap_err();
    assert!(graph.is_over());
}

#[tokio::test]
async fn an_error_of_the_sdk_names_its_kind_and_nothing_else() {
    let said = "AADSTS70008: somebody@contoso.example sent the-secret";
    let cases = [
        (
            ErrorKind::Credential,
            "the Azure credential gave no token (AADSTS70008)",
        ),
        (
            ErrorKind::Io,
            "the connection to who issues tokens failed (AADSTS70008)",
        ),
        (
            ErrorKind::Connection,
            "who issues tokens could not be reached (AADSTS70008)",
        ),
        (
            ErrorKind::DataConversion,
            "who issues tokens answered something else (AADSTS70008)",
        ),
        (ErrorKind::Other, "the Azure credential failed (AADSTS70008)"),
        (
            ErrorKind::HttpResponse {
                status: 401.into(),
                error_code: Some("the-secret".to_owned()),
                raw_response: None,
            },
            "who issues tokens answered with status 401 (AADSTS70008)",
        ),
    ];
    for (kind, expected) in cases {
        let credential = AzureCredential::new(Fake::new(vec![Err(Error::with_message(kind, said))]));
        let error = credential.token(&[SCOPE]).await.unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(error.source().is_none());
        let shown = format!("{error:?} {credential:?}");
        assert!(!shown.contains("somebody") && !shown.contains("the-secret"), "{shown}");
    }
    let without = Error::with_message(ErrorKind::Credential, "AADSTS: no number of the-secret");
    let error = AzureCredential::new(Fake::new(vec![Err(without)]))
        .token(&[SCOPE])
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "the Azure credential gave no token");
}
