//! The emulator: one request after the other, each carried out whole or not at all.

#[cfg(feature = "state")]
use std::path::Path;
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http::HeaderMap;

#[cfg(feature = "state")]
use crate::state::{OpenError, StateFile};
use crate::{
    control,
    machine::{Machine, Outcome},
    route::Router,
    seed::{Seed, SeedError},
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
        Self::of(Machine::new(&Seed::default()))
    }

    /// An emulator that begins with this.
    ///
    /// # Errors
    ///
    /// When the seed has a fault: where, and which.
    pub fn seeded(seed: &Seed) -> Result<Self, SeedError> {
        let emulator = Self::of(Machine::new(seed));
        let begun = emulator.begin(seed)?;
        emulator.machine().begin_anew(begun);
        Ok(emulator)
    }

    /// An emulator whose state is in a file: as it was left, or, if there is none, as a seed has it. Every answer to a write is
    /// in the file before it is sent.
    ///
    /// # Errors
    ///
    /// When another process uses the file, it is no state file or a damaged one, or the seed has a fault.
    #[cfg(feature = "state")]
    pub fn open(path: &Path, seed: &Seed) -> Result<Self, OpenError> {
        let (file, world) = StateFile::open(path).map_err(OpenError::State)?;
        let emulator = Self::seeded(seed).map_err(OpenError::Seed)?;
        {
            let mut machine = emulator.machine();
            match world {
                Some(world) => machine.world = world,
                None => file.replace(&machine.world).map_err(OpenError::State)?,
            }
            machine.file = Some(file);
        }
        Ok(emulator)
    }

    /// A machine that has what a seed names.
    pub(crate) fn begin(&self, seed: &Seed) -> Result<Machine, SeedError> {
        let mut machine = Machine::new(seed);
        seed.plant(&mut machine, &self.inner.router)?;
        machine.log.clear();
        Ok(machine)
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
        if let Some(reply) = control::answer(self, incoming) {
            return reply.into();
        }
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
