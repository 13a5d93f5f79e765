//! Plans, buckets and users by their names.

use std::fmt;

use msgraph_core::{
    Id, Request,
    request::{Method, V1},
};
use msgraph_model::{PlannerBucket, PlannerPlan, User};
use msgraph_request::v1;

use crate::{Error, Planner};

/// How many of a kind are looked through at most.
const MOST: usize = 10_000;

impl Planner {
    /// The plan of this title, among those that the user may see. Upper and lower case are one.
    ///
    /// # Errors
    ///
    /// [`Error::Name`] where there is none, or several; it names what there is.
    pub async fn plan_named(&self, title: &str) -> Result<Id<PlannerPlan>, Error> {
        let plans = self
            .client()
            .pages(v1::me().planner().plans().list())
            .collect(MOST)
            .await?;
        let named = plans
            .iter()
            .filter_map(|plan| Some((plan.title.clone()?, plan.id()?.clone())));
        one(What::Plan, title, named)
    }

    /// The bucket of this name in a plan. Upper and lower case are one.
    ///
    /// # Errors
    ///
    /// [`Error::Name`] where there is none, or several; it names what there is.
    pub async fn bucket_named(&self, plan: &Id<PlannerPlan>, name: &str) -> Result<Id<PlannerBucket>, Error> {
        let request = v1::planner().plan(plan).buckets().list();
        let buckets = self.client().pages(request).collect(MOST).await?;
        let named = buckets
            .iter()
            .filter_map(|bucket| Some((bucket.name.clone()?, bucket.id()?.clone())));
        one(What::Bucket, name, named)
    }

    /// The user of this name that is shown, or of this principal name. Upper and lower case are one.
    ///
    /// Least permission: `User.ReadBasic.All` (work or school account).
    ///
    /// <https://learn.microsoft.com/graph/api/user-list>
    ///
    /// # Errors
    ///
    /// [`Error::Name`] where there is none, or several.
    pub async fn user_named(&self, name: &str) -> Result<Id<User>, Error> {
        let quoted = name.replace('\'', "''");
        let filter = format!("displayName eq '{quoted}' or userPrincipalName eq '{quoted}'");
        let request = Request::raw::<V1>(Method::Get, "/users")
            .raw_query("$filter", filter)
            .raw_query("$select", "id,displayName,userPrincipalName");
        let page = self.client().send(request).await?;
        let page: serde_json::Value = page.decode().unwrap_or_default();
        let users = page
            .get("value")
            .and_then(serde_json::Value::as_array)
            .into_iter()
            .flatten();
        let named = users.filter_map(|user| {
            let text = |name: &str| user.get(name).and_then(serde_json::Value::as_str);
            let shown = text("displayName").unwrap_or_default();
            let principal = text("userPrincipalName").unwrap_or_default();
            let is_principal = is_same(principal, name);
            let known = if is_principal { principal } else { shown };
            Some((known.to_owned(), Id::new(text("id")?)))
        });
        one(What::User, name, named)
    }
}

/// The one of this name.
pub(crate) fn one<T>(what: What, name: &str, all: impl Iterator<Item = (String, Id<T>)>) -> Result<Id<T>, Error> {
    let all: Vec<_> = all.collect();
    let mut named = all.iter().filter(|(known, _)| is_same(known, name));
    match (named.next(), named.next()) {
        (Some((_, id)), None) => Ok(id.clone()),
        _ => {
            let known = all.iter().map(|(known, id)| (known.clone(), id.as_str().to_owned()));
            Err(Error::Name(NameError::new(what, name, known)))
        }
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// What was looked for by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// A plan.
    Plan,
    /// A bucket of a plan.
    Bucket,
    /// A user.
    User,
    /// A label of a plan.
    Label,
    /// An item of a checklist, by its id.
    ChecklistItem,
}

/// A name that stands for nothing, or for more than one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NameError {
    /// What was looked for.
    pub what: What,
    /// The name.
    pub name: String,
    /// What has the name: its name and its id. Empty where nothing has; more than one otherwise.
    pub found: Vec<(String, String)>,
    /// The names that there are, sorted; at most twenty.
    pub known: Vec<String>,
}

impl NameError {
    /// `all` is what there is: names and ids.
    pub(crate) fn new(what: What, name: &str, all: impl Iterator<Item = (String, String)>) -> Self {
        let all: Vec<_> = all.collect();
        let mut known: Vec<_> = all.iter().map(|(known, _)| known.clone()).collect();
        known.sort();
        known.dedup();
        known.truncate(20);
        let found = all.into_iter().filter(|(known, _)| is_same(known, name)).collect();
        let name = name.to_owned();
        Self {
            what,
            name,
            found,
            known,
        }
    }
}

impl fmt::Display for NameError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            What::Plan => "plan",
            What::Bucket => "bucket",
            What::User => "user",
            What::Label => "label",
            What::ChecklistItem => "item of the checklist",
        };
        if self.found.is_empty() {
            write!(formatter, "there is no {what} `{}`", self.name)?;
            if !self.known.is_empty() {
                write!(formatter, "; there is {}", self.known.join(", "))?;
            }
            return Ok(());
        }
        let ids: Vec<_> = self.found.iter().map(|(_, id)| id.as_str()).collect();
        write!(
            formatter,
            "`{}` is the name of more than one {what}: {}",
            self.name,
            ids.join(", ")
        )
    }
}

impl std::error::Error for NameError {}
