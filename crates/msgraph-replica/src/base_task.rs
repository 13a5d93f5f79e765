//! The retired API before To Do, as its feeds were recorded.
#![expect(deprecated, reason = "the API before To Do is retired as a whole")]

use msgraph_model::{BaseTask, BaseTaskList};

use crate::{Error, Key, Kind, Replica, Row};

impl Replica {
    /// A list of the API before To Do, by its type.
    ///
    /// # Errors
    ///
    /// [`Error::Store`]; [`Error::Undecodable`] where this build cannot read it.
    pub async fn base_list(&self, id: &str) -> Result<Option<BaseTaskList>, Error> {
        let row = self.store().get(&Key::new(Kind::BaseList, id)).await?;
        typed(row.as_ref())
    }

    /// A task of that API, by its type.
    ///
    /// # Errors
    ///
    /// Those of [`base_list`](Self::base_list).
    pub async fn base_task(&self, id: &str) -> Result<Option<BaseTask>, Error> {
        let row = self.store().get(&Key::new(Kind::BaseTask, id)).await?;
        typed(row.as_ref())
    }
}

fn typed<T: serde::de::DeserializeOwned>(row: Option<&Row>) -> Result<Option<T>, Error> {
    let shown = row.and_then(Row::shown).map(serde_json::from_str);
    shown.transpose().map_err(|error| Error::unfit(&error))
}
