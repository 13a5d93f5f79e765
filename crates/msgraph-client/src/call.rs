use std::{fmt, time::Duration};

use msgraph_core::{Answer, Request};

use crate::{Client, Error, Pages, Response, RetryPolicy, options::Options, pages::Linked};

/// A request that is about to be sent, and what is to be different about it.
#[must_use]
pub struct Call<'c, R, O> {
    client: &'c Client,
    request: Request<R, O>,
    options: Options,
}

impl<'c, R, O> Call<'c, R, O> {
    pub(crate) fn new(client: &'c Client, request: Request<R, O>, options: Options) -> Self {
        Self {
            client,
            request,
            options,
        }
    }

    /// Adds a header. Those that the client is answerable for, such as `Authorization` and `If-Match`, are refused.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.options.header(name, value);
        self
    }

    /// Adds a preference, such as `outlook.timezone="Europe/Berlin"`.
    pub fn prefer(mut self, preference: impl Into<String>) -> Self {
        self.options.prefer.push(preference.into());
        self
    }

    /// Asks for pages of so many items. The service may send fewer, or more.
    pub fn page_size(self, items: u32) -> Self {
        self.prefer(format!("odata.maxpagesize={items}"))
    }

    /// How long one attempt may take.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = timeout;
        self
    }

    /// How long all attempts may take together, with the waits between.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options.deadline = deadline;
        self
    }

    /// How often the request is sent again.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.options.retry = retry;
        self
    }

    /// Sends the request and reads its answer.
    ///
    /// Dropping the future gives up waiting; the service may carry the request out all the same.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn send(self) -> Result<R, Error>
    where
        R: Answer,
    {
        self.execute().await.map(|response| response.value)
    }

    /// The same, with what came beside the answer.
    ///
    /// Dropping the future gives up waiting; the service may carry the request out all the same.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn execute(self) -> Result<Response<R>, Error>
    where
        R: Answer,
    {
        let outgoing = self.client.prepare(&self.request, &self.options)?;
        self.client.complete(outgoing, &self.options).await
    }

    /// The pages that the request leads to. What was said of this call holds for each of them.
    pub fn pages(self) -> Pages<R>
    where
        R: Linked,
    {
        let first = self.client.prepare(&self.request, &self.options);
        Pages::new(self.client.clone(), self.options, first)
    }
}

impl<R, O> fmt::Debug for Call<'_, R, O> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Call")
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}
