//! Reading everything again, and comparing: what the feeds did not tell is found here.

use crate::{Account, Collection, Error, Key, MemoryStore, Replica, Row, Store, store::Commit};

/// An object that is not here as it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The object.
    pub key: Key,
    /// What feeds it.
    pub collection: Collection,
    /// The service's version as it is here; `None` where it is not.
    pub here: Option<String>,
    /// As it is there; `None` where it is not.
    pub there: Option<Row>,
}

impl Replica {
    /// Reads everything from the service, and compares: empty where the replica is equal to it. Edits that were made here and
    /// not sent yet are left out.
    ///
    /// What changes while it is read may be in the answer; the next [`sync`](Self::sync) tells it.
    ///
    /// # Errors
    ///
    /// [`Error::Client`] and [`Error::Store`].
    pub async fn verify(&self) -> Result<Vec<Difference>, Error> {
        let there = MemoryStore::new();
        let nobody = Account::new("", "", "");
        let reader = Self::open(self.client().clone(), there.clone(), &nobody, self.options().clone()).await?;
        reader.sync().await?;
        let mut differences = Vec::new();
        let (mut ours, mut theirs) = (Rows::of(self.store()), Rows::of(&there));
        let (mut our, mut their) = (ours.next().await?, theirs.next().await?);
        loop {
            match (our.take(), their.take()) {
                (None, None) => return Ok(differences),
                (Some(here), Some(there)) if here.key == there.key => {
                    if here.server != there.server {
                        differences.push(difference(Some(here), Some(there)));
                    }
                    (our, their) = (ours.next().await?, theirs.next().await?);
                }
                (Some(here), there) if there.as_ref().is_none_or(|there| here.key < there.key) => {
                    if here.server.is_some() {
                        differences.push(difference(Some(here), None));
                    }
                    (our, their) = (ours.next().await?, there);
                }
                (here, there) => {
                    differences.push(difference(None, there));
                    (our, their) = (here, theirs.next().await?);
                }
            }
        }
    }

    /// Makes the replica equal to what [`verify`](Self::verify) found; edits that were made here stay.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn repair(&self, differences: &[Difference]) -> Result<(), Error> {
        let collections: std::collections::BTreeSet<_> = differences.iter().map(|one| &one.collection).collect();
        for collection in collections {
            let now = self.now();
            let until = now.saturating_add(self.options().lease);
            let mut commit = Commit {
                lease: Some(self.store().lease(collection, self.holder(), now, until).await?),
                ..Commit::default()
            };
            for difference in differences.iter().filter(|one| one.collection == *collection) {
                match &difference.there {
                    None => commit.remove.push(difference.key.clone()),
                    Some(there) => {
                        let mut row = there.clone();
                        if let Some(here) = self.store().get(&difference.key).await? {
                            (row.local, row.is_deleted) = (here.local, here.is_deleted);
                        }
                        commit.put.push(row);
                    }
                }
            }
            self.store().commit(commit).await?;
        }
        Ok(())
    }

    /// Forgets nothing and reads everything again at the next [`sync`](Self::sync), beside what is there: the true-up that a
    /// feed needs from time to time.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn read_again(&self, collection: &Collection) -> Result<(), Error> {
        let now = self.now();
        let until = now.saturating_add(self.options().lease);
        let lease = self.store().lease(collection, self.holder(), now, until).await?;
        let mut feed = self.store().feed(collection).await?.unwrap_or_default();
        feed.link = None;
        feed.phase = crate::store::Phase::Enumerating;
        let commit = Commit {
            lease: Some(lease),
            feed: Some(feed),
            ..Commit::default()
        };
        self.store().commit(commit).await?;
        Ok(())
    }
}

fn difference(here: Option<Row>, there: Option<Row>) -> Difference {
    let row = here.as_ref().or(there.as_ref());
    let (key, collection) = row.map_or_else(
        || (Key::new(crate::Kind::Unknown, ""), Collection::Planner),
        |row| (row.key.clone(), row.collection.clone()),
    );
    Difference {
        key,
        collection,
        here: here.and_then(|row| row.server),
        there,
    }
}

/// The rows of a store, one after the other.
struct Rows<'s> {
    store: &'s dyn Store,
    read: std::vec::IntoIter<Row>,
    after: Option<Key>,
}

impl<'s> Rows<'s> {
    fn of(store: &'s dyn Store) -> Self {
        let read = Vec::new().into_iter();
        let after = None;
        Self { store, read, after }
    }

    async fn next(&mut self) -> Result<Option<Row>, Error> {
        if let Some(row) = self.read.next() {
            return Ok(Some(row));
        }
        self.read = self.store.list(None, self.after.as_ref(), 500).await?.into_iter();
        let next = self.read.next();
        self.after = self.read.as_slice().last().or(next.as_ref()).map(|row| row.key.clone());
        Ok(next)
    }
}
