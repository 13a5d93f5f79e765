//! The whole state as bytes, from which independent emulators are made.

use serde::{Deserialize, Serialize};

use crate::{
    config::Config,
    emulator::Emulator,
    faults::Faults,
    machine::Machine,
    store::{Kind, Row},
    world::{Counters, World},
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Snapshot {
    config: Config,
    counters: Counters,
    rows: Vec<(Kind, Row)>,
    #[serde(default)]
    faults: Faults,
}

impl Snapshot {
    fn world(self) -> (World, Config, Faults) {
        let mut world = World {
            counters: self.counters,
            ..World::default()
        };
        for (kind, row) in self.rows {
            world.store.put(kind, row);
        }
        world.store.commit();
        (world, self.config, self.faults)
    }
}

impl Emulator {
    /// The whole state, as JSON: what there is, the clock, what ids are drawn from, the configuration, and the faults.
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
            faults: machine.faults.clone(),
        })
    }

    /// A new emulator, which begins with the state of a snapshot.
    ///
    /// # Errors
    ///
    /// When the bytes are no snapshot.
    pub fn from_snapshot(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let snapshot: Snapshot = serde_json::from_slice(bytes)?;
        let (world, config, faults) = snapshot.world();
        Ok(Self::of(Machine::of(world, config, faults)))
    }

    /// A new emulator with the state of this one, and nothing in common with it from then on.
    ///
    /// # Errors
    ///
    /// See [`snapshot`](Self::snapshot).
    pub fn fork(&self) -> Result<Self, serde_json::Error> {
        Self::from_snapshot(&self.snapshot()?)
    }

    /// Puts the state of a snapshot in place of this one's. The log of requests stays.
    ///
    /// # Errors
    ///
    /// When the bytes are no snapshot; then nothing is changed.
    pub fn restore(&self, bytes: &[u8]) -> Result<(), serde_json::Error> {
        let snapshot: Snapshot = serde_json::from_slice(bytes)?;
        let (world, config, faults) = snapshot.world();
        self.machine().replace(world, config, faults);
        Ok(())
    }
}
