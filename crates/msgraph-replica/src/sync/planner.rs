//! Planner: a link first, then everything that is there, then what changed since the link.

use msgraph_core::{Id, Raw, request::Beta};
use msgraph_request::beta;

use super::{Entry, Fetch as _, Round};
use crate::{
    Error, Key, Kind, Problem, Row,
    store::{Commit, Stage},
};

impl Round<'_> {
    /// Keeps the link, reads what there is, and swaps it in.
    pub(super) async fn enumerate_planner(&mut self) -> Result<(), Error> {
        let link = match self.feed.link.clone() {
            // The link is older than what is read now: what changed in between is told again, and costs nothing.
            Some(link) => link,
            None => {
                let start = self
                    .replica
                    .page::<Beta>(beta::me().planner().all().delta().path())
                    .await?;
                self.link_of(&start, "")?
            }
        };
        self.feed.link = Some(link.clone());
        let commit = Commit {
            lease: Some(self.lease.clone()),
            feed: Some(self.feed.clone()),
            stage: Some(Stage::Clear),
            ..Commit::default()
        };
        self.commit(commit).await?;
        self.snapshot().await?;
        self.swap(link).await
    }

    /// Stages everything that the user is told of.
    async fn snapshot(&mut self) -> Result<(), Error> {
        let user = beta::me().planner().get();
        let user = self.replica.object::<Beta>(user.path()).await?;
        self.stage(vec![(Kind::PlannerUser, None, user)]).await?;
        let mut next = Some(
            self.replica
                .page::<Beta>(beta::me().planner().plans().list().path())
                .await?,
        );
        while let Some(page) = next {
            for plan in &page.items {
                let Some(entry) = Entry::of(plan) else {
                    self.unreadable(plan);
                    continue;
                };
                self.stage(vec![(Kind::Plan, None, plan.clone())]).await?;
                self.snapshot_plan(&entry.id).await?;
            }
            next = self.after(page.next).await?;
        }
        // Tasks of plans that the user does not see, or that came meanwhile.
        self.snapshot_tasks(beta::me().planner().tasks().list().path()).await
    }

    async fn snapshot_plan(&mut self, plan: &str) -> Result<(), Error> {
        let id = Id::new(plan);
        let details = beta::planner().plan(&id).details().get();
        match self.replica.object::<Beta>(details.path()).await {
            Ok(details) => {
                self.stage(vec![(Kind::PlanDetails, Some(plan.to_owned()), details)])
                    .await?;
            }
            Err(error) => {
                self.hidden(Key::new(Kind::PlanDetails, plan), error)?;
                return Ok(());
            }
        }
        let mut next = Some(
            self.replica
                .page::<Beta>(beta::planner().plan(&id).buckets().list().path())
                .await?,
        );
        while let Some(page) = next {
            let buckets = page
                .items
                .into_iter()
                .map(|bucket| (Kind::Bucket, Some(plan.to_owned()), bucket));
            self.stage(buckets.collect()).await?;
            next = self.after(page.next).await?;
        }
        self.snapshot_tasks(beta::planner().plan(&id).tasks().list().path())
            .await
    }

    /// Stages the tasks of a list, with what belongs to each.
    async fn snapshot_tasks(&mut self, path: &str) -> Result<(), Error> {
        let mut next = Some(self.replica.page::<Beta>(path).await?);
        while let Some(page) = next {
            for tasks in page.items.chunks(100) {
                let entries = tasks.iter().filter_map(Entry::of);
                let parts =
                    entries.flat_map(|task| Kind::TASK_PARTS.iter().map(move |part| Key::new(*part, &*task.id)));
                let parts = self.read(parts.collect()).await?.into_iter();
                let parts = parts.map(|(key, part)| (key.kind, Some(key.id), part));
                let tasks = tasks.iter().map(|task| (Kind::Task, None, task.clone()));
                self.stage(tasks.chain(parts).collect()).await?;
            }
            next = self.after(page.next).await?;
        }
        Ok(())
    }

    async fn after(&mut self, next: Option<String>) -> Result<Option<super::RawPage>, Error> {
        match next {
            Some(next) => {
                let next = self.own(next)?;
                Ok(Some(self.replica.follow(&next).await?))
            }
            None => Ok(None),
        }
    }

    pub(super) fn unreadable(&mut self, item: &Raw) {
        let collection = self.collection.clone();
        let item = item.as_str().to_owned();
        self.report.problems.push(Problem::Unreadable { collection, item });
    }

    async fn stage(&mut self, objects: Vec<(Kind, Option<String>, Raw)>) -> Result<(), Error> {
        let mut rows = Vec::new();
        for (kind, parent, object) in objects {
            rows.extend(self.row(kind, parent, &object));
        }
        self.report.staged += rows.len();
        let commit = Commit {
            lease: Some(self.lease.clone()),
            stage: Some(Stage::Add(rows)),
            ..Commit::default()
        };
        self.commit(commit).await
    }

    fn row(&mut self, kind: Kind, parent: Option<String>, object: &Raw) -> Option<Row> {
        match Entry::of(object) {
            Some(entry) => Some(self.row_of(entry, kind, parent, object)),
            None => {
                self.unreadable(object);
                None
            }
        }
    }

    /// An object as a row; one that cannot be read is kept as it came, and reported.
    pub(super) fn row_of(&mut self, entry: Entry, kind: Kind, parent: Option<String>, object: &Raw) -> Row {
        let parent = parent.or(entry.plan);
        let key = Key::new(kind, entry.id);
        match kind.normal(object.as_str()) {
            Ok(server) => Row::of_server(key, self.collection.clone(), parent, server),
            Err(error) => {
                let kept = Key::new(Kind::Unknown, key.to_string());
                let reason = error.reason;
                self.report.problems.push(Problem::Undecodable { key, reason });
                Row::of_server(kept, self.collection.clone(), parent, object.as_str().to_owned())
            }
        }
    }
}
