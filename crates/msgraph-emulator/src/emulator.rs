//! The emulator: one request after the other, each carried out whole or not at all.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Map, Value};

use crate::{
    body,
    call::{Call, Prefer},
    config::Config,
    directory, links, oauth, planner,
    query::Query,
    reply::{Refusal, Reply},
    route::{Matched, Router},
    rules,
    seed::Seed,
    store::Kind,
    table::Body,
    world::World,
};

/// An offline Graph. Cheap to clone; clones share the state.
#[derive(Clone)]
pub struct Emulator {
    inner: Arc<Inner>,
}

struct Inner {
    router: Router,
    machine: Mutex<Machine>,
}

/// What one request at a time may use.
pub(crate) struct Machine {
    pub(crate) world: World,
    pub(crate) config: Config,
}

/// A request, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Incoming {
    pub(crate) method: String,
    /// The path, and the query after `?`, as they stand in the URL.
    pub(crate) target: String,
    /// Where the versions of the API begin.
    pub(crate) base: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Incoming {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Emulator {
    /// An emulator with a team, a group and nothing else.
    pub fn new() -> Self {
        Self::seeded(&Seed::default())
    }

    /// An emulator that begins with this.
    pub fn seeded(seed: &Seed) -> Self {
        let machine = Machine {
            world: seed.world(),
            config: seed.config.clone(),
        };
        Self {
            inner: Arc::new(Inner {
                router: Router::new(),
                machine: Mutex::new(machine),
            }),
        }
    }

    pub(crate) fn answer(&self, incoming: &Incoming) -> Reply {
        self.machine().answer(&self.inner.router, incoming)
    }

    pub(crate) fn machine(&self) -> MutexGuard<'_, Machine> {
        // A rule that failed left nothing half done: what it did was not committed.
        self.inner.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Emulator {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Emulator").finish_non_exhaustive()
    }
}

impl Machine {
    /// Answers a request.
    fn answer(&mut self, router: &Router, incoming: &Incoming) -> Reply {
        self.world.counters.clock.tick();
        let request_id = self.world.guid();
        let client_request_id = incoming.header("client-request-id").unwrap_or(&request_id).to_owned();
        let reply = self.dispatch(router, incoming).unwrap_or_else(|refusal| {
            let now = self.world.now();
            let date = now.get(..19).unwrap_or(&now);
            refusal.into_reply(date, &request_id, &client_request_id)
        });
        let date = httpdate::fmt_http_date(self.world.counters.clock.system_time());
        reply
            .header("request-id", request_id)
            .header("client-request-id", client_request_id)
            .header("date", date)
            .header("x-ms-ags-diagnostic", DIAGNOSTIC)
    }

    /// Finds the rule for a request and applies it: whole, or not at all.
    pub(crate) fn dispatch(&mut self, router: &Router, incoming: &Incoming) -> Result<Reply, Refusal> {
        let result = self.apply(router, incoming);
        match result {
            Ok(_) => {
                self.world.store.commit();
            }
            Err(_) => self.world.store.roll_back(),
        }
        result
    }

    fn apply(&mut self, router: &Router, incoming: &Incoming) -> Result<Reply, Refusal> {
        let endpoint = (&*incoming.method, &*incoming.base, &*incoming.target);
        if let Some(reply) = oauth::answer(&mut self.world, &self.config, endpoint, &incoming.body) {
            return Ok(reply);
        }
        let principal = oauth::principal(&self.world, &self.config, incoming.header("authorization"))?;
        let me = principal.id.clone();
        let given = links::find(&self.world, &me, &incoming.base, &incoming.target)?;
        let (path, query) = incoming.target.split_once('?').unwrap_or((&incoming.target, ""));
        let matched = match &given {
            Some(given) => {
                let version = path.split('/').nth(1).unwrap_or_default();
                let matched = router.find("GET", &format!("/{version}{}", given.path))?;
                Matched {
                    user: Some(given.user.clone()),
                    keys: given.keys.clone(),
                    ..matched
                }
            }
            None => router.find(&incoming.method, path)?,
        };
        let query = given.as_ref().map_or(query, |given| &given.query);
        let user = self.user(&matched, &me)?;
        let Matched {
            route, version, keys, ..
        } = matched;
        oauth::allow(route, &principal)?;
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
            query: Query::parse(query)?,
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
            return Ok(me.to_owned());
        };
        let user = directory::find_user(&self.world, name).map(|user| user.id.clone());
        let message = format!("Resource '{name}' does not exist.");
        user.ok_or_else(|| Refusal::new(404, "Request_ResourceNotFound", message))
    }
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
