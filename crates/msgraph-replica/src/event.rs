//! What happened, typed.

use std::{collections::VecDeque, fmt, marker::PhantomData, time::Duration};

use msgraph_core::{FieldPath, diff};
use tokio::{sync::watch, time::timeout};

use crate::{
    Collection, Error, Key, Kind, Replica,
    kind::{Replicated, read},
    store::{StoredEvent, What},
};

/// How many events are read at a time.
const EVENTS: usize = 100;
/// How long nothing is looked for while nothing is committed here: another process may write to the store as well.
const LOOK: Duration = Duration::from_secs(1);

/// Something that happened to an object of one kind, or to the collection that such objects are in.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Event<R> {
    /// Its place in the order of events, from 1.
    pub cursor: u64,
    /// What feeds the object.
    pub collection: Collection,
    /// The object; `None` where the event is about the collection.
    pub key: Option<Key>,
    /// What happened.
    pub what: Happening<R>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Happening<R> {
    /// The first enumeration of the collection begins to be told.
    Init,
    /// An object of the first enumeration.
    InitApply {
        /// As it is.
        after: R,
    },
    /// The first enumeration was told: what was told is all that there is.
    InitDone,
    /// An object is new.
    Created {
        /// As it is.
        after: R,
    },
    /// An object is different.
    Changed {
        /// As it was.
        before: R,
        /// As it is.
        after: R,
        /// What differs, sorted; its ETag is left out, unless nothing else does.
        fields: Vec<FieldPath>,
    },
    /// An object is gone.
    Deleted {
        /// As it was.
        before: R,
    },
}

impl StoredEvent {
    /// The event, typed; `None` where it is about something else.
    ///
    /// # Errors
    ///
    /// [`Error::Undecodable`] where this build cannot read the object.
    pub fn typed<R: Replicated>(&self) -> Result<Option<Event<R>>, Error> {
        let key = match &self.what {
            What::Init | What::InitDone if !holds(&self.collection, R::KIND) => return Ok(None),
            What::Init | What::InitDone => None,
            What::InitApply { key, .. }
            | What::Created { key, .. }
            | What::Changed { key, .. }
            | What::Deleted { key, .. } => Some(key),
        };
        if key.is_some_and(|key| key.kind != R::KIND) {
            return Ok(None);
        }
        let what = match &self.what {
            What::Init => Happening::Init,
            What::InitDone => Happening::InitDone,
            What::InitApply { after, .. } => Happening::InitApply { after: read(after)? },
            What::Created { after, .. } => Happening::Created { after: read(after)? },
            What::Deleted { before, .. } => Happening::Deleted { before: read(before)? },
            What::Changed { before, after, .. } => changed(read(before)?, read(after)?),
        };
        Ok(Some(Event {
            cursor: self.cursor,
            collection: self.collection.clone(),
            key: key.cloned(),
            what,
        }))
    }
}

impl Replica {
    /// What happened to objects of one kind after a cursor, zero for all that was not acknowledged yet.
    pub fn events_of<R: Replicated>(&self, after: u64) -> Events<R> {
        Events {
            replica: self.clone(),
            commits: self.recorder().commits(),
            read: VecDeque::new(),
            cursor: after,
            wanted: Box::new(|_| true),
            kind: PhantomData,
        }
    }
}

/// Reads what happened, in order, at least once: what is not acknowledged is told again to whoever begins again.
pub struct Events<R> {
    replica: Replica,
    commits: watch::Receiver<u64>,
    read: VecDeque<StoredEvent>,
    cursor: u64,
    wanted: Wanted<R>,
    kind: PhantomData<fn() -> R>,
}

type Wanted<R> = Box<dyn Fn(&Event<R>) -> bool + Send + Sync>;

impl<R: Replicated> Events<R> {
    /// Only those of which something is true. Everything is stored all the same, and told to whoever asks for other ones.
    #[must_use]
    pub fn only(mut self, wanted: impl Fn(&Event<R>) -> bool + Send + Sync + 'static) -> Self {
        self.wanted = Box::new(wanted);
        self
    }

    /// The next event, as soon as there is one.
    ///
    /// Dropping the future loses nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Store`]; [`Error::Undecodable`] where this build cannot read the object, which the next call passes over.
    pub async fn next(&mut self) -> Result<Event<R>, Error> {
        loop {
            self.commits.mark_unchanged();
            if let Some(event) = self.try_next().await? {
                return Ok(event);
            }
            // Either way it is looked.
            let _ = timeout(LOOK, self.commits.changed()).await;
        }
    }

    /// The next event; `None` where there is none yet.
    ///
    /// # Errors
    ///
    /// Those of [`next`](Self::next).
    pub async fn try_next(&mut self) -> Result<Option<Event<R>>, Error> {
        loop {
            if self.read.is_empty() {
                self.read = self.replica.events(self.cursor, EVENTS).await?.into();
            }
            let Some(stored) = self.read.pop_front() else {
                return Ok(None);
            };
            self.cursor = stored.cursor;
            if let Some(event) = stored.typed()?.filter(|event| (self.wanted)(event)) {
                return Ok(Some(event));
            }
        }
    }

    /// Where it is: the place of the last event that was looked at, told or not.
    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    /// Says that all events up to here were taken care of. The store forgets them, for all who read: where several do, each
    /// keeps its [cursor](Self::cursor), and the least is [acknowledged](Replica::acknowledge).
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn acknowledge(&self) -> Result<(), Error> {
        self.replica.acknowledge(self.cursor).await
    }
}

impl<R> fmt::Debug for Events<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Events")
            .field("cursor", &self.cursor)
            .finish_non_exhaustive()
    }
}

fn changed<R: Replicated>(before: R, after: R) -> Happening<R> {
    let difference = diff(&before, &after);
    let mut fields: Vec<_> = difference.changes().map(|change| change.field.clone()).collect();
    if fields.iter().any(|field| !is_etag(field)) {
        fields.retain(|field| !is_etag(field));
    }
    Happening::Changed { before, after, fields }
}

fn is_etag(field: &FieldPath) -> bool {
    field.property() == "@odata.etag"
}

/// Whether objects of a kind are in a collection.
fn holds(collection: &Collection, kind: Kind) -> bool {
    match collection {
        Collection::Planner => !matches!(kind, Kind::TodoList | Kind::TodoTask | Kind::BaseList | Kind::BaseTask),
        Collection::GroupPlans(_) | Collection::RosterPlans(_) => kind == Kind::Plan,
        Collection::PlanBuckets(_) => matches!(kind, Kind::Plan | Kind::PlanDetails | Kind::Bucket),
        Collection::PlanTasks(_) => kind == Kind::Task || Kind::TASK_PARTS.contains(&kind),
        Collection::TodoLists => kind == Kind::TodoList,
        Collection::TodoTasks(_) => kind == Kind::TodoTask,
        Collection::BaseLists => kind == Kind::BaseList,
        Collection::BaseTasks(_) => kind == Kind::BaseTask,
        Collection::Edits => false,
    }
}
