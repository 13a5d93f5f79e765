use std::collections::BTreeMap;

use serde::Serialize;

use super::RequestFault;
use crate::Raw;

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
