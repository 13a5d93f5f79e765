//! What a task refers to.

use msgraph_core::EncodedKey;
use msgraph_model::{PlannerExternalReference, PlannerTaskDetails};

/// What is done with the references in [`PlannerTaskDetails`]. URLs are given and returned as they are; how Planner writes
/// them as keys is the library's business.
///
/// <https://learn.microsoft.com/graph/api/resources/plannerexternalreferences>
pub trait ReferenceWords {
    /// Refers to a URL, under a name that is shown. One that is there already gets the name.
    fn add_reference(&mut self, url: &str, alias: impl Into<String>);

    /// Refers to a URL no longer; `false` where it did not.
    fn remove_reference(&mut self, url: &str) -> bool;

    /// What the task refers to: each URL, with what is known of it, in the order of their preview priority.
    fn reference_urls(&self) -> Vec<(String, &PlannerExternalReference)>;
}

impl ReferenceWords for PlannerTaskDetails {
    fn add_reference(&mut self, url: &str, alias: impl Into<String>) {
        let references = self.references.get_or_insert_default();
        let key = EncodedKey::new(url);
        match references.get_mut(&key) {
            Some(known) => known.alias = Some(alias.into()),
            None => {
                let mut reference = PlannerExternalReference::default();
                reference.alias = Some(alias.into());
                references.insert(key, reference);
            }
        }
    }

    fn remove_reference(&mut self, url: &str) -> bool {
        let references = self.references.as_mut();
        references.is_some_and(|references| references.remove(&EncodedKey::new(url)).is_some())
    }

    fn reference_urls(&self) -> Vec<(String, &PlannerExternalReference)> {
        let references = self.references.iter().flatten();
        let mut references: Vec<_> = references.map(|(key, of)| (key.decode().into_owned(), of)).collect();
        references.sort_by(|(one, of), (other, of_other)| {
            let priority = |of: &PlannerExternalReference| (of.preview_priority.is_none(), of.preview_priority.clone());
            priority(of).cmp(&priority(of_other)).then_with(|| one.cmp(other))
        });
        references
    }
}
