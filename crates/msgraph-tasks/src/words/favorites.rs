//! The plans that somebody keeps at hand.

use msgraph_core::{Id, OrderHint};
use msgraph_model::{PlannerFavoritePlanReference, PlannerPlan, PlannerUser};

use crate::{Error, Planner, edit::Edited};

/// What is done with the favourite plans in a [`PlannerUser`]; at most 30.
///
/// <https://learn.microsoft.com/graph/api/planneruser-update>
pub trait FavoriteWords {
    /// Adds a plan to the favourites, after the others, under the title that is shown.
    fn add_favorite(&mut self, plan: &Id<PlannerPlan>, title: impl Into<String>);

    /// Takes a plan off the favourites; `false` where it was none.
    fn remove_favorite(&mut self, plan: &Id<PlannerPlan>) -> bool;
}

impl FavoriteWords for PlannerUser {
    fn add_favorite(&mut self, plan: &Id<PlannerPlan>, title: impl Into<String>) {
        let plans = self.favorite_plan_references.get_or_insert_default();
        if plans.contains_key(plan) {
            return;
        }
        let hints = plans.iter().filter_map(|(_, of)| of.order_hint.as_ref());
        let mut reference = PlannerFavoritePlanReference::default();
        reference.order_hint = Some(OrderHint::after_all(hints).into());
        reference.plan_title = Some(title.into());
        plans.insert(plan.clone(), reference);
    }

    fn remove_favorite(&mut self, plan: &Id<PlannerPlan>) -> bool {
        let plans = self.favorite_plan_references.as_mut();
        plans.is_some_and(|plans| plans.remove(plan).is_some())
    }
}

impl Planner {
    /// Keeps a plan at hand for the user who is signed in, after the other favourites.
    ///
    /// # Errors
    ///
    /// Those of [`edit`](Self::edit).
    pub async fn add_favorite(&self, plan: &Id<PlannerPlan>, title: &str) -> Result<Edited<PlannerUser>, Error> {
        self.edit(&me(), |user: &mut PlannerUser| user.add_favorite(plan, title))
            .await
    }

    /// Keeps a plan at hand no longer.
    ///
    /// # Errors
    ///
    /// Those of [`edit`](Self::edit).
    pub async fn remove_favorite(&self, plan: &Id<PlannerPlan>) -> Result<Edited<PlannerUser>, Error> {
        self.edit(&me(), |user: &mut PlannerUser| {
            user.remove_favorite(plan);
        })
        .await
    }
}

/// The one that is signed in needs no id.
fn me() -> Id<PlannerUser> {
    Id::new("me")
}
