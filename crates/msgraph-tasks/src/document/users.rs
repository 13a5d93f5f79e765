//! Who in one place is who in another.

use std::collections::BTreeMap;

use msgraph_core::Id;
use msgraph_model::User;

/// Who the users of a document are in the place that it is imported into.
///
/// ```
/// # use msgraph_tasks::{Id, document::{Unmapped, UserMap}};
/// let there = UserMap::new()
///     .map("fbab97d0-4932-4511-b675-204639209557", &Id::new("6463a5ce-2119-4198-9f2a-628761df4a62"))
///     .unmapped(Unmapped::Drop);
/// # let _ = there;
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserMap {
    known: BTreeMap<String, Id<User>>,
    unmapped: Unmapped,
}

/// What becomes of users that a [`UserMap`] does not name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Unmapped {
    /// The import is refused before anything is sent.
    #[default]
    Refuse,
    /// They are left out: the task is there, and not assigned to them.
    Drop,
    /// They are the same there, as within one organization.
    Keep,
}

impl UserMap {
    /// A map that names nobody yet, and refuses whom it does not name.
    pub fn new() -> Self {
        Self::default()
    }

    /// The map within one organization: everybody is who they are.
    pub fn same() -> Self {
        Self::new().unmapped(Unmapped::Keep)
    }

    /// Says who somebody is. `from` is their key in the document, which export takes from their id.
    #[must_use]
    pub fn map(mut self, from: impl Into<String>, to: &Id<User>) -> Self {
        self.known.insert(from.into(), to.clone());
        self
    }

    /// Says what becomes of the others.
    #[must_use]
    pub fn unmapped(self, unmapped: Unmapped) -> Self {
        Self { unmapped, ..self }
    }

    /// Who somebody is there: `Ok(None)` where they are left out, an error where the map is to refuse them.
    pub(crate) fn resolve(&self, key: &str) -> Result<Option<Id<User>>, Unnamed> {
        match (self.known.get(key), self.unmapped) {
            (Some(id), _) => Ok(Some(id.clone())),
            (None, Unmapped::Keep) => Ok(Some(Id::new(key))),
            (None, Unmapped::Drop) => Ok(None),
            (None, Unmapped::Refuse) => Err(Unnamed),
        }
    }
}

/// The map has nobody.
pub(crate) struct Unnamed;
