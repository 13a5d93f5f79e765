//! What is sent: properties that are set or cleared, one by one, and nothing else.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{
    Raw,
    open::OpenKey,
    record::{Property, Record},
    request::RequestFault,
};

/// A generated type that is sent: an update, a creation, or the value of an open property.
pub trait Edit: Sized {
    /// The type that it is an edit of.
    type Record: Record;

    /// The changes.
    fn patch(&self) -> &Patch<Self::Record>;

    /// The changes, without the type that made sure of them.
    fn into_patch(self) -> Patch<Self::Record>;

    /// Whether nothing is set and nothing cleared. Such an update cannot be sent.
    fn is_empty(&self) -> bool {
        self.patch().members.is_empty()
    }
}

/// The changes to the properties of an `R`, each at most once, in the order in which they were first made.
pub struct Patch<R> {
    members: Vec<(Property<R>, Change)>,
    fault: Option<RequestFault>,
}

#[derive(Debug, Clone, PartialEq)]
enum Change {
    Set(Raw),
    Clear,
    /// Changes to single members of an open type; the others keep their values.
    Members(Vec<(Box<str>, Raw)>),
}

impl<R: Record> Patch<R> {
    /// Sets a property.
    pub fn set<V: Serialize>(&mut self, property: Property<R>, value: impl Into<V>) {
        match Raw::from_value(&value.into()) {
            Ok(value) => *self.change(property) = Change::Set(value),
            Err(error) => self.refuse(RequestFault::Unwritable {
                property: property.name(),
                reason: error.to_string(),
            }),
        }
    }

    /// Clears a property: it is sent as null.
    pub fn clear(&mut self, property: Property<R>) {
        *self.change(property) = Change::Clear;
    }

    /// Sets one member of an open type to an object. The object is sent with its `@odata.type`.
    pub fn set_member<E: Edit>(&mut self, property: Property<R>, key: &impl OpenKey, value: E) {
        let patch = value.into_patch();
        if patch.members.is_empty() {
            self.refuse(RequestFault::EmptyMember {
                property: property.name(),
                key: key.as_wire().into(),
            });
        }
        self.set_plain_member(property, key, Typed(&patch));
        if let Some(fault) = patch.fault {
            self.refuse(fault);
        }
    }

    /// Sets one member of an open type to a value that needs no `@odata.type`.
    pub fn set_plain_member(&mut self, property: Property<R>, key: &impl OpenKey, value: impl Serialize) {
        let value = match Raw::from_value(&value) {
            Ok(value) => value,
            Err(error) => {
                return self.refuse(RequestFault::Unwritable {
                    property: property.name(),
                    reason: error.to_string(),
                });
            }
        };
        let change = self.change(property);
        if !matches!(change, Change::Members(_)) {
            *change = Change::Members(Vec::new());
        }
        if let Change::Members(members) = change {
            members.retain(|(known, _)| **known != *key.as_wire());
            members.push((key.as_wire().into(), value));
        }
    }

    /// Removes one member of an open type: it is sent as null.
    pub fn remove_member(&mut self, property: Property<R>, key: &impl OpenKey) {
        self.set_plain_member(property, key, ());
    }

    /// The JSON that is sent for a property, where one is.
    pub fn get(&self, property: Property<R>) -> Option<Raw> {
        let (_, change) = self.members.iter().find(|(known, _)| *known == property)?;
        Raw::from_value(change).ok()
    }

    /// The properties that are set or cleared.
    pub fn properties(&self) -> impl Iterator<Item = Property<R>> {
        self.members.iter().map(|(property, _)| *property)
    }

    /// Why these changes cannot be sent, if they cannot.
    pub fn fault(&self) -> Option<&RequestFault> {
        self.fault.as_ref()
    }

    fn change(&mut self, property: Property<R>) -> &mut Change {
        let position = self.members.iter().position(|(known, _)| *known == property);
        let position = position.unwrap_or_else(|| {
            self.members.push((property, Change::Clear));
            self.members.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "the position was just found or pushed")]
        &mut self.members[position].1
    }

    fn refuse(&mut self, fault: RequestFault) {
        self.fault.get_or_insert(fault);
    }
}

impl<R> Default for Patch<R> {
    fn default() -> Self {
        Self {
            members: Vec::new(),
            fault: None,
        }
    }
}

impl<R> Clone for Patch<R> {
    fn clone(&self) -> Self {
        Self {
            members: self.members.clone(),
            fault: self.fault.clone(),
        }
    }
}

impl<R> PartialEq for Patch<R> {
    fn eq(&self, other: &Self) -> bool {
        self.members == other.members && self.fault == other.fault
    }
}

impl<R> fmt::Debug for Patch<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_map()
            .entries(self.members.iter().map(|(property, change)| (property, change)))
            .finish()
    }
}

impl<R> Serialize for Patch<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.members.len()))?;
        for (property, change) in &self.members {
            map.serialize_entry(property.name(), change)?;
        }
        map.end()
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Set(value) => value.serialize(serializer),
            Self::Clear => serializer.serialize_unit(),
            Self::Members(members) => serializer.collect_map(members.iter().map(|(key, value)| (key, value))),
        }
    }
}

/// The value of an open property, which the service takes only with its type.
struct Typed<'a, R>(&'a Patch<R>);

impl<R: Record> Serialize for Typed<'_, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.members.len() + 1))?;
        map.serialize_entry("@odata.type", R::ODATA_TYPE)?;
        for (property, change) in &self.0.members {
            map.serialize_entry(property.name(), change)?;
        }
        map.end()
    }
}
