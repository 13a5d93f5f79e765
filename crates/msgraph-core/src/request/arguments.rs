use std::collections::BTreeMap;

use serde::Serialize;

use super::{RequestFault, Versions};
use crate::{
    Raw,
    update::{Edit, Limit, Patch},
};

/// The parameters of an action, as they are sent. Used by generated code.
#[derive(Debug, Default)]
pub struct Arguments {
    members: Vec<(&'static str, Result<Raw, RequestFault>)>,
    limit: Option<Limit>,
}

impl Arguments {
    /// No parameters yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a parameter; one that is left out is not sent.
    pub fn set(mut self, name: &'static str, value: Option<impl Serialize>) -> Self {
        let value = value.map(|value| {
            Raw::from_value(&value).map_err(|error| RequestFault::Unwritable {
                property: name,
                reason: error.to_string(),
            })
        });
        self.members.extend(value.map(|value| (name, value)));
        self
    }

    /// Adds a parameter that is an object; one that is left out is not sent.
    pub fn set_object<E: Edit>(mut self, name: &'static str, value: Option<E>) -> Self {
        let Some(patch) = value.map(Edit::into_patch) else {
            return self;
        };
        self.limit = self.limit.or(patch.limit());
        if let Some(fault) = patch.fault() {
            self.members.push((name, Err(fault.clone())));
            return self;
        }
        self.set(name, Some(patch))
    }

    /// Adds a parameter that is a list of objects; one that is left out is not sent.
    pub fn set_objects<E: Edit>(mut self, name: &'static str, values: Option<Vec<E>>) -> Self {
        let Some(values) = values else {
            return self;
        };
        let patches: Vec<_> = values.into_iter().map(Edit::into_patch).collect();
        self.limit = self.limit.or(patches.iter().find_map(Patch::limit));
        if let Some(fault) = patches.iter().find_map(Patch::fault) {
            self.members.push((name, Err(fault.clone())));
            return self;
        }
        self.set(name, Some(patches))
    }

    /// What of the parameters a version lacks, if it lacks anything.
    pub(super) fn outside(&self, version: Versions) -> Option<&'static str> {
        self.limit.and_then(|limit| limit.outside(version))
    }

    pub(super) fn body(self) -> Result<Raw, RequestFault> {
        let mut members = BTreeMap::new();
        for (name, value) in self.members {
            members.insert(name, value?);
        }
        Raw::from_value(&members).map_err(|error| RequestFault::Unwritable {
            property: "",
            reason: error.to_string(),
        })
    }
}
