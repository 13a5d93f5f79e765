//! Futures that are polled so many times and no more, and points at which they can be left.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use http::{Request, Response};
use msgraph_client::RequestBody;
use msgraph_emulator::{Body, Dropped, Emulator};
use tower_service::Service;

pub(crate) type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Polls a future until it is done, or was not so many times; then it can be dropped, or gone on with.
pub(crate) async fn steps<T>(future: &mut Boxed<T>, most: usize) -> Option<T> {
    let mut left = most;
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// The emulator as the replica reaches it: without a socket it answers at once, so each request waits before and after, and can
/// be left there.
#[derive(Clone)]
pub(crate) struct Paced(pub(crate) Emulator);

impl Service<Request<RequestBody>> for Paced {
    type Response = Response<Body>;
    type Error = Dropped;
    type Future = Boxed<Result<Response<Body>, Dropped>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Dropped>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let mut emulator = self.0.clone();
        Box::pin(async move {
            tokio::task::yield_now().await;
            // Planner tells changes in order; To Do promises none.
            let is_todo = request.uri().path().contains("/todo/");
            emulator.configure(|config| config.chaos.shuffle = is_todo);
            let answer = emulator.call(request).await;
            tokio::task::yield_now().await;
            answer
        })
    }
}
