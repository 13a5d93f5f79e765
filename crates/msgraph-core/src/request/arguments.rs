use std::collections::BTreeMap;

use serde::Serialize;

use super::RequestFault;
use crate::{Raw, update::Edit};

/// The parameters of an action, as they are sent. Used by generated code.
#[derive(Debug, Default)]
pub struct Arguments(Vec<(&'static str, Result<Raw, RequestFault>)>);

impl Arguments {
    /// No parameters yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a parameter.
    pub fn set(mut self, name: &'static str, value: impl Serialize) -> Self {
        let value = Raw::from_value(&value).map_err(|error| RequestFault::Unwritable {
            property: name,
            reason: error.to_string(),
        });
        self.0.push((name, value));
        self
    }

    /// Adds a parameter that is an object.
    pub fn set_object<E: Edit>(mut self, name: &'static str, value: E) -> Self {
        let patch = value.into_patch();
        if let Some(fault) = patch.fault() {
            self.0.push((name, Err(fault.clone())));
            return self;
        }
        self.set(name, patch)
    }

    pub(super) fn body(self) -> Result<Raw, RequestFault> {
        let mut members = BTreeMap::new();
        for (name, value) in self.0 {
            members.insert(name, value?);
        }
        Raw::from_value(&members).map_err(|error| RequestFault::Unwritable {
            property: "",
            reason: error.to_string(),
        })
    }
}
