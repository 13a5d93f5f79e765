//! Delta queries: Planner's feed, which begins with a link, and the collections that enumerate first.

mod audience;
mod chaos;
mod collection;
mod expiry;
mod feed;

pub(crate) use self::{
    audience::audience,
    expiry::{Which, expire, refusal},
};
pub use self::{chaos::Chaos, expiry::Expiry};

use serde_json::{Value, json};

use crate::{
    call::{Call, Rule},
    links,
    table::{Answer, Route},
    world::World,
};

/// The rule of an operation that tells changes.
pub(crate) fn rule(route: &Route) -> Option<Rule> {
    match route.answer {
        Answer::Start => Some(feed::answer),
        Answer::Changes => Some(collection::answer),
        _ => None,
    }
}

/// Where a query is: what a token stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Position {
    /// Everything up to this change was told.
    after: u64,
    /// While what there is is told: the id of the last one.
    listed: Option<String>,
    /// How many pages without entries came, as chaos wants it.
    empty: u64,
}

impl Position {
    /// The position in a link that was followed.
    fn of(state: &Value) -> Self {
        let number = |name: &str| state.get(name).and_then(Value::as_u64);
        Self {
            after: number("after").unwrap_or_default(),
            listed: state.get("listed").and_then(Value::as_str).map(str::to_owned),
            empty: number("empty").unwrap_or_default(),
        }
    }

    fn state(&self) -> Value {
        json!({ "after": self.after, "listed": self.listed, "empty": self.empty })
    }
}

/// The link to the next page, or to later changes, and the member that it stands in.
fn link(world: &mut World, call: &Call<'_>, rest: &str, is_last: bool, position: &Position) -> (&'static str, String) {
    let (member, parameter) = if is_last {
        ("@odata.deltaLink", "$deltatoken")
    } else {
        ("@odata.nextLink", "$skiptoken")
    };
    let own = call.resumed.as_ref().and_then(|state| state.get("link")?.as_str());
    if let (true, Some(own)) = (call.config.chaos.endless_link, own) {
        return ("@odata.nextLink", format!("{}{own}", call.base));
    }
    let link = links::give(world, call, rest, parameter, position.state());
    (member, chaos::host(call, link))
}

/// The path of the call below its version, as it was asked: with `/me`, or with the user.
pub(crate) fn location(call: &Call<'_>) -> String {
    let mut keys = call.keys.iter();
    let segments = call.route.path.split('/').filter(|segment| !segment.is_empty());
    let segments = segments.map(|segment| match segment {
        "me" if call.user != call.me => format!("/users('{}')", call.user),
        key if key.starts_with('{') => format!("/{}", keys.next().map_or("", String::as_str)),
        name => format!("/{name}"),
    });
    segments.collect()
}
