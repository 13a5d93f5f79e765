//! What wakes the loop, and what stops it.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
};

use tokio::sync::watch;

/// Stops a [`run`](crate::Replica::run). Clones stop the same.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    /// Nothing is stopped yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops it at once, for good. Nothing is lost: what was committed stays.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// The work, if it is done before it is stopped.
    pub(super) async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut signal = self.0.subscribe();
        let mut stopped = pin!(signal.wait_for(|stopped| *stopped));
        let mut work = pin!(work);
        poll_fn(|context| match stopped.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(None),
            Poll::Pending => work.as_mut().poll(context).map(Some),
        })
        .await
    }
}

/// Wakes the loop. Who listens hears it once, however often it was rung since.
#[derive(Debug, Default)]
pub(crate) struct Bell(watch::Sender<Rung>);

/// How often it was rung.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rung {
    /// For everything.
    pub(super) all: u64,
    /// For edits that were made here.
    pub(super) edits: u64,
}

impl Bell {
    pub(crate) fn ring(&self) {
        self.0.send_modify(|rung| rung.all = rung.all.wrapping_add(1));
    }

    pub(crate) fn ring_for_edits(&self) {
        self.0.send_modify(|rung| rung.edits = rung.edits.wrapping_add(1));
    }

    /// Hears what is rung from now on.
    pub(super) fn listen(&self) -> watch::Receiver<Rung> {
        self.0.subscribe()
    }
}
