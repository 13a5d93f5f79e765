//! The service's state: what it remembers, its clock, and what its ids are made of.

use serde::{Deserialize, Serialize};

use crate::{chance::mixed, clock::Clock, store::Store};

/// The whole state. The same seed and the same calls lead to the same state.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) counters: Counters,
}

/// What goes up with every request or write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub(crate) struct Counters {
    pub(crate) clock: Clock,
    /// What ids are drawn from.
    pub(crate) seed: u64,
    /// How many numbers were drawn.
    drawn: u64,
    /// The version of what was written last.
    version: u64,
    /// The number of the last change.
    change: u64,
}

impl World {
    /// A number that follows from the seed and from how many were drawn before.
    pub(crate) fn random(&mut self) -> u64 {
        let counters = &mut self.counters;
        counters.drawn += 1;
        mixed(counters.seed, counters.drawn)
    }

    /// An id as Planner makes them: 28 characters.
    pub(crate) fn planner_id(&mut self) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut id = String::with_capacity(28);
        while id.len() < 28 {
            let mut bits = self.random();
            for _ in 0..10 {
                let letter = usize::try_from(bits & 63).ok().and_then(|index| ALPHABET.get(index));
                id.extend(letter.map(|letter| char::from(*letter)).filter(|_| id.len() < 28));
                bits >>= 6;
            }
        }
        id
    }

    /// A GUID.
    pub(crate) fn guid(&mut self) -> String {
        let (high, low) = (self.random(), self.random());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xFFFF,
            high & 0xFFF,
            0x8000 | ((low >> 48) & 0x3FFF),
            low & 0xFFFF_FFFF_FFFF
        )
    }

    /// An id as a mailbox makes them.
    pub(crate) fn mailbox_id(&mut self) -> String {
        let id: String = (0..2).map(|_| self.planner_id()).collect();
        format!("AAMkAD{id}AA=")
    }

    /// The version of the next write: greater than any before.
    pub(crate) fn next_version(&mut self) -> u64 {
        self.counters.version += 1;
        self.counters.version
    }

    /// The number of the next change.
    pub(crate) fn next_change(&mut self) -> u64 {
        self.counters.change += 1;
        self.counters.change
    }

    /// The number of the last change.
    pub(crate) fn last_change(&self) -> u64 {
        self.counters.change
    }

    /// The date and time, as the service writes it.
    pub(crate) fn now(&self) -> String {
        self.counters.clock.text()
    }
}
