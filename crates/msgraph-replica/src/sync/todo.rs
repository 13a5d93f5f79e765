//! To Do: what there is, page by page, then what changed since.

use std::collections::HashSet;

use msgraph_core::{Id, request::V1};
use msgraph_request::v1;

use super::{Entry, Fetch as _, RawPage, Round};
use crate::{
    Collection, Error, Kind, Replica, Report, Row,
    store::{Commit, Stage},
};

impl Replica {
    /// Drops the tasks of lists that are not there any more: an enumeration of lists does not tell what is gone, and the tasks
    /// of a list are told by a feed of their own.
    pub(crate) async fn drop_tasks_of_others(&self, lists: &[Collection], report: &mut Report) -> Result<(), Error> {
        let feeds = self.store().feeds().await?.into_iter();
        let tasks = feeds.map(|(collection, _)| collection);
        let is_gone =
            |collection: &Collection| matches!(collection, Collection::TodoTasks(_)) && !lists.contains(collection);
        let drop: Vec<_> = tasks.filter(is_gone).collect();
        if !drop.is_empty() {
            let commit = Commit {
                drop,
                ..Commit::default()
            };
            report.add(self.store().commit(commit).await?);
        }
        Ok(())
    }
}

impl Round<'_> {
    /// Reads everything, beside what is there from before, and swaps it in. A page is staged with the link that it leads to, so
    /// that an enumeration goes on where it was broken off.
    pub(super) async fn enumerate_todo(&mut self) -> Result<(), Error> {
        let mut seen = HashSet::new();
        if self.feed.link.is_none() {
            self.begin_again().await?;
        }
        loop {
            let from = self.feed.link.clone();
            let page = match &from {
                Some(link) if !seen.insert(link.clone()) => return Err(self.stuck()),
                Some(link) => self.replica.follow(link).await?,
                None => self.first_page().await?,
            };
            self.report.pages += 1;
            let link = self.link_of(&page, from.as_deref().unwrap_or_default())?;
            let (kind, parent) = match &self.collection {
                Collection::TodoTasks(list) => (Kind::TodoTask, Some(list.clone())),
                _ => (Kind::TodoList, None),
            };
            let mut rows = Vec::new();
            for item in &page.items {
                match Entry::of(item) {
                    // The first round may tell of what is gone: it is not there, and not to be kept.
                    Some(entry) if entry.is_removed() => rows.retain(|row: &Row| row.key.id != entry.id),
                    Some(entry) => rows.push(self.row_of(entry, kind, parent.clone(), item)),
                    None => self.unreadable(item),
                }
            }
            self.report.staged += rows.len();
            let is_last = page.next.is_none();
            if !is_last {
                self.feed.link = Some(link.clone());
            }
            let commit = Commit {
                lease: Some(self.lease.clone()),
                feed: Some(self.feed.clone()),
                stage: Some(Stage::Add(rows)),
                ..Commit::default()
            };
            self.commit(commit).await?;
            if is_last {
                self.feed.completed_at = Some(self.replica.now());
                self.report.rounds += 1;
                return self.swap(link).await;
            }
        }
    }

    async fn first_page(&self) -> Result<RawPage, Error> {
        let lists = || v1::me().todo();
        let path = match &self.collection {
            Collection::TodoTasks(list) => lists().list(&Id::new(&**list)).tasks().delta().path().to_owned(),
            _ => lists().lists().delta().path().to_owned(),
        };
        self.replica.page::<V1>(&path).await
    }
}
