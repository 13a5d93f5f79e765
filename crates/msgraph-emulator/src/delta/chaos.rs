//! What a delta query may do to a client, and does at times.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{call::Call, store::Row, world::World};

/// What delta queries do to a client. All of it is off by default, and follows from the seed where it is by chance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Chaos {
    /// How many changes that were told before are told again with each page.
    pub replay: u64,
    /// Whether each entry is told twice.
    pub duplicate: bool,
    /// Whether the entries of a page come in another order.
    pub shuffle: bool,
    /// How many pages without entries come before the changes.
    pub empty_pages: u64,
    /// Whether a link leads to itself for ever.
    pub endless_link: bool,
    /// Whether pages are larger than was asked for.
    pub oversized_pages: bool,
    /// How old a change is before it is told, in milliseconds of the service's clock.
    pub delay: u64,
    /// Of how many changes one is never told; zero for none.
    pub omit_every: u64,
    /// Whether assignments are told again with other order hints, though nothing changed.
    pub churn: bool,
    /// Whether links lead to another host.
    pub foreign_links: bool,
}

/// The change after which a page begins.
pub(super) fn from(call: &Call<'_>, after: u64) -> u64 {
    after.saturating_sub(call.config.chaos.replay)
}

pub(super) fn is_omitted(call: &Call<'_>, number: u64) -> bool {
    let every = call.config.chaos.omit_every;
    every > 0 && number.is_multiple_of(every)
}

/// Whether a change is not visible yet. It will be: what is told ends before it.
pub(super) fn is_too_young(world: &World, call: &Call<'_>, change: &Row) -> bool {
    let delay = call.config.chaos.delay;
    let at = change.text("at").and_then(|at| at.parse::<Timestamp>().ok());
    let (Some(at), true) = (at, delay > 0) else {
        return false;
    };
    let delay = SignedDuration::from_millis(i64::try_from(delay).unwrap_or(i64::MAX));
    world.counters.clock.now().duration_since(at) < delay
}

/// The entries of a page, as a client gets them.
pub(super) fn spoil(world: &mut World, call: &Call<'_>, mut entries: Vec<Value>) -> Vec<Value> {
    let chaos = &call.config.chaos;
    if chaos.churn {
        let churned: Vec<_> = entries.iter().filter_map(|entry| churn(world, entry)).collect();
        entries.extend(churned);
    }
    if chaos.duplicate {
        entries = entries.into_iter().flat_map(|entry| [entry.clone(), entry]).collect();
    }
    if chaos.shuffle && entries.len() > 1 {
        // Fisher and Yates.
        for last in (1..entries.len()).rev() {
            let range = u64::try_from(last + 1).unwrap_or(u64::MAX);
            let other = usize::try_from(world.random() % range).unwrap_or_default();
            entries.swap(last, other);
        }
    }
    entries
}

/// The same assignments once more, with other order hints.
fn churn(world: &mut World, entry: &Value) -> Option<Value> {
    let mut assignments = entry.get("assignments")?.as_object()?.clone();
    for assignment in assignments.values_mut().filter_map(Value::as_object_mut) {
        let hint = format!("{:x}P", world.random() >> 16);
        assignment.insert("orderHint".to_owned(), hint.into());
    }
    let mut again = json!({ "assignments": assignments });
    for name in ["@odata.type", "@odata.etag", "id"] {
        again.as_object_mut()?.insert(name.to_owned(), entry.get(name)?.clone());
    }
    Some(again)
}

/// A link, perhaps to a host that must get no token.
pub(super) fn host(call: &Call<'_>, link: String) -> String {
    match link.strip_prefix(call.base) {
        Some(rest) if call.config.chaos.foreign_links => format!("https://tasks.office.example{rest}"),
        _ => link,
    }
}
