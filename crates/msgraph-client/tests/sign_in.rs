//! Signing in, against an authority that plays a script.
#![cfg(feature = "sign-in")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on panics"
)]

#[path = "support/authority.rs"]
mod authority;
mod support;

use std::{
    collections::BTreeMap,
    io::{self, Read as _, Write as _},
    net::TcpStream,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use authority::{CAPABILITIES, DEVICE, SCOPE, TOKEN, app, assert_capabilities, device, form, refusal, targets, token};
use msgraph_client::{Client, Cloud, Credential, Environment, ErrorKind, sign_in::SignIn};
use msgraph_core::Id;
use msgraph_request::v1;
use serde_json::{Value, json};
use support::{Fixed, Script, Step, date, json as ok, with};
use tokio::time::Instant;
use url::Url;

#[tokio::test(start_paused = true)]
async fn an_application_signs_in_with_its_secret() {
    let authority = Script::new([token(1, None), token(2, None)]);
    let credential = app(&authority).client_secret("the-secret");
    let shown = format!("{credential:?}");
    let graph = Script::new(vec![ok(200, &json!({ "id": "p" })); 101]);
    let client = Client::builder(credential)
        .transport(graph.clone())
        .environment(Fixed::default())
        .build()
        .unwrap();
    let get = |client: Client| async move { client.send(v1::planner().plan(&Id::new("p")).get()).await };
    // However many there are, the token is asked for once, and renewed once.
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..100 {
        callers.spawn(get(client.clone()));
    }
    for result in callers.join_all().await {
        result.unwrap();
    }
    tokio::time::sleep(Duration::from_mins(58)).await;
    get(client).await.unwrap();
    assert_eq!(targets(&authority), [TOKEN, TOKEN]);
    let form = form(&authority, 0);
    let expected = [
        ("grant_type", "client_credentials"),
        ("client_id", "an-app"),
        ("client_secret", "the-secret"),
        ("scope", SCOPE),
        ("claims", CAPABILITIES),
    ];
    for (name, value) in expected {
        assert_eq!(form.get(name).map(String::as_str), Some(value));
    }
    assert_eq!(graph.seen()[100].header("authorization"), Some("Bearer token-2"));
    assert!(!shown.contains("the-secret"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn row_1_somebody_signs_in_with_a_code_and_is_not_asked_again() {
    let authority = Script::new([
        device(),
        refusal("authorization_pending"),
        refusal("slow_down"),
        token(1, Some("refresh-1")),
        token(2, Some("refresh-2")),
        token(3, None),
        // The person changed the password.
        refusal("invalid_grant"),
        device(),
        token(4, Some("refresh-4")),
    ]);
    let asked = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&asked);
    let credential = app(&authority).device_code(["Tasks.ReadWrite"], move |prompt| {
        tell.lock().unwrap().push((prompt.url.clone(), prompt.code.clone()));
    });
    let started = Instant::now();
    for number in 1..=4 {
        let token = credential.token(&[SCOPE]).await.unwrap();
        assert_eq!(token.secret(), format!("token-{number}"));
        assert!(token.expires_on().is_some());
    }
    // Five seconds, and five more when it was told to slow down.
    assert!(started.elapsed() >= Duration::from_secs(15), "{:?}", started.elapsed());
    let prompt = ("https://microsoft.com/devicelogin".to_owned(), "ABC123".to_owned());
    assert_eq!(*asked.lock().unwrap(), [prompt.clone(), prompt]);
    let expected = [DEVICE, TOKEN, TOKEN, TOKEN, TOKEN, TOKEN, TOKEN, DEVICE, TOKEN];
    assert_eq!(targets(&authority), expected);
    assert_capabilities(&authority);
    assert_eq!(form(&authority, 0)["scope"], "Tasks.ReadWrite offline_access");
    assert_eq!(form(&authority, 3)["device_code"], "device-secret");
    assert_eq!(form(&authority, 4)["refresh_token"], "refresh-1");
    // An answer without another one leaves the old one good.
    assert_eq!(form(&authority, 6)["refresh_token"], "refresh-2");
    let shown = format!("{credential:?}");
    assert!(
        !shown.contains("refresh-") && !shown.contains("device-secret"),
        "{shown}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_claims_challenge_reaches_the_authority() {
    let authority = Script::new([token(1, None), token(2, None)]);
    // {"access_token":{"nbf":{"essential":true}}}
    let claims = "Bearer claims=\"eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZX19fQ==\"";
    let graph = Script::new([with(401, "www-authenticate", claims), ok(200, &json!({ "id": "p" }))]);
    let client = Client::builder(app(&authority).client_secret("s"))
        .transport(graph.clone())
        .environment(Fixed::default())
        .build()
        .unwrap();
    client.send(v1::planner().plan(&Id::new("p")).get()).await.unwrap();
    let asked: Value = serde_json::from_str(&form(&authority, 1)["claims"]).unwrap();
    let expected = json!({ "access_token": { "nbf": { "essential": true }, "xms_cc": { "values": ["cp1"] } } });
    assert_eq!(asked, expected);
    assert!(graph.is_over());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_says_why_and_names_nobody() {
    let cases = [
        (
            refusal("invalid_client"),
            "the application was refused: invalid_client (AADSTS70008)",
        ),
        (Step::Refuse, "who issues tokens could not be reached"),
        (ok(200, &json!("<html>")), "who issues tokens answered something else"),
    ];
    for (step, expected) in cases {
        let authority = Script::new([step]);
        let graph = Script::new([]);
        let client = Client::builder(app(&authority).client_secret("the-secret"))
            .transport(graph.clone())
            .environment(Fixed::default())
            .build()
            .unwrap();
        let error = client.send(v1::planner().plan(&Id::new("p")).get()).await.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Credential(_)) && !error.may_be_carried_out(),
            "{error}"
        );
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(expected), "{shown}");
        assert!(!shown.contains("somebody") && !shown.contains("the-secret"), "{shown}");
        assert!(graph.seen().is_empty());
    }
}

/// What a browser gets from an address on this machine.
fn visit(port: u16, target: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A browser that asks for an icon first, is led astray by somebody else, and then comes back with this.
fn browser(answer: &'static str) -> impl Fn(&str) -> io::Result<()> + Send + Sync {
    move |url| {
        let pairs: BTreeMap<String, String> = Url::parse(url).unwrap().query_pairs().into_owned().collect();
        assert_eq!(pairs["response_type"], "code");
        assert_eq!(pairs["code_challenge_method"], "S256");
        assert_eq!(pairs["scope"], "Tasks.ReadWrite offline_access");
        assert_eq!(pairs["client_id"], "an-app");
        assert_eq!(pairs["claims"], CAPABILITIES);
        let port = Url::parse(&pairs["redirect_uri"]).unwrap().port().unwrap();
        let state = pairs["state"].clone();
        std::thread::spawn(move || {
            assert!(visit(port, "/favicon.ico").contains("404"));
            assert!(visit(port, "/?code=stolen&state=guess").contains("404"));
            drop(TcpStream::connect(("127.0.0.1", port)));
            let page = visit(port, &format!("/?{answer}&state={state}"));
            assert!(
                page.contains("This page can be closed.") && !page.contains("secret"),
                "{page}"
            );
        });
        Ok(())
    }
}

#[tokio::test]
async fn somebody_signs_in_in_the_browser() {
    let authority = Script::new([token(1, Some("refresh-1")), token(2, None)]);
    let credential = app(&authority).browser_with(["Tasks.ReadWrite"], browser("code=code-secret"));
    for number in 1..=2 {
        let token = credential.token(&[SCOPE]).await.unwrap();
        assert_eq!(token.secret(), format!("token-{number}"));
    }
    assert_eq!(targets(&authority), [TOKEN, TOKEN]);
    assert_capabilities(&authority);
    let first = form(&authority, 0);
    assert_eq!(
        (&*first["grant_type"], &*first["code"]),
        ("authorization_code", "code-secret")
    );
    assert!(first["code_verifier"].len() >= 43 && first["redirect_uri"].starts_with("http://localhost:"));
    assert_eq!(form(&authority, 1)["refresh_token"], "refresh-1");
}

/// A clock that is put forward.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicU64>);

impl Environment for Clock {
    fn now(&self) -> SystemTime {
        date(self.0.load(Ordering::Relaxed))
    }

    fn random(&self) -> u64 {
        7
    }
}

#[tokio::test]
async fn a_hundred_callers_make_one_sign_in_and_one_renewal() {
    let quick = json!({
        "device_code": "d", "user_code": "u", "verification_uri": "https://login.example", "expires_in": 9, "interval": 0,
    });
    let tokens = [token(1, Some("refresh-1")), token(2, Some("refresh-2")), token(3, None)];
    let code = Script::new([ok(200, &quick)].into_iter().chain(tokens.clone()));
    let web = Script::new(tokens);
    let clock = Clock::default();
    let at = |script: &Script| app(script).environment(clock.clone());
    let credentials = [
        (&code, at(&code).device_code(["Tasks.ReadWrite"], |_| {})),
        (&web, at(&web).browser_with(["Tasks.ReadWrite"], browser("code=c"))),
    ];
    for (authority, credential) in credentials {
        clock.0.store(0, Ordering::Relaxed);
        let graph = Script::new(vec![ok(200, &json!({ "id": "p" })); 300]);
        let builder = Client::builder(credential).transport(graph.clone());
        let client = builder.environment(clock.clone()).build().unwrap();
        for round in 1..=3 {
            let mut callers = tokio::task::JoinSet::new();
            for _ in 0..100 {
                let client = client.clone();
                callers.spawn(async move { client.send(v1::planner().plan(&Id::new("p")).get()).await });
            }
            for result in callers.join_all().await {
                result.unwrap();
            }
            // Whoever was first asked for all.
            let seen = graph.seen();
            assert_eq!(seen.len(), round * 100);
            let expected = format!("Bearer token-{round}");
            let mut last = seen.iter().rev().take(100);
            assert!(last.all(|seen| seen.header("authorization") == Some(&expected)));
            // Still good for four minutes, which is too short.
            clock.0.fetch_add(56 * 60, Ordering::Relaxed);
        }
        assert!(authority.is_over());
        assert_capabilities(authority);
        let last = authority.seen().len() - 1;
        assert_eq!(form(authority, last - 1)["refresh_token"], "refresh-1");
        assert_eq!(form(authority, last)["refresh_token"], "refresh-2");
    }
}

#[tokio::test]
async fn a_sign_in_that_is_given_up_says_so() {
    let authority = Script::new([]);
    let answer = "error=access_denied&error_description=somebody%40contoso.example+declined";
    let credential = app(&authority).browser_with(["Tasks.ReadWrite"], browser(answer));
    let error = credential.token(&[SCOPE]).await.unwrap_err().to_string();
    assert_eq!(error, "the sign-in was refused: access_denied");
    let credential = app(&authority).browser_with(["x"], |_| Err(io::Error::other("no display")));
    let error = credential.token(&[SCOPE]).await.unwrap_err().to_string();
    assert_eq!(error, "the browser cannot be opened");
    assert!(authority.seen().is_empty());
}

#[test]
fn a_secret_goes_to_a_safe_address_only() {
    let script = Script::new([]);
    let cloud = Cloud::custom("https://graph.example", "http://login.example", "s").unwrap();
    let error = SignIn::over(script.clone(), &cloud, "common", "app").unwrap_err();
    assert!(error.to_string().contains("the authority cannot be used"), "{error}");
    for tenant in ["", "a/b", "..", "a?b", "a b"] {
        let error = SignIn::over(script.clone(), &Cloud::global(), tenant, "app").unwrap_err();
        assert!(error.to_string().contains("the tenant is"), "{error}");
    }
}
