//! Time and chance that are the same in each run.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use msgraph_client::Environment;

/// A clock that stands still unless it is put ahead, and random numbers that count. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Fixed {
    now: Arc<AtomicU64>,
    random: Arc<AtomicU64>,
}

impl Fixed {
    pub(crate) fn new() -> Self {
        Self {
            now: Arc::new(AtomicU64::new(1_767_603_600_000)),
            random: Arc::new(AtomicU64::new(0)),
        }
    }

    pub(crate) fn advance(&self, length: Duration) {
        let length = u64::try_from(length.as_millis()).expect("a length");
        self.now.fetch_add(length, Ordering::Relaxed);
    }
}

impl Environment for Fixed {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.now.load(Ordering::Relaxed))
    }

    fn random(&self) -> u64 {
        self.random.fetch_add(1, Ordering::Relaxed)
    }
}
