//! Content that is written as it comes, without holding it.

use std::{fmt, io};

use http::Response as HttpResponse;
use msgraph_core::{Content, Request};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use crate::{
    Client, Error, ErrorKind, TransportError,
    error::Context,
    transport::{Incoming, ResponseBody, next_data},
};

/// A download of content, such as that of an attachment of To Do's.
///
/// The content goes to the writer as it comes. Where the connection breaks it is asked for again, and what was written before is
/// passed over: the content of an attachment never changes.
///
/// ```no_run
/// # async fn example(client: msgraph_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// # use msgraph_core::Id;
/// # use msgraph_request::v1;
/// let task = v1::me().todo().list(&Id::new("AAMkADIyAAAAABrJAAA=")).task(&Id::new("AAMkADIyAAAAABrKAAA="));
/// let mut file = Vec::new(); // or a file of tokio's
/// let length = client.download(task.attachment(&Id::new("AAMkADIyAAAAABrLAAA=")).read_content(), &mut file).send().await?;
/// println!("{length} bytes");
/// # Ok(())
/// # }
/// ```
///
/// <https://learn.microsoft.com/graph/api/taskfileattachment-get>
#[must_use]
pub struct Download<'c, W> {
    client: &'c Client,
    request: Request<Content>,
    writer: W,
    first: u64,
    progress: Box<dyn FnMut(u64) + Send + 'c>,
}

impl Client {
    /// A download of what the request reads.
    pub fn download<W: AsyncWrite + Send + Unpin>(&self, request: Request<Content>, writer: W) -> Download<'_, W> {
        Download {
            client: self,
            request,
            writer,
            first: 0,
            progress: Box::new(|_| {}),
        }
    }
}

impl<'c, W: AsyncWrite + Send + Unpin> Download<'c, W> {
    /// Goes on from a position: so much was written before.
    pub fn from(self, first: u64) -> Self {
        Self { first, ..self }
    }

    /// Calls this as bytes were written, with how many there are, those from before included.
    pub fn progress(self, progress: impl FnMut(u64) + Send + 'c) -> Self {
        let progress = Box::new(progress);
        Self { progress, ..self }
    }

    /// Gets the content, and writes it. Returns its length.
    ///
    /// Dropping the future stops the download; what was told as progress is written.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`]; [`ErrorKind::Content`] where the writer fails, or the content is shorter than what was written of it.
    pub async fn send(mut self) -> Result<u64, Error> {
        let mut options = self.client.options().clone();
        options.accept = "*/*";
        let outgoing = self.client.prepare(&self.request, &options)?;
        let mut writer = ResumedWriter {
            writer: &mut self.writer,
            written: self.first,
            progress: &mut self.progress,
            failure: None,
        };
        let completed = self
            .client
            .inner()
            .run_into(outgoing, &options, Some(&mut writer))
            .await;
        let (written, failure) = (writer.written, writer.failure.take());
        if let Some(failure) = failure {
            let context = completed.map_or_else(Error::into_context, |completed| completed.context);
            return Err(Error::new(ErrorKind::Content(failure), context));
        }
        completed?;
        let flushed = self.writer.flush().await;
        flushed.map_err(|error| Error::new(ErrorKind::Content(error), Context::default()))?;
        Ok(written)
    }
}

/// A writer that has the beginning of a content already.
pub(crate) struct ResumedWriter<'a> {
    writer: &'a mut (dyn AsyncWrite + Send + Unpin),
    /// How much it has.
    written: u64,
    progress: &'a mut (dyn FnMut(u64) + Send),
    /// Why it takes no more.
    failure: Option<io::Error>,
}

impl ResumedWriter<'_> {
    /// Writes what it has not of the body of a response.
    pub(crate) async fn receive(&mut self, response: HttpResponse<ResponseBody>) -> Result<Incoming, TransportError> {
        let (head, mut body) = response.into_parts();
        let mut position = 0_u64;
        while let Some(data) = next_data(&mut body).await? {
            let known = self.written.saturating_sub(position);
            position += length(&data);
            let known = usize::try_from(known).unwrap_or(usize::MAX);
            if let Err(error) = self.write(data.get(known..).unwrap_or_default()).await {
                self.failure = Some(error);
                return Err(TransportError::writer());
            }
        }
        if position < self.written {
            let reason = "the content is shorter than what was written of it; begin the download again";
            self.failure = Some(io::Error::new(io::ErrorKind::InvalidData, reason));
            return Err(TransportError::writer());
        }
        let body = bytes::Bytes::new();
        Ok(Incoming { head, body })
    }

    /// Each step that ends is counted, so that an attempt may be given up at any time.
    async fn write(&mut self, mut data: &[u8]) -> io::Result<()> {
        while !data.is_empty() {
            let step = self.writer.write(data).await?;
            if step == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            data = data.get(step..).unwrap_or_default();
            self.written += u64::try_from(step).unwrap_or_default();
            (self.progress)(self.written);
        }
        Ok(())
    }
}

fn length(data: &[u8]) -> u64 {
    u64::try_from(data.len()).unwrap_or_default()
}

impl<W> fmt::Debug for Download<'_, W> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Download(from {})", self.first)
    }
}
