//! Questions that the replica answers without a request.

mod planner;
mod todo;

use std::{collections::VecDeque, fmt};

use msgraph_core::Versioned;
use msgraph_model::PlannerTaskDetails;

pub use self::planner::PlanObjects;
use crate::{
    Collection, Error, Key, Replica, Row,
    kind::{Replicated, Undecodable},
};

/// How many rows are read of the store at a time, and so the most that is held of a question's answer.
const ROWS: usize = 500;

/// Which objects of a kind are wanted: those of which all conditions are true.
pub struct Query<R> {
    collection: Option<Collection>,
    conditions: Vec<Condition<R>>,
    detailed: Option<Detailed<R>>,
}

type Condition<R> = Box<dyn Fn(&R) -> bool + Send + Sync>;
/// Asked without the details first: where that is enough, they are not read.
type Detailed<R> = Box<dyn Fn(&R, Option<&PlannerTaskDetails>) -> bool + Send + Sync>;

impl<R: Replicated> Query<R> {
    /// All of them.
    pub fn new() -> Self {
        Self {
            collection: None,
            conditions: Vec::new(),
            detailed: None,
        }
    }

    /// Those of which something else is true.
    #[must_use]
    pub fn that(mut self, condition: impl Fn(&R) -> bool + Send + Sync + 'static) -> Self {
        self.conditions.push(Box::new(condition));
        self
    }
}

impl<R: Replicated> Default for Query<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> fmt::Debug for Query<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Query")
            .field("collection", &self.collection)
            .field("conditions", &self.conditions.len())
            .finish_non_exhaustive()
    }
}

impl Replica {
    /// The objects that a question asks for, as they are here, sorted by id. No request is sent.
    ///
    /// There is no index: the objects of the kind are looked through, 500 at a time, and no more than that is held.
    pub fn find<R: Replicated>(&self, query: Query<R>) -> Found<'_, R> {
        Found {
            replica: self,
            query,
            read: VecDeque::new(),
            after: Key::new(R::KIND, ""),
            is_done: false,
        }
    }
}

/// The answer to a question, one object after the other.
#[derive(Debug)]
pub struct Found<'r, R> {
    replica: &'r Replica,
    query: Query<R>,
    read: VecDeque<Row>,
    after: Key,
    is_done: bool,
}

impl<R: Replicated> Found<'_, R> {
    /// The next object; `None` after the last one.
    ///
    /// # Errors
    ///
    /// [`Error::Store`]; [`Error::Undecodable`] where this build cannot read an object, which is passed over by the next call.
    pub async fn next(&mut self) -> Result<Option<Versioned<R>>, Error> {
        loop {
            let Some(row) = self.row().await? else { return Ok(None) };
            let Some(shown) = row.shown() else { continue };
            let object: Versioned<R> = versioned(shown)?;
            if self.is_wanted(&row.key, &object).await? {
                return Ok(Some(object));
            }
        }
    }

    /// All that are left, at most `limit`.
    ///
    /// # Errors
    ///
    /// Those of [`next`](Self::next).
    pub async fn collect(mut self, limit: usize) -> Result<Vec<Versioned<R>>, Error> {
        let mut all = Vec::new();
        while all.len() < limit
            && let Some(object) = self.next().await?
        {
            all.push(object);
        }
        Ok(all)
    }

    async fn row(&mut self) -> Result<Option<Row>, Error> {
        if self.read.is_empty() && !self.is_done {
            let store = self.replica.store();
            let rows = store
                .list(self.query.collection.as_ref(), Some(&self.after), ROWS)
                .await?;
            // Objects of one kind stand together.
            self.is_done = rows.len() < ROWS || rows.last().is_some_and(|row| row.key.kind != R::KIND);
            if let Some(last) = rows.last() {
                self.after = last.key.clone();
            }
            self.read.extend(rows.into_iter().filter(|row| row.key.kind == R::KIND));
        }
        Ok(self.read.pop_front())
    }

    async fn is_wanted(&self, key: &Key, object: &R) -> Result<bool, Error> {
        if !self.query.conditions.iter().all(|condition| condition(object)) {
            return Ok(false);
        }
        let Some(detailed) = &self.query.detailed else {
            return Ok(true);
        };
        if detailed(object, None) {
            return Ok(true);
        }
        let details: Option<PlannerTaskDetails> = self.replica.get(&key.id).await?;
        Ok(details.is_some_and(|details| detailed(object, Some(&details))))
    }
}

/// An object together with its version.
fn versioned<R: Replicated>(shown: &str) -> Result<Versioned<R>, Undecodable> {
    serde_json::from_str(shown).map_err(|error| Undecodable {
        reason: error.to_string(),
    })
}

/// What is looked for in texts, whatever the case of the letters.
struct Words(String);

impl Words {
    fn new(text: &str) -> Self {
        Self(text.to_lowercase())
    }

    fn are_in(&self, text: Option<&str>) -> bool {
        text.is_some_and(|text| text.to_lowercase().contains(&self.0))
    }
}
