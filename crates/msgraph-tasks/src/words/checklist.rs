//! The checklist of a task.

use msgraph_core::{Guid, Id, OrderHint};
use msgraph_model::{PlannerChecklistItem, PlannerTaskDetails};

use crate::order::{Place, checklist_order};

/// The id of an item of a checklist.
pub(super) type ItemId = Id<PlannerChecklistItem>;

/// What is done with the checklist in [`PlannerTaskDetails`]. What is not there is left so: the methods say with `false` that
/// there is no such item.
///
/// <https://learn.microsoft.com/graph/api/resources/plannerchecklistitems>
pub trait ChecklistWords {
    /// The items in the order in which they are shown.
    fn checklist_items(&self) -> Vec<(&ItemId, &PlannerChecklistItem)>;

    /// Adds an item after the others, under a new id, such as [`Client::new_guid`](crate::Client::new_guid) makes.
    fn add_item(&mut self, id: &Guid, title: impl Into<String>) -> ItemId;

    /// Ticks an item, or takes the tick off.
    fn tick_item(&mut self, item: &ItemId, is_checked: bool) -> bool;

    /// Gives an item another title.
    fn rename_item(&mut self, item: &ItemId, title: impl Into<String>) -> bool;

    /// Moves an item among the others.
    fn move_item(&mut self, item: &ItemId, to: Place<'_, ItemId>) -> bool;

    /// Removes an item.
    fn remove_item(&mut self, item: &ItemId) -> bool;
}

impl ChecklistWords for PlannerTaskDetails {
    fn checklist_items(&self) -> Vec<(&ItemId, &PlannerChecklistItem)> {
        let items = self.checklist.iter().flatten();
        let mut items: Vec<_> = items.collect();
        // Those without a hint stand last; equal ones by id, so that everybody sees the same order.
        items.sort_by_key(|(id, item)| (item.order_hint.is_none(), item.order_hint.as_ref(), id.as_str()));
        items
    }

    fn add_item(&mut self, id: &Guid, title: impl Into<String>) -> ItemId {
        let id = Id::new(id.to_string());
        let items = self.checklist.get_or_insert_default();
        let hints = items.iter().filter_map(|(_, item)| item.order_hint.as_ref());
        let mut item = PlannerChecklistItem::default();
        item.order_hint = Some(OrderHint::after_all(hints).into());
        item.title = Some(title.into());
        item.is_checked = Some(false);
        items.insert(id.clone(), item);
        id
    }

    fn tick_item(&mut self, item: &ItemId, is_checked: bool) -> bool {
        change(self, item, |item| item.is_checked = Some(is_checked))
    }

    fn rename_item(&mut self, item: &ItemId, title: impl Into<String>) -> bool {
        change(self, item, |item| item.title = Some(title.into()))
    }

    fn move_item(&mut self, item: &ItemId, to: Place<'_, ItemId>) -> bool {
        let mut order = checklist_order(self);
        let is_there = match to {
            Place::First | Place::Last => true,
            Place::Before(other) | Place::After(other) => order.contains(other),
        };
        if !is_there || !order.contains(item) {
            return false;
        }
        order.move_to(item, to);
        for moved in order.changes() {
            change(self, &moved.key, |item| item.order_hint = Some(moved.hint.into()));
        }
        true
    }

    fn remove_item(&mut self, item: &ItemId) -> bool {
        let items = self.checklist.as_mut();
        items.is_some_and(|items| items.remove(item).is_some())
    }
}

fn change(details: &mut PlannerTaskDetails, item: &ItemId, change: impl FnOnce(&mut PlannerChecklistItem)) -> bool {
    let found = details.checklist.as_mut().and_then(|items| items.get_mut(item));
    found.map(change).is_some()
}
