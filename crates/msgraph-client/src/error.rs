//! Why a request has no answer.

use std::{error, fmt, io, sync::Arc, time::Duration};

use msgraph_core::{DecodeError, PlannerLimit, RequestFault, ServiceError};

use crate::{CredentialError, Hint, TransportError, upload::content_error};

/// Why a request has no answer: what went wrong, how often it was tried, and the ids that support asks for.
///
/// Shown, it is one line that says what happened and what to do, without anybody's data.
pub struct Error {
    kind: ErrorKind,
    /// Boxed, so that a result stays small.
    context: Box<Context>,
}

/// What is known of the call that failed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Context {
    pub(crate) attempts: u32,
    pub(crate) client_request_id: Option<String>,
    pub(crate) diagnostic: Option<String>,
    /// Whether the request followed a link of the service's.
    pub(crate) follows_link: bool,
    /// What probably caused the refusal.
    pub(crate) hint: Option<Hint>,
    /// Whether it is a write, and an attempt before the last one may have been carried out.
    pub(crate) maybe_applied: bool,
    /// How long the service asked to wait, the last time that it was asked.
    pub(crate) retry_after: Option<Duration>,
}

/// What went wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request cannot be sent as it is. Nothing reached the service.
    Request(RequestFault),
    /// There is no token. Nothing reached the service, or only what it refused.
    Credential(CredentialError),
    /// The connection failed. The request may have been carried out, unless [`TransportError::is_not_sent`].
    Transport(TransportError),
    /// The service answered with an error. It refused the request, unless [`ServiceError::may_be_carried_out`].
    Service(Box<ServiceError>),
    /// A write was sent more than once, and it cannot be told whether it was carried out. What the service said last.
    Ambiguous(Box<ServiceError>),
    /// The service carried the update out, and sent no object back though it was asked to. What its ETag is now is not known:
    /// read the object.
    Applied,
    /// The service carried the request out, and its answer cannot be read.
    Decode(Box<DecodeError>),
    /// The call that held the request and others failed as a whole.
    Batch(Arc<Error>),
    /// The request was not sent, since one that it waits for failed; or its answer was taken before.
    NotAsked,
    /// The service answered a batch, and left this request out. It may have been carried out.
    NoAnswer,
    /// A blocking call was made where it would block an async runtime: use the async client there. Nothing was sent.
    InsideRuntime,
    /// What is uploaded cannot be read, or ends before the length that was named; or what is downloaded cannot be written.
    Content(io::Error),
    /// The service expects other bytes of an upload than come next: begin it again.
    UploadOutOfStep,
    /// A page leads to a page that was there before.
    LinkLoop,
    /// More items came than were asked for.
    TooManyItems {
        /// How many were asked for.
        limit: usize,
    },
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, context: Context) -> Self {
        let context = Box::new(context);
        Self { kind, context }
    }

    pub(crate) fn into_context(self) -> Context {
        *self.context
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// How often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.context.attempts
    }

    /// What the service said, if it answered with an error.
    pub fn service(&self) -> Option<&ServiceError> {
        match &self.kind {
            ErrorKind::Service(error) | ErrorKind::Ambiguous(error) => Some(error),
            ErrorKind::Batch(error) => error.service(),
            _ => None,
        }
    }

    /// How long the service asked to wait before another attempt, where it refused the request for now, and said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match &self.kind {
            ErrorKind::Batch(error) => error.retry_after(),
            _ => self.context.retry_after,
        }
    }

    /// The id that the client gave the request.
    pub fn client_request_id(&self) -> Option<&str> {
        self.context.client_request_id.as_deref()
    }

    /// The id that the service gave the request.
    pub fn request_id(&self) -> Option<&str> {
        self.service().and_then(ServiceError::request_id)
    }

    /// Where in the service the request ended, as the service says it (`x-ms-ags-diagnostic`); support asks for it.
    pub fn diagnostic(&self) -> Option<&str> {
        self.context.diagnostic.as_deref()
    }

    /// What probably caused the refusal, where the request shows it and the service does not say it.
    pub fn hint(&self) -> Option<&Hint> {
        self.context.hint.as_ref()
    }

    /// Whether the request may have been carried out all the same. A write that may have been is to be looked for before it
    /// is sent again.
    pub fn may_be_carried_out(&self) -> bool {
        if self.context.maybe_applied {
            return true;
        }
        match &self.kind {
            ErrorKind::Request(_) | ErrorKind::Credential(_) | ErrorKind::NotAsked | ErrorKind::InsideRuntime => false,
            ErrorKind::Batch(error) => error.may_be_carried_out(),
            ErrorKind::Transport(error) => !error.is_not_sent(),
            ErrorKind::Service(error) => error.may_be_carried_out(),
            ErrorKind::Ambiguous(_)
            | ErrorKind::Applied
            | ErrorKind::NoAnswer
            | ErrorKind::Content(_)
            | ErrorKind::UploadOutOfStep
            | ErrorKind::Decode(_)
            | ErrorKind::LinkLoop
            | ErrorKind::TooManyItems { .. } => true,
        }
    }

    /// Whether the object was changed since it was read, in a way that clashes with the request (409).
    pub fn is_conflict(&self) -> bool {
        self.service().is_some_and(ServiceError::is_conflict)
    }

    /// Whether the ETag is too old, missing, or of another object (412).
    pub fn is_precondition_failed(&self) -> bool {
        self.service().is_some_and(ServiceError::is_precondition_failed)
    }

    /// Whether there is no such object, or none that the caller may see (404).
    pub fn is_not_found(&self) -> bool {
        self.service().is_some_and(ServiceError::is_not_found)
    }

    /// Whether the service asks to slow down or is busy, and went on doing so for as long as the client tries.
    pub fn is_throttled(&self) -> bool {
        self.service().is_some_and(ServiceError::is_throttled)
    }

    /// Whether a link is no longer valid, so that the collection is to be read from the start.
    ///
    /// That is a 410, with or without `Location`, or one of the codes that say the same in any spelling, or, of a request that
    /// followed a link, a 400 about its token or a code that says the collection is not where it was. A token, a permission, a busy service or a broken connection never is.
    pub fn is_resync_required(&self) -> bool {
        let Some(error) = self.service() else { return false };
        if matches!(error.status, 401 | 403 | 429 | 500..) {
            return false;
        }
        error.is_resync_required() || (self.context.follows_link && is_about_the_link(error))
    }

    /// Whether an update was carried out, and only the object as it is now is missing.
    pub fn is_applied(&self) -> bool {
        matches!(self.kind, ErrorKind::Applied)
    }

    /// The limit of Planner that the request would exceed, if that is why it was refused.
    pub fn planner_limit(&self) -> Option<PlannerLimit> {
        self.service().and_then(ServiceError::planner_limit)
    }
}

/// Whether an error says that the link is not accepted, rather than what it leads to.
fn is_about_the_link(error: &ServiceError) -> bool {
    match error.status {
        400 => error.has_code("ErrorInvalidIdMalformed") || names_a_token(error),
        404 => error.has_code("ResourceNotFound"),
        _ => false,
    }
}

fn names_a_token(error: &ServiceError) -> bool {
    let message = error.message.to_ascii_lowercase();
    let words = [
        "deltatoken",
        "delta token",
        "skiptoken",
        "skip token",
        "sync state",
        "syncstate",
    ];
    words.iter().any(|word| message.contains(word))
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Error")
            .field("kind", &self.kind)
            .field("attempts", &self.context.attempts)
            .field("client_request_id", &self.context.client_request_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A caller who prints only the outermost error must learn what to do.
        match &self.kind {
            ErrorKind::Request(error) => write!(formatter, "the request was not sent: {error}"),
            ErrorKind::Credential(error) => write!(formatter, "there is no token: {error}"),
            ErrorKind::Transport(error) => error.fmt(formatter),
            ErrorKind::Service(error) if error.may_be_carried_out() => write!(formatter, "the service failed: {error}"),
            ErrorKind::Service(error) => write!(formatter, "the service refused the request: {error}"),
            ErrorKind::Ambiguous(error) => write!(
                formatter,
                "the request was sent again, and it cannot be told whether it was carried out: {error}; read the object"
            ),
            ErrorKind::Decode(error) => write!(
                formatter,
                "the request was carried out, but its answer cannot be read: {error}"
            ),
            ErrorKind::Batch(error) => write!(formatter, "the batch failed: {error}"),
            ErrorKind::NotAsked => {
                formatter.write_str("the request was not sent, because one that it waits for failed")
            }
            ErrorKind::NoAnswer => formatter
                .write_str("the service left the request out of its answer to a batch; it may have been carried out"),
            ErrorKind::Applied => formatter.write_str(
                "the update was carried out, but the service did not send the object back; read it for its ETag",
            ),
            ErrorKind::Content(error) => write!(
                formatter,
                "the content cannot be read or written: {}",
                content_error(error)
            ),
            ErrorKind::InsideRuntime => formatter.write_str(
                "a blocking call was made inside of an async runtime, which it would block; use the async client",
            ),
            ErrorKind::UploadOutOfStep => {
                formatter.write_str("the service expects other bytes than come next; begin the upload again")
            }
            ErrorKind::LinkLoop => {
                formatter.write_str("a page leads to one that was there before; the listing was stopped")
            }
            ErrorKind::TooManyItems { limit } => {
                write!(
                    formatter,
                    "more than {limit} items came, which is as many as were asked for"
                )
            }
        }?;
        let is_told = matches!(
            self.kind,
            ErrorKind::Ambiguous(_) | ErrorKind::Applied | ErrorKind::Decode(_)
        );
        if let Some(hint) = &self.context.hint {
            write!(formatter, "; probably {hint}")?;
        }
        if self.context.maybe_applied && !is_told {
            formatter.write_str("; an attempt before may have been carried out")?;
        }
        if self.context.attempts > 1 {
            write!(formatter, " (after {} attempts)", self.context.attempts)?;
        }
        Ok(())
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        // What is printed already is not repeated as the cause.
        match &self.kind {
            ErrorKind::Transport(error) => error.source(),
            ErrorKind::Credential(error) => error.source(),
            _ => None,
        }
    }
}
