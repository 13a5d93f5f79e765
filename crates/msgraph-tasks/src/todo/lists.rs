//! Lists, all of them and by name.

use std::collections::HashSet;

use msgraph_core::{Id, Versioned, delta::Change, enums::OpenEnum as _};
use msgraph_model::{TodoTaskList, WellknownListName};
use msgraph_request::v1;

use super::Todo;
use crate::Error;
use crate::names::pick;

type List = Versioned<TodoTaskList>;

impl Todo {
    /// All lists, in the order of the service.
    ///
    /// The service lists about a hundred and says nothing of the rest, so where there are that many, the delta query tells
    /// the others.
    ///
    /// # Errors
    ///
    /// [`Error::Client`].
    ///
    /// <https://learn.microsoft.com/graph/api/todo-list-lists>
    pub async fn lists(&self) -> Result<Vec<List>, Error> {
        let listed = self.listed().await?;
        self.completed(listed).await
    }

    /// The list that every user has from the start, whatever it is called in the user's language.
    ///
    /// # Errors
    ///
    /// [`Error::Client`]; [`Error::NotOne`] where the service has no such list, which it is not known to do.
    ///
    /// <https://learn.microsoft.com/graph/api/resources/todotasklist>
    pub async fn default_list(&self) -> Result<List, Error> {
        self.well_known(&WellknownListName::DefaultList).await
    }

    /// The list of flagged messages. The service refuses to list its tasks.
    ///
    /// # Errors
    ///
    /// [`Error::Client`]; [`Error::NotOne`] where there is none, as of a user without a mailbox for mail.
    ///
    /// <https://learn.microsoft.com/graph/api/resources/todotasklist>
    pub async fn flagged_emails(&self) -> Result<List, Error> {
        self.well_known(&WellknownListName::FlaggedEmails).await
    }

    /// The list that has a name, as it is spelt; where none has, the one that has it in other cases of letters.
    ///
    /// # Errors
    ///
    /// [`Error::Client`]; [`Error::NotOne`] where no list has the name, with those that there are, or more than one, with
    /// their ids.
    ///
    /// <https://learn.microsoft.com/graph/api/todo-list-lists>
    pub async fn list_named(&self, name: &str) -> Result<List, Error> {
        let lists = self.lists().await?;
        Ok(pick("list", name, lists, |list| {
            (list.display_name.as_deref().unwrap_or_default(), id(list))
        })?)
    }

    async fn well_known(&self, name: &WellknownListName) -> Result<List, Error> {
        let is_it = |list: &List| list.wellknown_list_name.as_ref() == Some(name);
        let mut lists = self.listed().await?;
        // It is among the first as a rule, so that the rest need not be asked for.
        if !lists.iter().any(is_it) {
            lists = self.completed(lists).await?;
        }
        lists.retain(is_it);
        Ok(pick("built-in list", name.as_str(), lists, |list| {
            let name = list.wellknown_list_name.as_ref();
            (name.map_or("", |name| name.as_str()), id(list))
        })?)
    }

    async fn listed(&self) -> Result<Vec<List>, Error> {
        let request = v1::me().todo().lists().list();
        Ok(self.client.pages(request).collect(usize::MAX).await?)
    }

    /// These lists and those that the service did not list.
    async fn completed(&self, mut lists: Vec<List>) -> Result<Vec<List>, Error> {
        if lists.len() < REACHABLE {
            return Ok(lists);
        }
        let request = v1::me().todo().lists().delta();
        let (changes, _) = self.client.delta(request).collect(usize::MAX).await?;
        let mut known: HashSet<_> = lists.iter().filter_map(|list| list.id().cloned()).collect();
        for change in changes {
            match change {
                Change::Present(list) if list.id().is_none_or(|id| known.insert(id.clone())) => lists.push(list),
                Change::Present(_) => {}
                Change::Removed(gone) => lists.retain(|list| list.id() != gone.id()),
            }
        }
        Ok(lists)
    }
}

/// Fewer lists than these are all that there are. Users report the end of what can be listed between 96 and 100.
const REACHABLE: usize = 90;

fn id(list: &List) -> &str {
    list.id().map_or("", Id::as_str)
}
