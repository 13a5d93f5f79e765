//! Lists within the details of a task: its checklist, and its references.

use msgraph_core::{EncodedKey, Id, Versioned};
use msgraph_model::{
    PlannerChecklistItem, PlannerChecklistItemUpdate, PlannerExternalReferenceUpdate, PlannerTaskDetails,
    PlannerTaskDetailsUpdate,
};
use msgraph_request::v1;

use super::Arrangement;
use crate::{Error, Planner};

/// The checklist of a task, as the service sorts it.
///
/// <https://learn.microsoft.com/graph/api/resources/plannerchecklistitem>
pub fn checklist_order(details: &PlannerTaskDetails) -> Arrangement<Id<PlannerChecklistItem>> {
    let items = details.checklist.iter().flatten();
    items.map(|(id, item)| (id.clone(), item.order_hint.clone())).collect()
}

/// The references of a task by their URLs, as the service sorts them for the preview.
///
/// <https://learn.microsoft.com/graph/api/resources/plannerexternalreference>
pub fn reference_order(details: &PlannerTaskDetails) -> Arrangement<String> {
    let references = details.references.iter().flatten();
    references
        .map(|(url, reference)| (url.decode().into_owned(), reference.preview_priority.clone()))
        .collect()
}

impl Planner {
    /// Brings a checklist into the order that is meant, in one update. The details are then as the service answered.
    ///
    /// # Errors
    ///
    /// When the update fails; nothing is moved then, unless the error [may be carried
    /// out](msgraph_client::Error::may_be_carried_out). After a conflict, read the details again.
    ///
    /// <https://learn.microsoft.com/graph/api/plannertaskdetails-update>
    pub async fn arrange_checklist(
        &self,
        details: &mut Versioned<PlannerTaskDetails>,
        order: &mut Arrangement<Id<PlannerChecklistItem>>,
    ) -> Result<(), Error> {
        let moves = order.changes().into_iter();
        let update = moves.fold(None, |update: Option<PlannerTaskDetailsUpdate>, change| {
            let item = PlannerChecklistItemUpdate::new().order_hint(change.hint);
            Some(update.unwrap_or_default().set_checklist_item(&change.key, item))
        });
        self.rearrange(details, update).await?;
        settle(order, &checklist_order(details));
        Ok(())
    }

    /// Brings the references into the order that is meant, in one update. The details are then as the service answered.
    ///
    /// # Errors
    ///
    /// When the update fails; nothing is moved then, unless the error [may be carried
    /// out](msgraph_client::Error::may_be_carried_out). After a conflict, read the details again.
    ///
    /// <https://learn.microsoft.com/graph/api/plannertaskdetails-update>
    pub async fn arrange_references(
        &self,
        details: &mut Versioned<PlannerTaskDetails>,
        order: &mut Arrangement<String>,
    ) -> Result<(), Error> {
        let moves = order.changes().into_iter();
        let update = moves.fold(None, |update: Option<PlannerTaskDetailsUpdate>, change| {
            let reference = PlannerExternalReferenceUpdate::new().preview_priority(change.hint);
            let key = EncodedKey::new(&change.key);
            Some(update.unwrap_or_default().set_reference(&key, reference))
        });
        self.rearrange(details, update).await?;
        settle(order, &reference_order(details));
        Ok(())
    }

    /// Sends the update, if there is anything to move.
    async fn rearrange(
        &self,
        details: &mut Versioned<PlannerTaskDetails>,
        update: Option<PlannerTaskDetailsUpdate>,
    ) -> Result<(), Error> {
        if let Some(update) = update {
            *details = self.client().send(v1::planner().update(details, update)).await?;
        }
        Ok(())
    }
}

/// Takes the hints of the service's answer.
fn settle<K: Ord + Clone>(order: &mut Arrangement<K>, answer: &Arrangement<K>) {
    for key in answer.keys() {
        if let Some(hint) = answer.hint(key) {
            order.settle(key, hint.clone());
        }
    }
}
