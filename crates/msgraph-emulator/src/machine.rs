//! One request after the other: who asks, what goes wrong on purpose, and the rule that answers.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use bytes::Bytes;
use serde_json::{Map, Value, json};

#[cfg(feature = "state")]
use crate::state::StateFile;
use crate::{
    batch, body,
    call::{Call, Prefer},
    config::Config,
    directory,
    emulator::Incoming,
    faults::{Effect, Faults, RetryAfter, Seen},
    links::{self, Given},
    lint,
    log::{Log, Record},
    oauth::{self, Principal},
    planner,
    query::Query,
    reply::{Content, Refusal, Reply},
    route::{Matched, Router},
    rules,
    seed::Seed,
    table::Body,
    throttle::Throttle,
    world::World,
};

/// What one request at a time may use.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) world: World,
    pub(crate) config: Config,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    pub(crate) throttle: Throttle,
    /// What it began with.
    pub(crate) seed: Seed,
    /// Where the state outlives the process, if it does.
    #[cfg(feature = "state")]
    pub(crate) file: Option<StateFile>,
    /// When the machine's clock was last looked at.
    looked: Instant,
}

/// An answer, and how it reaches the client.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) reply: Reply,
    pub(crate) delivery: Delivery,
    /// How long to wait before, if delays are real.
    pub(crate) delay: Duration,
    /// Whose requests are counted while this one is under way.
    pub(crate) under_way: Option<String>,
}

/// How an answer reaches the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    Whole,
    /// It breaks off after so many bytes of the body.
    Truncated(usize),
    /// The connection is closed instead.
    Dropped,
    /// The connection is reset instead.
    Reset,
}

impl From<Reply> for Outcome {
    fn from(reply: Reply) -> Self {
        Self {
            reply,
            delivery: Delivery::Whole,
            delay: Duration::ZERO,
            under_way: None,
        }
    }
}

/// An operation that was found, and the link that led there, if one did.
type Found = (Matched, Option<Given>);

impl Machine {
    /// A service with the users and groups of a seed.
    pub(crate) fn new(seed: &Seed) -> Self {
        let machine = Self::of(seed.world(), seed.config.clone(), Faults::new(seed.seed));
        Self {
            seed: seed.clone(),
            ..machine
        }
    }

    /// A service with this state.
    pub(crate) fn of(world: World, config: Config, faults: Faults) -> Self {
        Self {
            world,
            config,
            faults,
            log: Log::default(),
            throttle: Throttle::default(),
            seed: Seed::default(),
            #[cfg(feature = "state")]
            file: None,
            looked: Instant::now(),
        }
    }

    /// Puts another beginning in place of everything; what is in a file stays in it.
    pub(crate) fn begin_anew(&mut self, begun: Self) {
        let Self {
            world,
            config,
            faults,
            seed,
            ..
        } = begun;
        self.log = Log::default();
        self.throttle = Throttle::default();
        self.seed = seed;
        self.replace(world, config, faults);
    }

    /// Puts another state in place of this one.
    pub(crate) fn replace(&mut self, world: World, config: Config, faults: Faults) {
        self.world = world;
        self.config = config;
        self.faults = faults;
        #[cfg(feature = "state")]
        if let Some(file) = &self.file {
            // What cannot be written now is told by the next write, which fails as well.
            let _ = file.replace(&self.world);
        }
    }

    /// Keeps what was done: in the file, too, where there is one.
    #[cfg_attr(
        not(feature = "state"),
        expect(clippy::unnecessary_wraps, reason = "without a file nothing fails")
    )]
    pub(crate) fn commit(&mut self) -> Result<(), Refusal> {
        let changed = self.world.store.commit();
        #[cfg(feature = "state")]
        if let Some(file) = self.file.as_ref().filter(|_| !changed.is_empty()) {
            let saved = file.save(&self.world.counters, &changed);
            return saved.map_err(|error| Refusal::new(500, "stateNotSaved", error.to_string()));
        }
        drop(changed);
        Ok(())
    }

    /// Answers a request, or a batch of them.
    pub(crate) fn answer(&mut self, router: &Router, incoming: &Incoming) -> Outcome {
        if let Some(reply) = self.sign_in(incoming) {
            return reply.into();
        }
        let path = incoming.target.split('?').next().unwrap_or_default();
        let Some(version) = batch::version(path) else {
            return self.single(router, incoming, None);
        };
        self.pass_time();
        let request_id = self.world.guid();
        match batch::parse(incoming) {
            Ok(items) => self.batch(router, incoming, version, items, &request_id),
            Err(refusal) => self.refuse(refusal, &request_id, incoming).into(),
        }
    }

    /// What signing in is answered with. The log has none of it: there are secrets in it.
    fn sign_in(&mut self, incoming: &Incoming) -> Option<Reply> {
        let endpoint = (&*incoming.method, &*incoming.base, &*incoming.target);
        let reply = oauth::answer(&mut self.world, &self.config, endpoint, &incoming.body)?;
        self.pass_time();
        let request_id = self.world.guid();
        let reply = match self.commit() {
            Ok(()) => reply,
            Err(refusal) => return Some(self.refuse(refusal, &request_id, incoming)),
        };
        Some(self.sign(reply, &request_id, incoming))
    }

    fn batch(
        &mut self,
        router: &Router,
        incoming: &Incoming,
        version: &str,
        items: Vec<batch::Item>,
        request_id: &str,
    ) -> Outcome {
        let mut whole = Outcome::from(Reply::empty(200));
        let (mut statuses, mut responses) = (BTreeMap::new(), Vec::with_capacity(items.len()));
        for item in items {
            let request = item.incoming(incoming, version);
            let reply = match request {
                _ if item.is_orphan(&statuses) => self.refuse(failed_dependency(), request_id, incoming),
                Err(refusal) => self.refuse(refusal, request_id, incoming),
                Ok(request) => {
                    let outcome = self.single(router, &request, Some(&item.id));
                    whole.delay = whole.delay.max(outcome.delay);
                    whole.under_way = whole.under_way.or(outcome.under_way);
                    if outcome.delivery != Delivery::Whole {
                        // There is one connection, so what becomes of it becomes of all.
                        whole.delivery = outcome.delivery;
                    }
                    outcome.reply
                }
            };
            statuses.insert(item.id.to_ascii_lowercase(), reply.status);
            responses.push(batch::response(&item.id, reply));
        }
        whole.reply.body = Content::Json(json!({ "responses": responses }));
        whole.reply = self.sign(whole.reply, request_id, incoming);
        whole
    }

    /// Answers a request, and writes it down.
    fn single(&mut self, router: &Router, incoming: &Incoming, item: Option<&str>) -> Outcome {
        self.pass_time();
        let request_id = self.world.guid();
        let principal = oauth::principal(&self.world, &self.config, incoming.header("authorization"));
        let found = principal
            .clone()
            .and_then(|principal| self.find(router, incoming, &principal.id));
        let principal = principal.unwrap_or_default();
        let me = principal.id.clone();
        let template = found.as_ref().map_or("", |(matched, _)| matched.route.path);
        let mut record = Record {
            number: self.log.next(),
            at: self.world.now(),
            method: incoming.method.clone(),
            target: incoming.target.clone(),
            principal: me.clone(),
            body: body_text(&incoming.body),
            if_match: incoming.header("if-match").map(str::to_owned),
            prefer: incoming.header("prefer").map(str::to_owned),
            client_request_id: incoming.header("client-request-id").map(str::to_owned),
            request_id: request_id.clone(),
            item: item.map(str::to_owned),
            ..Record::default()
        };
        record.route = (!template.is_empty()).then(|| format!("{} {template}", incoming.method));
        let path = incoming.target.split('?').next().unwrap_or_default();
        let below = path
            .trim_start_matches('/')
            .split_once('/')
            .map_or("", |(_, rest)| rest);
        let name = directory::find_user(&self.world, &me).and_then(|user| user.text("userPrincipalName"));
        let seen = Seen {
            method: &incoming.method,
            path: below,
            route: template,
            principal: [&me, name.unwrap_or_default()],
        };
        let key = format!("{me} {} {path}", incoming.method);
        let now = self.world.counters.clock.now();
        let is_early = self.throttle.is_early(&key, now);
        let (delay, struck) = self.faults.strike(seen);
        self.world.counters.clock.advance(delay);
        let is_todo = template.contains("/todo/");
        let wait = if is_todo {
            self.throttle.count(&self.config, &me, now)
        } else {
            None
        };
        let (name, effect) = struck.unzip();
        record.fault = name;
        let mut delivery = Delivery::Whole;
        let result = match effect {
            Some(Effect::DropBefore) => {
                delivery = Delivery::Dropped;
                Ok(Reply::empty(200))
            }
            Some(Effect::ResetConnection) => {
                delivery = Delivery::Reset;
                Ok(Reply::empty(200))
            }
            Some(Effect::ApplyThenDrop) => {
                delivery = Delivery::Dropped;
                self.dispatch(incoming, &principal, found)
            }
            Some(Effect::TruncateBody { bytes }) => {
                delivery = Delivery::Truncated(bytes);
                self.dispatch(incoming, &principal, found)
            }
            Some(effect) => Err(self.fault(effect, &key)),
            None => match wait {
                Some(seconds) => {
                    let retry_after = RetryAfter::Seconds(seconds);
                    Err(self.fault(Effect::Throttle { retry_after }, &key))
                }
                None => self.dispatch(incoming, &principal, found),
            },
        };
        verdict(delivery, result.is_ok()).clone_into(&mut record.verdict);
        record.code = result.as_ref().err().map(|refusal| refusal.code.clone());
        let reply = match result {
            Ok(reply) => self.sign(reply, &request_id, incoming),
            Err(refusal) => self.refuse(refusal, &request_id, incoming),
        };
        let is_answered = matches!(delivery, Delivery::Whole | Delivery::Truncated(_));
        record.status = is_answered.then_some(reply.status);
        record.notes = lint::notes(&record, is_early, &self.log);
        self.log.add(record, self.config.log_size);
        let under_way = (is_todo && self.config.real_delays && !delay.is_zero()).then_some(me);
        if let Some(user) = &under_way {
            self.throttle.enter(user);
        }
        Outcome {
            reply,
            delivery,
            delay,
            under_way,
        }
    }

    /// The refusal that a fault stands for.
    fn fault(&mut self, effect: Effect, key: &str) -> Refusal {
        match effect {
            Effect::Status {
                status,
                code,
                message,
                headers,
            } => {
                let refusal = Refusal::new(status, code, message);
                headers.into_iter().fold(refusal, |refusal, (name, value)| {
                    refusal.header(name.to_ascii_lowercase(), value)
                })
            }
            Effect::Throttle { retry_after } => {
                let refusal = Refusal::new(429, "TooManyRequests", "Too many requests.");
                let now = self.world.counters.clock.now();
                if let Some(wait) = retry_after.wait() {
                    self.throttle.told(key.to_owned(), now, wait);
                }
                match retry_after {
                    RetryAfter::None => refusal,
                    RetryAfter::Seconds(seconds) => refusal.header("retry-after", seconds.to_string()),
                    RetryAfter::Milliseconds(of) => {
                        refusal.header("retry-after", format!("{}.{:03}", of / 1_000, of % 1_000))
                    }
                    RetryAfter::Date(seconds) => {
                        let date = self.world.counters.clock.system_time() + Duration::from_secs(seconds);
                        refusal.header("retry-after", httpdate::fmt_http_date(date))
                    }
                }
            }
            Effect::ClaimsChallenge => {
                let challenge = "Bearer realm=\"\", error=\"insufficient_claims\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZX19fQ==\"";
                let message = "Continuous access evaluation resulted in challenge.";
                Refusal::new(401, "InvalidAuthenticationToken", message).header("www-authenticate", challenge)
            }
            _ => Refusal::new(503, "UnknownError", "Unknown error"),
        }
    }

    fn refuse(&self, refusal: Refusal, request_id: &str, incoming: &Incoming) -> Reply {
        let now = self.world.now();
        let client_request_id = incoming.header("client-request-id").unwrap_or(request_id);
        let reply = refusal.into_reply(now.get(..19).unwrap_or(&now), request_id, client_request_id);
        self.sign(reply, request_id, incoming)
    }

    /// Adds what every answer has.
    fn sign(&self, reply: Reply, request_id: &str, incoming: &Incoming) -> Reply {
        let client_request_id = incoming.header("client-request-id").unwrap_or(request_id);
        let date = httpdate::fmt_http_date(self.world.counters.clock.system_time());
        reply
            .header("request-id", request_id)
            .header("client-request-id", client_request_id)
            .header("date", date)
            .header("x-ms-ags-diagnostic", DIAGNOSTIC)
    }

    fn pass_time(&mut self) {
        let clock = &mut self.world.counters.clock;
        clock.tick();
        let passed = self.looked.elapsed();
        self.looked = Instant::now();
        if self.config.follow_time {
            clock.advance(passed);
        }
    }

    /// Finds the operation that a request is for.
    fn find(&self, router: &Router, incoming: &Incoming, me: &str) -> Result<Found, Refusal> {
        let path = incoming.target.split('?').next().unwrap_or_default();
        let Some(given) = links::find(&self.world, me, &incoming.base, &incoming.target)? else {
            return Ok((router.find(&incoming.method, path)?, None));
        };
        let version = path.split('/').nth(1).unwrap_or_default();
        let matched = router.find("GET", &format!("/{version}{}", given.path))?;
        let matched = Matched {
            user: Some(given.user.clone()),
            keys: given.keys.clone(),
            ..matched
        };
        Ok((matched, Some(given)))
    }

    /// Applies the rule for a request: whole, or not at all.
    fn dispatch(
        &mut self,
        incoming: &Incoming,
        principal: &Principal,
        found: Result<Found, Refusal>,
    ) -> Result<Reply, Refusal> {
        let result = found.and_then(|found| self.apply(incoming, principal, found));
        match result {
            Ok(reply) => self.commit().map(|()| reply),
            Err(refusal) => {
                self.world.store.roll_back();
                Err(refusal)
            }
        }
    }

    fn apply(&mut self, incoming: &Incoming, principal: &Principal, (matched, given): Found) -> Result<Reply, Refusal> {
        let me = principal.id.clone();
        let user = self.user(&matched, &me)?;
        let query = match &given {
            Some(given) => given.query.clone(),
            None => incoming
                .target
                .split_once('?')
                .map_or("", |(_, query)| query)
                .to_owned(),
        };
        let Matched {
            route, version, keys, ..
        } = matched;
        oauth::allow(route, principal)?;
        let mut body = match route.body {
            Body::None | Body::Bytes => Map::new(),
            Body::Object { .. } | Body::Parameters(_) => json(&incoming.body)?,
        };
        if (route.method, route.path) == ("POST", "/planner/plans") {
            planner::modern(&mut body);
        }
        let shape = body::check(route, version, &body)?;
        let prefer = incoming
            .headers
            .get_all("prefer")
            .iter()
            .filter_map(|value| value.to_str().ok());
        let call = Call {
            config: &self.config,
            route,
            version,
            me,
            user,
            keys,
            query: Query::parse(&query)?,
            body,
            shape,
            bytes: incoming.body.clone(),
            if_match: incoming.header("if-match").map(str::to_owned),
            content_range: incoming.header("content-range").map(str::to_owned),
            prefer: Prefer::parse(prefer),
            base: &incoming.base,
            resumed: given.map(|given| given.state),
        };
        let missing = || Refusal::new(501, "notImplemented", "The emulator does not have this operation.");
        let rule = rules::rule(route).ok_or_else(missing)?;
        rule(&mut self.world, &call)
    }

    /// The user that a path is about.
    fn user(&self, matched: &Matched, me: &str) -> Result<String, Refusal> {
        let Some(name) = &matched.user else {
            let is_of_me = matched.route.path.starts_with("/me/") || matched.route.path == "/me";
            if me.is_empty() && is_of_me {
                let message = "/me request is only valid with delegated authentication flow.";
                return Err(Refusal::bad_request(message));
            }
            return Ok(me.to_owned());
        };
        let user = directory::find_user(&self.world, name).map(|user| user.id.clone());
        let message = format!("Resource '{name}' does not exist.");
        user.ok_or_else(|| Refusal::new(404, "Request_ResourceNotFound", message))
    }
}

/// What the log says of a body.
fn body_text(body: &Bytes) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(body).unwrap_or_else(|_| format!("{} bytes", body.len()).into())
}

fn verdict(delivery: Delivery, is_ok: bool) -> &'static str {
    match delivery {
        Delivery::Dropped | Delivery::Reset => "dropped",
        Delivery::Truncated(_) => "broken",
        Delivery::Whole if is_ok => "ok",
        Delivery::Whole => "refused",
    }
}

fn failed_dependency() -> Refusal {
    Refusal::new(424, "FailedDependency", "A request that this one depends on failed.")
}

/// The members of a JSON object; none where there is no body.
fn json(body: &Bytes) -> Result<Map<String, Value>, Refusal> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let refuse = || {
        Refusal::bad_request(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
        )
    };
    serde_json::from_slice(body).map_err(|_| refuse())
}

const DIAGNOSTIC: &str =
    r#"{"ServerInfo":{"DataCenter":"Emulator","Slice":"E","Ring":"1","ScaleUnit":"000","RoleInstance":"EMULATOR"}}"#;
