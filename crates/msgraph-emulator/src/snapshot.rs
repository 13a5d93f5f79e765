//! The whole state as bytes, from which independent emulators are made.

use serde::{Deserialize, Serialize};

use crate::{
    config::Config,
    emulator::Emulator,
    machine::Machine,
    seed::Seed,
    store::{Kind, Row, Store},
    world::{Counters, World},
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Snapshot {
    config: Config,
    counters: Counters,
    rows: Vec<(Kind, Row)>,
}

impl Emulator {
    /// The whole state, as JSON.
    ///
    /// # Errors
    ///
    /// Never, as far as is known: whatever is in the state can be written.
    pub fn snapshot(&self) -> Result<Vec<u8>, serde_json::Error> {
        let machine = self.machine();
        let rows = machine.world.store.rows();
        serde_json::to_vec(&Snapshot {
            config: machine.config.clone(),
            counters: machine.world.counters.clone(),
            rows: rows.map(|(kind, row)| (kind, row.clone())).collect(),
        })
    }

    /// A new emulator, which begins with the state of a snapshot.
    ///
    /// # Errors
    ///
    /// When the bytes are no snapshot.
    pub fn from_snapshot(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let snapshot: Snapshot = serde_json::from_slice(bytes)?;
        let mut store = Store::default();
        for (kind, row) in snapshot.rows {
            store.put(kind, row);
        }
        store.commit();
        let mut machine = Machine::new(&Seed {
            config: snapshot.config,
            ..Seed::default()
        });
        machine.world = World {
            store,
            counters: snapshot.counters,
        };
        Ok(Self::of(machine))
    }
}
