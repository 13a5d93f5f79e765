//! From what differs to what is sent.

use super::{How, Member, MemberRemoval, NotWritable, WhyNot, WireKey, Writable, Writes};
use crate::{
    Diff, FieldChange, NewOrderHint, OrderHint, Presence, Property, Raw, Record, diff,
    merge::{declares, is_gone},
    record,
    update::Patch,
};

impl<R: Record> Diff<R> {
    /// The smallest update that makes these changes: changed properties only, changed members only, and of a member that
    /// is an object what changed in it, or all that may be written where it is new.
    ///
    /// A property that became absent is left out, since it may merely not have been asked for: [`edits`](crate::edits)
    /// says of a record that was edited what is to be cleared. Annotations, such as ETags, are left out too.
    ///
    /// # Errors
    ///
    /// When something changed that the update cannot write; the error names it.
    /// [`writable_by`](Self::writable_by) leaves that out.
    ///
    /// ```
    /// use msgraph_core::{NotWritable, Record, Writes, edits};
    ///
    /// fn update<U: Writes>(read: &U::Record, edited: &U::Record) -> Result<U, NotWritable> {
    ///     edits(read, edited).into_update()
    /// }
    /// ```
    pub fn into_update<U: Writes<Record = R>>(self) -> Result<U, NotWritable> {
        patch::<U>(&self, Of::Record).map(U::from_patch)
    }

    /// The changes to properties that a type may write.
    ///
    /// With what differs from an empty record, this is how a copy is created:
    /// `diff(&Default::default(), &bucket).writable_by::<PlannerBucketCreate>()`.
    pub fn writable_by<U: Writes<Record = R>>(self) -> Self {
        self.only(|change| {
            let property = change.field.property();
            find::<U>(property).is_some() || (U::OPEN && !declares::<R>(property))
        })
    }
}

/// What the changes are of.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    /// A record, of which not everything may have been asked for.
    Record,
    /// A member of an open type, which always comes whole: what is absent was cleared.
    Member,
    /// Nothing: an object is sent whole, and what is not sent of it is null.
    Nothing,
}

fn find<U: Writes>(property: &str) -> Option<&'static Writable<U::Record>> {
    U::FIELDS.iter().find(|field| field.property.name() == property)
}

fn patch<U: Writes>(diff: &Diff<U::Record>, of: Of) -> Result<Patch<U::Record>, NotWritable> {
    let mut patch = Patch::default();
    let changes = diff.changes().filter(|change| !change.field.is_annotation());
    let changes: Vec<_> = changes.collect();
    for changes in changes.chunk_by(|one, other| one.field.property() == other.field.property()) {
        let Some(first) = changes.first() else { continue };
        let property = first.field.property();
        let writable = find::<U>(property);
        if first.field.is_whole() && first.after.is_none() {
            // It was perhaps not asked for, with all its members.
            if let Some(writable) = writable.filter(|writable| of == Of::Member && writable.clearable)
                && !is_gone(first.before.as_ref())
            {
                patch.clear(writable.property);
            }
            continue;
        }
        match writable {
            Some(writable) => write(&mut patch, writable, changes, of)?,
            None if U::OPEN && !declares::<U::Record>(property) => patch.set_open(property, &first.after),
            None => return Err(NotWritable::new(first.field.clone(), WhyNot::ReadOnly)),
        }
    }
    Ok(patch)
}

fn write<R: Record>(
    patch: &mut Patch<R>,
    writable: &Writable<R>,
    changes: &[&FieldChange],
    of: Of,
) -> Result<(), NotWritable> {
    let property = writable.property;
    for change in changes {
        let refuse = |why| Err(NotWritable::new(change.field.clone(), why));
        match (&writable.how, change.field.wire_key(), change.after.as_ref()) {
            (How::Members(member, removal), Some(key), _) => {
                write_member(patch, property, member, *removal, &WireKey(key.into()), change)?;
            }
            // The members of a map that is there now, or that is null, are changes of their own.
            (How::Members(..), None, value) if is_gone(value) || value.is_some_and(Raw::is_empty) => {}
            (How::Members(..), None, _) | (_, Some(_), _) => {
                return refuse(WhyNot::Unreadable("it is not changed member by member".to_owned()));
            }
            (_, None, value) if is_gone(value) => match of {
                _ if writable.clearable => patch.clear(property),
                Of::Nothing => {}
                Of::Record | Of::Member => return refuse(WhyNot::NotClearable),
            },
            (How::Plain, None, Some(value)) => patch.set::<Raw>(property, value.clone()),
            (How::OrderHint, None, Some(value)) => {
                patch.set::<Raw>(property, place(value, change)?);
            }
            (How::Object(put), None, Some(value)) => put(patch, property, change.before.as_ref(), value)?,
            (_, None, None) => {}
        }
    }
    Ok(())
}

fn write_member<R: Record>(
    patch: &mut Patch<R>,
    property: Property<R>,
    member: &Member<R>,
    removal: MemberRemoval,
    key: &WireKey,
    change: &FieldChange,
) -> Result<(), NotWritable> {
    let is_set = |value: Option<&Raw>| match member {
        Member::Flag => value.is_some_and(|value| value.as_str() == "true"),
        _ => !is_gone(value),
    };
    let value = match &change.after {
        Some(value) if is_set(change.after.as_ref()) => value,
        _ if !is_set(change.before.as_ref()) => return Ok(()),
        _ => {
            match removal {
                MemberRemoval::Null => patch.remove_member(property, key),
                MemberRemoval::False => patch.set_plain_member(property, key, false),
                MemberRemoval::Never => return Err(NotWritable::new(change.field.clone(), WhyNot::NotRemovable)),
            }
            return Ok(());
        }
    };
    match member {
        Member::Plain | Member::Flag => patch.set_plain_member(property, key, value),
        Member::OrderHint => patch.set_plain_member(property, key, place(value, change)?),
        Member::Object(put) => {
            let before = change.before.as_ref().filter(|before| !before.is_null());
            put(patch, property, key, before, value).map_err(|error| error.within(change.field.clone()))?;
        }
    }
    Ok(())
}

/// A hint that asks for a place. Where there was none before, a hint of the service's asks for the place right after it, so
/// that copies stand in the order of what they are copies of.
fn place(value: &Raw, change: &FieldChange) -> Result<Raw, NotWritable> {
    let unreadable = |error| NotWritable::unreadable(change.field.clone(), &error);
    let hint = value.decode::<OrderHint>().map_err(unreadable)?;
    if hint.is_new() {
        return Ok(value.clone());
    }
    if is_gone(change.before.as_ref()) {
        return Raw::from_value(&OrderHint::after(&hint)).map_err(unreadable);
    }
    Err(NotWritable::new(change.field.clone(), WhyNot::ServiceOrderHint))
}

pub(super) fn object<R: Record, U: Writes>(
    patch: &mut Patch<R>,
    property: Property<R>,
    before: Option<&Raw>,
    value: &Raw,
) -> Result<(), NotWritable> {
    let value = whole::<U>(before, value).map_err(|error| error.within(property))?;
    patch.set_object(property, value);
    Ok(())
}

pub(super) fn objects<R: Record, U: Writes>(
    patch: &mut Patch<R>,
    property: Property<R>,
    _: Option<&Raw>,
    value: &Raw,
) -> Result<(), NotWritable> {
    patch.set_objects(property, list::<R, U>(property, value)?);
    Ok(())
}

pub(super) fn typed_objects<R: Record, U: Writes>(
    patch: &mut Patch<R>,
    property: Property<R>,
    _: Option<&Raw>,
    value: &Raw,
) -> Result<(), NotWritable> {
    patch.set_typed_objects(property, list::<R, U>(property, value)?);
    Ok(())
}

pub(super) fn member<R: Record, U: Writes>(
    patch: &mut Patch<R>,
    property: Property<R>,
    key: &WireKey,
    before: Option<&Raw>,
    after: &Raw,
) -> Result<(), NotWritable> {
    let Some(before) = before else {
        patch.set_member(property, key, whole::<U>(None, after)?);
        return Ok(());
    };
    let changes = diff(&read::<U::Record>(before)?, &read::<U::Record>(after)?);
    let changes = self::patch::<U>(&changes, Of::Member)?;
    // Nothing but annotations may have changed.
    if !changes.is_empty() {
        patch.set_member(property, key, U::from_patch(changes));
    }
    Ok(())
}

fn list<R: Record, U: Writes>(property: Property<R>, value: &Raw) -> Result<Vec<U>, NotWritable> {
    let values: Vec<Raw> = value
        .decode()
        .map_err(|error| NotWritable::unreadable(property, &error))?;
    let objects = values.iter().map(|value| whole(None, value));
    objects
        .collect::<Result<_, NotWritable>>()
        .map_err(|error| error.within(property))
}

/// All of an object that may be written. What is not sent of it keeps its value where the service merges it with what is
/// there, and only there something can be cleared.
fn whole<U: Writes>(before: Option<&Raw>, value: &Raw) -> Result<U, NotWritable> {
    let object = read::<U::Record>(value)?;
    let all = diff(&U::Record::default(), &object).writable_by::<U>();
    let mut patch = patch::<U>(&all, Of::Nothing)?;
    let before = before.filter(|before| !before.is_null()).map(read::<U::Record>);
    let before = before.transpose()?.unwrap_or_default();
    for field in U::FIELDS {
        let property = field.property;
        let is_there = |object: &U::Record| object.presence(property) == Presence::Value;
        if is_there(&object) {
            continue;
        }
        if field.required && matches!(field.how, How::OrderHint) {
            patch.set::<NewOrderHint>(property, OrderHint::first());
        } else if field.clearable && is_there(&before) {
            patch.clear(property);
        }
    }
    Ok(U::from_patch(patch))
}

fn read<R: Record>(value: &Raw) -> Result<R, NotWritable> {
    let mut json = serde_json::Deserializer::from_str(value.as_str());
    record::deserialize(&mut json).map_err(|error| NotWritable::unreadable("", &error))
}
