use std::{error, fmt};

use serde::de::Error as _;

use super::{
    diff::{Diff, FieldChange},
    fields,
    path::FieldPath,
};
use crate::{Raw, Record, record};

/// A change that does not fit the record.
#[derive(Debug)]
pub struct ApplyError {
    field: FieldPath,
    reason: serde_json::Error,
}

impl ApplyError {
    /// The field whose change does not fit.
    pub fn field(&self) -> &FieldPath {
        &self.field
    }
}

/// The record with the changes made. What a field held before is not looked at: [`merge`](super::merge) does that.
///
/// # Errors
///
/// When a value is not of the type of its field, or a member is of a property that is no open map. What
/// [`diff`](super::diff) made of records of the same type always fits; what was stored by another program may not.
pub fn apply<R: Record>(record: &R, diff: &Diff<R>) -> Result<R, ApplyError> {
    let mut record = record.clone();
    let changes: Vec<_> = diff.changes().collect();
    for changes in changes.chunk_by(|one, other| one.field.property() == other.field.property()) {
        apply_property(&mut record, changes)?;
    }
    Ok(record)
}

/// Makes the changes to one property.
pub(super) fn apply_property<R: Record>(record: &mut R, changes: &[&FieldChange]) -> Result<(), ApplyError> {
    let is_whole = |change: &&&FieldChange| change.field.is_whole();
    for change in changes.iter().filter(is_whole) {
        put(record, &change.field, change.after.as_ref())?;
    }
    let parts: Vec<_> = changes.iter().filter(|change| !is_whole(change)).collect();
    let Some(first) = parts.first() else {
        return Ok(());
    };
    let property = first.field.property();
    let Some(members) = fields::members(record, property) else {
        return Err(ApplyError {
            field: first.field.clone(),
            reason: serde_json::Error::custom("the property is no open map"),
        });
    };
    let sets = parts.iter().any(|change| change.after.is_some());
    // What is not there has no members that could be removed.
    let Some(mut members) = members.or_else(|| sets.then(fields::Members::default)) else {
        return Ok(());
    };
    for change in &parts {
        let part = change.field.part();
        match &change.after {
            Some(value) => members.0.insert(part.clone(), value.clone()),
            None => members.0.remove(part),
        };
    }
    put(record, &first.field, Some(&fields::raw(&members)))
}

fn put<R: Record>(record: &mut R, field: &FieldPath, value: Option<&Raw>) -> Result<(), ApplyError> {
    record::put(record, field.property(), value).map_err(|reason| ApplyError {
        field: field.clone(),
        reason,
    })
}

impl fmt::Display for ApplyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the change of `{}` does not fit the record", self.field)
    }
}

impl error::Error for ApplyError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&self.reason)
    }
}
