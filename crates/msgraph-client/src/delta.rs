//! Delta queries, round by round: from a request or a stored link to the link that is to be stored next.

use std::fmt;

use msgraph_core::{
    DeltaLink, Request, StartLink,
    delta::{Change, ChangeLink, Continuation, DeltaPage, DeltaStart, Tracked},
};

use crate::{Call, Client, Error, ErrorKind, Pages, error::Context};

/// One round of a delta query: pages of changes, and then the link to what changes later.
///
/// Of a query that enumerates, the first round tells everything there is. Of a feed that begins with a link, see
/// [`Client::start_delta`].
///
/// ```no_run
/// # async fn example(client: msgraph_client::Client) -> Result<(), msgraph_client::Error> {
/// # use msgraph_core::{DeltaLink, Id};
/// # use msgraph_request::v1;
/// let mut round = client.delta(v1::me().todo().lists().delta());
/// while let Some(page) = round.next().await {
///     for change in page?.changes {
///         println!("{:?}", change.id());
///     }
/// }
/// let Some(link) = round.link() else { return Ok(()) };
/// let stored = link.as_str().to_owned(); // together with the changes
///
/// // Later, perhaps in another process:
/// match client.resume_delta(&DeltaLink::<msgraph_model::TodoTaskList>::new(stored)).collect(1000).await {
///     Ok((changes, next)) => println!("{} changes; then {}", changes.len(), next.as_str()),
///     Err(error) if error.is_resync_required() => println!("begin again, and compare with what there was"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
pub struct Round<T: Tracked> {
    pages: Pages<DeltaPage<T>>,
    link: Option<DeltaLink<T>>,
}

impl Client {
    /// The first round of a delta query that enumerates.
    pub fn delta<T: Tracked, O>(&self, request: Request<DeltaPage<T>, O>) -> Round<T> {
        self.call(request).delta()
    }

    /// Begins a feed that answers with a link and no objects, such as Planner's: keep the link, read everything that the feed
    /// is about, then [`resume_delta`](Self::resume_delta) from the link.
    ///
    /// Dropping the future loses nothing: a feed that nobody follows is forgotten.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`].
    pub async fn start_delta<T: Tracked, O>(&self, request: Request<DeltaStart<T>, O>) -> Result<StartLink<T>, Error> {
        self.send(request).await.map(|start| start.link())
    }

    /// A round from a link that was kept, of any kind: where a feed began, a page within a round, or the end of a round before.
    ///
    /// A link that the service rejects is told by [`Error::is_resync_required`].
    pub fn resume_delta<K, T: Tracked>(&self, link: &ChangeLink<K, T>) -> Round<T> {
        self.delta(link.follow())
    }
}

impl<T: Tracked, O> Call<'_, DeltaPage<T>, O> {
    /// A round of the delta query. What was said of this call holds for each of its pages.
    pub fn delta(self) -> Round<T> {
        Round {
            pages: self.pages(),
            link: None,
        }
    }
}

impl<T: Tracked> Round<T> {
    /// The next page; `None` after the last. A page without changes that leads on is normal.
    ///
    /// Dropping the future loses nothing, and after an error the same page is asked for again; see [`Pages::next`].
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`].
    pub async fn next(&mut self) -> Option<Result<DeltaPage<T>, Error>> {
        let page = self.pages.next().await?;
        if let Ok(page) = &page
            && let Continuation::Delta(link) = &page.continuation
        {
            self.link = Some(link.clone());
        }
        Some(page)
    }

    /// The link to later changes, once the last page came. It is to be stored together with the changes that led to it.
    pub fn link(&self) -> Option<&DeltaLink<T>> {
        self.link.as_ref()
    }

    /// All changes of the round, if there are no more than that, and the link to later ones.
    ///
    /// Dropping the future loses what was read.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`]; [`ErrorKind::TooManyItems`] where there are more.
    pub async fn collect(mut self, limit: usize) -> Result<(Vec<Change<T>>, DeltaLink<T>), Error> {
        let mut changes = Vec::new();
        while let Some(page) = self.next().await {
            changes.extend(page?.changes);
            if changes.len() > limit {
                return Err(Error::new(ErrorKind::TooManyItems { limit }, Context::default()));
            }
        }
        // Only a page with a delta link is the last.
        match self.link {
            Some(link) => Ok((changes, link)),
            None => Err(Error::new(ErrorKind::LinkLoop, Context::default())),
        }
    }
}

impl<T: Tracked> fmt::Debug for Round<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Round")
            .field("pages", &self.pages)
            .field("link", &self.link)
            .finish()
    }
}
