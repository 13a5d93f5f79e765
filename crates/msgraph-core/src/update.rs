//! What is sent: properties that are set or cleared, one by one, and nothing else.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{
    Raw,
    open::{OpenKey, is_property_name},
    record::{Property, Record},
    request::{RequestFault, Versions},
};

/// A generated type that is sent: an update, a creation, or the value of an open property.
pub trait Edit: Sized {
    /// The type that it is an edit of.
    type Record: Record;

    /// The changes, without the type that made sure of them.
    fn into_patch(self) -> Patch<Self::Record>;
}

/// The changes to the properties of an `R`, each at most once, in the order in which they were first made.
pub struct Patch<R> {
    members: Vec<Member<R>>,
    /// Properties that an open type does not declare.
    open: Vec<(Box<str>, Value)>,
}

struct Member<R> {
    property: Property<R>,
    change: Change,
    /// A property in the value that not every version has.
    limit: Option<Limit>,
}

/// A property that not every version of the API has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limit {
    property: &'static str,
    versions: Versions,
}

impl Limit {
    pub(crate) fn of<R>(property: Property<R>) -> Option<Self> {
        let versions = property.versions();
        let property = property.name();
        (versions != Versions::ALL).then_some(Self { property, versions })
    }

    /// The property, if the version lacks it.
    pub(crate) fn outside(self, version: Versions) -> Option<&'static str> {
        (!self.versions.contains(version)).then_some(self.property)
    }
}

/// What is sent for a property or a member, or why it cannot be.
type Value = Result<Raw, RequestFault>;

#[derive(Debug, Clone, PartialEq)]
enum Change {
    Set(Value),
    Clear,
    /// Changes to single members of an open type; the others keep their values.
    Members(Vec<(Box<str>, Value)>),
}

impl<R: Record> Patch<R> {
    /// Sets a property.
    pub fn set<V: Serialize>(&mut self, property: Property<R>, value: impl Into<V>) {
        *self.change(property, None) = Change::Set(written(property, &value.into()));
    }

    /// Sets a property to an object, which is sent whole.
    pub fn set_object<E: Edit>(&mut self, property: Property<R>, value: E) {
        let patch = value.into_patch();
        *self.change(property, patch.limit()) = Change::Set(match patch.fault() {
            Some(fault) => Err(fault.clone()),
            None => written(property, &patch),
        });
    }

    /// Sets a property to several objects, which are sent whole.
    pub fn set_objects<E: Edit>(&mut self, property: Property<R>, values: impl IntoIterator<Item = E>) {
        let patches: Vec<_> = values.into_iter().map(Edit::into_patch).collect();
        self.set_patches(property, &patches, |patches| written(property, &patches));
    }

    /// Sets a property to several objects, each of which is sent with its `@odata.type`.
    pub fn set_typed_objects<E: Edit>(&mut self, property: Property<R>, values: impl IntoIterator<Item = E>) {
        let patches: Vec<_> = values.into_iter().map(Edit::into_patch).collect();
        self.set_patches(property, &patches, |patches| {
            written(property, &patches.iter().map(Typed).collect::<Vec<_>>())
        });
    }

    fn set_patches<T: Record>(
        &mut self,
        property: Property<R>,
        patches: &[Patch<T>],
        written: impl FnOnce(&[Patch<T>]) -> Value,
    ) {
        let limit = patches.iter().find_map(Patch::limit);
        *self.change(property, limit) = Change::Set(match patches.iter().find_map(Patch::fault) {
            Some(fault) => Err(fault.clone()),
            None => written(patches),
        });
    }

    /// Clears a property: it is sent as null.
    pub fn clear(&mut self, property: Property<R>) {
        *self.change(property, None) = Change::Clear;
    }

    /// Sets one member of an open type to an object. The object is sent with its `@odata.type`.
    pub fn set_member<E: Edit>(&mut self, property: Property<R>, key: &impl OpenKey, value: E) {
        let patch = value.into_patch();
        let value = match patch.fault() {
            Some(fault) => Err(fault.clone()),
            None if patch.is_empty() => Err(RequestFault::EmptyMember {
                property: property.name(),
            }),
            None => written(property, &Typed(&patch)),
        };
        self.put(property, key, value, patch.limit());
    }

    /// Sets one member of an open type to a value that needs no `@odata.type`.
    pub fn set_plain_member(&mut self, property: Property<R>, key: &impl OpenKey, value: impl Serialize) {
        self.put(property, key, written(property, &value), None);
    }

    /// Removes one member of an open type: it is sent as null.
    pub fn remove_member(&mut self, property: Property<R>, key: &impl OpenKey) {
        self.set_plain_member(property, key, ());
    }

    /// Sets a property that the type, which is open, does not declare.
    pub fn set_open(&mut self, name: &str, value: impl Serialize) {
        let value = match Raw::from_value(&value) {
            Ok(_) if !is_property_name(name) => Err(RequestFault::InvalidKey {
                property: "(open properties)",
            }),
            Ok(value) => Ok(value),
            Err(error) => Err(RequestFault::Unwritable {
                property: "(open properties)",
                reason: error.to_string(),
            }),
        };
        self.open.retain(|(known, _)| **known != *name);
        self.open.push((name.into(), value));
    }

    /// Whether nothing is set and nothing cleared. Such an update cannot be sent.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && self.open.is_empty()
    }

    /// The JSON that is sent for a property, where one is.
    pub fn get(&self, property: Property<R>) -> Option<Raw> {
        let member = self.members.iter().find(|member| member.property == property)?;
        Raw::from_value(&member.change).ok()
    }

    /// The properties that are set or cleared.
    pub fn properties(&self) -> impl Iterator<Item = Property<R>> {
        self.members.iter().map(|member| member.property)
    }

    /// A property that is set and that not every version of the API has.
    pub(crate) fn limit(&self) -> Option<Limit> {
        self.members
            .iter()
            .find_map(|member| Limit::of(member.property).or(member.limit))
    }

    /// What is set and a version of the API lacks, if there is something.
    pub(crate) fn outside(&self, version: Versions) -> Option<&'static str> {
        let limits = self
            .members
            .iter()
            .filter_map(|member| Limit::of(member.property).or(member.limit));
        limits.into_iter().find_map(|limit| limit.outside(version))
    }

    /// Why these changes cannot be sent, if they cannot.
    pub fn fault(&self) -> Option<&RequestFault> {
        let open = self.open.iter().find_map(|(_, value)| value.as_ref().err());
        open.or_else(|| self.declared_fault())
    }

    fn declared_fault(&self) -> Option<&RequestFault> {
        self.members.iter().find_map(|member| match &member.change {
            Change::Set(value) => value.as_ref().err(),
            Change::Clear => None,
            Change::Members(members) => members.iter().find_map(|(_, value)| value.as_ref().err()),
        })
    }

    fn put<K: OpenKey>(&mut self, property: Property<R>, key: &K, value: Value, limit: Option<Limit>) {
        let value = if key.is_allowed() {
            value
        } else {
            Err(RequestFault::InvalidKey {
                property: property.name(),
            })
        };
        let change = self.change(property, limit);
        if !matches!(change, Change::Members(_)) {
            *change = Change::Members(Vec::new());
        }
        if let Change::Members(members) = change {
            members.retain(|(known, _)| K::from_wire(known) != *key);
            members.push((key.as_wire().into(), value));
        }
    }

    fn change(&mut self, property: Property<R>, limit: Option<Limit>) -> &mut Change {
        let position = self.members.iter().position(|member| member.property == property);
        let position = position.unwrap_or_else(|| {
            self.members.push(Member {
                property,
                change: Change::Clear,
                limit: None,
            });
            self.members.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "the position was just found or pushed")]
        let member = &mut self.members[position];
        // Members of an open type add up; any other value takes the place of the one before.
        let adds_up = matches!(member.change, Change::Members(_));
        member.limit = member.limit.filter(|_| adds_up).or(limit);
        &mut member.change
    }
}

fn written<R>(property: Property<R>, value: &impl Serialize) -> Value {
    Raw::from_value(value).map_err(|error| RequestFault::Unwritable {
        property: property.name(),
        reason: error.to_string(),
    })
}

impl<R> Default for Patch<R> {
    fn default() -> Self {
        Self {
            members: Vec::new(),
            open: Vec::new(),
        }
    }
}

impl<R> Clone for Member<R> {
    fn clone(&self) -> Self {
        Self {
            property: self.property,
            change: self.change.clone(),
            limit: self.limit,
        }
    }
}

impl<R> PartialEq for Member<R> {
    fn eq(&self, other: &Self) -> bool {
        self.property == other.property && self.change == other.change
    }
}

impl<R> Clone for Patch<R> {
    fn clone(&self) -> Self {
        Self {
            members: self.members.clone(),
            open: self.open.clone(),
        }
    }
}

impl<R> PartialEq for Patch<R> {
    fn eq(&self, other: &Self) -> bool {
        self.members == other.members && self.open == other.open
    }
}

impl<R> fmt::Debug for Patch<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_map()
            .entries(self.members.iter().map(|member| (member.property, &member.change)))
            .finish()
    }
}

impl<R> Serialize for Patch<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize_with_type(None, serializer)
    }
}

impl<R> Patch<R> {
    fn serialize_with_type<S: Serializer>(&self, ty: Option<&str>, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(ty) = ty {
            map.serialize_entry("@odata.type", ty)?;
        }
        for member in &self.members {
            map.serialize_entry(member.property.name(), &member.change)?;
        }
        for (name, value) in &self.open {
            map.serialize_entry(name, &sent(value))?;
        }
        map.end()
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Set(value) => sent(value).serialize(serializer),
            Self::Clear => serializer.serialize_unit(),
            Self::Members(members) => serializer.collect_map(members.iter().map(|(key, value)| (key, sent(value)))),
        }
    }
}

/// What cannot be sent is not: the request is refused.
fn sent(value: &Value) -> Option<&Raw> {
    value.as_ref().ok()
}

/// An object that the service takes only with its type.
pub(crate) struct Typed<'a, R>(pub(crate) &'a Patch<R>);

impl<R: Record> Serialize for Typed<'_, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize_with_type(Some(R::ODATA_TYPE), serializer)
    }
}
