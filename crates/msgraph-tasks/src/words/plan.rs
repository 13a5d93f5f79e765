//! With whom a plan is shared, and what its labels are called.

use msgraph_core::{Category, Id};
use msgraph_model::{PlannerPlanDetails, User};

/// What is done with [`PlannerPlanDetails`].
///
/// <https://learn.microsoft.com/graph/api/resources/plannerplandetails>
pub trait PlanWords {
    /// Shares the plan with a user, who is then told of its changes. Members of its group need it for that only.
    fn share(&mut self, user: &Id<User>);

    /// Shares the plan with a user no longer.
    fn unshare(&mut self, user: &Id<User>);

    /// Names a label.
    fn name_label(&mut self, label: &Category, name: impl Into<String>);

    /// The label of this name; upper and lower case are one. `None` where none has it, or several have.
    fn label_named(&self, name: &str) -> Option<Category>;
}

impl PlanWords for PlannerPlanDetails {
    fn share(&mut self, user: &Id<User>) {
        self.shared_with.get_or_insert_default().insert(user.clone(), true);
    }

    fn unshare(&mut self, user: &Id<User>) {
        if let Some(users) = &mut self.shared_with {
            users.remove(user);
        }
    }

    fn name_label(&mut self, label: &Category, name: impl Into<String>) {
        self.category_descriptions
            .get_or_insert_default()
            .insert(label.clone(), name.into());
    }

    fn label_named(&self, name: &str) -> Option<Category> {
        let labels = self.category_descriptions.iter().flatten();
        let mut named = labels.filter(|(_, known)| known.to_lowercase() == name.to_lowercase());
        let (label, _) = named.next()?;
        named.next().is_none().then(|| label.clone())
    }
}
