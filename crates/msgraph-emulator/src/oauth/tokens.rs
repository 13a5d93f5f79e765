//! Access tokens: signed, with what they allow in them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_compact::{KeyPair, Noise, Seed, Signature};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    config::Config,
    store::{Kind, Row},
    world::World,
};

/// What a token of ours says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claims {
    /// The id of the user; empty for an application.
    pub(super) user: String,
    pub(super) permissions: Vec<String>,
    /// Until when it is good, in seconds since 1970.
    pub(super) expires: i64,
    /// Whether it was asked for with claims.
    pub(super) is_stepped_up: bool,
}

/// What a token is made for.
#[derive(Debug)]
pub(super) struct Subject<'s> {
    pub(super) user: Option<&'s Row>,
    pub(super) client: &'s str,
    pub(super) tenant: &'s str,
    pub(super) issuer: &'s str,
    pub(super) permissions: &'s [String],
    pub(super) is_stepped_up: bool,
}

/// Makes a token.
pub(super) fn issue(world: &World, config: &Config, subject: &Subject<'_>, audience: &str) -> String {
    let now = world.counters.clock.now().as_second();
    let length = i64::try_from(config.token_seconds).unwrap_or(i64::MAX);
    let mut claims = json!({
        "aud": audience, "iss": subject.issuer, "tid": subject.tenant, "appid": subject.client,
        "iat": now, "nbf": now, "exp": now.saturating_add(length), "ver": "2.0",
    });
    let mut set = |name: &str, value: Value| {
        if let Some(claims) = claims.as_object_mut() {
            claims.insert(name.to_owned(), value);
        }
    };
    match subject.user {
        Some(user) => {
            set("oid", user.id.clone().into());
            set("sub", user.id.clone().into());
            set("upn", user.get("userPrincipalName").clone());
            set("preferred_username", user.get("userPrincipalName").clone());
            set("name", user.get("displayName").clone());
            set("scp", subject.permissions.join(" ").into());
        }
        None => {
            set("sub", subject.client.into());
            set("roles", json!(subject.permissions));
        }
    }
    if subject.is_stepped_up {
        set("acrs", json!(["c1"]));
    }
    let header = json!({ "typ": "JWT", "alg": "EdDSA", "kid": KEY_ID });
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let text = format!("{}.{}", encode(&header), encode(&claims));
    // Noise is against faults of hardware; without it the same text has the same signature.
    let signature = keys(world).sk.sign(&text, None::<Noise>);
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

/// Reads a token; `None` where it is none of ours.
pub(super) fn read(world: &World, token: &str) -> Option<Claims> {
    let (text, signature) = token.rsplit_once('.')?;
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    keys(world).pk.verify(text, &signature).ok()?;
    let claims = URL_SAFE_NO_PAD.decode(text.split_once('.')?.1).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let user = text("oid").to_owned();
    // Who is no longer there has no token.
    if !user.is_empty() {
        world.store.get(Kind::User, &user)?;
    }
    let roles = claims.get("roles").and_then(Value::as_array).into_iter().flatten();
    let scopes = text("scp").split(' ').filter(|scope| !scope.is_empty());
    Some(Claims {
        user,
        permissions: scopes
            .chain(roles.filter_map(Value::as_str))
            .map(str::to_owned)
            .collect(),
        expires: claims.get("exp")?.as_i64()?,
        is_stepped_up: claims.get("acrs").is_some(),
    })
}

/// The public key, for who checks tokens.
pub(super) fn published(world: &World) -> Value {
    let key = URL_SAFE_NO_PAD.encode(keys(world).pk.as_ref());
    json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": KEY_ID, "x": key }] })
}

const KEY_ID: &str = "emulator";

/// The keys, which follow from the seed.
fn keys(world: &World) -> KeyPair {
    let digest = Sha256::digest(world.counters.seed.to_be_bytes());
    KeyPair::from_seed(Seed::new(digest.into()))
}
