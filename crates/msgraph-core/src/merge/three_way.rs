use super::{
    apply::{ApplyError, apply, apply_changes},
    diff::{Diff, FieldChange, diff},
    fields,
    fields::is_gone,
    member::{self, Member},
    path::FieldPath,
};
use crate::{Raw, Record};

/// Two sides of a record as one.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Merge<R> {
    /// What either side changed. Where both changed a field, each to something else, it holds what it holds in theirs.
    pub merged: R,
    /// The fields that both sides changed, each to something else; sorted by field.
    pub conflicts: Vec<Conflict>,
}

/// A field that both sides changed, each to something else. `None` is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// The field. It is a whole open map where one side removed what the other changed a member of.
    pub field: FieldPath,
    /// What it held before.
    pub base: Option<Raw>,
    /// What it holds in mine.
    pub mine: Option<Raw>,
    /// What it holds in theirs.
    pub theirs: Option<Raw>,
    /// Theirs with my changes, where that is not the same as mine.
    mine_over_theirs: Option<Raw>,
}

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What was changed here.
    Mine,
    /// What was changed elsewhere.
    Theirs,
}

/// Merges what two sides made of the same record: theirs, with the changes of mine that do not conflict.
///
/// Both sides changing a field to the same value is no conflict.
///
/// ```
/// use msgraph_core::{Record, merge};
/// use msgraph_core::merge::{ApplyError, Side};
///
/// /// My changes go before theirs, except to the title.
/// fn overwrite<R: Record>(base: &R, mine: &R, theirs: &R) -> Result<R, ApplyError> {
///     merge(base, mine, theirs).resolve(|conflict| match conflict.field.property() {
///         "title" => Side::Theirs,
///         _ => Side::Mine,
///     })
/// }
/// ```
pub fn merge<R: Record>(base: &R, mine: &R, theirs: &R) -> Merge<R> {
    let (my_diff, their_diff) = (diff(base, mine), diff(base, theirs));
    let my_changes: Vec<_> = my_diff.changes().collect();
    let mut merged = theirs.clone();
    let mut conflicts = Vec::new();
    for mine_here in my_changes.chunk_by(|one, other| one.field.property() == other.field.property()) {
        let property = mine_here
            .first()
            .map(|change| change.field.property())
            .unwrap_or_default();
        let theirs_here: Vec<_> = their_diff
            .changes()
            .filter(|change| change.field.property() == property)
            .collect();
        if is_whole_conflict(mine_here, &theirs_here) {
            conflicts.push(Conflict {
                field: property.into(),
                base: fields::whole(base, property),
                mine: fields::whole(mine, property),
                theirs: fields::whole(theirs, property),
                mine_over_theirs: None,
            });
            continue;
        }
        let mut taken: Vec<FieldChange> = Vec::new();
        for change in mine_here {
            match theirs_here.iter().find(|their| their.field == change.field) {
                None => taken.push((*change).clone()),
                Some(their) if their.after == change.after => {}
                Some(their) => match within(change, their) {
                    Some(member) if !member.is_conflict => taken.push(FieldChange {
                        after: Some(member.mine_over_theirs),
                        ..(*change).clone()
                    }),
                    member => conflicts.push(Conflict {
                        mine_over_theirs: member.map(|member| member.mine_over_theirs),
                        ..conflict(change, their.after.clone())
                    }),
                },
            }
        }
        let mut next = merged.clone();
        match apply_changes(&mut next, &taken.iter().collect::<Vec<_>>()) {
            Ok(()) => merged = next,
            // No value of a record of this type is known not to fit another.
            Err(_) => conflicts.extend(taken.iter().map(|change| conflict(change, change.before.clone()))),
        }
    }
    conflicts.sort_by(|one, other| one.field.cmp(&other.field));
    Merge { merged, conflicts }
}

impl<R: Record> Merge<R> {
    /// The merged record, with the side that is decided on for each conflict.
    ///
    /// # Errors
    ///
    /// When a value of mine does not fit the record, as in [`apply`].
    pub fn resolve(self, mut decide: impl FnMut(&Conflict) -> Side) -> Result<R, ApplyError> {
        let mine = self
            .conflicts
            .into_iter()
            .filter(|conflict| decide(conflict) == Side::Mine);
        let changes = mine.map(|conflict| FieldChange {
            field: conflict.field,
            before: conflict.theirs,
            after: conflict.mine_over_theirs.or(conflict.mine),
        });
        apply(&self.merged, &Diff::new(changes.collect()))
    }
}

fn conflict(mine: &FieldChange, theirs: Option<Raw>) -> Conflict {
    Conflict {
        field: mine.field.clone(),
        base: mine.before.clone(),
        mine: mine.after.clone(),
        theirs,
        mine_over_theirs: None,
    }
}

/// A member of an open map that both sides changed.
fn within(mine: &FieldChange, theirs: &FieldChange) -> Option<Member> {
    mine.field.key()?;
    member::merge(mine.before.as_ref(), mine.after.as_ref(), theirs.after.as_ref())
}

/// Whether two sides changed the whole of one property, each to something else, or one removed an open map of which the
/// other changed a member.
fn is_whole_conflict(mine: &[&FieldChange], theirs: &[&FieldChange]) -> bool {
    let whole = |changes: &[&FieldChange]| {
        let mut changes = changes.iter();
        changes
            .find(|change| change.field.is_whole())
            .map(|change| change.after.clone())
    };
    match (whole(mine), whole(theirs)) {
        (Some(mine), Some(theirs)) => mine != theirs,
        (Some(after), None) => is_gone(after.as_ref()) && !theirs.iter().all(|change| is_in(change, mine)),
        (None, Some(after)) => is_gone(after.as_ref()) && !mine.iter().all(|change| is_in(change, theirs)),
        (None, None) => false,
    }
}

fn is_in(change: &FieldChange, changes: &[&FieldChange]) -> bool {
    changes
        .iter()
        .any(|other| other.field == change.field && other.after == change.after)
}
