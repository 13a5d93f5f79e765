//! Which collections are fed: some are whatever there is, and some are while what they are of is there.

use msgraph_core::Id;
use msgraph_model::{Group, PlannerPlan, PlannerRoster, TodoTaskList, WellknownListName};

use crate::{Collection, Error, Key, Kind, Replica, Report, Row, kind::read, store::Commit};

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

    /// Drops what is in lists and plans that are not there any more: an enumeration of those does not tell what is gone, and what
    /// is in them is told by feeds of their own.
    pub(crate) async fn drop_others(&self, branches: &[Collection], report: &mut Report) -> Result<(), Error> {
        let roots = self.roots();
        let mut decided = Vec::new();
        for root in &roots {
            // Before it was read, it does not say what there is.
            if self.are_read([root].into_iter()).await? {
                decided.push(root);
            }
        }
        let of_plans = matches!(self.options().planner, Planner::Of(_));
        let is_decided = |collection: &Collection| match collection {
            Collection::TodoTasks(_) => decided.contains(&&Collection::TodoLists),
            Collection::BaseTasks(_) => decided.contains(&&Collection::BaseLists),
            Collection::PlanBuckets(_) | Collection::PlanTasks(_) => {
                let mut containers = roots.iter().filter(|root| root.is_newer_planner());
                of_plans && containers.all(|container| decided.contains(&container))
            }
            _ => false,
        };
        self.drop_feeds(
            |collection| is_decided(collection) && !branches.contains(collection),
            report,
        )
        .await
    }

    /// Drops what another choice of [`Planner`] fed, once all that is fed now was read: until then it is what there is.
    pub(crate) async fn drop_former(&self, branches: &[Collection], report: &mut Report) -> Result<(), Error> {
        if self.options().planner == Planner::Off {
            return Ok(());
        }
        let roots = self.roots();
        let fed = || roots.iter().chain(branches);
        let is_planner = |collection: &Collection| *collection == Collection::Planner || collection.is_newer_planner();
        if !self.are_read(fed().filter(|collection| is_planner(collection))).await? {
            return Ok(());
        }
        let is_former = |collection: &Collection| is_planner(collection) && !fed().any(|fed| fed == collection);
        self.drop_feeds(is_former, report).await
    }

    /// Whether all of these were enumerated once.
    async fn are_read(&self, mut collections: impl Iterator<Item = &Collection>) -> Result<bool, Error> {
        let feeds = self.store().feeds().await?;
        let is_read = |collection: &Collection| {
            let feed = feeds.iter().find(|(known, _)| known == collection);
            feed.is_some_and(|(_, feed)| feed.generation > 0)
        };
        Ok(collections.all(is_read))
    }

    async fn drop_feeds(&self, is_gone: impl Fn(&Collection) -> bool, report: &mut Report) -> Result<(), Error> {
        let feeds = self.store().feeds().await?.into_iter();
        let drop: Vec<_> = feeds.map(|(collection, _)| collection).filter(is_gone).collect();
        if !drop.is_empty() {
            let commit = Commit {
                drop,
                ..Commit::default()
            };
            report.add(self.store().commit(commit).await?);
        }
        Ok(())
    }

    /// What feeds the tasks of a plan.
    pub(crate) fn tasks_of(&self, plan: &str) -> Collection {
        match self.options().planner {
            Planner::Of(_) => Collection::PlanTasks(plan.to_owned()),
            Planner::Off | Planner::Subscribed => Collection::Planner,
        }
    }
}

/// Whether a list holds flagged messages, whose tasks the service refuses to tell.
fn is_flagged(row: &Row) -> bool {
    let list = row.server.as_deref().and_then(|list| read::<TodoTaskList>(list).ok());
    list.and_then(|list| list.wellknown_list_name) == Some(WellknownListName::FlaggedEmails)
}
