//! An application that signs in with a certificate.
#![cfg(feature = "sign-in")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[path = "support/authority.rs"]
mod authority;
mod support;

use std::{collections::BTreeSet, time::Duration};

use authority::{SCOPE, TOKEN, app, assert_capabilities, form, refusal, targets, token};
use aws_lc_rs::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use msgraph_client::{Client, Credential, sign_in::Certificate};
use msgraph_core::Id;
use msgraph_request::v1;
use rustls_pki_types::{SubjectPublicKeyInfoDer, pem::PemObject as _};
use serde_json::{Value, json};
use support::{Fixed, Script, date, json as ok};

const KEY: &str = include_str!("support/certificate/key.pem");
const KEY_PKCS1: &str = include_str!("support/certificate/key-pkcs1.pem");
const CERTIFICATE: &str = include_str!("support/certificate/certificate.pem");

/// Of the certificate, as openssl tells it.
const THUMBPRINT: &str = "SxHfFNKm33Wl47Pw0Z8f3eVkT7DbxQKEGdYW61uwvuI";

/// The head and the claims of an assertion, whose signature is checked.
fn verified(assertion: &str) -> (Value, Value) {
    let (signed, signature) = assertion.rsplit_once('.').unwrap();
    let decode = |text| URL_SAFE_NO_PAD.decode(text).unwrap();
    let key = SubjectPublicKeyInfoDer::from_pem_slice(include_bytes!("support/certificate/public-key.pem")).unwrap();
    UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, key.as_ref())
        .verify(signed.as_bytes(), &decode(signature))
        .unwrap();
    let (head, claims) = signed.split_once('.').unwrap();
    let read = |text| serde_json::from_slice(&decode(text)).unwrap();
    (read(head), read(claims))
}

#[tokio::test(start_paused = true)]
async fn an_application_signs_in_with_its_certificate() {
    let authority = Script::new([token(1, None), token(2, None)]);
    let credential = app(&authority).client_certificate(Certificate::from_pem(KEY, CERTIFICATE).unwrap());
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
    assert_capabilities(&authority);
    assert_eq!(graph.seen()[100].header("authorization"), Some("Bearer token-2"));

    let mut ids = BTreeSet::new();
    let started = date(0).duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    for (number, now) in [(0, started), (1, started + 58 * 60)] {
        let form = form(&authority, number);
        let expected = [
            ("grant_type", "client_credentials"),
            ("client_id", "an-app"),
            ("scope", SCOPE),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
        ];
        for (name, value) in expected {
            assert_eq!(form.get(name).map(String::as_str), Some(value));
        }
        assert!(!form.contains_key("client_secret"));
        let (head, mut claims) = verified(&form["client_assertion"]);
        assert_eq!(head, json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": THUMBPRINT }));
        assert!(ids.insert(claims["jti"].take().as_str().unwrap().to_owned()));
        let expected = json!({
            "aud": TOKEN, "iss": "an-app", "sub": "an-app", "jti": null, "nbf": now, "exp": now + 600,
        });
        assert_eq!(claims, expected);
    }
}

#[tokio::test]
async fn the_older_form_of_a_key_and_one_text_for_both_do() {
    let both = format!("{CERTIFICATE}\n{KEY}");
    for (key, certificate) in [(KEY_PKCS1, CERTIFICATE), (&both, &both)] {
        let authority = Script::new([token(1, None)]);
        let certificate = Certificate::from_pem(key, certificate).unwrap();
        app(&authority)
            .client_certificate(certificate)
            .token(&[SCOPE])
            .await
            .unwrap();
        assert_eq!(
            verified(&form(&authority, 0)["client_assertion"]).0["x5t#S256"],
            THUMBPRINT
        );
    }
}

#[test]
fn a_part_that_cannot_be_used_is_named_and_not_shown() {
    let broken_key = KEY.split_once("-----END").unwrap().0;
    let broken_certificate = CERTIFICATE.replacen("MII", "!!!", 1);
    let cases = [
        ("", CERTIFICATE, "there is no private key: give PEM"),
        (CERTIFICATE, CERTIFICATE, "there is no private key: give PEM"),
        (broken_key, CERTIFICATE, "the private key is broken PEM"),
        (
            include_str!("support/certificate/encrypted-key.pem"),
            CERTIFICATE,
            "the private key is encrypted",
        ),
        (
            include_str!("support/certificate/encrypted-key-pkcs1.pem"),
            CERTIFICATE,
            "the private key is encrypted",
        ),
        (
            include_str!("support/certificate/ec-key.pem"),
            CERTIFICATE,
            "give an RSA key",
        ),
        (
            include_str!("support/certificate/small-key.pem"),
            CERTIFICATE,
            "give an RSA key of 2048 bits",
        ),
        (
            include_str!("support/certificate/other-key.pem"),
            CERTIFICATE,
            "is not that of the certificate",
        ),
        (KEY, "", "there is no certificate: give PEM"),
        (KEY, KEY, "there is no certificate: give PEM"),
        (KEY, &broken_certificate, "the certificate is broken PEM"),
    ];
    for (key, certificate, expected) in cases {
        let error = Certificate::from_pem(key, certificate).unwrap_err();
        let shown = format!("{error} {error:?} {:?}", std::error::Error::source(&error));
        assert!(shown.contains(expected), "{shown}");
        assert_holds_none_of(&shown, key);
    }
}

#[tokio::test]
async fn neither_a_credential_nor_a_refusal_shows_the_key() {
    let authority = Script::new([refusal("invalid_client")]);
    let credential = app(&authority).client_certificate(Certificate::from_pem(KEY, CERTIFICATE).unwrap());
    let error = credential.token(&[SCOPE]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the application was refused: invalid_client (AADSTS70008)"
    );
    let shown = format!("{credential:?} {error:?}");
    assert!(shown.contains(THUMBPRINT), "{shown}");
    assert_holds_none_of(&shown, KEY);
    assert!(!shown.contains(&form(&authority, 0)["client_assertion"]), "{shown}");
}

/// No line of the PEM, nor a good part of one, stands in what is shown.
fn assert_holds_none_of(shown: &str, pem: &str) {
    for line in pem.lines().filter(|line| line.len() == 64) {
        assert!(!shown.contains(&line[..16]) && !shown.contains(&line[48..]), "{shown}");
    }
}
