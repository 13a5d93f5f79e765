//! Telling the service the order that is meant.

use std::collections::BTreeSet;

use msgraph_client::{Batch, Error};
use msgraph_core::Versioned;

use super::{Arrangement, KeyOf, Sequence};
use crate::Planner;

/// How many moves go in one call: as many as a batch of the service's takes.
///
/// The moves after these rest on the hints that the service answered, so that no hint grows long.
const TOGETHER: usize = 20;

/// What became of each item that was to be moved.
#[derive(Debug)]
pub struct Arranged<K> {
    outcomes: Vec<(K, Outcome)>,
}

/// What became of an item that was to be moved.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The service put it where it is meant to be.
    Moved,
    /// Its object was changed since it was read. Read it again, put it in the place of the old one, settle its hint, and
    /// arrange again.
    Stale(Error),
    /// It was not moved, or it is not known whether it was: see [`Error::may_be_carried_out`].
    Failed(Error),
    /// There is no object that has its id.
    NoObject,
}

impl<K> Arranged<K> {
    /// The items that were to be moved, in the order in which they were sent.
    pub fn outcomes(&self) -> &[(K, Outcome)] {
        &self.outcomes
    }

    /// The items that were moved.
    pub fn moved(&self) -> impl Iterator<Item = &K> {
        self.that(|outcome| matches!(outcome, Outcome::Moved))
    }

    /// The items whose objects are to be read again.
    pub fn stale(&self) -> impl Iterator<Item = &K> {
        self.that(|outcome| matches!(outcome, Outcome::Stale(_)))
    }

    /// Whether each was moved.
    pub fn is_complete(&self) -> bool {
        self.moved().count() == self.outcomes.len()
    }

    fn that(&self, is_so: impl Fn(&Outcome) -> bool) -> impl Iterator<Item = &K> {
        let outcomes = self.outcomes.iter();
        outcomes.filter(move |(_, outcome)| is_so(outcome)).map(|(key, _)| key)
    }
}

impl Planner {
    /// Brings a list into the order that is meant: with one update for each item that has to move, twenty in a call.
    ///
    /// Each update goes with the ETag of the item's object, and the answer takes the place of that object, so that the same
    /// objects can be arranged again. The answered hints are settled in the arrangement. An update that fails leaves the others
    /// as they are: what is still to be told is among the [changes](Arrangement::changes) of the arrangement, and goes with
    /// the next call. Each item is sent once at most; when nothing of a call succeeds, the rest is not sent.
    ///
    /// Dropping the future gives up waiting; updates that were sent may be carried out all the same.
    ///
    /// ```
    /// # use msgraph_tasks::{Planner, core::Versioned, model::PlannerBucket};
    /// use msgraph_tasks::order::{Buckets, Sequence};
    ///
    /// # async fn example(planner: Planner, mut buckets: Vec<Versioned<PlannerBucket>>) {
    /// let mut order = Buckets.arrangement(&buckets);
    /// let last = order.keys().next_back().cloned();
    /// if let Some(last) = last {
    ///     order.move_first(&last);
    /// }
    /// let report = planner.arrange(&Buckets, &mut buckets, &mut order).await;
    /// for stale in report.stale() {
    ///     println!("somebody was faster with {stale}");
    /// }
    /// # }
    /// ```
    ///
    /// <https://learn.microsoft.com/graph/api/resources/planner-order-hint-format>
    pub async fn arrange<S: Sequence>(
        &self,
        sequence: &S,
        objects: &mut [Versioned<S::Record>],
        order: &mut Arrangement<KeyOf<S>>,
    ) -> Arranged<KeyOf<S>> {
        let (mut outcomes, mut tried) = (Vec::new(), BTreeSet::new());
        loop {
            let mut moves = order.changes();
            moves.retain(|change| !tried.contains(&change.key));
            moves.truncate(TOGETHER);
            if moves.is_empty() {
                return Arranged { outcomes };
            }
            let mut batch = Batch::new();
            let mut sent = Vec::new();
            for change in moves {
                tried.insert(change.key.clone());
                match objects.iter_mut().find(|object| object.id() == Some(&change.key)) {
                    Some(object) => {
                        let answer = batch.add(sequence.request(object, change.hint));
                        sent.push((change.key, answer));
                    }
                    None => outcomes.push((change.key, Outcome::NoObject)),
                }
            }
            if sent.is_empty() {
                continue;
            }
            let mut answers = self.client().batch(batch).await;
            let mut is_any_moved = false;
            for (key, answer) in sent {
                let outcome = match answers.take(answer) {
                    Ok(current) => {
                        is_any_moved = true;
                        if let Some(hint) = sequence.hint(&current) {
                            order.settle(&key, hint.clone());
                        }
                        let known = objects.iter_mut().find(|object| object.id() == Some(&key));
                        if let Some(object) = known {
                            *object = current;
                        }
                        Outcome::Moved
                    }
                    Err(error) if error.is_conflict() || error.is_precondition_failed() => Outcome::Stale(error),
                    Err(error) => Outcome::Failed(error),
                };
                outcomes.push((key, outcome));
            }
            if !is_any_moved {
                return Arranged { outcomes };
            }
        }
    }
}
