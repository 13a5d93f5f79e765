//! What a test may do beside sending requests. None of it draws ids, so the answers stay the same.

mod http;

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    config::Config,
    emulator::Emulator,
    faults::{Fault, Latency},
    log::Record,
    seed::{Seed, SeedError},
};

pub(crate) use self::http::answer;

impl Emulator {
    /// Begins anew with the seed that it began with. Faults and the log of requests are gone.
    ///
    /// # Errors
    ///
    /// See [`plant`](Self::plant).
    pub fn reset(&self) -> Result<(), SeedError> {
        let seed = self.machine().seed.clone();
        self.plant(&seed)
    }

    /// Begins anew with another seed.
    ///
    /// # Errors
    ///
    /// When the seed has a fault: then everything is as it was.
    pub fn plant(&self, seed: &Seed) -> Result<(), SeedError> {
        let begun = self.begin(seed)?;
        self.machine().begin_anew(begun);
        Ok(())
    }

    /// How it behaves.
    pub fn config(&self) -> Config {
        self.machine().config.clone()
    }

    /// Changes how it behaves.
    pub fn configure(&self, change: impl FnOnce(&mut Config)) {
        change(&mut self.machine().config);
    }

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

    /// The time, by the service's clock.
    pub fn now(&self) -> Timestamp {
        self.machine().world.counters.clock.now()
    }

    /// Advances the clock.
    pub fn advance(&self, length: Duration) {
        self.machine().world.counters.clock.advance(length);
    }

    /// Sets the clock, back or ahead of the clients'.
    pub fn set_clock(&self, now: Timestamp) {
        self.machine().world.counters.clock.set(now);
    }

    /// How many milliseconds each request advances the clock by; with zero it stands still.
    pub fn set_tick(&self, milliseconds: u32) {
        self.machine().world.counters.clock.set_tick(milliseconds);
    }
}
