//! What a test may do beside sending requests. None of it draws ids, so the answers stay the same.

use std::time::Duration;

use crate::{
    emulator::Emulator,
    faults::{Fault, Latency},
    log::Record,
};

impl Emulator {
    /// Adds a fault after the others, or in place of the one with its name.
    pub fn put_fault(&self, fault: Fault) {
        self.machine().faults.put(fault);
    }

    /// Removes a fault; tells whether there was one.
    pub fn remove_fault(&self, name: &str) -> bool {
        self.machine().faults.remove(name)
    }

    /// The faults, with how often they struck.
    pub fn faults(&self) -> Vec<Fault> {
        self.machine().faults.rules.clone()
    }

    /// Sets how long operations take.
    pub fn set_latency(&self, latency: Vec<Latency>) {
        self.machine().faults.latency = latency;
    }

    /// The requests so far, the oldest first.
    pub fn requests(&self) -> Vec<Record> {
        self.machine().log.records().cloned().collect()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.machine().log.clear();
    }

    /// Advances the clock.
    pub fn advance(&self, length: Duration) {
        self.machine().world.counters.clock.advance(length);
    }
}
