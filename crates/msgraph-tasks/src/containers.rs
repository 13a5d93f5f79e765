//! Where a plan lives: what contains it decides who may see it.

use msgraph_core::{Id, Versioned};
use msgraph_model::{Group, PlannerContainerType, PlannerPlan, PlannerPlanContainerInput, PlannerPlanCreate};

use crate::{Error, Planner};

/// What contains a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Container {
    /// A group: its members see the plan.
    Group(Id<Group>),
    /// A roster: its members see the plan, which is its only one.
    #[cfg(feature = "beta")]
    Roster(Id<msgraph_model::PlannerRoster>),
    /// A user: the plan is theirs alone, and ends with them.
    #[cfg(feature = "beta")]
    User(Id<msgraph_model::User>),
    /// A file or a folder, by its URL in Graph, as in `https://graph.microsoft.com/beta/drives/{id}/items/{id}`.
    #[cfg(feature = "beta")]
    DriveItem(String),
}

impl Container {
    fn input(&self) -> PlannerPlanContainerInput {
        let input = PlannerPlanContainerInput::new();
        match self {
            Self::Group(id) => input.container_id(id.as_str()).r#type(PlannerContainerType::Group),
            #[cfg(feature = "beta")]
            Self::Roster(id) => input.container_id(id.as_str()).r#type(PlannerContainerType::Roster),
            #[cfg(feature = "beta")]
            Self::User(id) => input.container_id(id.as_str()).r#type(PlannerContainerType::User),
            #[cfg(feature = "beta")]
            Self::DriveItem(url) => input.url(url),
        }
    }
}

impl Planner {
    /// Creates a plan.
    ///
    /// <https://learn.microsoft.com/graph/api/planner-post-plans>
    ///
    /// # Errors
    ///
    /// [`Error::Client`]: refused for who is not a member of the container, or where a limit is reached. A creation that
    /// may have been carried out is not repeated: [`msgraph_client::Error::may_be_carried_out`] says so.
    pub async fn create_plan(&self, title: &str, container: &Container) -> Result<Versioned<PlannerPlan>, Error> {
        let new = PlannerPlanCreate::new(container.input(), title);
        #[cfg(feature = "beta")]
        if !matches!(container, Container::Group(_)) {
            return Ok(self
                .client()
                .send(msgraph_request::beta::planner().plans().create(new))
                .await?);
        }
        Ok(self
            .client()
            .send(msgraph_request::v1::planner().plans().create(new))
            .await?)
    }

    /// Moves a user's own plan to a group, where it no longer ends with the user.
    ///
    /// <https://learn.microsoft.com/graph/api/plannerplan-movetocontainer>
    ///
    /// # Errors
    ///
    /// [`Error::Client`]: refused for a plan that is not a user's, and for who is not a member of the group.
    #[cfg(feature = "beta")]
    pub async fn move_to_group(
        &self,
        plan: &Id<PlannerPlan>,
        group: &Id<Group>,
    ) -> Result<Versioned<PlannerPlan>, Error> {
        let of = || msgraph_request::beta::planner().plan(plan);
        let read = self.client().send(of().get()).await?;
        let etag = read.etag().cloned().unwrap_or_else(|| msgraph_core::ETag::new(""));
        let group = Container::Group(group.clone());
        Ok(self.client().send(of().move_to_container(&etag, group.input())).await?)
    }
}
