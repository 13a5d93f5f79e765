//! Places for a run of items between two that stay.

use msgraph_core::{NewOrderHint, OrderHint, order_hint::Neighbour};

use super::arrangement::Move;

/// Places a run of items between two hints, each of which may be missing.
///
/// Before a hint, the one in the middle goes first, and then those on either side of it: so hints stay short, and there is room
/// left. At the end of a list they go one after another. Halves would not do there: between `a` and `a !`, the request is
/// `a a !!`, which sorts after both.
pub(super) fn fill<K: Clone>(
    run: &[&K],
    previous: Option<&OrderHint>,
    next: Option<&OrderHint>,
    moves: &mut Vec<Move<K>>,
) {
    halves(run, previous.map(as_neighbour), next.map(as_neighbour), moves);
}

fn halves<K: Clone>(
    mut run: &[&K],
    previous: Option<&dyn Neighbour>,
    next: Option<&dyn Neighbour>,
    moves: &mut Vec<Move<K>>,
) {
    // The last one placed, which the rest of the run comes after.
    let mut last: Option<NewOrderHint> = None;
    loop {
        let middle = if next.is_some() { run.len() / 2 } else { 0 };
        let Some((before, [key, after @ ..])) = run.split_at_checked(middle) else {
            return;
        };
        let previous = last.as_ref().map(as_neighbour).or(previous);
        let hint = place(previous, next);
        moves.push(Move {
            key: (*key).clone(),
            hint: hint.clone(),
        });
        halves(before, previous, Some(&hint), moves);
        run = after;
        last = Some(hint);
    }
}

fn place(previous: Option<&dyn Neighbour>, next: Option<&dyn Neighbour>) -> NewOrderHint {
    match (previous, next) {
        (Some(previous), Some(next)) => OrderHint::between(previous, next),
        (Some(previous), None) => OrderHint::after(previous),
        (None, Some(next)) => OrderHint::before(next),
        (None, None) => OrderHint::first(),
    }
}

fn as_neighbour(hint: &impl Neighbour) -> &dyn Neighbour {
    hint
}
