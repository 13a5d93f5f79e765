//! What a test may look at, and do behind the service's back.

use serde_json::{Map, Value, json};

use crate::{
    delta::{Expiry, Which, expire},
    emulator::Emulator,
    oauth,
    store::Kind,
};

impl Emulator {
    /// Everything that is there, as the service keeps it: by kind, then by id.
    pub fn state(&self) -> Value {
        let machine = self.machine();
        let mut kinds = Map::new();
        let inner = [Kind::Change, Kind::Token, Kind::Grant];
        for (kind, row) in machine.world.store.rows().filter(|(kind, _)| !inner.contains(kind)) {
            let name = json!(kind).as_str().unwrap_or_default().to_owned();
            let rows = kinds.entry(name).or_insert_with(|| json!({}));
            if let Some(rows) = rows.as_object_mut() {
                rows.insert(row.id.clone(), json!(row));
            }
        }
        Value::Object(kinds)
    }

    /// Everything that happened, in order: what changed, when, by whom, from what to what.
    pub fn changes(&self) -> Vec<Value> {
        let machine = self.machine();
        let changes = machine.world.store.all(Kind::Change);
        changes
            .map(|change| {
                let mut told = change.properties.clone();
                told.insert("number".to_owned(), json!(change.id.parse::<u64>().unwrap_or_default()));
                Value::Object(told)
            })
            .collect()
    }

    /// Lets all links expire that were given out, the way that this says it. Returns how many.
    pub fn expire_links(&self, spelling: Expiry) -> usize {
        self.expire(&Which::default(), spelling)
    }

    /// The same for the links of one user, by id, whose path below the version begins so; an empty text stands for all.
    pub fn expire_links_of(&self, user: &str, path: &str, spelling: Expiry) -> usize {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let which = Which {
            user: given(user),
            path: given(path),
        };
        self.expire(&which, spelling)
    }

    fn expire(&self, which: &Which, spelling: Expiry) -> usize {
        let mut machine = self.machine();
        let count = expire(&mut machine.world, which, spelling);
        // Where it cannot be kept in the file, it is so for this process.
        let _ = machine.commit();
        count
    }
}

impl Emulator {
    /// Has the service ask a user, by id, for more claims than they signed in with, as continuous access evaluation does; or no
    /// longer. Only a token that was asked for with claims is accepted from then on.
    pub fn ask_for_claims(&self, user: &str, is_wanted: bool) {
        let mut machine = self.machine();
        oauth::step_up(&mut machine.world, user, is_wanted);
        let _ = machine.commit();
    }
}
