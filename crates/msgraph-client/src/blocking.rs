//! The client for programs without async: each call blocks its thread.
//!
//! ```no_run
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use msgraph_client::{Client, StaticToken, blocking};
//! use msgraph_core::Id;
//! use msgraph_request::v1;
//!
//! let client = blocking::Client::new(Client::new(StaticToken::new("eyJ0..."))?)?;
//! for task in client.items(v1::planner().plan(&Id::new("xqQg5FS2LkCp935s-FIFm2QAFkHM")).tasks().list()) {
//!     println!("{:?}", task?.title);
//! }
//! # Ok(())
//! # }
//! ```

use std::{fmt, io, sync::Arc, vec};

use msgraph_core::{Answer, Request};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::{Batch, BatchAnswers, Error, ErrorKind, Linked, Pages, Response, error::Context};

/// A client whose calls block. Cheap to clone; clones share one runtime, and all that the client shares.
#[derive(Clone)]
pub struct Client {
    client: crate::Client,
    runtime: Arc<Owned>,
}

/// A runtime that may be given up anywhere, inside of another one, too.
struct Owned(Option<Runtime>);

impl Drop for Owned {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Client {
    /// A blocking client, with a runtime of its own that has one thread.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn new(client: crate::Client) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("msgraph-client")
            .enable_all()
            .build()?;
        let runtime = Arc::new(Owned(Some(runtime)));
        Ok(Self { client, runtime })
    }

    /// Sends a request, and waits for its answer.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`]; [`ErrorKind::InsideRuntime`] where an async runtime would be blocked.
    pub fn send<R: Answer, O>(&self, request: Request<R, O>) -> Result<R, Error> {
        self.wait(self.client.send(request))?
    }

    /// The same, with what came beside the answer.
    ///
    /// # Errors
    ///
    /// See [`send`](Self::send).
    pub fn execute<R: Answer, O>(&self, request: Request<R, O>) -> Result<Response<R>, Error> {
        self.wait(self.client.execute(request))?
    }

    /// The pages that a request leads to.
    pub fn pages<R: Linked, O>(&self, request: Request<R, O>) -> PageIter<R> {
        PageIter {
            client: self.clone(),
            pages: Some(self.client.pages(request)),
        }
    }

    /// The items of all pages that a request leads to.
    pub fn items<R: Linked, O>(&self, request: Request<R, O>) -> ItemIter<R> {
        ItemIter {
            pages: self.pages(request),
            items: Vec::new().into_iter(),
        }
    }

    /// Sends the requests of a batch.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InsideRuntime`] where an async runtime would be blocked. What goes wrong with a request is in its answer.
    pub fn batch(&self, batch: Batch) -> Result<BatchAnswers, Error> {
        self.wait(self.client.batch(batch))
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T, Error> {
        // It is there until the last clone is dropped.
        match &self.runtime.0 {
            Some(runtime) if Handle::try_current().is_err() => Ok(runtime.block_on(future)),
            _ => Err(Error::new(ErrorKind::InsideRuntime, Context::default())),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.client.fmt(formatter)
    }
}

/// The pages of a listing, one after the other. It ends after an error.
#[derive(Debug)]
pub struct PageIter<R> {
    client: Client,
    pages: Option<Pages<R>>,
}

impl<R: Linked> Iterator for PageIter<R> {
    type Item = Result<R, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let pages = self.pages.as_mut()?;
        let page = match self.client.wait(pages.next()) {
            Ok(page) => page,
            Err(error) => Some(Err(error)),
        };
        if !matches!(page, Some(Ok(_))) {
            self.pages = None;
        }
        page
    }
}

/// The items of a listing, one after the other. It ends after an error.
pub struct ItemIter<R: Linked> {
    pages: PageIter<R>,
    items: vec::IntoIter<R::Item>,
}

impl<R: Linked> Iterator for ItemIter<R> {
    type Item = Result<R::Item, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.items.next() {
                return Some(Ok(item));
            }
            match self.pages.next()? {
                Ok(page) => self.items = page.into_items().into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<R: Linked> fmt::Debug for ItemIter<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ItemIter").finish_non_exhaustive()
    }
}
