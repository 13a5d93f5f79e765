use std::{error, fmt};

use serde::de::Error as _;

use super::{
    diff::{Diff, FieldChange},
    fields::{self, Map, Members},
    path::{FieldPath, Part},
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
    apply_changes(&mut record, &diff.changes().collect::<Vec<_>>())?;
    Ok(record)
}

pub(super) fn apply_changes<R: Record>(record: &mut R, changes: &[&FieldChange]) -> Result<(), ApplyError> {
    for change in changes {
        let property = change.field.property();
        let (value, part) = (change.after.as_ref(), change.field.part());
        match (fields::map(record, property), part) {
            // An open map that was made is there already.
            (Map::There(_), Part::Whole) if value.is_some_and(Raw::is_empty) => {}
            (_, Part::Whole) => put(record, &change.field, value)?,
            (Map::No, _) => {
                return Err(ApplyError {
                    field: change.field.clone(),
                    reason: serde_json::Error::custom("the property is no open map"),
                });
            }
            // What is not there has no members that could be removed.
            (Map::Gone, _) if value.is_none() => {}
            (map, part) => {
                let mut members = match map {
                    Map::There(members) => members,
                    Map::No | Map::Gone => Members::default(),
                };
                match value {
                    Some(value) => members.0.insert(part.clone(), value.clone()),
                    None => members.0.remove(part),
                };
                put(record, &change.field, Some(&fields::raw(&members)))?;
            }
        }
    }
    Ok(())
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
