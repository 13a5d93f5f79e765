//! To Do of one user of an emulator, and how many calls that takes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use msgraph_emulator::Emulator;
use msgraph_tasks::{Client, StaticToken, Todo};
use tower_service::Service;

/// The calls to an emulator, each batch being one.
#[derive(Clone, Default)]
pub(crate) struct Calls(Arc<AtomicUsize>);

impl Calls {
    /// How many there were since this was asked last.
    pub(crate) fn take(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

/// To Do of one user of an emulator.
pub(crate) fn todo(emulator: &Emulator) -> (Todo, Calls) {
    let calls = Calls::default();
    let counted = Counted {
        emulator: emulator.clone(),
        calls: calls.clone(),
    };
    let client = Client::builder(StaticToken::new("adele@contoso.example")).transport(counted);
    (Todo::new(client.build().expect("a client")), calls)
}

#[derive(Clone)]
struct Counted {
    emulator: Emulator,
    calls: Calls,
}

impl<R> Service<R> for Counted
where
    Emulator: Service<R>,
{
    type Response = <Emulator as Service<R>>::Response;
    type Error = <Emulator as Service<R>>::Error;
    type Future = <Emulator as Service<R>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.emulator.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        self.calls.0.fetch_add(1, Ordering::Relaxed);
        self.emulator.call(request)
    }
}
