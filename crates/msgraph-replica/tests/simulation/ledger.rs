//! Somebody who hears what the replica tells, and keeps an account of it.

use std::collections::{BTreeMap, BTreeSet};

use msgraph_replica::{
    Collection, Key, Store,
    store::{StoredEvent, What},
};

/// What there is, by what was told.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) cursor: u64,
    objects: BTreeMap<Key, String>,
    /// First enumerations that are being told, and those that were.
    begun: BTreeSet<Collection>,
    told: BTreeSet<Collection>,
}

impl Ledger {
    /// Hears what happened since; returns what is gone by that.
    pub(crate) async fn hear(&mut self, store: &dyn Store) -> Result<Vec<Key>, String> {
        let mut gone = Vec::new();
        loop {
            let events = store
                .events(self.cursor, 100)
                .await
                .map_err(|error| error.to_string())?;
            if events.is_empty() {
                return Ok(gone);
            }
            for event in events {
                let place = event.cursor;
                if place != self.cursor + 1 {
                    return Err(format!("after event {} comes {place}", self.cursor));
                }
                self.cursor = place;
                let told = self.enter(event, &mut gone);
                told.map_err(|reason| format!("event {place}: {reason}"))?;
            }
        }
    }

    fn enter(&mut self, event: StoredEvent, gone: &mut Vec<Key>) -> Result<(), String> {
        let collection = event.collection;
        match event.what {
            What::Init if self.told.contains(&collection) || !self.begun.insert(collection.clone()) => {
                Err(format!("{collection} begins twice"))
            }
            What::Init => Ok(()),
            What::InitApply { .. } | What::InitDone if !self.begun.contains(&collection) => {
                Err(format!("{collection} was not begun"))
            }
            What::InitDone => {
                self.begun.remove(&collection);
                self.told.insert(collection);
                Ok(())
            }
            What::InitApply { key, after } | What::Created { key, after } => {
                match self.objects.insert(key.clone(), after) {
                    Some(_) => Err(format!("{key} is new, and was there")),
                    None => Ok(()),
                }
            }
            What::Changed { key, before, after } => {
                if before == after {
                    return Err(format!("{key} changed to what it was"));
                }
                match self.objects.insert(key.clone(), after) {
                    Some(known) if known == before => Ok(()),
                    known => Err(format!("{key} changed from {before}, and was {known:?}")),
                }
            }
            What::Deleted { key, before } => match self.objects.remove(&key) {
                Some(known) if known == before => {
                    gone.push(key);
                    Ok(())
                }
                known => Err(format!("{key} is gone as {before}, and was {known:?}")),
            },
            what => Err(format!("{what:?} is not known")),
        }
    }

    /// Whether the account is what the store shows.
    pub(crate) async fn compare(&self, store: &dyn Store) -> Result<(), String> {
        let rows = store.list(None, None, usize::MAX >> 1).await;
        let rows = rows.map_err(|error| error.to_string())?;
        let shown = rows.iter().filter_map(|row| Some((&row.key, row.shown()?)));
        let told = self.objects.iter().map(|(key, object)| (key, object.as_str()));
        let (shown, told) = (shown.collect::<BTreeSet<_>>(), told.collect::<BTreeSet<_>>());
        match shown.symmetric_difference(&told).next() {
            Some(difference) => Err(format!("not told as it is shown: {difference:?}")),
            None => Ok(()),
        }
    }
}
