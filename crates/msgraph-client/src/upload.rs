//! Content that is sent in parts, from a reader, without holding all of it.

use std::{fmt, io};

use msgraph_core::{Answer, Binary, Link, Request, UploadPart, Uploaded};
use serde::Serialize;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::{Client, Error, ErrorKind, error::Context};

/// How much is sent at once: what To Do takes.
const PART: usize = 4 << 20;

/// What To Do takes in one request is smaller.
const WHOLE: u64 = 3_000_000;

/// How often a part is asked about before the upload is given up.
const LOOKS: u32 = 5;

/// An upload to a session of To Do's, which `createUploadSession` of a task's attachments begins.
///
/// One part is held at a time. After a failure that may have carried a part out, the session is asked how far it is, and the
/// upload goes on from there.
///
/// ```no_run
/// # async fn example(client: msgraph_client::Client, url: String, bytes: Vec<u8>) -> Result<(), msgraph_client::Error> {
/// let total = bytes.len() as u64;
/// let location = client
///     .upload(url, &*bytes, total)
///     .progress(|sent, total| println!("{sent} of {total}"))
///     .send()
///     .await?;
/// println!("{location:?}");
/// # Ok(())
/// # }
/// ```
///
/// <https://learn.microsoft.com/graph/todo-attachments>
#[must_use]
pub struct Upload<'c, R> {
    client: &'c Client,
    session: Link,
    content: R,
    total: u64,
    first: u64,
    progress: Box<dyn FnMut(u64, u64) + Send + 'c>,
}

/// How an attachment was sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Attached<A> {
    /// In one request, with this answer.
    Whole(A),
    /// In parts. The address of the attachment, where the service tells it.
    InParts(Option<Box<str>>),
}

impl Client {
    /// Sends an attachment: in one request where it is smaller than 3 MB, in parts where it is not.
    ///
    /// `whole` makes the request that holds the content, `session` is the one that begins an upload.
    ///
    /// ```no_run
    /// # async fn example(client: msgraph_client::Client, file: &[u8], length: u64) -> Result<(), msgraph_client::Error> {
    /// use msgraph_core::Id;
    /// use msgraph_model::{AttachmentInfoInput, AttachmentType, TaskFileAttachmentCreate};
    /// use msgraph_request::v1;
    ///
    /// let (list, task) = (Id::new("AAMkADIyAAAAABrJAAA="), Id::new("AAMkADIyAAAAABrKAAA="));
    /// let attachments = || v1::me().todo().list(&list).task(&task).attachments();
    /// let whole = |content| attachments().create_task_file_attachment(TaskFileAttachmentCreate::new(content, "plan.pdf"));
    /// let size = i64::try_from(length).unwrap_or(i64::MAX);
    /// let info = AttachmentInfoInput::new(AttachmentType::File, "plan.pdf", size);
    /// let session = attachments().create_upload_session(info);
    /// client.attach(file, length, whole, session).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Dropping the future gives up waiting; what was sent may have arrived.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`]; [`ErrorKind::Content`] where the content cannot be read or ends before the length that was named.
    pub async fn attach<A: Answer, S: Answer + Serialize>(
        &self,
        mut content: impl AsyncRead + Unpin,
        total: u64,
        whole: impl FnOnce(Binary) -> Request<A>,
        session: Request<S>,
    ) -> Result<Attached<A>, Error> {
        if total < WHOLE {
            let mut bytes = vec![0; usize::try_from(total).unwrap_or_default()];
            let read = content.read_exact(&mut bytes).await;
            read.map_err(|error| Error::new(ErrorKind::Content(error), Context::default()))?;
            return self.send(whole(Binary::encode(&bytes))).await.map(Attached::Whole);
        }
        let session = serde_json::to_value(self.send(session).await?).unwrap_or_default();
        let Some(url) = session.get("uploadUrl").and_then(Value::as_str) else {
            return Err(Error::new(ErrorKind::UploadOutOfStep, Context::default()));
        };
        self.upload(url, content, total).send().await.map(Attached::InParts)
    }

    /// An upload of `total` bytes to the session at this `uploadUrl`. The URL must be the service's own: the token goes
    /// there.
    pub fn upload<R: AsyncRead + Unpin>(
        &self,
        upload_url: impl Into<Box<str>>,
        content: R,
        total: u64,
    ) -> Upload<'_, R> {
        Upload {
            client: self,
            session: Link::new(upload_url),
            content,
            total,
            first: 0,
            progress: Box::new(|_, _| {}),
        }
    }

    /// How many bytes of an upload have arrived, from the beginning on: where to go on.
    ///
    /// Dropping the future gives up waiting.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`]; [`Error::is_not_found`] where the session has expired, was given up, or is complete.
    pub async fn upload_position(&self, upload_url: impl Into<Box<str>>) -> Result<u64, Error> {
        match self.send(Request::<Uploaded>::follow(Link::new(upload_url))).await? {
            Uploaded::More(positions) => Ok(positions.into_iter().min().unwrap_or_default()),
            Uploaded::Done { .. } => Err(Error::new(ErrorKind::UploadOutOfStep, Context::default())),
        }
    }

    /// Gives up an upload: what was sent of it is thrown away.
    ///
    /// Dropping the future gives up waiting; the upload may be given up all the same.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`].
    pub async fn cancel_upload(&self, upload_url: impl Into<Box<str>>) -> Result<(), Error> {
        self.send(Request::cancel_upload(&Link::new(upload_url))).await
    }
}

impl<'c, R: AsyncRead + Unpin> Upload<'c, R> {
    /// Goes on from a position, such as [`Client::upload_position`] tells. The content is to begin there, too.
    pub fn from(self, first: u64) -> Self {
        Self { first, ..self }
    }

    /// Calls this after each part, with how many bytes have arrived, and of how many.
    pub fn progress(self, progress: impl FnMut(u64, u64) + Send + 'c) -> Self {
        let progress = Box::new(progress);
        Self { progress, ..self }
    }

    /// Sends the content. Returns the address of the attachment, where the service tells it.
    ///
    /// Dropping the future stops the upload after a part; [`Client::upload_position`] says where to go on.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`]; [`ErrorKind::Content`] where the content cannot be read or ends early, and
    /// [`ErrorKind::UploadOutOfStep`] where the service expects bytes that were sent before.
    pub async fn send(mut self) -> Result<Option<Box<str>>, Error> {
        let fail = |kind| Error::new(kind, Context::default());
        loop {
            let left = usize::try_from(self.total.saturating_sub(self.first)).unwrap_or(usize::MAX);
            let mut part = vec![0; left.min(PART)];
            let read = self.content.read_exact(&mut part).await;
            read.map_err(|error| fail(ErrorKind::Content(error)))?;
            match self.send_part(part).await? {
                Step::On(first) => {
                    self.first = first;
                    (self.progress)(first, self.total);
                }
                Step::Done(location) => {
                    (self.progress)(self.total, self.total);
                    return Ok(location);
                }
            }
            if self.first >= self.total {
                return Err(fail(ErrorKind::UploadOutOfStep));
            }
        }
    }

    /// Sends one part, or what of it has not arrived.
    async fn send_part(&self, part: Vec<u8>) -> Result<Step, Error> {
        let end = self.first + u64::try_from(part.len()).unwrap_or_default();
        let mut first = self.first;
        let mut looks = 0;
        loop {
            let offset = usize::try_from(first - self.first).unwrap_or_default();
            let bytes = part.get(offset..).unwrap_or_default().to_vec();
            let request = Request::upload(&self.session, UploadPart::new(bytes, first, self.total));
            let next = match self.client.send(request).await {
                Ok(Uploaded::Done { location }) => return Ok(Step::Done(location)),
                Ok(Uploaded::More(positions)) => positions.into_iter().min().unwrap_or(end),
                Err(error) if error.may_be_carried_out() && looks < LOOKS => {
                    looks += 1;
                    match self.client.upload_position(self.session.as_str()).await {
                        Ok(position) => position,
                        // The session is gone, as it is when the last part has arrived.
                        Err(gone) if gone.is_not_found() && end == self.total => return Ok(Step::Done(None)),
                        Err(_) => return Err(error),
                    }
                }
                Err(error) => return Err(error),
            };
            match next {
                next if next == end => return Ok(Step::On(end)),
                next if (self.first..end).contains(&next) && looks < LOOKS => {
                    looks += 1;
                    first = next;
                }
                _ => return Err(Error::new(ErrorKind::UploadOutOfStep, Context::default())),
            }
        }
    }
}

enum Step {
    On(u64),
    Done(Option<Box<str>>),
}

impl<R> fmt::Debug for Upload<'_, R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Upload(from {} of {})", self.first, self.total)
    }
}

/// Why content cannot be sent, in words.
pub(crate) fn content_error(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        "it ends before the length that was named".to_owned()
    } else {
        error.to_string()
    }
}
