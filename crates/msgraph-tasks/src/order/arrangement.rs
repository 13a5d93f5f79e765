//! A list in the order that the user means.

use std::collections::BTreeMap;

use msgraph_core::{NewOrderHint, OrderHint};

use super::{kept, places};

/// A list in the order that the user means, with what the service said last of each item's place.
///
/// It begins in the service's order: by the bytes of the hints, those without a hint last, ties by key. From then on the order
/// is what the moves made of it, and no hint changes it: neither one that was not sent yet, which may not sort where the
/// service will put the item, nor one that the service answers. What the service still has to be told, [`changes`](Self::changes)
/// says.
///
/// Hints are compared within the list alone. Where a list is one part of what the service sorts together, such as the tasks
/// of a plan that match a filter, an item lands between its neighbours here, and anywhere among those that are not here.
///
/// <https://learn.microsoft.com/graph/api/resources/planner-order-hint-format>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrangement<K> {
    entries: Vec<Entry<K>>,
}

/// What the service has to be told so that an item gets where it is meant to be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Move<K> {
    /// The item.
    pub key: K,
    /// The hint to send.
    pub hint: NewOrderHint,
}

/// A place in a list.
#[derive(Debug, PartialEq, Eq)]
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

// Derived, they would ask it of the key, too.
impl<K> Clone for Place<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Place<'_, K> {}

/// An item of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry<K> {
    pub(super) key: K,
    /// What the service said last.
    pub(super) hint: Option<OrderHint>,
    /// Whether the service does not know that the item is in the list.
    pub(super) is_new: bool,
    /// Whether the user moved just this item, and the service has not answered since.
    pub(super) is_touched: bool,
}

impl<K: Ord + Clone> Arrangement<K> {
    /// Moves an item before all others. `false` where there is no such item.
    pub fn move_first(&mut self, key: &K) -> bool {
        self.move_to(key, Place::First)
    }

    /// Moves an item after all others. `false` where there is no such item.
    pub fn move_last(&mut self, key: &K) -> bool {
        self.move_to(key, Place::Last)
    }

    /// Moves an item right before another. `false`, and nothing is moved, where one of them is not in the list.
    pub fn move_before(&mut self, key: &K, other: &K) -> bool {
        self.move_to(key, Place::Before(other))
    }

    /// Moves an item right after another. `false`, and nothing is moved, where one of them is not in the list.
    pub fn move_after(&mut self, key: &K, other: &K) -> bool {
        self.move_to(key, Place::After(other))
    }

    /// Moves an item. `false`, and nothing is moved, where it or its new neighbour is not in the list. Beside itself an item
    /// stays where it is.
    pub fn move_to(&mut self, key: &K, place: Place<'_, K>) -> bool {
        let Some(from) = self.position(key) else { return false };
        if matches!(place, Place::Before(other) | Place::After(other) if other == key) {
            return true;
        }
        let Some(to) = self.index(place) else { return false };
        // Its own place becomes free, so what comes after it moves up by one.
        let to = if from < to { to - 1 } else { to };
        let mut entry = self.entries.remove(from);
        entry.is_touched = true;
        self.entries.insert(to, entry);
        true
    }

    /// Puts in an item that the service does not have in this list. Its place is sent whatever its hint was elsewhere, unless
    /// that is [settled](Self::settle). `false`, and nothing is put in, where it is there already, or its neighbour is not.
    pub fn insert(&mut self, key: K, place: Place<'_, K>) -> bool {
        let Some(to) = self.index(place).filter(|_| !self.contains(&key)) else {
            return false;
        };
        let entry = Entry {
            key,
            hint: None,
            is_new: true,
            is_touched: true,
        };
        self.entries.insert(to, entry);
        true
    }

    /// Takes an item out of the list. Nothing is to be sent for that. `false` where there is no such item.
    pub fn remove(&mut self, key: &K) -> bool {
        let at = self.position(key);
        at.map(|at| self.entries.remove(at)).is_some()
    }

    /// Brings the items into this order. Those that are not named come after these, in the order that they had.
    /// `false`, and nothing is moved, where one is not in the list, or named twice.
    pub fn set_order<'k>(&mut self, keys: impl IntoIterator<Item = &'k K>) -> bool
    where
        K: 'k,
    {
        let mut ranks = BTreeMap::new();
        for (rank, key) in keys.into_iter().enumerate() {
            if ranks.insert(key, rank).is_some() {
                return false;
            }
        }
        let known = self.entries.iter().filter(|entry| ranks.contains_key(&entry.key));
        if known.count() < ranks.len() {
            return false;
        }
        self.entries
            .sort_by_key(|entry| ranks.get(&entry.key).copied().unwrap_or(usize::MAX));
        true
    }

    /// The moves that bring the service's order to this one, in the order in which to send them.
    ///
    /// They are as few as can be: the longest part of the list whose hints already are in order stays, and of
    /// several, the one with most of what no move was made of. (Where items share a hint, or have none, there is no place between them, so those move, too, when something is to come there.) Each hint
    /// rests on hints of the service's and on those of the moves before it, and none is a hint of the service's itself. None
    /// depends on an answer, so they may be sent together; at the end of a list a hint grows by two characters with each item, so
    /// a long list is better sent in parts: some of the moves, [`settle`](Self::settle), and the changes anew.
    pub fn changes(&self) -> Vec<Move<K>> {
        let stays = kept::kept(&self.entries);
        let mut moves = Vec::new();
        let (mut run, mut previous) = (Vec::new(), None);
        for (entry, stays) in self.entries.iter().zip(stays) {
            if stays {
                places::fill(&run, previous, entry.hint.as_ref(), &mut moves);
                run.clear();
                previous = entry.hint.as_ref();
            } else {
                run.push(&entry.key);
            }
        }
        places::fill(&run, previous, None, &mut moves);
        moves
    }

    /// Takes the hint that the service has for an item: its answer to a move, or what was read again. The order here stays as it
    /// is; where the hint does not fit it, the item is among the [changes](Self::changes) again. `false` where there is no such
    /// item.
    pub fn settle(&mut self, key: &K, hint: OrderHint) -> bool {
        let entry = self.entries.iter_mut().find(|entry| entry.key == *key);
        entry
            .map(|entry| {
                entry.hint = Some(hint).filter(is_place);
                entry.is_new = false;
                entry.is_touched = false;
            })
            .is_some()
    }

    /// Whether the service's order is this one, by what is known of it.
    pub fn is_settled(&self) -> bool {
        kept::kept(&self.entries).into_iter().all(|stays| stays)
    }

    /// The hint that the service had last for an item.
    pub fn hint(&self, key: &K) -> Option<&OrderHint> {
        self.entries.get(self.position(key)?)?.hint.as_ref()
    }

    /// Whether an item is in the list.
    pub fn contains(&self, key: &K) -> bool {
        self.position(key).is_some()
    }

    /// Where an item is, from 0.
    pub fn position(&self, key: &K) -> Option<usize> {
        self.entries.iter().position(|entry| entry.key == *key)
    }

    /// Before which entry a place is.
    fn index(&self, place: Place<'_, K>) -> Option<usize> {
        match place {
            Place::First => Some(0),
            Place::Last => Some(self.entries.len()),
            Place::Before(other) => self.position(other),
            Place::After(other) => self.position(other).map(|at| at + 1),
        }
    }
}

impl<K> Arrangement<K> {
    /// The items, in the order that is meant.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator {
        self.entries.iter().map(|entry| &entry.key)
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// The list as the service has it: items with their hints, in any order. An empty hint is none. Of items with the same key the last counts.
impl<K: Ord> FromIterator<(K, Option<OrderHint>)> for Arrangement<K> {
    fn from_iter<I: IntoIterator<Item = (K, Option<OrderHint>)>>(items: I) -> Self {
        let items: BTreeMap<K, Option<OrderHint>> = items.into_iter().collect();
        let entry = |(key, hint): (K, Option<OrderHint>)| Entry {
            key,
            hint: hint.filter(is_place),
            is_new: false,
            is_touched: false,
        };
        let mut entries: Vec<_> = items.into_iter().map(entry).collect();
        entries.sort_by(|one, other| one.rank().cmp(&other.rank()));
        Self { entries }
    }
}

impl<K> Entry<K> {
    /// What the service sorts by, and then the key.
    pub(super) fn rank(&self) -> (bool, Option<&OrderHint>, &K) {
        (self.hint.is_none(), self.hint.as_ref(), &self.key)
    }
}

/// Whether something can be placed beside a hint. Planner has empty ones where nothing was ordered yet.
pub(super) fn is_place(hint: &OrderHint) -> bool {
    !hint.as_str().is_empty()
}
