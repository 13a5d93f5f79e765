//! Documented exchanges against the emulator: its answers have the documented status and shape.

mod fixture;
mod follow;
mod graph;
mod plant;
mod shape;
mod target;

use std::{fmt, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use msgraph_core::request::Operation;
use msgraph_emulator::Emulator;
use serde::Deserialize;
use serde_json::Value;

use self::{
    fixture::Fixture,
    graph::{Answer, Graph, Headers, ROOT},
};
use crate::exchange::Exchange;

/// `replay.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Exceptions {
    /// Of our exchanges.
    ours: Vec<Exception>,
    /// Of the others.
    given: Vec<Exception>,
}

/// An exchange that the emulator answers in another way, on purpose.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    /// Where it is documented.
    page: String,
    /// The version of the API.
    version: String,
    /// A part of its title, method and URL.
    request: String,
    /// A part of each difference.
    with: Vec<String>,
    /// Why that is as it should be.
    #[serde(rename = "reason")]
    _reason: String,
}

/// At most this many exceptions are accepted.
const MOST_EXCEPTIONS: usize = 10;

/// What came of replaying exchanges.
#[derive(Debug, Default)]
pub struct Replayed {
    exchanges: usize,
    statuses: usize,
    shapes: usize,
    excepted: usize,
    complaints: Vec<String>,
}

/// Replays our own exchanges.
///
/// # Errors
///
/// When a file cannot be read or is not of the format, or the fixture cannot be made.
pub fn own() -> Result<Replayed, String> {
    let mut exchanges = Vec::new();
    for path in crate::own_files()? {
        exchanges.extend(crate::exchanges(&path)?);
    }
    replay(&exchanges, &exceptions()?.ours)
}

/// Replays the exchanges of a file.
///
/// # Errors
///
/// When a file cannot be read or is not of the format, or the fixture cannot be made.
pub fn given(path: &Path) -> Result<Replayed, String> {
    replay(&crate::exchanges(path)?, &exceptions()?.given)
}

impl Replayed {
    /// Everything that is wrong.
    pub fn complaints(&self) -> &[String] {
        &self.complaints
    }
}

impl fmt::Display for Replayed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            exchanges,
            statuses,
            shapes,
            excepted,
            ..
        } = self;
        write!(
            formatter,
            "replayed {exchanges}, status equal {statuses}, shape equal {shapes}, excepted {excepted}"
        )
    }
}

fn exceptions() -> Result<Exceptions, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("replay.toml");
    let exceptions: Exceptions =
        toml::from_str(&crate::text(&path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    let count = exceptions.ours.len() + exceptions.given.len();
    if count > MOST_EXCEPTIONS {
        return Err(format!("{count} exceptions are too many"));
    }
    Ok(exceptions)
}

fn replay(exchanges: &[Exchange], exceptions: &[Exception]) -> Result<Replayed, String> {
    let fixture = Fixture::new()?;
    let mut report = Replayed::default();
    let mut unused: Vec<_> = exceptions.iter().collect();
    for exchange in exchanges {
        report.exchanges += 1;
        let (status, shape) = match one(&fixture, exchange) {
            Ok(differences) => differences,
            Err(error) => (Some(error.clone()), vec![error]),
        };
        report.statuses += usize::from(status.is_none());
        report.shapes += usize::from(shape.is_empty());
        let found: Vec<_> = status.into_iter().chain(shape).collect();
        let request = &exchange.request;
        let request = format!("{}: {} {}", exchange.title, request.method, request.url);
        let place = unused.iter().position(|exception| {
            let is_page = exception.page == exchange.page && exception.version == exchange.version;
            is_page && request.contains(&exception.request)
        });
        let exception = place.map(|place| unused.remove(place));
        match exception {
            None if found.is_empty() => {}
            Some(exception) if exception.explains(&found) => report.excepted += 1,
            Some(_) if found.is_empty() => {
                report
                    .complaints
                    .push(format!("{exchange}: an exception, and it does not fail"));
            }
            _ => report.complaints.push(format!("{exchange}: {}", found.join("; "))),
        }
    }
    let unused = unused
        .iter()
        .map(|exception| format!("{}: an exception for no exchange", exception.page));
    report.complaints.extend(unused);
    Ok(report)
}

impl Exception {
    /// Whether all that was found is excepted, and all that is excepted was found.
    fn explains(&self, found: &[String]) -> bool {
        let is_known = |found: &String| self.with.iter().any(|part| found.contains(part));
        let is_found = |part: &String| found.iter().any(|found| found.contains(part));
        !found.is_empty() && found.iter().all(is_known) && self.with.iter().all(is_found)
    }
}

/// The difference in status, and those in shape.
type Differences = (Option<String>, Vec<String>);

/// Replays one exchange in a state of its own.
fn one(fixture: &Fixture, exchange: &Exchange) -> Result<Differences, String> {
    let (request, response) = (&exchange.request, &exchange.response);
    let (path, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
    let below = path
        .strip_prefix(&format!("{ROOT}/{}", exchange.version))
        .unwrap_or(path);
    let operation = match exchange.run() {
        Ok(operation) => Some(operation),
        Err(fault) => fault.operation,
    };
    let operation = operation.or_else(|| target::find(&request.method, below));
    let operation = operation.ok_or_else(|| "no operation is known".to_owned())?;
    let target = target::path(operation, below, &fixture.ids);
    let url = format!("/{}{target}", exchange.version);
    let body = target::body(&request.body, &fixture.ids);
    let graph = Graph::new(state(fixture, exchange, operation, &target, &body)?)?;
    // The first page of a feed shows no change: what changed is read by following the link that it gives.
    let documented = &response.body;
    let is_feed = documented.get("@odata.deltaLink").is_some() && exchange.follows.is_none();
    let kind = match operation.path {
        "/me/planner/all/delta" if is_feed => Some("next"),
        "/me/planner/all/delta" => exchange.follows.as_deref(),
        // Tombstones come in the next round only.
        _ if has_tombstone(documented) => Some("delta"),
        _ => exchange.follows.as_deref(),
    };
    let answer = if let Some(kind) = kind {
        follow::follow(
            &graph,
            &fixture.ids,
            &url,
            kind,
            &response.body,
            exchange.follows.is_none(),
        )?
    } else {
        let query = target::query(query, &fixture.ids);
        let mark = if query.is_empty() { "" } else { "?" };
        let answer = send(&graph, exchange, operation, &format!("{url}{mark}{query}"), &body)?;
        if is_feed { follow::all(&graph, answer)? } else { answer }
    };
    let status = (answer.status != response.status)
        .then(|| format!("status {} is documented, ours is {}", response.status, answer.status));
    let is_content = operation.path.ends_with("/$value");
    let ours = if is_content {
        STANDARD.encode(&answer.bytes).into()
    } else {
        answer.body
    };
    Ok((status, shape::differences(&response.body, &ours, &exchange.unknown)))
}

fn has_tombstone(page: &Value) -> bool {
    let items = page.get("value").and_then(Value::as_array);
    items.is_some_and(|items| items.iter().any(|item| item.get("@removed").is_some()))
}

/// The state in which the documented answer is the answer.
fn state(
    fixture: &Fixture,
    exchange: &Exchange,
    operation: &Operation,
    target: &str,
    sent: &Value,
) -> Result<Emulator, String> {
    let mut snapshot = fixture.snapshot.clone();
    let documented = &exchange.response.body;
    // Only what is there already can be planted in: what an exchange creates is the emulator's own.
    let is_creation = exchange.request.method == "POST" && !operation.path.ends_with("/move");
    if !is_creation && exchange.follows.is_none() {
        let named = fixture.ids.values().filter(|id| target.contains(&target::encoded(id)));
        let id = named.max_by_key(|id| target.rfind(&target::encoded(id)));
        plant::plant(
            &mut snapshot,
            operation,
            id.map_or("", String::as_str),
            documented,
            sent,
        );
    }
    // `$top` of a delta query is honoured, as documented.
    if let Some(config) = snapshot.get_mut("config").and_then(Value::as_object_mut) {
        config.insert("refuseDeltaTop".to_owned(), false.into());
    }
    // There is a next page where the documented one is not the last.
    let has_next = documented.get("@odata.nextLink").is_some() || exchange.follows.as_deref() == Some("next");
    if let Some(config) = snapshot
        .get_mut("config")
        .and_then(Value::as_object_mut)
        .filter(|_| has_next)
    {
        config.insert("plannerPageSize".to_owned(), 1.into());
        config.insert("pageSize".to_owned(), 1.into());
        config.insert("deltaPageSize".to_owned(), 1.into());
    }
    Emulator::from_snapshot(snapshot.to_string().as_bytes()).map_err(|error| error.to_string())
}

/// Sends the request of an exchange, with the object's own ETag, after what must have come before.
fn send(graph: &Graph, exchange: &Exchange, operation: &Operation, url: &str, body: &Value) -> Result<Answer, String> {
    let request = &exchange.request;
    let mut headers: Headers = request.headers.clone();
    headers.remove("content-length");
    headers.remove("authorization");
    if headers.contains_key("if-match") {
        let object = ["/archive", "/unarchive", "/moveToContainer", "/assignSensitivityLabel"];
        let object = object.iter().find_map(|action| url.strip_suffix(action)).unwrap_or(url);
        if operation.path.ends_with("/unarchive") {
            let archive = format!("{object}/archive");
            let mut before = headers_with(graph, object)?;
            before.insert("content-type".to_owned(), "application/json".to_owned());
            graph.send("POST", &archive, &before, br#"{"justification":"Done."}"#)?;
        }
        if let Some(now) = graph.etag(object)? {
            headers.insert("if-match".to_owned(), now);
        }
    }
    // An extension can be created once.
    if request.method == "POST" && operation.path.ends_with("/extensions") {
        let known = format!("{url}/example.lakeside.trips");
        graph.send("DELETE", &known, &Headers::new(), &[])?;
    }
    let bytes = match body {
        Value::Null => Vec::new(),
        Value::String(base64) => STANDARD.decode(base64).map_err(|error| error.to_string())?,
        json => json.to_string().into_bytes(),
    };
    if request
        .headers
        .get("content-range")
        .is_some_and(|range| !range.starts_with("bytes 0-"))
    {
        let mut first = headers.clone();
        first.insert("content-range".to_owned(), format!("bytes 0-{}/10", 9 - bytes.len()));
        graph.send("PUT", url, &first, &vec![0; 10 - bytes.len()])?;
    }
    graph.send(&request.method, url, &headers, &bytes)
}

fn headers_with(graph: &Graph, object: &str) -> Result<Headers, String> {
    let etag = graph.etag(object)?;
    Ok(etag.map(|etag| ("if-match".to_owned(), etag)).into_iter().collect())
}
