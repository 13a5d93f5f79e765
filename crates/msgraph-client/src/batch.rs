//! Many requests in few calls: `$batch`, which takes twenty of one version.

mod wire;

use std::{collections::BTreeMap, fmt, marker::PhantomData, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header::CONTENT_TYPE};
use msgraph_core::{
    Answer, Request, ServiceError,
    request::{Operation, Replay},
};
use tokio::time::{Instant, sleep_until};

use self::wire::ItemReply;
use crate::{
    Client, Environment, Error, ErrorKind,
    error::Context,
    hint::hint,
    options::Options,
    pipeline::{Completed, Outgoing},
    retry::{may_repeat, parse_retry_after},
};

/// How many requests the service takes at once.
const MOST: usize = 20;

/// Requests that are to be sent together, as many as there are.
///
/// ```no_run
/// # async fn example(client: msgraph_client::Client) -> Result<(), msgraph_client::Error> {
/// use msgraph_client::Batch;
/// use msgraph_core::Id;
/// use msgraph_request::v1;
///
/// let task = || v1::planner().task(&Id::new("01gzSlKkIUSUl6DF_EilrmQAKDhh"));
/// let mut batch = Batch::new();
/// let whole = batch.add(task().get());
/// let details = batch.add(task().details().get());
/// let mut answers = client.batch(batch).await;
/// println!("{:?}, {:?}", answers.take(whole)?.title, answers.take(details)?.description);
/// # Ok(())
/// # }
/// ```
///
/// <https://learn.microsoft.com/graph/json-batching>
#[derive(Default)]
pub struct Batch {
    items: Vec<Item>,
}

/// Stands for the answer to one request of a [`Batch`].
pub struct BatchKey<R> {
    number: usize,
    answer: PhantomData<fn() -> R>,
}

struct Item {
    /// The request; what is wrong with it is told when it is sent.
    prepare: Prepare,
    version: &'static str,
    after: Vec<usize>,
}

type Prepare = Box<dyn FnOnce(&Client, &Options) -> Result<Outgoing, Error> + Send>;

impl Batch {
    /// A batch without requests.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a request. Its answer is taken with the key.
    pub fn add<R: Answer + 'static, O: 'static>(&mut self, request: Request<R, O>) -> BatchKey<R> {
        let number = self.items.len();
        self.items.push(Item {
            version: request.version(),
            prepare: Box::new(move |client, options| client.prepare(&request, options)),
            after: Vec::new(),
        });
        BatchKey::new(number)
    }

    /// Sends one request only after another one has succeeded. Where that fails, the first is not sent.
    pub fn after<R, S>(&mut self, later: BatchKey<R>, earlier: BatchKey<S>) {
        // What was added first comes first, so there are no circles.
        if earlier.number < later.number
            && let Some(item) = self.items.get_mut(later.number)
        {
            item.after.push(earlier.number);
        }
    }

    /// How many requests there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl<R> BatchKey<R> {
    fn new(number: usize) -> Self {
        let answer = PhantomData;
        Self { number, answer }
    }
}

impl<R> Clone for BatchKey<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for BatchKey<R> {}

impl<R> fmt::Debug for BatchKey<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "BatchKey({})", self.number)
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Batch({} requests)", self.items.len())
    }
}

/// The answers to the requests of a batch, each a success or an error of its own.
#[derive(Debug)]
pub struct BatchAnswers {
    answers: Vec<Option<Result<ItemReply, Error>>>,
}

impl BatchAnswers {
    /// The answer to a request.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`]; [`ErrorKind::Batch`] where the call that held it failed as a whole, [`ErrorKind::NotAsked`] where a
    /// request that it waited for failed, or where the answer was taken before.
    pub fn take<R: Answer>(&mut self, key: BatchKey<R>) -> Result<R, Error> {
        let answer = self.answers.get_mut(key.number).and_then(Option::take);
        let reply = answer.unwrap_or_else(|| Err(Error::new(ErrorKind::NotAsked, Context::default())))?;
        R::decode(reply.reply()).map_err(|error| Error::new(ErrorKind::Decode(Box::new(error)), reply.context.clone()))
    }
}

/// A request that has no answer yet.
struct Pending {
    number: usize,
    outgoing: Outgoing,
    version: &'static str,
    after: Vec<usize>,
    attempts: u32,
    /// Whether an attempt before may have been carried out.
    maybe_applied: bool,
    /// When it may be sent.
    due: Instant,
}

impl Client {
    /// Sends the requests of a batch, in as few calls as that takes, and each item again by its own rules: those that the
    /// service was too busy for, when it says, and nothing else. What succeeded is kept whatever the rest does.
    ///
    /// A write that was sent and not answered is not looked up, as it is when it is sent alone: it ends in
    /// [`ErrorKind::Ambiguous`].
    ///
    /// Dropping the future gives up waiting, and loses the answers that have come; the service may carry the requests out all
    /// the same.
    pub async fn batch(&self, batch: Batch) -> BatchAnswers {
        let options = self.options().clone();
        let started = Instant::now();
        let deadline = started.checked_add(options.deadline).unwrap_or(started);
        let mut answers: Vec<Option<Result<ItemReply, Error>>> = Vec::new();
        let mut waiting = Vec::new();
        for (number, item) in batch.items.into_iter().enumerate() {
            let prepared = (item.prepare)(self, &options);
            answers.push(None);
            match (prepared, answers.last_mut()) {
                (Ok(outgoing), _) => waiting.push(Pending {
                    number,
                    outgoing,
                    version: item.version,
                    after: item.after,
                    attempts: 0,
                    maybe_applied: false,
                    due: started,
                }),
                (Err(error), Some(slot)) => *slot = Some(Err(error)),
                (Err(_), None) => {}
            }
        }
        while !waiting.is_empty() {
            drop_orphans(&mut waiting, &mut answers);
            let Some(due) = waiting
                .iter()
                .filter(|item| is_free(item, &answers))
                .map(|item| item.due)
                .min()
            else {
                // What waits for nothing that could come is an orphan, and gone.
                break;
            };
            sleep_until(due).await;
            let chunk = next_chunk(&mut waiting, &answers);
            self.send_chunk(chunk, &options, deadline, &mut waiting, &mut answers)
                .await;
        }
        BatchAnswers { answers }
    }

    async fn send_chunk(
        &self,
        mut chunk: Vec<Pending>,
        options: &Options,
        deadline: Instant,
        waiting: &mut Vec<Pending>,
        answers: &mut [Option<Result<ItemReply, Error>>],
    ) {
        for item in &mut chunk {
            item.attempts += 1;
        }
        let outgoing = self.outgoing(&chunk);
        let patience = Options {
            deadline: deadline.saturating_duration_since(Instant::now()),
            ..options.clone()
        };
        let mut replies = match self.inner().run(outgoing, &patience).await {
            Ok(completed) => match wire::replies(&completed) {
                Ok(replies) => Ok((replies, completed)),
                Err(error) => Err(Error::new(ErrorKind::Decode(Box::new(error)), completed.context)),
            },
            Err(error) => Err(error),
        }
        .map_err(Arc::new);
        for item in chunk {
            let answer = match &mut replies {
                Err(error) => Err(Error::new(ErrorKind::Batch(Arc::clone(error)), Context::default())),
                Ok((replies, completed)) => match replies.remove(&item.number.to_string()) {
                    None => Err(Error::new(ErrorKind::NoAnswer, completed.context.clone())),
                    Some(reply) => {
                        if let Some(due) = self.again(&item, &reply, options, deadline) {
                            // What was refused for the pace was not looked at.
                            let maybe_applied = item.maybe_applied || reply.status != 429;
                            waiting.push(Pending {
                                maybe_applied,
                                due,
                                ..item
                            });
                            continue;
                        }
                        let retry_after = asked(&reply, &*self.inner().environment);
                        finish(&item, reply, completed, retry_after)
                    }
                },
            };
            if let Some(slot) = answers.get_mut(item.number) {
                *slot = Some(answer);
            }
        }
    }

    /// When an item is sent again, if it is.
    fn again(&self, item: &Pending, reply: &ItemReply, options: &Options, deadline: Instant) -> Option<Instant> {
        if !may_repeat(reply.status, item.outgoing.operation.replay) || item.attempts >= options.retry.attempts {
            return None;
        }
        let environment = &*self.inner().environment;
        let asked = asked(reply, environment);
        let backoff = || options.retry.backoff(item.attempts + 1, environment.random());
        let wait: Duration = asked.unwrap_or_else(backoff);
        Instant::now().checked_add(wait).filter(|due| *due < deadline)
    }

    /// The call that holds these requests.
    fn outgoing(&self, chunk: &[Pending]) -> Outgoing {
        let version = chunk.first().map_or("v1.0", |item| item.version);
        let root = &self.cloud().root;
        let base = root.join(version, "", "");
        let operation = match chunk
            .iter()
            .map(|item| item.outgoing.operation.replay)
            .max_by_key(|replay| risk(*replay))
        {
            Some(Replay::Harmless) | None => &READS,
            Some(Replay::Checked) => &CHECKED,
            Some(_) => &WRITES,
        };
        let items = chunk.iter().map(|item| (item.number, &item.outgoing));
        let body = wire::body(&base, items);
        let mut headers = http::HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Outgoing {
            operation,
            method: Method::POST,
            url: root.join(version, "/$batch", ""),
            headers,
            body: Some(Bytes::from(body)),
            follows_link: false,
        }
    }
}

static READS: Operation = Operation::post("/$batch").replay(Replay::Harmless);
static CHECKED: Operation = Operation::post("/$batch").replay(Replay::Checked);
static WRITES: Operation = Operation::post("/$batch");

/// How much harm a repetition does.
fn risk(replay: Replay) -> u8 {
    match replay {
        Replay::Harmless => 0,
        Replay::Checked => 1,
        _ => 2,
    }
}

/// Whether all that an item waits for has succeeded.
fn is_free(item: &Pending, answers: &[Option<Result<ItemReply, Error>>]) -> bool {
    item.after
        .iter()
        .all(|earlier| matches!(answers.get(*earlier), Some(Some(Ok(_)))))
}

/// Gives those an error that wait for something that failed.
fn drop_orphans(waiting: &mut Vec<Pending>, answers: &mut [Option<Result<ItemReply, Error>>]) {
    // What was added first comes first, so one pass finds the whole chain.
    waiting.sort_by_key(|item| item.number);
    waiting.retain(|item| {
        let failed = |earlier: &usize| matches!(answers.get(*earlier), Some(Some(Err(_))));
        let is_orphan = item.after.iter().any(failed);
        if is_orphan && let Some(slot) = answers.get_mut(item.number) {
            *slot = Some(Err(Error::new(ErrorKind::NotAsked, Context::default())));
        }
        !is_orphan
    });
}

/// Takes the items that may be sent now, of one version, as many as the service takes.
fn next_chunk(waiting: &mut Vec<Pending>, answers: &[Option<Result<ItemReply, Error>>]) -> Vec<Pending> {
    let now = Instant::now();
    let mut chunk: Vec<Pending> = Vec::new();
    let mut rest = Vec::new();
    for item in waiting.drain(..) {
        let is_same = chunk.first().is_none_or(|first| first.version == item.version);
        if chunk.len() < MOST && is_same && item.due <= now && is_free(&item, answers) {
            chunk.push(item);
        } else {
            rest.push(item);
        }
    }
    *waiting = rest;
    chunk
}

/// How long the service asks to wait with an item.
fn asked(reply: &ItemReply, environment: &dyn Environment) -> Option<Duration> {
    let value = reply.header("retry-after")?;
    parse_retry_after(value, reply.header("date"), environment)
}

/// The answer to an item that is not sent again.
fn finish(
    item: &Pending,
    mut reply: ItemReply,
    completed: &Completed,
    retry_after: Option<Duration>,
) -> Result<ItemReply, Error> {
    let is_write = !matches!(item.outgoing.operation.replay, Replay::Harmless);
    let maybe_applied = is_write && (completed.context.maybe_applied || item.maybe_applied);
    reply.context = Context {
        attempts: item.attempts,
        follows_link: item.outgoing.follows_link,
        maybe_applied,
        retry_after,
        ..completed.context.clone()
    };
    if (200..300).contains(&reply.status) {
        return Ok(reply);
    }
    if maybe_applied && item.outgoing.method == Method::DELETE && reply.status == 404 {
        return Ok(reply.emptied());
    }
    let error = Box::new(ServiceError::decode(reply.reply()));
    let context = Context {
        hint: StatusCode::from_u16(reply.status)
            .ok()
            .and_then(|status| hint(&item.outgoing, status)),
        ..reply.context
    };
    let kind = if maybe_applied && matches!(reply.status, 404 | 409 | 412) {
        ErrorKind::Ambiguous(error)
    } else {
        ErrorKind::Service(error)
    };
    Err(Error::new(kind, context))
}

/// The replies of a call, by the id of the item.
type Replies = BTreeMap<String, ItemReply>;
