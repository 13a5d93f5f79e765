//! The endpoints of OAuth: where somebody signs in, and where tokens are given out.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::{Host, Url, form_urlencoded};

use super::tokens::{self, Subject};
use crate::{
    config::Config,
    directory,
    generated::routes::ROUTES,
    reply::Reply,
    store::{Kind, Row},
    world::World,
};

type Form = BTreeMap<String, String>;

/// Answers a request to an endpoint; `None` where it is to something else.
pub(crate) fn answer(
    world: &mut World,
    config: &Config,
    (method, base, target): (&str, &str, &str),
    body: &[u8],
) -> Option<Reply> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let (tenant, rest) = segments.split_first()?;
    let place = Place {
        tenant,
        issuer: format!("{base}/{tenant}/v2.0"),
        base: format!("{base}/{tenant}"),
    };
    let form = |text: &[u8]| form_urlencoded::parse(text).into_owned().collect::<Form>();
    let reply = match (method, rest) {
        ("GET", ["v2.0", ".well-known", "openid-configuration"]) => Reply::json(200, place.configuration()),
        ("GET", ["discovery", "v2.0", "keys"]) => Reply::json(200, tokens::published(world)),
        ("GET", ["oauth2", "v2.0", "authorize"]) => authorize(world, &form(query.as_bytes())),
        ("GET", ["oauth2", "v2.0", "deviceauth"]) => approve(world, &form(query.as_bytes())),
        ("POST", ["oauth2", "v2.0", "devicecode"]) => device_code(world, config, &place, &form(body)),
        ("POST", ["oauth2", "v2.0", "token"]) => token(world, config, &place, &form(body)),
        ("GET", ["oauth2", "v2.0", "logout"]) => Reply::empty(200),
        _ => return None,
    };
    Some(reply)
}

struct Place<'p> {
    tenant: &'p str,
    issuer: String,
    base: String,
}

impl Place<'_> {
    fn configuration(&self) -> Value {
        let oauth = format!("{}/oauth2/v2.0", self.base);
        json!({
            "issuer": self.issuer,
            "authorization_endpoint": format!("{oauth}/authorize"),
            "token_endpoint": format!("{oauth}/token"),
            "device_authorization_endpoint": format!("{oauth}/devicecode"),
            "end_session_endpoint": format!("{oauth}/logout"),
            "jwks_uri": format!("{}/discovery/v2.0/keys", self.base),
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["EdDSA"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "tenant_region_scope": null,
        })
    }
}

/// A refusal, as the authority writes it.
fn refuse(code: &str, description: &str) -> Reply {
    let body = json!({ "error": code, "error_description": description, "error_codes": [] });
    Reply::json(400, body)
}

fn get<'f>(form: &'f Form, name: &str) -> &'f str {
    form.get(name).map_or("", String::as_str)
}

/// The user who signs in: the one that is hinted at, or the first.
fn user(world: &World, hint: &str) -> Option<Row> {
    let named = directory::find_user(world, hint);
    named.or_else(|| world.store.all(Kind::User).next()).cloned()
}

/// Somebody signs in at once, and goes back to a port of this machine with a code.
fn authorize(world: &mut World, form: &Form) -> Reply {
    let redirect = Url::parse(get(form, "redirect_uri")).ok();
    let is_near = |url: &Url| match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let Some(mut redirect) = redirect.filter(is_near) else {
        return refuse(
            "invalid_request",
            "AADSTS50011: The redirect URI must be on this machine.",
        );
    };
    if get(form, "response_type") != "code" || get(form, "client_id").is_empty() {
        return refuse(
            "invalid_request",
            "AADSTS900144: The request must ask for a code and name its client_id.",
        );
    }
    let Some(user) = user(world, get(form, "login_hint")) else {
        return refuse("access_denied", "AADSTS50020: There is no user to sign in.");
    };
    let code = format!("0.code.{}", world.guid());
    let mut grant = Row::new(code.clone(), "");
    for name in [
        "client_id",
        "redirect_uri",
        "scope",
        "code_challenge",
        "code_challenge_method",
        "claims",
        "nonce",
    ] {
        grant.set(name, get(form, name));
    }
    grant.set("user", user.id);
    world.store.put(Kind::Grant, grant);
    redirect
        .query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", get(form, "state"));
    Reply::empty(302).header("location", redirect.to_string())
}

fn device_code(world: &mut World, config: &Config, place: &Place<'_>, form: &Form) -> Reply {
    if get(form, "client_id").is_empty() {
        return refuse("invalid_request", "AADSTS900144: The request must name its client_id.");
    }
    let Some(user) = user(world, get(form, "login_hint")) else {
        return refuse("access_denied", "AADSTS50020: There is no user to sign in.");
    };
    let code = format!("0.device.{}", world.guid());
    let shown = format!("{:08X}", world.random() >> 32);
    let mut grant = Row::new(code.clone(), "");
    for name in ["client_id", "scope", "claims"] {
        grant.set(name, get(form, name));
    }
    grant.set("user", user.id);
    grant.set("user_code", shown.clone());
    grant.set("waits", config.device_codes_wait);
    world.store.put(Kind::Grant, grant);
    let page = format!("{}/oauth2/v2.0/deviceauth", place.base);
    let message = format!("Open {page}?user_code={shown} to sign in.");
    let body = json!({
        "device_code": code, "user_code": shown, "verification_uri": page, "expires_in": 900, "interval": 1, "message": message,
    });
    Reply::json(200, body)
}

/// What somebody does who was shown a code: sign in, as the user that is named.
fn approve(world: &mut World, form: &Form) -> Reply {
    let code = get(form, "user_code");
    let grant = world
        .store
        .all(Kind::Grant)
        .find(|grant| grant.text("user_code") == Some(code));
    let Some(mut grant) = grant.filter(|_| !code.is_empty()).cloned() else {
        return refuse("invalid_request", "AADSTS70000: There is no such code.");
    };
    if let Some(user) = directory::find_user(world, get(form, "user")) {
        grant.set("user", user.id.clone());
    }
    grant.set("waits", false);
    world.store.put(Kind::Grant, grant);
    Reply::json(200, json!({ "signed_in": true }))
}

fn token(world: &mut World, config: &Config, place: &Place<'_>, form: &Form) -> Reply {
    let granted = match get(form, "grant_type") {
        "client_credentials" => return application(world, config, place, form),
        "authorization_code" => redeem(world, get(form, "code")).and_then(|grant| check_code(form, grant)),
        "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => check_device(world, form),
        "refresh_token" => redeem(world, get(form, "refresh_token")),
        _ => {
            return refuse(
                "unsupported_grant_type",
                "AADSTS70003: The grant type is not supported.",
            );
        }
    };
    match granted {
        Ok(grant) => delegated(world, config, place, form, &grant),
        Err(reply) => reply,
    }
}

/// Takes a grant, which is good once.
fn redeem(world: &mut World, id: &str) -> Result<Row, Reply> {
    let is_grant = id.starts_with("0.");
    let grant = world.store.remove(Kind::Grant, id).filter(|_| is_grant);
    grant.ok_or_else(|| {
        refuse(
            "invalid_grant",
            "AADSTS70000: The code or refresh token is not valid, or was used before.",
        )
    })
}

/// A code is for who asked for it: the redirect address and the verifier are the same.
fn check_code(form: &Form, grant: Row) -> Result<Row, Reply> {
    let challenge = grant.text("code_challenge").unwrap_or_default();
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(get(form, "code_verifier")));
    let verifies = match grant.text("code_challenge_method") {
        _ if challenge.is_empty() => true,
        Some("S256") => digest == challenge,
        _ => get(form, "code_verifier") == challenge,
    };
    if verifies && grant.text("redirect_uri") == Some(get(form, "redirect_uri")) {
        return Ok(grant);
    }
    Err(refuse(
        "invalid_grant",
        "AADSTS50148: The code_verifier or the redirect_uri does not match.",
    ))
}

fn check_device(world: &mut World, form: &Form) -> Result<Row, Reply> {
    let code = get(form, "device_code");
    if world
        .store
        .get(Kind::Grant, code)
        .is_some_and(|grant| grant.get("waits") == true)
    {
        return Err(refuse(
            "authorization_pending",
            "AADSTS70016: Nobody has signed in with the code yet.",
        ));
    }
    redeem(world, code)
}

/// An application, with a secret or an assertion, neither of which is looked at.
fn application(world: &mut World, config: &Config, place: &Place<'_>, form: &Form) -> Reply {
    let client = get(form, "client_id");
    if client.is_empty() || (get(form, "client_secret").is_empty() && get(form, "client_assertion").is_empty()) {
        return refuse(
            "invalid_client",
            "AADSTS7000218: The request must hold a client_secret or a client_assertion.",
        );
    }
    let scope = get(form, "scope");
    let Some(audience) = scope.strip_suffix("/.default") else {
        return refuse(
            "invalid_scope",
            "AADSTS1002012: The scope of an application ends with /.default.",
        );
    };
    let permissions = all(2);
    let subject = Subject {
        user: None,
        client,
        tenant: place.tenant,
        issuer: &place.issuer,
        permissions: &permissions,
        is_stepped_up: is_stepped_up(get(form, "claims")),
    };
    let token = tokens::issue(world, config, &subject, audience);
    Reply::json(
        200,
        json!({ "token_type": "Bearer", "expires_in": config.token_seconds, "access_token": token }),
    )
}

/// Tokens for somebody who signed in.
fn delegated(world: &mut World, config: &Config, place: &Place<'_>, form: &Form, grant: &Row) -> Reply {
    let Some(user) = world
        .store
        .get(Kind::User, grant.text("user").unwrap_or_default())
        .cloned()
    else {
        return refuse("invalid_grant", "AADSTS50034: The user is not there any more.");
    };
    let client = grant.text("client_id").unwrap_or_default();
    if client != get(form, "client_id") {
        return refuse("invalid_grant", "AADSTS700025: The grant is of another client.");
    }
    let scope = match get(form, "scope") {
        "" => grant.text("scope").unwrap_or_default(),
        scope => scope,
    };
    let words: BTreeSet<_> = scope.split_ascii_whitespace().collect();
    let permissions = permissions(&words);
    let claims = match get(form, "claims") {
        "" => grant.text("claims").unwrap_or_default(),
        claims => claims,
    };
    let subject = Subject {
        user: Some(&user),
        client,
        tenant: place.tenant,
        issuer: &place.issuer,
        permissions: &permissions,
        is_stepped_up: is_stepped_up(claims),
    };
    let token = tokens::issue(world, config, &subject, "https://graph.microsoft.com");
    let mut answer = json!({
        "token_type": "Bearer", "expires_in": config.token_seconds, "access_token": token, "scope": permissions.join(" "),
    });
    let mut add = |name: &str, value: String| {
        if let Some(answer) = answer.as_object_mut() {
            answer.insert(name.to_owned(), value.into());
        }
    };
    if words.contains("openid") {
        add("id_token", tokens::issue(world, config, &subject, client));
    }
    if words.contains("offline_access") {
        let refresh = format!("0.refresh.{}", world.guid());
        let mut next = Row::new(refresh.clone(), "");
        next.set("client_id", client);
        next.set("scope", scope);
        next.set("user", user.id.clone());
        world.store.put(Kind::Grant, next);
        add("refresh_token", refresh);
    }
    Reply::json(200, answer)
}

/// The permissions that scopes ask for.
fn permissions(scopes: &BTreeSet<&str>) -> Vec<String> {
    if scopes.iter().any(|scope| scope.ends_with("/.default")) {
        return all(0);
    }
    let about_signing_in = ["openid", "profile", "email", "offline_access"];
    let own = scopes.iter().filter(|scope| !about_signing_in.contains(scope));
    own.map(|scope| scope.rsplit('/').next().unwrap_or(scope).to_owned())
        .collect()
}

/// Every permission that an operation needs at least: of users, or of applications.
fn all(kind: usize) -> Vec<String> {
    let routes = ROUTES.iter().chain(directory::ROUTES);
    let all = routes.filter_map(|route| route.permissions.get(kind).copied());
    let all: BTreeSet<_> = all.filter(|permission| !permission.is_empty()).collect();
    all.into_iter().map(str::to_owned).collect()
}

/// Whether claims ask for more than that the client can answer a challenge.
fn is_stepped_up(claims: &str) -> bool {
    let claims: Value = serde_json::from_str(claims).unwrap_or_default();
    let wanted = claims.get("access_token").and_then(Value::as_object);
    wanted.is_some_and(|wanted| wanted.keys().any(|name| name != "xms_cc"))
}
