//! Where the feeds of the API before To Do begin.
#![expect(deprecated, reason = "the API before To Do is retired as a whole")]

use msgraph_core::{Id, request::Beta};
use msgraph_request::beta;

use super::{Fetch as _, RawPage, Round};
use crate::{Collection, Error};

impl Round<'_> {
    pub(super) async fn first_of_base(&self) -> Result<RawPage, Error> {
        let tasks = beta::me().tasks();
        let path = match &self.collection {
            Collection::BaseTasks(list) => tasks.list(&Id::new(&**list)).tasks().delta().path().to_owned(),
            _ => tasks.lists().delta().path().to_owned(),
        };
        self.replica.page::<Beta>(&path).await
    }
}
