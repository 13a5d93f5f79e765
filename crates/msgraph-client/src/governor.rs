//! What all clones of a client share: how many requests are under way, and a pause when the service asks for one.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until},
};

#[derive(Debug)]
pub(crate) struct Governor {
    permits: Arc<Semaphore>,
    /// Until when nothing is sent.
    pause: Mutex<Option<Instant>>,
}

impl Governor {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(limit.clamp(1, Semaphore::MAX_PERMITS))),
            pause: Mutex::new(None),
        }
    }

    /// Waits until a request may be sent. It counts as under way until the permit is dropped.
    pub(crate) async fn admit(&self) -> Option<OwnedSemaphorePermit> {
        loop {
            self.wait().await;
            // Nothing closes the semaphore.
            let permit = Arc::clone(&self.permits).acquire_owned().await.ok();
            if self.paused_until().is_none_or(|until| until <= Instant::now()) {
                return permit;
            }
        }
    }

    /// Lets nobody send for so long.
    pub(crate) fn pause(&self, length: Duration) {
        let Some(until) = Instant::now().checked_add(length) else {
            return;
        };
        let mut pause = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        *pause = pause.map_or(Some(until), |known| Some(known.max(until)));
    }

    /// When the pause ends, if there is one.
    pub(crate) fn paused_until(&self) -> Option<Instant> {
        *self.pause.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn wait(&self) {
        while let Some(until) = self.paused_until().filter(|until| *until > Instant::now()) {
            sleep_until(until).await;
        }
    }
}
