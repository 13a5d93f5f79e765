//! The way of a request to the wire, in this order: a request id, then for each attempt a place among the requests under way,
//! a token, a span, and the transport.
//!
//! The token is asked for anew with each attempt, since the waits between can outlive one.

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, IF_MATCH, USER_AGENT, WWW_AUTHENTICATE},
};
use msgraph_core::{
    Reply, ServiceError,
    request::{Operation, Replay},
};
use serde_json::Value;
use tokio::time::{Instant, sleep_until, timeout_at};
use tracing::{Instrument as _, field::Empty, info_span};

use crate::{
    AccessToken, CredentialError, Error, ErrorKind, RetryPolicy, TransportError,
    client::Inner,
    credential::claims,
    download::ResumedWriter,
    environment::request_id,
    error::Context,
    hint::hint,
    options::Options,
    reconcile::has_all,
    retry::{Outcome, Verdict, judge, retry_after},
    transport::{Incoming, read},
};

const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
pub(crate) const PREFER: HeaderName = HeaderName::from_static("prefer");
const DIAGNOSTIC: HeaderName = HeaderName::from_static("x-ms-ags-diagnostic");

/// A request as it goes over the wire, but for what the pipeline adds.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub(crate) operation: &'static Operation,
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) follows_link: bool,
}

/// A response, and how it came about.
pub(crate) struct Completed {
    pub(crate) incoming: Incoming,
    pub(crate) context: Context,
}

/// What is particular to one attempt.
struct Attempt<'a> {
    /// Counted from one.
    number: u32,
    token: &'a AccessToken,
    deadline: Instant,
}

impl Inner {
    /// Sends a request, again where that is safe, and returns a successful response.
    pub(crate) async fn run(&self, outgoing: Outgoing, options: &Options) -> Result<Completed, Error> {
        self.run_into(outgoing, options, None).await
    }

    /// The same, where the body of a successful response is written as it comes.
    pub(crate) async fn run_into(
        &self,
        mut outgoing: Outgoing,
        options: &Options,
        writer: Option<&mut ResumedWriter<'_>>,
    ) -> Result<Completed, Error> {
        let id = request_id(&*self.environment).to_string();
        // A GUID is a header value.
        if let (Ok(value), false) = (
            HeaderValue::try_from(&id),
            outgoing.headers.contains_key(CLIENT_REQUEST_ID),
        ) {
            outgoing.headers.insert(CLIENT_REQUEST_ID, value);
        }
        let span = info_span!(
            "graph",
            http.request.method = %outgoing.method,
            url.template = outgoing.operation.path,
            server.address = self.cloud.root.host(),
            http.response.status_code = Empty,
            error.r#type = Empty,
        );
        let call = async {
            let sent = self
                .send_until(&outgoing, options, outgoing.operation.replay, writer)
                .await?;
            self.conclude(outgoing, options, sent).await
        };
        call.instrument(span).await
    }

    /// What the last response means for a request of which an attempt before it may have been carried out.
    async fn conclude(&self, outgoing: Outgoing, options: &Options, sent: Completed) -> Result<Completed, Error> {
        let status = sent.incoming.head.status;
        if status.is_success() {
            return Ok(sent);
        }
        let error = ServiceError::decode(reply(&sent.incoming));
        let was_repeated = sent.context.maybe_applied;
        if was_repeated && outgoing.method == Method::DELETE && status == StatusCode::NOT_FOUND {
            let Completed { mut incoming, context } = sent;
            incoming.head.status = StatusCode::NO_CONTENT;
            incoming.body = Bytes::new();
            return Ok(Completed { incoming, context });
        }
        let is_stale = matches!(status, StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED);
        if was_repeated && is_stale && outgoing.headers.contains_key(IF_MATCH) {
            return self.read_back(outgoing, options, error, sent.context).await;
        }
        let mut context = sent.context;
        context.hint = hint(&outgoing, status);
        // What is refused now may have been done before.
        let kind = if was_repeated {
            ErrorKind::Ambiguous(Box::new(error))
        } else {
            ErrorKind::Service(Box::new(error))
        };
        Err(Error::new(kind, context))
    }

    /// Reads an object whose update was sent twice, and tells whether the first one was carried out.
    async fn read_back(
        &self,
        outgoing: Outgoing,
        options: &Options,
        error: ServiceError,
        context: Context,
    ) -> Result<Completed, Error> {
        let ambiguous = |error| Err(Error::new(ErrorKind::Ambiguous(Box::new(error)), context.clone()));
        let if_match = outgoing.headers.get(IF_MATCH).cloned();
        let sent = outgoing.body.as_deref().map(serde_json::from_slice::<Value>);
        // Only an update says what the object is to be like.
        let (Some(Ok(sent)), true) = (sent, outgoing.method == Method::PATCH) else {
            return ambiguous(error);
        };
        let mut read = Outgoing {
            method: Method::GET,
            body: None,
            ..outgoing
        };
        read.headers.remove(IF_MATCH);
        read.headers.remove(CONTENT_TYPE);
        let answer = match self.send_until(&read, options, Replay::Harmless, None).await {
            Ok(answer) if answer.incoming.head.status.is_success() => answer.incoming,
            _ => return ambiguous(error),
        };
        let Ok(there) = serde_json::from_slice::<Value>(&answer.body) else {
            return ambiguous(error);
        };
        let etag = there.get("@odata.etag").and_then(Value::as_str);
        if etag.is_some() && etag.map(str::as_bytes) == if_match.as_ref().map(HeaderValue::as_bytes) {
            // It is as it was before the update.
            let context = Context {
                maybe_applied: false,
                ..context
            };
            return Err(Error::new(ErrorKind::Service(Box::new(error)), context));
        }
        if has_all(&sent, &there) {
            return Ok(Completed {
                incoming: answer,
                context,
            });
        }
        ambiguous(error)
    }

    /// Sends a request until it is over: it succeeded, was refused, or may not be sent again.
    async fn send_until(
        &self,
        outgoing: &Outgoing,
        options: &Options,
        replay: Replay,
        mut writer: Option<&mut ResumedWriter<'_>>,
    ) -> Result<Completed, Error> {
        let started = Instant::now();
        let deadline = started.checked_add(options.deadline).unwrap_or(started);
        let RetryPolicy { attempts, .. } = options.retry;
        let mut context = Context {
            client_request_id: outgoing
                .headers
                .get(CLIENT_REQUEST_ID)
                .and_then(|id| id.to_str().ok())
                .map(str::to_owned),
            follows_link: outgoing.follows_link,
            ..Context::default()
        };
        let fail = |kind, context: &Context| Error::new(kind, context.clone());
        let mut token = None;
        let mut was_refused = false;
        loop {
            let Ok(permit) = timeout_at(deadline, self.governor.admit()).await else {
                return Err(fail(ErrorKind::Transport(TransportError::timeout()), &context));
            };
            let current = match token.take() {
                Some(token) => token,
                None => match timeout_at(deadline, self.credential.token(&*self.environment)).await {
                    Ok(token) => token.map_err(|error| fail(ErrorKind::Credential(error), &context))?,
                    Err(_) => {
                        let error = CredentialError::new("the time was up before there was one");
                        return Err(fail(ErrorKind::Credential(error), &context));
                    }
                },
            };
            context.attempts += 1;
            let attempt = Attempt {
                number: context.attempts,
                token: &current,
                deadline,
            };
            let outcome = self.attempt(outgoing, options, attempt, writer.as_deref_mut()).await;
            drop(permit);
            let outcome = outcome.map_err(|error| fail(ErrorKind::Credential(error), &context))?;
            if let Outcome::Response(incoming) = &outcome {
                context.diagnostic = text(&incoming.head.headers, &DIAGNOSTIC).map(str::to_owned);
                if incoming.head.status == StatusCode::UNAUTHORIZED && !was_refused {
                    was_refused = true;
                    let claims = text(&incoming.head.headers, &WWW_AUTHENTICATE).and_then(claims);
                    let other = self.credential.instead_of(&current, claims.as_deref());
                    match timeout_at(deadline, other).await {
                        Ok(Ok(Some(other))) => {
                            token = Some(other);
                            continue;
                        }
                        Ok(Err(error)) => return Err(fail(ErrorKind::Credential(error), &context)),
                        // The refusal is what there is to tell.
                        Ok(Ok(None)) | Err(_) => {}
                    }
                }
            }
            let asked = match &outcome {
                Outcome::Response(incoming) => retry_after(&incoming.head.headers, &*self.environment)
                    .filter(|_| matches!(incoming.head.status.as_u16(), 429 | 503)),
                Outcome::Failure(_) => None,
            };
            context.retry_after = asked;
            if let Some(length) = asked {
                self.governor.pause(length);
            }
            let again = match judge(&outcome, replay) {
                Verdict::Again { maybe_applied: maybe } if context.attempts < attempts => {
                    let backoff = || options.retry.backoff(context.attempts + 1, self.environment.random());
                    let wait = Instant::now().checked_add(asked.unwrap_or_else(backoff));
                    // What cannot begin before the time is up is not waited for.
                    wait.filter(|wait| *wait < deadline).map(|wait| (wait, maybe))
                }
                Verdict::Again { .. } | Verdict::Done => None,
            };
            match (again, outcome) {
                (Some((wait, maybe)), _) => {
                    context.maybe_applied |= maybe && replay != Replay::Harmless;
                    sleep_until(wait).await;
                }
                (None, Outcome::Response(incoming)) => {
                    return Ok(Completed { incoming, context });
                }
                (None, Outcome::Failure(error)) => return Err(fail(ErrorKind::Transport(error), &context)),
            }
        }
    }

    /// Sends a request once.
    async fn attempt(
        &self,
        outgoing: &Outgoing,
        options: &Options,
        Attempt {
            number,
            token,
            deadline,
        }: Attempt<'_>,
        writer: Option<&mut ResumedWriter<'_>>,
    ) -> Result<Outcome, CredentialError> {
        let mut request = Request::new(outgoing.body.clone().unwrap_or_default().into());
        *request.method_mut() = outgoing.method.clone();
        // The URL was looked at when the request was made.
        let Ok(uri) = outgoing.url.parse() else {
            return Ok(Outcome::Failure(TransportError::unusable_url()));
        };
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, self.user_agent.clone());
        headers.insert(ACCEPT, HeaderValue::from_static(options.accept));
        for (name, value) in &outgoing.headers {
            headers.insert(name, value.clone());
        }
        headers.insert(AUTHORIZATION, authorization(token)?);
        let span = info_span!(
            "attempt",
            http.request.method = %outgoing.method,
            http.request.resend_count = number - 1,
            url.template = outgoing.operation.path,
            url.scheme = self.cloud.root.scheme(),
            server.address = self.cloud.root.host(),
            server.port = self.cloud.root.port(),
            http.response.status_code = Empty,
            error.r#type = Empty,
        );
        let until = Instant::now()
            .checked_add(options.timeout)
            .unwrap_or(deadline)
            .min(deadline);
        let exchange = async {
            let response = self.transport.open(request).await?;
            match writer {
                Some(writer) if response.status().is_success() => writer.receive(response).await,
                _ => read(response, options.most_bytes).await,
            }
        };
        let result = timeout_at(until, exchange).instrument(span.clone()).await;
        Ok(match result {
            Ok(Ok(incoming)) => {
                span.record("http.response.status_code", incoming.head.status.as_u16());
                Outcome::Response(incoming)
            }
            Ok(Err(error)) => {
                span.record("error.type", error.name());
                Outcome::Failure(error)
            }
            Err(_) => {
                span.record("error.type", "timeout");
                Outcome::Failure(TransportError::timeout())
            }
        })
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn authorization(token: &AccessToken) -> Result<HeaderValue, CredentialError> {
    let value = HeaderValue::try_from(format!("Bearer {}", token.secret()));
    let mut value = value.map_err(|_| CredentialError::new("the token holds characters that no header can carry"))?;
    value.set_sensitive(true);
    Ok(value)
}

pub(crate) fn reply(incoming: &Incoming) -> Reply<'_> {
    let header = |name: &'static str| text(&incoming.head.headers, &HeaderName::from_static(name));
    let mut reply = Reply::new(incoming.head.status.as_u16(), &incoming.body);
    reply.etag = header("etag");
    reply.request_id = header("request-id");
    reply.retry_after = header("retry-after");
    reply.location = header("location");
    reply
}
