//! Whose copy it is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whose Planner and To Do a store holds. A store is of one account, and refuses another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Account {
    /// The cloud, such as `global`.
    pub cloud: String,
    /// The id of the tenant.
    pub tenant: String,
    /// The id of the user.
    pub user: String,
}

impl Account {
    /// An account, by the ids of the tenant and the user.
    pub fn new(cloud: impl Into<String>, tenant: impl Into<String>, user: impl Into<String>) -> Self {
        Self {
            cloud: cloud.into(),
            tenant: tenant.into(),
            user: user.into(),
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}/{}", self.cloud, self.tenant, self.user)
    }
}
