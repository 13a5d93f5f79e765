//! The checklist of a task.

use msgraph_core::{Guid, Id, OrderHint};
use msgraph_model::{PlannerChecklistItem, PlannerTaskDetails};

/// The id of an item of a checklist.
pub(super) type ItemId = Id<PlannerChecklistItem>;

/// Where something is to stand in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'k, K> {
    /// Before all others.
    First,
    /// After all others.
    Last,
    /// Right before this one.
    Before(&'k K),
    /// Right after this one.
    After(&'k K),
}

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
        let others: Vec<_> = self
            .checklist_items()
            .into_iter()
            .filter(|(id, _)| *id != item)
            .collect();
        let Some(place) = place(&others, &to) else { return false };
        let hint = |place: Option<usize>| others.get(place?)?.1.order_hint.as_ref();
        let hint = match (
            place.checked_sub(1).and_then(|before| hint(Some(before))),
            hint(Some(place)),
        ) {
            (None, None) => OrderHint::first(),
            (Some(previous), None) => OrderHint::after(previous),
            (None, Some(next)) => OrderHint::before(next),
            (Some(previous), Some(next)) => OrderHint::between(previous, next),
        };
        change(self, item, |item| item.order_hint = Some(hint.into()))
    }

    fn remove_item(&mut self, item: &ItemId) -> bool {
        let items = self.checklist.as_mut();
        items.is_some_and(|items| items.remove(item).is_some())
    }
}

/// How many of the others stand before a place; `None` where it is beside one that is not there.
fn place(others: &[(&ItemId, &PlannerChecklistItem)], to: &Place<'_, ItemId>) -> Option<usize> {
    let position = |of: &ItemId| others.iter().position(|(id, _)| *id == of);
    match *to {
        Place::First => Some(0),
        Place::Last => Some(others.len()),
        Place::Before(other) => position(other),
        Place::After(other) => position(other).map(|place| place + 1),
    }
}

fn change(details: &mut PlannerTaskDetails, item: &ItemId, change: impl FnOnce(&mut PlannerChecklistItem)) -> bool {
    let found = details.checklist.as_mut().and_then(|items| items.get_mut(item));
    found.map(change).is_some()
}
