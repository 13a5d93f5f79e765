use std::{fmt, marker::PhantomData};

use super::{
    fields::{self, Fields},
    path::FieldPath,
};
use crate::{Raw, Record};

/// What differs between two records of one type, field by field, sorted by field.
///
/// It can be stored: it is written as a list of its changes, and read again as such.
pub struct Diff<R> {
    changes: Vec<FieldChange>,
    of: PhantomData<fn() -> R>,
}

/// What one field held, and what it holds instead. `None` is absent; null is a value of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldChange {
    /// The field.
    pub field: FieldPath,
    /// What it held.
    pub before: Option<Raw>,
    /// What it holds instead.
    pub after: Option<Raw>,
}

/// What differs between two records.
///
/// What [`edits`] says of a field that lost its value, this does not: here it is absent, as after `$select`.
///
/// ```
/// use msgraph_core::{Record, diff};
///
/// fn changed<R: Record>(before: &R, after: &R) -> Vec<String> {
///     diff(before, after).changes().map(|change| change.field.to_string()).collect()
/// }
/// ```
pub fn diff<R: Record>(before: &R, after: &R) -> Diff<R> {
    let (mut before, after) = (fields::of(before), fields::of(after));
    let mut changes = Vec::new();
    for (field, after) in after {
        let before = before.remove(&field);
        if before.as_ref() != Some(&after) {
            let after = Some(after);
            changes.push(FieldChange { field, before, after });
        }
    }
    changes.extend(removed(before));
    Diff::new(changes)
}

fn removed(fields: Fields) -> impl Iterator<Item = FieldChange> {
    fields.into_iter().map(|(field, before)| FieldChange {
        field,
        before: Some(before),
        after: None,
    })
}

/// What was edited in a record: the [`diff`], except that a property which had a value and has none any more is null.
///
/// `task.due_date_time = None` clears the property in a record that is edited, while in two records that were read it
/// says that the property was not asked for the second time. Before an edited record is merged, it is best made one
/// that says so: `apply(&base, &edits(&base, &mine))`.
pub fn edits<R: Record>(before: &R, after: &R) -> Diff<R> {
    let mut diff = diff(before, after);
    let whole = diff.changes.iter_mut().filter(|change| change.field.is_whole());
    for change in whole.filter(|change| !change.field.is_annotation() && !change.field.property().is_empty()) {
        change.after.get_or_insert_with(Raw::null);
    }
    diff.changes.retain(|change| change.before != change.after);
    diff
}

impl<R> Diff<R> {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// What differs, sorted by field.
    pub fn changes(&self) -> impl Iterator<Item = &FieldChange> {
        self.changes.iter()
    }

    /// The changes that the condition holds for.
    pub fn only(mut self, mut condition: impl FnMut(&FieldChange) -> bool) -> Self {
        self.changes.retain(|change| condition(change));
        self
    }

    pub(super) fn new(mut changes: Vec<FieldChange>) -> Self {
        changes.sort_by(|one, other| one.field.cmp(&other.field));
        Self {
            changes,
            of: PhantomData,
        }
    }
}

impl<R> Clone for Diff<R> {
    fn clone(&self) -> Self {
        Self {
            changes: self.changes.clone(),
            of: PhantomData,
        }
    }
}

impl<R> PartialEq for Diff<R> {
    fn eq(&self, other: &Self) -> bool {
        self.changes == other.changes
    }
}

impl<R> Eq for Diff<R> {}

impl<R> Default for Diff<R> {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl<R> fmt::Debug for Diff<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changes = self.changes.iter();
        let shown = changes.map(|change| (change.field.to_string(), (&change.before, &change.after)));
        formatter.debug_map().entries(shown).finish()
    }
}
