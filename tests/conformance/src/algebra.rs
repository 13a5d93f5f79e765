//! The laws of the algebra of records, for any type and any three of its values.

use msgraph_core::{Diff, FieldChange, Record, Writes, apply, diff, edits, merge};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Checks the laws with three values of a type, as JSON; the error says which is broken.
pub type Laws = fn(base: &str, mine: &str, theirs: &str) -> Result<(), String>;

/// What is sent, as JSON, to make of one value the other, or why it cannot be.
pub type Update = fn(before: &str, after: &str) -> Result<String, String>;

/// The laws of a type.
///
/// # Errors
///
/// When one is broken, or the JSON is not of the type; as text.
pub fn laws<R>(base: &str, mine: &str, theirs: &str) -> Result<(), String>
where
    R: Record + Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let [base, mine, theirs] = [read::<R>(base)?, read(mine)?, read(theirs)?];
    for (a, b) in [(&base, &mine), (&mine, &theirs), (&R::default(), &theirs)] {
        let changes = diff(a, b);
        same("apply(a, diff(a, b)) = b", &made(a, &changes)?, b)?;
        same("apply(b, diff(b, a)) = a", &made(b, &diff(b, a))?, a)?;
        holds("a diff of equals is empty", diff(a, a).is_empty())?;
        holds("only equals have an empty diff", changes.is_empty() == (a == b))?;
        holds(
            "what was edited and is applied is no further edit",
            edits(&made(a, &edits(a, b))?, b).is_empty(),
        )?;
        let stored = serde_json::to_string(&changes).map_err(|error| error.to_string())?;
        let read: Diff<R> = serde_json::from_str(&stored).map_err(|error| error.to_string())?;
        holds("a stored diff is the same", read == changes)?;
    }
    for (name, mine, theirs, merged) in [
        ("merge(base, base, x) = x", &base, &theirs, &theirs),
        ("merge(base, x, base) = x", &mine, &base, &mine),
        ("merge(base, x, x) = x", &mine, &mine, &mine),
    ] {
        let merge = merge(&base, mine, theirs);
        same(name, &merge.merged, merged)?;
        holds(name, merge.conflicts.is_empty())?;
    }
    disjoint(&base, &mine)?;
    conflicting(&base, &mine, &theirs)
}

/// Edits of different fields commute, and together they are all edits.
fn disjoint<R: Record + Serialize + PartialEq + std::fmt::Debug>(base: &R, all: &R) -> Result<(), String> {
    let changes = diff(base, all);
    let is_mine = |change: &FieldChange| {
        // A map that comes or goes does so with its members.
        let whole = changes
            .changes()
            .find(|whole| whole.field == change.field.property().into());
        let of = whole.map_or(&change.field, |whole| &whole.field);
        of.to_string().bytes().fold(0_u8, u8::wrapping_add) % 2 == 0
    };
    let mine = made(base, &changes.clone().only(is_mine))?;
    let theirs = made(base, &changes.clone().only(|change| !is_mine(change)))?;
    let (one, other) = (merge(base, &mine, &theirs), merge(base, &theirs, &mine));
    holds(
        "disjoint edits do not conflict",
        one.conflicts.is_empty() && other.conflicts.is_empty(),
    )?;
    same("disjoint edits commute", &one.merged, &other.merged)?;
    same("disjoint edits are both made", &one.merged, all)
}

/// What conflicts holds theirs, and nothing is lost of what does not; the same fields conflict from either side.
fn conflicting<R: Record + Serialize + PartialEq + std::fmt::Debug>(
    base: &R,
    mine: &R,
    theirs: &R,
) -> Result<(), String> {
    let (one, other) = (merge(base, mine, theirs), merge(base, theirs, mine));
    let of_mine = diff(base, mine);
    let in_conflict = |change: &FieldChange| {
        let mut conflicts = one.conflicts.iter();
        conflicts.any(|conflict| conflict.field == change.field || conflict.field == change.field.property().into())
    };
    let expected = made(theirs, &of_mine.clone().only(|change| !in_conflict(change)))?;
    same("what does not conflict is made", &one.merged, &expected)?;
    let fields = |conflicts: &[msgraph_core::Conflict]| {
        conflicts
            .iter()
            .map(|conflict| conflict.field.clone())
            .collect::<Vec<_>>()
    };
    holds(
        "conflicts have no side",
        fields(&one.conflicts) == fields(&other.conflicts),
    )?;
    let resolved = one
        .resolve(|_| msgraph_core::Side::Mine)
        .map_err(|error| error.to_string())?;
    same(
        "conflicts that are resolved as mine are those of the other side",
        &resolved,
        &other.merged,
    )
}

/// What a type would send.
///
/// # Errors
///
/// When it cannot be sent, or the JSON is not of the type; as text.
pub fn update<U: Writes>(before: &str, after: &str) -> Result<String, String>
where
    U::Record: DeserializeOwned,
{
    let [before, after] = [read::<U::Record>(before)?, read(after)?];
    let update: U = diff(&before, &after).into_update().map_err(|error| error.to_string())?;
    let patch = update.into_patch();
    match patch.fault() {
        Some(fault) => Err(fault.to_string()),
        None => serde_json::to_string(&patch).map_err(|error| error.to_string()),
    }
}

fn read<R: DeserializeOwned>(text: &str) -> Result<R, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn made<R: Record>(record: &R, changes: &Diff<R>) -> Result<R, String> {
    apply(record, changes).map_err(|error| format!("{error}: {changes:?}"))
}

fn holds(law: &str, holds: bool) -> Result<(), String> {
    if holds { Ok(()) } else { Err(law.to_owned()) }
}

/// The records are equal, and so is what is written of them.
fn same<R: Serialize + PartialEq + std::fmt::Debug>(law: &str, one: &R, other: &R) -> Result<(), String> {
    let json = |record: &R| serde_json::to_value(record).unwrap_or(Value::Null);
    if one == other && json(one) == json(other) {
        return Ok(());
    }
    Err(format!("{law}: {} and {}", json(one), json(other)))
}
