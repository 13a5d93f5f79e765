//! Links that the service gives out: opaque, bound to who asked and to what was asked, good only as they were written.

use serde_json::{Value, json};

use crate::{
    call::Call,
    delta::{self, Expiry},
    reply::Refusal,
    store::{Kind, Row},
    world::World,
};

/// Makes a link. `rest` is the path below the version, with what of the query stands before the token; `parameter` is the name of
/// the token's; `state` is what whoever follows the link finds in [`Call::resumed`].
pub(crate) fn give(world: &mut World, call: &Call<'_>, rest: &str, parameter: &str, state: Value) -> String {
    // The service encodes its tokens twice: who decodes and encodes them again writes another link.
    let token = format!("0%257E{}", world.guid());
    let mark = if rest.contains('?') { '&' } else { '?' };
    let target = format!("/{}{rest}{mark}{parameter}={token}", call.version.segment());
    let mut row = Row::new(token.replace("%25", "%"), "");
    // The order in which they were given out.
    row.version = world.next_version();
    row.set("target", target.clone());
    row.set("method", call.route.method);
    row.set("path", call.route.path);
    row.set("user", call.user.clone());
    row.set("me", call.me.clone());
    row.set("keys", json!(call.keys));
    row.set("query", call.query.text.clone());
    row.set("state", state);
    let mark = if call.query.text.is_empty() { "" } else { "&" };
    let start = format!("{}?{}{mark}$deltatoken=", delta::location(call), call.query.text);
    row.set("start", format!("/{}{start}", call.version.segment()));
    world.store.put(Kind::Token, row);
    prune(world);
    format!("{}{target}", call.base)
}

/// What a link was given out for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Given {
    /// The path of its operation, as the tables have it.
    pub(crate) path: String,
    pub(crate) me: String,
    pub(crate) user: String,
    pub(crate) keys: Vec<String>,
    /// The query of the first request.
    pub(crate) query: String,
    pub(crate) state: Value,
}

/// Finds what a link was given out for; `None` where the request carries no token.
///
/// `base` is where the versions begin; `target` is the path and the query, as they stand in the URL.
pub(crate) fn find(world: &World, me: &str, base: &str, target: &str) -> Result<Option<Given>, Refusal> {
    let Some(token) = token(target) else { return Ok(None) };
    let malformed = || {
        Refusal::new(
            400,
            "ErrorInvalidUrlQuery",
            "The delta token or skip token in the URL is not valid.",
        )
    };
    let Some(row) = world.store.get(Kind::Token, &token) else {
        // One that looks like ours was forgotten.
        return Err(if token.starts_with("0%7E") && token.len() == 40 {
            delta::refusal(Expiry::SyncStateNotFound, "")
        } else {
            malformed()
        });
    };
    if row.text("target") != Some(target) || row.text("me") != Some(me) {
        return Err(malformed());
    }
    if let Ok(spelling) = serde_json::from_value(row.get("expired").clone()) {
        let start = row.text("start").unwrap_or_default();
        return Err(delta::refusal(spelling, &format!("{base}{start}")));
    }
    let text = |name| row.text(name).unwrap_or_default().to_owned();
    let mut state = row.get("state").clone();
    if let Value::Object(state) = &mut state {
        state.insert("link".to_owned(), target.into());
    }
    let keys = row.get("keys").as_array().into_iter().flatten();
    Ok(Some(Given {
        path: text("path"),
        me: text("me"),
        user: text("user"),
        keys: keys.filter_map(Value::as_str).map(str::to_owned).collect(),
        query: text("query"),
        state,
    }))
}

/// How many links are remembered. Whoever follows an older one begins again.
const MOST: usize = 10_000;

/// Forgets the oldest, some at a time.
fn prune(world: &mut World) {
    if world.store.count(Kind::Token, "") < MOST + MOST / 10 {
        return;
    }
    let mut tokens: Vec<_> = world
        .store
        .all(Kind::Token)
        .map(|row| (row.version, row.id.clone()))
        .collect();
    tokens.sort_unstable();
    tokens.truncate(MOST / 10);
    for (_, id) in tokens {
        world.store.remove(Kind::Token, &id);
    }
}

/// The token of a link, decoded once.
fn token(target: &str) -> Option<String> {
    let (_, query) = target.split_once('?')?;
    url::form_urlencoded::parse(query.as_bytes()).find_map(|(name, value)| {
        let name = name.trim_start_matches('$').to_ascii_lowercase();
        // An empty one is none: the query begins again.
        (matches!(&*name, "deltatoken" | "skiptoken") && !value.is_empty()).then(|| value.into_owned())
    })
}
