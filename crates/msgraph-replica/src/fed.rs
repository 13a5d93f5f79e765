//! Which collections are fed: some are whatever there is, and some are while what they are of is there.

use msgraph_core::Id;
use msgraph_model::{Group, PlannerPlan, PlannerRoster, TodoTaskList, WellknownListName};

use crate::{
    Collection, Error, Key, Kind, Replica, Report, Row, StoreError,
    kind::read,
    store::{Commit, Feed},
};

/// What of Planner is fed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Planner {
    /// Nothing.
    Off,
    /// Everything that the user is subscribed to: the tasks that the user made or is assigned to, and the plans that are shared
    /// with the user. One query tells it all.
    #[default]
    Subscribed,
    /// Everything in some plans, whoever is subscribed to it, by Planner's newer queries: two a plan, and one a group or roster.
    ///
    /// The queries tell tasks, buckets and plans. What belongs to a task is read when the task is told, so that a change of
    /// nothing but its place on a board is not seen until the task changes, too; [`Replica::verify`] and
    /// [`Replica::read_again`] find it.
    Of(Vec<Plans>),
}

/// Plans of which everything is fed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Plans {
    /// This one.
    One(Id<PlannerPlan>),
    /// Those of a group, as they come and go.
    Group(Id<Group>),
    /// Those of a roster, as they come and go.
    Roster(Id<PlannerRoster>),
}

impl Replica {
    /// What is fed whatever there is.
    pub(crate) fn roots(&self) -> Vec<Collection> {
        let container = |plans: &Plans| match plans {
            Plans::One(_) => None,
            Plans::Group(group) => Some(Collection::GroupPlans(group.as_str().to_owned())),
            Plans::Roster(roster) => Some(Collection::RosterPlans(roster.as_str().to_owned())),
        };
        let mut roots: Vec<_> = match &self.options().planner {
            Planner::Off => Vec::new(),
            Planner::Subscribed => vec![Collection::Planner],
            Planner::Of(plans) => plans.iter().filter_map(container).collect(),
        };
        if self.options().todo {
            roots.push(Collection::TodoLists);
        }
        #[cfg(feature = "base-task")]
        if self.options().base_tasks {
            roots.push(Collection::BaseLists);
        }
        roots
    }

    /// What is fed while what it is of is there: the plans that were named or told, and the lists that were told.
    pub(crate) async fn branches(&self) -> Result<Vec<Collection>, Error> {
        let mut branches = Vec::new();
        for plan in self.plans().await? {
            branches.push(Collection::PlanBuckets(plan.clone()));
            branches.push(Collection::PlanTasks(plan));
        }
        let roots = self.roots();
        if roots.contains(&Collection::TodoLists) {
            let lists = self.rows_in(&Collection::TodoLists, Kind::TodoList).await?;
            let readable = lists.into_iter().filter(|row| !is_flagged(row));
            branches.extend(readable.map(|row| Collection::TodoTasks(row.key.id)));
        }
        if roots.contains(&Collection::BaseLists) {
            let lists = self.rows_in(&Collection::BaseLists, Kind::BaseList).await?;
            branches.extend(lists.into_iter().map(|row| Collection::BaseTasks(row.key.id)));
        }
        Ok(branches)
    }

    /// The plans of which everything is fed.
    async fn plans(&self) -> Result<Vec<String>, Error> {
        let Planner::Of(sources) = &self.options().planner else {
            return Ok(Vec::new());
        };
        let named = sources.iter().filter_map(|plans| match plans {
            Plans::One(plan) => Some(plan.as_str().to_owned()),
            _ => None,
        });
        let mut plans: Vec<_> = named.collect();
        for container in self.roots() {
            if container.is_newer_planner() {
                let rows = self.rows_in(&container, Kind::Plan).await?;
                plans.extend(rows.into_iter().map(|row| row.key.id));
            }
        }
        plans.sort_unstable();
        plans.dedup();
        Ok(plans)
    }

    pub(crate) async fn rows_in(&self, collection: &Collection, kind: Kind) -> Result<Vec<Row>, Error> {
        let mut found = Vec::new();
        let mut after: Option<Key> = None;
        loop {
            let rows = self.store().list(Some(collection), after.as_ref(), 500).await?;
            let Some(last) = rows.last() else { return Ok(found) };
            after = Some(last.key.clone());
            found.extend(rows.into_iter().filter(|row| row.key.kind == kind));
        }
    }

    /// Drops the collections that are fed no more. Whoever has the right to feed one may know better, and is left to it.
    pub(crate) async fn drop_gone(&self, report: &mut Report) -> Result<(), Error> {
        for collection in self.gone().await? {
            let _alone = self.feeding().lock().await;
            let now = self.now();
            let until = now.saturating_add(self.options().lease);
            let lease = match self.store().lease(&collection, self.holder(), now, until).await {
                Err(StoreError::Leased { .. }) => continue,
                lease => lease?,
            };
            // It may have been told again before the right to it was ours.
            if self.gone().await?.contains(&collection) {
                let commit = Commit {
                    lease: Some(lease),
                    drop: vec![collection],
                    ..Commit::default()
                };
                report.add(self.store().commit(commit).await?);
            }
        }
        Ok(())
    }

    /// The collections that are known and fed no more.
    async fn gone(&self) -> Result<Vec<Collection>, Error> {
        let feeds = self.store().feeds().await?;
        let (roots, branches) = (self.roots(), self.branches().await?);
        let others = self.others(&feeds, &roots);
        let former = self.former(&feeds, &roots, &branches);
        let known = feeds.iter().map(|(collection, _)| collection);
        let gone = known.filter(|known| !roots.contains(known) && !branches.contains(known));
        Ok(gone.filter(|known| others(known) || former(known)).cloned().collect())
    }

    /// What is in lists and plans that are not there any more: an enumeration of those does not tell what is gone, and what is in
    /// them is told by feeds of their own.
    fn others(&self, feeds: &[(Collection, Feed)], roots: &[Collection]) -> impl Fn(&Collection) -> bool {
        // Before it was read, it does not say what there is.
        let decides = |root: &Collection| roots.contains(root) && is_read(feeds, root);
        let (lists, base_lists) = (decides(&Collection::TodoLists), decides(&Collection::BaseLists));
        let mut containers = roots.iter().filter(|root| root.is_newer_planner());
        let plans = matches!(self.options().planner, Planner::Of(_)) && containers.all(|root| is_read(feeds, root));
        move |collection| match collection {
            Collection::TodoTasks(_) => lists,
            Collection::BaseTasks(_) => base_lists,
            Collection::PlanBuckets(_) | Collection::PlanTasks(_) => plans,
            _ => false,
        }
    }

    /// What another choice of [`Planner`] fed, once all that is fed now was read: until then it is what there is.
    fn former(
        &self,
        feeds: &[(Collection, Feed)],
        roots: &[Collection],
        branches: &[Collection],
    ) -> impl Fn(&Collection) -> bool {
        let is_planner = |collection: &Collection| *collection == Collection::Planner || collection.is_newer_planner();
        let mut fed = roots.iter().chain(branches).filter(|collection| is_planner(collection));
        let are_read = self.options().planner != Planner::Off && fed.all(|collection| is_read(feeds, collection));
        move |collection| are_read && is_planner(collection)
    }

    /// What feeds the tasks of a plan.
    pub(crate) fn tasks_of(&self, plan: &str) -> Collection {
        match self.options().planner {
            Planner::Of(_) => Collection::PlanTasks(plan.to_owned()),
            Planner::Off | Planner::Subscribed => Collection::Planner,
        }
    }
}

/// Whether a collection was enumerated once.
fn is_read(feeds: &[(Collection, Feed)], collection: &Collection) -> bool {
    let feed = feeds.iter().find(|(known, _)| known == collection);
    feed.is_some_and(|(_, feed)| feed.generation > 0)
}

/// Whether a list holds flagged messages, whose tasks the service refuses to tell.
fn is_flagged(row: &Row) -> bool {
    let list = row.server.as_deref().and_then(|list| read::<TodoTaskList>(list).ok());
    list.and_then(|list| list.wellknown_list_name) == Some(WellknownListName::FlaggedEmails)
}
