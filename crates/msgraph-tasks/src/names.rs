//! Plans, buckets and users by their names.

mod pick;

use msgraph_core::{
    Id, Request,
    request::{Method, V1},
};
use msgraph_model::{PlannerBucket, PlannerPlan, User};
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
        let quoted = name.replace('\'', "''");
        let filter = format!("displayName eq '{quoted}' or userPrincipalName eq '{quoted}'");
        let request = Request::raw::<V1>(Method::Get, "/users")
            .raw_query("$filter", filter)
            .raw_query("$select", "id,displayName,userPrincipalName");
        let page = self.client().send(request).await?;
        let page: Value = page.decode().unwrap_or_default();
        let users = page.get("value").and_then(Value::as_array).into_iter().flatten();
        let named = users.filter_map(|user| {
            let text = |name: &str| user.get(name).and_then(Value::as_str);
            let principal = text("userPrincipalName").filter(|principal| principal.eq_ignore_ascii_case(name));
            Some((principal.or_else(|| text("displayName"))?, text("id")?))
        });
        let user = pick("user", name, named.collect(), |(name, id)| (*name, *id));
        Ok(user.map(|(_, id)| Id::new(id))?)
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
