//! Plans, buckets, tasks, users and groups by their names.
//!
//! ```
//! # use msgraph_tasks::{Error, Planner};
//! # async fn example(planner: Planner) -> Result<(), Error> {
//! let plan = planner.plan_named("launch 2.0").await?;
//! match planner.bucket_named(&plan, "Dooing").await {
//!     Err(Error::NotOne(error)) => println!("{error}"), // no bucket is named `Dooing`; is it `Doing`?
//!     found => println!("{}", found?),
//! }
//! # Ok(())
//! # }
//! ```

mod pick;

use msgraph_core::{
    Id, Request,
    request::{Method, V1},
};
use msgraph_model::{Group, PlannerBucket, PlannerPlan, PlannerTask, User};
use msgraph_request::v1;
use serde_json::Value;

pub(crate) use self::pick::pick;
pub use self::pick::{Candidate, NotOne};
use crate::{Error, Planner};

/// How many of a kind are looked through at most.
const MOST: usize = 10_000;

impl Planner {
    /// The plan of this title, among those that the user may see. Upper and lower case are one.
    ///
    /// # Errors
    ///
    /// [`Error::NotOne`] where there is none, or several.
    pub async fn plan_named(&self, title: &str) -> Result<Id<PlannerPlan>, Error> {
        let plans = self
            .client()
            .pages(v1::me().planner().plans().list())
            .collect(MOST)
            .await?;
        let titled = plans
            .iter()
            .filter_map(|plan| Some((plan.title.as_deref()?, plan.id()?)));
        one("plan", title, titled)
    }

    /// The bucket of this name in a plan. Upper and lower case are one.
    ///
    /// # Errors
    ///
    /// [`Error::NotOne`] where there is none, or several.
    pub async fn bucket_named(&self, plan: &Id<PlannerPlan>, name: &str) -> Result<Id<PlannerBucket>, Error> {
        let request = v1::planner().plan(plan).buckets().list();
        let buckets = self.client().pages(request).collect(MOST).await?;
        let named = buckets
            .iter()
            .filter_map(|bucket| Some((bucket.name.as_deref()?, bucket.id()?)));
        one("bucket", name, named)
    }

    /// The task of this title in a plan. Upper and lower case are one.
    ///
    /// # Errors
    ///
    /// [`Error::NotOne`] where there is none, or several.
    pub async fn task_named(&self, plan: &Id<PlannerPlan>, title: &str) -> Result<Id<PlannerTask>, Error> {
        let request = v1::planner().plan(plan).tasks().list();
        let tasks = self.client().pages(request).collect(MOST).await?;
        let titled = tasks
            .iter()
            .filter_map(|task| Some((task.title.as_deref()?, task.id()?)));
        one("task", title, titled)
    }

    /// The user of this name that is shown, or of this principal name. Upper and lower case are one.
    ///
    /// Least permission: `User.ReadBasic.All` (work or school account).
    ///
    /// <https://learn.microsoft.com/graph/api/user-list>
    ///
    /// # Errors
    ///
    /// [`Error::NotOne`] where there is none, or several.
    pub async fn user_named(&self, name: &str) -> Result<Id<User>, Error> {
        let found = self
            .directory("/users", &["displayName", "userPrincipalName"], name)
            .await?;
        let user = pick("user", name, found, |(name, id)| (name.as_str(), id.as_str()));
        Ok(user.map(|(_, id)| Id::new(id))?)
    }

    /// The group of this name that is shown. Upper and lower case are one.
    ///
    /// Least permission: `GroupMember.Read.All` (work or school account).
    ///
    /// <https://learn.microsoft.com/graph/api/group-list>
    ///
    /// # Errors
    ///
    /// [`Error::NotOne`] where there is none, or several.
    pub async fn group_named(&self, name: &str) -> Result<Id<Group>, Error> {
        let found = self.directory("/groups", &["displayName"], name).await?;
        let group = pick("group", name, found, |(name, id)| (name.as_str(), id.as_str()));
        Ok(group.map(|(_, id)| Id::new(id))?)
    }

    /// What the directory has under a name, which stands in one of these properties: the names and ids.
    async fn directory(
        &self,
        path: &'static str,
        properties: &[&str],
        name: &str,
    ) -> Result<Vec<(String, String)>, Error> {
        let quoted = name.replace('\'', "''");
        let equal = properties.iter().map(|property| format!("{property} eq '{quoted}'"));
        let request = Request::raw::<V1>(Method::Get, path)
            .raw_query("$filter", equal.collect::<Vec<_>>().join(" or "))
            .raw_query("$select", format!("id,{}", properties.join(",")));
        let page = self.client().send(request).await?;
        let page: Value = page.decode().unwrap_or_default();
        let found = page.get("value").and_then(Value::as_array).into_iter().flatten();
        let named = found.filter_map(|one| {
            let text = |name: &str| one.get(name).and_then(Value::as_str);
            let mut names = properties.iter().filter_map(|property| text(property));
            let first = text("displayName");
            let same = names.find(|known| known.eq_ignore_ascii_case(name));
            Some((same.or(first)?.to_owned(), text("id")?.to_owned()))
        });
        Ok(named.collect())
    }
}

fn one<'n, T: 'n>(
    kind: &'static str,
    name: &str,
    all: impl Iterator<Item = (&'n str, &'n Id<T>)>,
) -> Result<Id<T>, Error> {
    let one = pick(kind, name, all.collect(), |(name, id)| (*name, id.as_str()))?;
    Ok(one.1.clone())
}
