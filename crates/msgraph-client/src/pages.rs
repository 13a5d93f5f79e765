//! Listings: page after page, or item after item, by the links of the service.

use std::{
    collections::HashSet,
    fmt,
    future::Future,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    marker::PhantomData,
    pin::Pin,
    task::{Context as TaskContext, Poll, ready},
    vec,
};

use futures_core::Stream;
use http::header::CONTENT_TYPE;
use msgraph_core::{
    Answer, Link, Page, Request,
    delta::{Change, Continuation, DeltaPage, Tracked},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    Client, Error, ErrorKind,
    error::Context,
    options::Options,
    pipeline::{Outgoing, PREFER},
};

/// A page that may lead to another one.
pub trait Linked: Answer {
    /// What it holds.
    type Item;

    /// The link to the next page, if there is one.
    fn next_link(&self) -> Option<Link>;

    /// What it holds, in the order of the service.
    fn into_items(self) -> Vec<Self::Item>;
}

impl<T: DeserializeOwned> Linked for Page<T> {
    type Item = T;

    fn next_link(&self) -> Option<Link> {
        self.next_link.clone()
    }

    fn into_items(self) -> Vec<T> {
        self.value
    }
}

impl<T: Tracked> Linked for DeltaPage<T> {
    type Item = Change<T>;

    fn next_link(&self) -> Option<Link> {
        match &self.continuation {
            Continuation::Next(next) => Some(Link::new(next.as_str())),
            Continuation::Delta(_) => None,
        }
    }

    fn into_items(self) -> Vec<Change<T>> {
        self.changes
    }
}

/// Where a listing goes on, to be stored: the link, byte for byte, and the preferences of the first request, which no link
/// carries.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    link: Link,
    prefer: Option<String>,
}

/// A link may hold a token.
impl fmt::Debug for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Cursor")
            .field("link", &self.link)
            .field("prefer", &self.prefer)
            .finish()
    }
}

/// The pages of a listing. Each is asked for when it is wanted, with the headers of the first and the same patience.
///
/// A page without items that leads on is normal, and passed on.
pub struct Pages<R> {
    client: Client,
    options: Options,
    next: Next,
    /// The links that were followed, as hashes.
    seen: HashSet<u64>,
    page: PhantomData<fn() -> R>,
}

enum Next {
    /// The request for the next page.
    Request(Box<Outgoing>),
    /// What is wrong with it.
    Fault(Option<Error>),
    End,
}

impl<R: Linked> Pages<R> {
    pub(crate) fn new(client: Client, options: Options, first: Result<Outgoing, Error>) -> Self {
        Self {
            client,
            options,
            next: match first {
                Ok(first) => Next::Request(Box::new(first)),
                Err(error) => Next::Fault(Some(error)),
            },
            seen: HashSet::new(),
            page: PhantomData,
        }
    }

    /// The next page; `None` after the last.
    ///
    /// Dropping the future loses nothing: the next call asks for the same page. After an error, too, the same page is asked
    /// for again, unless the link itself is what is wrong.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`]; [`ErrorKind::LinkLoop`] where a page leads to one that was there before.
    pub async fn next(&mut self) -> Option<Result<R, Error>> {
        let outgoing = match &mut self.next {
            Next::Request(outgoing) => outgoing.clone(),
            Next::Fault(error) => return error.take().map(Err),
            Next::End => return None,
        };
        let response = match self.client.complete::<R>((*outgoing).clone(), &self.options).await {
            Ok(response) => response,
            Err(error) => return Some(Err(error)),
        };
        let page = response.value;
        self.seen.insert(hash(&outgoing.url));
        self.next = match page.next_link() {
            None => Next::End,
            Some(link) if self.seen.contains(&hash(link.as_str())) => {
                let context = Context {
                    attempts: response.attempts,
                    client_request_id: Some(response.client_request_id),
                    ..Context::default()
                };
                Next::Fault(Some(Error::new(ErrorKind::LinkLoop, context)))
            }
            Some(link) => self.follow(*outgoing, link),
        };
        Some(Ok(page))
    }

    /// The request for the page that a link leads to: the headers are those of the page before.
    fn follow(&self, outgoing: Outgoing, link: Link) -> Next {
        match self.client.prepare(&Request::<R>::follow(link), self.client.options()) {
            Ok(next) => {
                let mut headers = outgoing.headers;
                headers.remove(CONTENT_TYPE);
                headers.remove("client-request-id");
                Next::Request(Box::new(Outgoing { headers, ..next }))
            }
            Err(error) => Next::Fault(Some(error)),
        }
    }

    /// Where the listing goes on; `None` before the first page was asked for, and at the end.
    pub fn cursor(&self) -> Option<Cursor> {
        match &self.next {
            Next::Request(outgoing) if outgoing.follows_link => Some(Cursor {
                link: Link::new(outgoing.url.clone()),
                prefer: outgoing
                    .headers
                    .get(PREFER)
                    .and_then(|value| value.to_str().ok())
                    .map(str::to_owned),
            }),
            _ => None,
        }
    }

    /// All items, if there are no more than that.
    ///
    /// Dropping the future loses what was read.
    ///
    /// # Errors
    ///
    /// See [`next`](Self::next); [`ErrorKind::TooManyItems`] where there are more.
    pub async fn collect(mut self, limit: usize) -> Result<Vec<R::Item>, Error> {
        let mut items = Vec::new();
        while let Some(page) = self.next().await {
            items.extend(page?.into_items());
            if items.len() > limit {
                return Err(Error::new(ErrorKind::TooManyItems { limit }, Context::default()));
            }
        }
        Ok(items)
    }
}

impl<R: Linked + Send + 'static> Pages<R> {
    /// The pages as a stream. It ends after an error.
    pub fn into_stream(self) -> PageStream<R> {
        PageStream(Running::Idle(Some(Box::new(self))))
    }

    /// The items of all pages as a stream. It ends after an error.
    pub fn items(self) -> ItemStream<R> {
        ItemStream {
            pages: self.into_stream(),
            items: Vec::new().into_iter(),
        }
    }
}

impl Client {
    /// The rest of a listing.
    pub fn resume<R: Linked>(&self, cursor: Cursor) -> Pages<R> {
        let mut options = self.options().clone();
        let first = self.prepare(&Request::<R>::follow(cursor.link), &options);
        let first = first.map(|mut first| {
            if let Some(Ok(prefer)) = cursor.prefer.map(TryFrom::try_from) {
                first.headers.insert(PREFER, prefer);
            }
            first
        });
        options.prefer.clear();
        Pages::new(self.clone(), options, first)
    }
}

impl<R> fmt::Debug for Pages<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pages")
            .field("followed", &self.seen.len())
            .finish_non_exhaustive()
    }
}

fn hash(url: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    url.hash(&mut hasher);
    hasher.finish()
}

/// [`Pages`] as a stream.
pub struct PageStream<R>(Running<R>);

type Asking<R> = Pin<Box<dyn Future<Output = (Box<Pages<R>>, Option<Result<R, Error>>)> + Send>>;

enum Running<R> {
    Idle(Option<Box<Pages<R>>>),
    Asking(Asking<R>),
}

impl<R: Linked + Send + 'static> Stream for PageStream<R> {
    type Item = Result<R, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match &mut self.0 {
                Running::Idle(pages) => {
                    let Some(mut pages) = pages.take() else {
                        return Poll::Ready(None);
                    };
                    self.0 = Running::Asking(Box::pin(async move {
                        let page = pages.next().await;
                        (pages, page)
                    }));
                }
                Running::Asking(asking) => {
                    let (pages, page) = ready!(asking.as_mut().poll(context));
                    let goes_on = matches!(page, Some(Ok(_)));
                    self.0 = Running::Idle(goes_on.then_some(pages));
                    return Poll::Ready(page);
                }
            }
        }
    }
}

/// The items of [`Pages`] as a stream.
pub struct ItemStream<R: Linked> {
    pages: PageStream<R>,
    items: vec::IntoIter<R::Item>,
}

impl<R: Linked> Unpin for ItemStream<R> {}

impl<R: Linked + Send + 'static> Stream for ItemStream<R> {
    type Item = Result<R::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut self.pages).poll_next(context)) {
                Some(Ok(page)) => self.items = page.into_items().into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<R> fmt::Debug for PageStream<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PageStream").finish_non_exhaustive()
    }
}

impl<R: Linked> fmt::Debug for ItemStream<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ItemStream").finish_non_exhaustive()
    }
}
