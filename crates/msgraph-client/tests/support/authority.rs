//! Who issues tokens, as a script.
#![allow(dead_code, reason = "each test takes what it needs")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot go on panics")]

use std::collections::BTreeMap;

use msgraph_client::{Cloud, sign_in::SignIn};
use serde_json::json;

use crate::support::{Fixed, Script, Step, json as ok};

pub(crate) const TOKEN: &str = "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token";
pub(crate) const DEVICE: &str = "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/devicecode";
pub(crate) const SCOPE: &str = "https://graph.microsoft.com/.default";

pub(crate) fn app(authority: &Script) -> SignIn {
    let app = SignIn::over(authority.clone(), &Cloud::global(), "contoso.example", "an-app").unwrap();
    app.environment(Fixed::default())
}

pub(crate) fn token(number: u32, refresh: Option<&str>) -> Step {
    let mut token = json!({ "token_type": "Bearer", "access_token": format!("token-{number}"), "expires_in": 3600 });
    if let Some(refresh) = refresh {
        token["refresh_token"] = json!(refresh);
    }
    ok(200, &token)
}

pub(crate) fn refusal(code: &str) -> Step {
    ok(
        400,
        &json!({ "error": code, "error_description": "AADSTS70008: somebody@contoso.example did something" }),
    )
}

pub(crate) fn device() -> Step {
    ok(
        200,
        &json!({
            "device_code": "device-secret",
            "user_code": "ABC123",
            "verification_uri": "https://microsoft.com/devicelogin",
            "expires_in": 900,
            "interval": 5,
            "message": "to sign in",
        }),
    )
}

/// The form of a request that arrived.
pub(crate) fn form(authority: &Script, number: usize) -> BTreeMap<String, String> {
    let body = authority.seen()[number].body.clone();
    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

pub(crate) fn targets(authority: &Script) -> Vec<String> {
    authority.seen().into_iter().map(|seen| seen.target).collect()
}

/// What every request for a token declares: that claims may be asked for.
pub(crate) const CAPABILITIES: &str = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;

/// Checks that each request that arrived declares it.
pub(crate) fn assert_capabilities(authority: &Script) {
    for number in 0..authority.seen().len() {
        let form = form(authority, number);
        assert_eq!(form.get("claims").map(String::as_str), Some(CAPABILITIES), "{number}");
    }
}
