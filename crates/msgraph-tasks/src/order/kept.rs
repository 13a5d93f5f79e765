//! Which items can stay where they are.

use super::arrangement::Entry;

/// For each entry, whether its place is right as it is.
pub(super) fn kept<K: Ord>(entries: &[Entry<K>]) -> Vec<bool> {
    let mut kept = longest_ascent(entries);
    let mut is_moved_after = false;
    for (entry, stays) in entries.iter().zip(&mut kept).rev() {
        // Nothing can be placed after what has no hint.
        *stays &= entry.hint.is_some() || !is_moved_after;
        is_moved_after |= !*stays;
    }
    let (mut before, mut is_moved_between) = (None, false);
    for (entry, stays) in entries.iter().zip(&mut kept) {
        // Nothing can be placed between two that have the same hint.
        *stays &= !is_moved_between || entry.hint.is_none() || before != entry.hint.as_ref();
        is_moved_between = !*stays;
        if *stays {
            before = entry.hint.as_ref();
        }
    }
    kept
}

/// The longest part of the list that the service sorts in the same order. Of several, one that has most of what the user did not
/// touch: what was dragged is what moves.
fn longest_ascent<K: Ord>(entries: &[Entry<K>]) -> Vec<bool> {
    let mut sorted: Vec<_> = entries.iter().filter(|entry| !entry.is_new).map(Entry::rank).collect();
    sorted.sort_unstable();
    let mut bests = Bests(vec![None; sorted.len()]);
    let mut previous = vec![None; entries.len()];
    for (at, (entry, previous)) in entries.iter().zip(&mut previous).enumerate() {
        let Ok(rank) = sorted.binary_search(&entry.rank()) else {
            continue;
        };
        let before = bests.below(rank);
        *previous = before.map(|before| before.at);
        let (length, untouched) = before.map_or((0, 0), |before| (before.length, before.untouched));
        let ascent = Ascent {
            length: length + 1,
            untouched: untouched + usize::from(!entry.is_touched),
            at,
        };
        bests.put(rank, ascent);
    }
    let mut kept = vec![false; entries.len()];
    let mut next = bests.below(sorted.len()).map(|best| best.at);
    while let Some(at) = next {
        if let Some(stays) = kept.get_mut(at) {
            *stays = true;
        }
        next = previous.get(at).copied().flatten();
    }
    kept
}

/// A part of the list that is in order, and ends at an entry. The greater is the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ascent {
    length: usize,
    untouched: usize,
    at: usize,
}

/// The best ascent that ends below each rank: a binary indexed tree, so that a list of thousands is no matter.
struct Bests(Vec<Option<Ascent>>);

impl Bests {
    /// The best that ends with one of the ranks below this one.
    fn below(&self, rank: usize) -> Option<Ascent> {
        let mut node = rank;
        let mut best = None;
        while let Some(index) = node.checked_sub(1) {
            best = best.max(self.0.get(index).copied().flatten());
            node &= index;
        }
        best
    }

    /// One that ends with this rank.
    fn put(&mut self, rank: usize, ascent: Ascent) {
        let mut index = rank;
        while let Some(best) = self.0.get_mut(index) {
            *best = (*best).max(Some(ascent));
            index |= index + 1;
        }
    }
}
