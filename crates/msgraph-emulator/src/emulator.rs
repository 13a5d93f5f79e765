//! The emulator: one request after the other, each carried out whole or not at all.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http::HeaderMap;

use crate::{
    machine::{Machine, Outcome},
    route::Router,
    seed::Seed,
};

/// An offline Graph. Cheap to clone; clones share the state.
#[derive(Clone)]
pub struct Emulator {
    inner: Arc<Inner>,
}

struct Inner {
    router: Router,
    machine: Mutex<Machine>,
}

/// A request, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Incoming {
    pub(crate) method: String,
    /// The path, and the query after `?`, as they stand in the URL.
    pub(crate) target: String,
    /// Where the versions of the API begin.
    pub(crate) base: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Incoming {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Emulator {
    /// An emulator with a team, a group and nothing else.
    pub fn new() -> Self {
        Self::seeded(&Seed::default())
    }

    /// An emulator that begins with this.
    pub fn seeded(seed: &Seed) -> Self {
        Self::of(Machine::new(seed))
    }

    pub(crate) fn of(machine: Machine) -> Self {
        Self {
            inner: Arc::new(Inner {
                router: Router::new(),
                machine: Mutex::new(machine),
            }),
        }
    }

    pub(crate) fn answer(&self, incoming: &Incoming) -> Outcome {
        self.machine().answer(&self.inner.router, incoming)
    }

    /// A request of this user is no longer under way.
    pub(crate) fn leave(&self, user: &str) {
        self.machine().throttle.leave(user);
    }

    pub(crate) fn machine(&self) -> MutexGuard<'_, Machine> {
        // A rule that failed left nothing half done: what it did was not committed.
        self.inner.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Emulator {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Emulator").finish_non_exhaustive()
    }
}
