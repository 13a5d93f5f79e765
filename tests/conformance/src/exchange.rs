//! One exchange, and what the driver asks of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use msgraph_core::{
    Answer, Content, DateTimeOffset, DeltaPage, DeltaStart, ETag, Id, NewOrderHint, OrderHint, Property, Reply,
    Request, Tracked, UploadPart, Uploaded,
    filter::{Filter, Literal},
    request::{Body, Method, Operation, Queried, Takes, option},
};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    driver::{routes_beta, routes_v1},
    unknown,
};

/// A documented exchange.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Exchange {
    /// Where it is documented.
    pub(crate) page: String,
    /// The version of the API.
    pub(crate) version: String,
    /// What it shows.
    #[serde(default)]
    pub(crate) title: String,
    pub(crate) request: Sent,
    pub(crate) response: Received,
    /// The kind of the link that the request follows, if it follows one.
    pub(crate) follows: Option<String>,
    /// What the response holds and our types do not know, on purpose.
    #[serde(default)]
    pub(crate) unknown: Vec<String>,
    /// The path of the operation that the link came from, where the link does not look like it.
    of: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Received {
    pub(crate) status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

/// What came of an exchange: the operation, or why it failed.
pub(crate) type Outcome = Result<&'static Operation, Fault>;

/// Why an exchange failed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    pub(crate) at: Stage,
    pub(crate) reason: String,
    /// The operation, where one was found.
    pub(crate) operation: Option<&'static Operation>,
}

/// How far an exchange came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Stage {
    /// No operation was found.
    Route,
    /// The request is not the documented one.
    Request,
    /// The response is not read and written without loss.
    Response,
}

impl Fault {
    fn route(reason: impl Into<String>) -> Self {
        Self::new(Stage::Route, reason)
    }

    fn request(reason: impl Into<String>) -> Self {
        Self::new(Stage::Request, reason)
    }

    fn new(at: Stage, reason: impl Into<String>) -> Self {
        Self {
            at,
            reason: reason.into(),
            operation: None,
        }
    }

    /// A property that no setter takes, or not with this value.
    pub(crate) fn no_setter(name: &str, value: &Value) -> Self {
        Self::request(format!("no setter takes `{name}`: {value}"))
    }
}

impl Exchange {
    /// Sends the exchange through the driver.
    pub(crate) fn run(&self) -> Outcome {
        let url = self.of.as_deref().unwrap_or(&self.request.url);
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let below = path
            .strip_prefix("https://graph.microsoft.com/")
            .unwrap_or(path)
            .trim_start_matches('/');
        let below = below.strip_prefix(&*self.version).unwrap_or(below);
        let segments = below.split('/').filter(|segment| !segment.is_empty());
        let segments: Vec<_> = segments.map(segment).collect();
        let given = Given {
            exchange: self,
            path: format!("/{}", segments.join("/")),
            query: pairs(query),
        };
        let segments: Vec<_> = segments.iter().map(String::as_str).collect();
        match &*self.version {
            "v1.0" => routes_v1::follow(&segments, &given),
            "beta" => routes_beta::follow(&segments, &given),
            other => Err(Fault::route(format!("there is no version `{other}`"))),
        }
    }
}

impl fmt::Display for Exchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sent { method, url, .. } = &self.request;
        write!(formatter, "{} ({}): {method} {url}", self.page, self.version)
    }
}

/// A segment, decoded; a function is named with or without its parentheses and namespace.
fn segment(text: &str) -> String {
    let text = percent_decode_str(text).decode_utf8_lossy().into_owned();
    let name = text.strip_suffix("()").unwrap_or(&text);
    name.strip_prefix("microsoft.graph.").unwrap_or(name).to_owned()
}

fn pairs(query: &str) -> BTreeMap<String, String> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

/// What the driver asks of an exchange.
#[derive(Debug)]
pub(crate) struct Given<'e> {
    exchange: &'e Exchange,
    path: String,
    query: BTreeMap<String, String>,
}

#[expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "the driver asks the exchange for everything, and in one way"
)]
impl Given<'_> {
    pub(crate) fn method(&self) -> &str {
        &self.exchange.request.method
    }

    pub(crate) fn no_such_path(&self) -> Outcome {
        Err(Fault::route("no builder leads there"))
    }

    pub(crate) fn no_such_method(&self) -> Outcome {
        Err(Fault::route(format!("the path has no request {}", self.method())))
    }

    pub(crate) fn id<T>(&self, segment: &str) -> Id<T> {
        Id::new(segment)
    }

    pub(crate) fn etag<T>(&self) -> Result<ETag<T>, Fault> {
        let etag = self.header("if-match");
        etag.map(ETag::new)
            .ok_or_else(|| Fault::request("the builder asks for an ETag, and there is no If-Match"))
    }

    /// The id in `$filter=property eq 'id'`.
    pub(crate) fn filter_id<T>(&self, property: &str) -> Result<Id<T>, Fault> {
        let filter = self.query.get("$filter").map(String::as_str).unwrap_or_default();
        let id = filter
            .strip_prefix(property)
            .and_then(|rest| rest.strip_prefix(" eq '")?.strip_suffix('\''));
        let missing = || Fault::request(format!("the builder asks for an id to filter `{property}` by"));
        id.map(|id| Id::new(id.replace("''", "'"))).ok_or_else(missing)
    }

    pub(crate) fn body(&self) -> Result<&Map<String, Value>, Fault> {
        object(&self.exchange.request.body)
    }

    /// Whether the body names this type.
    #[allow(
        dead_code,
        reason = "asked where one path takes several types, if there is such a path"
    )]
    pub(crate) fn body_is(&self, ty: &str) -> bool {
        let named = self.exchange.request.body.get("@odata.type").and_then(Value::as_str);
        named.is_some_and(|named| named.trim_start_matches('#') == ty.trim_start_matches('#'))
    }

    pub(crate) fn required<'v, T>(
        &'v self,
        name: &str,
        read: impl FnOnce(&'v Value) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let value = self.body()?.get(name);
        value.map_or_else(|| Err(Fault::request(format!("the builder asks for `{name}`"))), read)
    }

    pub(crate) fn optional<'v, T>(
        &'v self,
        name: &str,
        read: impl FnOnce(&'v Value) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let body = self.exchange.request.body.as_object();
        body.and_then(|body| body.get(name)).map(read).transpose()
    }

    pub(crate) fn content(&self) -> Result<Vec<u8>, Fault> {
        bytes(&self.exchange.request.body).ok_or_else(|| Fault::request("the body is no Base64"))
    }

    pub(crate) fn part(&self) -> Result<UploadPart, Fault> {
        let range = self.header("content-range").and_then(|range| {
            let (range, total) = range.strip_prefix("bytes ")?.split_once('/')?;
            let (first, _) = range.split_once('-')?;
            Some((first.parse().ok()?, total.parse().ok()?))
        });
        let (first, total) = range.ok_or_else(|| Fault::request("there is no Content-Range"))?;
        Ok(UploadPart::new(self.content()?, first, total))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.exchange.request.headers.get(name).map(String::as_str)
    }

    fn prefers(&self) -> BTreeSet<&str> {
        let words = self.header("prefer").unwrap_or_default().split(',');
        words.map(str::trim).filter(|word| !word.is_empty()).collect()
    }

    fn number(&self, option: &str) -> Result<Option<u32>, Fault> {
        let text = self.query.get(option);
        let number = text.map(|text| text.parse()).transpose();
        number.map_err(|_| Fault::request(format!("`{option}` is no number")))
    }

    pub(crate) fn top<R, O: Takes<option::Top>>(&self, request: Request<R, O>) -> Result<Request<R, O>, Fault> {
        Ok(match self.number("$top")? {
            Some(count) => request.top(count),
            None => request,
        })
    }

    pub(crate) fn skip<R, O: Takes<option::Skip>>(&self, request: Request<R, O>) -> Result<Request<R, O>, Fault> {
        Ok(match self.number("$skip")? {
            Some(count) => request.skip(count),
            None => request,
        })
    }

    pub(crate) fn max_page_size<R, O: Takes<option::MaxPageSize>>(
        &self,
        request: Request<R, O>,
    ) -> Result<Request<R, O>, Fault> {
        let size = self
            .prefers()
            .iter()
            .find_map(|word| word.strip_prefix("odata.maxpagesize=")?.parse().ok());
        Ok(match size {
            Some(size) => request.max_page_size(size),
            None => request,
        })
    }

    pub(crate) fn select<R: Queried, O: Takes<option::Select>>(
        &self,
        request: Request<R, O>,
        find: Find<R::Record>,
    ) -> Result<Request<R, O>, Fault> {
        Ok(match self.query.get("$select") {
            Some(names) => request.select(named(names, find)?),
            None => request,
        })
    }

    pub(crate) fn expand<R: Queried, O: Takes<option::Expand>>(
        &self,
        request: Request<R, O>,
        find: Find<R::Record>,
    ) -> Result<Request<R, O>, Fault> {
        let nested = self
            .query
            .get("$expand")
            .and_then(|text| text.strip_suffix(')')?.split_once("($filter="));
        if let Some((name, filter)) = nested {
            return Ok(request.expand_where(one(name, find)?, &condition(filter, find)?));
        }
        Ok(match self.query.get("$expand") {
            Some(names) => request.expand(named(names, find)?),
            None => request,
        })
    }

    pub(crate) fn order_by<R: Queried, O: Takes<option::OrderBy>>(
        &self,
        request: Request<R, O>,
        find: Find<R::Record>,
    ) -> Result<Request<R, O>, Fault> {
        let Some(text) = self.query.get("$orderby") else {
            return Ok(request);
        };
        Ok(match text.strip_suffix(" desc") {
            Some(name) => request.order_by_descending(one(name, find)?),
            None => request.order_by(one(text.trim_end_matches(" asc"), find)?),
        })
    }

    pub(crate) fn filter<R: Queried, O: Takes<option::Filter>>(
        &self,
        request: Request<R, O>,
        find: Find<R::Record>,
    ) -> Result<Request<R, O>, Fault> {
        Ok(match self.query.get("$filter") {
            Some(text) => request.filter(condition(text, find)?),
            None => request,
        })
    }

    pub(crate) fn answer<R: Answer + Serialize, O>(&self, request: Request<R, O>, of: &str) -> Outcome {
        let operation = self.compare(&request)?;
        let is_page = self.exchange.response.body.get("value").is_some_and(Value::is_array);
        self.decode::<R>(of, is_page).map_err(|fault| at(fault, operation))?;
        Ok(operation)
    }

    pub(crate) fn changes<T: Tracked, O>(&self, request: Request<DeltaPage<T>, O>, of: &str) -> Outcome {
        let Some(kind) = &self.exchange.follows else {
            return self.answer(request, of);
        };
        let operation = request.operation();
        self.link::<T>(kind, of).map_err(|fault| at(fault, operation))?;
        Ok(operation)
    }

    pub(crate) fn start<T: Tracked, O>(&self, request: Request<DeltaStart<T>, O>, of: &str) -> Outcome {
        let Some(kind) = &self.exchange.follows else {
            return self.answer(request, of);
        };
        let operation = request.operation();
        self.link::<T>(kind, of).map_err(|fault| at(fault, operation))?;
        Ok(operation)
    }

    pub(crate) fn nothing<O>(&self, request: Request<(), O>) -> Outcome {
        let operation = self.compare(&request)?;
        if self.exchange.response.body.is_null() {
            return Ok(operation);
        }
        Err(at(
            Fault::new(Stage::Response, "there is a body, and the operation has no answer"),
            operation,
        ))
    }

    pub(crate) fn received<O>(&self, request: Request<Content, O>) -> Outcome {
        let operation = self.compare(&request)?;
        let body = bytes(&self.exchange.response.body).unwrap_or_default();
        let content = Content::decode(Reply::new(self.exchange.response.status, &body));
        if content.is_ok_and(|content| content.as_bytes() == body) {
            return Ok(operation);
        }
        Err(at(
            Fault::new(Stage::Response, "the content is not the documented one"),
            operation,
        ))
    }

    pub(crate) fn uploaded<O>(&self, request: Request<Uploaded, O>) -> Outcome {
        let operation = self.compare(&request)?;
        let response = &self.exchange.response;
        let body = if response.body.is_null() {
            String::new()
        } else {
            response.body.to_string()
        };
        let mut reply = Reply::new(response.status, body.as_bytes());
        reply.location = response.headers.get("location").map(String::as_str);
        let uploaded =
            Uploaded::decode(reply).map_err(|error| at(Fault::new(Stage::Response, error.to_string()), operation))?;
        let is_as_documented = match &uploaded {
            Uploaded::More(positions) => response.status == 200 && !positions.is_empty(),
            Uploaded::Done { location } => response.status == 201 && location.is_some(),
        };
        if is_as_documented {
            return Ok(operation);
        }
        Err(at(Fault::new(Stage::Response, format!("{uploaded:?}")), operation))
    }

    /// Follows the link of the exchange, and reads what it leads to.
    fn link<T: Tracked>(&self, kind: &str, of: &str) -> Result<(), Fault> {
        let url = self.exchange.request.url.as_str();
        let request = match kind {
            "next" => msgraph_core::NextLink::<T>::new(url).follow(),
            "delta" => msgraph_core::DeltaLink::<T>::new(url).follow(),
            other => return Err(Fault::request(format!("there are no links of kind `{other}`"))),
        };
        if request.link().map(msgraph_core::Link::as_str) != Some(url) {
            return Err(Fault::request("the link is not replayed as it came"));
        }
        if request.method().as_str() != self.method() || request.version() != self.exchange.version {
            return Err(Fault::request(
                "a link is followed by GET, in the version that it came from",
            ));
        }
        self.header_differences(&request).map_err(Fault::request)?;
        self.body_difference(request.body()).map_err(Fault::request)?;
        self.decode::<DeltaPage<T>>(of, true)
    }

    /// Decodes the response and encodes it again.
    fn decode<R: Answer + Serialize>(&self, of: &str, is_page: bool) -> Result<(), Fault> {
        let response = &self.exchange.response;
        let fault = |reason: String| Fault::new(Stage::Response, reason);
        if !(200..300).contains(&response.status) {
            return Err(fault(format!("the status {} is none of success", response.status)));
        }
        let body = response.body.to_string();
        let answer =
            R::decode(Reply::new(response.status, body.as_bytes())).map_err(|error| fault(error.to_string()))?;
        let again = serde_json::to_value(&answer).map_err(|error| fault(error.to_string()))?;
        if again != response.body {
            let was = &response.body;
            return Err(fault(format!("the response comes back as {again}, and was {was}")));
        }
        let mut unknown = unknown::members(&response.body, of, is_page);
        unknown.retain(|path| !self.exchange.unknown.iter().any(|known| known == path));
        if unknown.is_empty() {
            return Ok(());
        }
        Err(fault(format!("the type does not know {}", unknown.join(", "))))
    }

    /// Compares the request that the builders made with the documented one.
    fn compare<R, O>(&self, request: &Request<R, O>) -> Outcome {
        let operation = request.operation();
        self.differences(request)
            .map_err(|reason| at(Fault::request(reason), operation))?;
        Ok(operation)
    }

    fn differences<R, O>(&self, request: &Request<R, O>) -> Result<(), String> {
        request.check().map_err(|fault| fault.to_string())?;
        same("method", &request.method().as_str(), &self.method())?;
        same("version", &request.version(), &&*self.exchange.version)?;
        let path = percent_decode_str(request.path()).decode_utf8_lossy();
        same("path", &path, &self.path)?;
        same("query", &pairs(&request.query()), &self.query)?;
        self.header_differences(request)?;
        self.body_difference(request.body())
    }

    fn header_differences<R, O>(&self, request: &Request<R, O>) -> Result<(), String> {
        let headers: BTreeMap<_, _> = request.headers().into_iter().collect();
        let ours = |name: &str| headers.get(name).map(AsRef::as_ref);
        same("If-Match", &ours("If-Match"), &self.header("if-match"))?;
        same("Content-Range", &ours("Content-Range"), &self.header("content-range"))?;
        let mut words: BTreeSet<_> = ours("Prefer").unwrap_or_default().split(", ").collect();
        words.remove("");
        // Documentation does not show what every request of ours asks for.
        let asks = words.remove("include-unknown-enum-members");
        same("Prefer", &words, &self.prefers())?;
        let is_answered = !matches!(request.method(), Method::Delete | Method::Put);
        same("include-unknown-enum-members", &asks, &is_answered)?;
        let has_body = !self.exchange.request.body.is_null();
        let media_type = self.header("content-type").filter(|_| has_body);
        same("Content-Type", &ours("Content-Type"), &media_type)
    }

    fn body_difference(&self, body: Option<&Body>) -> Result<(), String> {
        let documented = &self.exchange.request.body;
        let body = match body {
            None => Value::Null,
            Some(Body::Json(json)) => json.decode().map_err(|error| error.to_string())?,
            Some(body) => STANDARD.encode(body.as_bytes()).into(),
        };
        if body == *documented {
            return Ok(());
        }
        Err(format!("body: ours {body}, documented {documented}"))
    }
}

fn same(what: &str, ours: &dyn fmt::Debug, theirs: &dyn fmt::Debug) -> Result<(), String> {
    let (ours, theirs) = (format!("{ours:?}"), format!("{theirs:?}"));
    if ours == theirs {
        return Ok(());
    }
    Err(format!("{what}: ours {ours}, documented {theirs}"))
}

/// Finds a property by its name.
type Find<R> = fn(&str) -> Option<Property<R>>;

fn one<R>(name: &str, find: Find<R>) -> Result<Property<R>, Fault> {
    find(name).ok_or_else(|| Fault::request(format!("there is no property `{name}` to ask for")))
}

fn named<R>(names: &str, find: Find<R>) -> Result<Vec<Property<R>>, Fault> {
    names.split(',').map(|name| one(name.trim(), find)).collect()
}

/// A value, made anew from the expression that documents it.
fn literal(text: &str) -> Box<dyn Literal> {
    if let Some(text) = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        return Box::new(text.replace("''", "'"));
    }
    match (text.parse::<i64>(), text.parse::<bool>()) {
        (Ok(number), _) => Box::new(number),
        (_, Ok(flag)) => Box::new(flag),
        _ => Box::new(DateTimeOffset::new(text)),
    }
}

/// Makes the expression anew: comparisons, joined by `and`.
fn condition<R>(text: &str, find: Find<R>) -> Result<Filter<R>, Fault> {
    if let Some((one, other)) = text.split_once(" and ") {
        return Ok(condition(one, find)?.and(condition(other, find)?));
    }
    if let Some(call) = text
        .strip_prefix("startsWith(")
        .and_then(|rest| rest.strip_suffix("')"))
    {
        let (name, value) = call.split_once(",'").unwrap_or((call, ""));
        return Ok(Filter::starts_with(one(name, find)?, &value.replace("''", "'")));
    }
    let mut words = text.splitn(3, ' ');
    let (name, operator, value) = (words.next(), words.next(), words.next());
    let property = one(name.unwrap_or_default(), find)?;
    let value = literal(value.unwrap_or_default());
    Ok(match operator.unwrap_or_default() {
        "eq" => Filter::eq(property, value),
        "ne" => Filter::ne(property, value),
        "gt" => Filter::gt(property, value),
        "ge" => Filter::ge(property, value),
        "lt" => Filter::lt(property, value),
        "le" => Filter::le(property, value),
        other => return Err(Fault::request(format!("no filter compares with `{other}`"))),
    })
}

fn at(fault: Fault, operation: &'static Operation) -> Fault {
    Fault {
        operation: Some(operation),
        ..fault
    }
}

/// The members of an object that is sent, without the annotation of its type.
pub(crate) struct Members<'j> {
    json: &'j Map<String, Value>,
    taken: BTreeSet<&'static str>,
}

impl<'j> Members<'j> {
    pub(crate) fn of(json: &'j Map<String, Value>) -> Self {
        Self {
            json,
            taken: BTreeSet::from(["@odata.type"]),
        }
    }

    pub(crate) fn take(&mut self, name: &'static str) -> Result<&'j Value, Fault> {
        self.taken.insert(name);
        let value = self.json.get(name);
        value.ok_or_else(|| Fault::request(format!("the type cannot be made without `{name}`")))
    }

    pub(crate) fn rest(self) -> impl Iterator<Item = (&'j str, &'j Value)> {
        let members = self.json.iter().map(|(name, value)| (name.as_str(), value));
        members.filter(move |(name, _)| !self.taken.contains(name))
    }
}

pub(crate) fn text(value: &Value) -> Result<&str, Fault> {
    value
        .as_str()
        .ok_or_else(|| Fault::request(format!("{value} is no text")))
}

pub(crate) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Fault> {
    serde_json::from_value(value.clone()).map_err(|error| Fault::request(format!("{value}: {error}")))
}

pub(crate) fn object(value: &Value) -> Result<&Map<String, Value>, Fault> {
    value
        .as_object()
        .ok_or_else(|| Fault::request(format!("{value} is no object")))
}

pub(crate) fn list<T>(value: &Value, one: fn(&Map<String, Value>) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
    let items = value
        .as_array()
        .ok_or_else(|| Fault::request(format!("{value} is no array")))?;
    items.iter().map(|item| one(object(item)?)).collect()
}

/// A hint that asks for a place, made anew from its neighbours.
pub(crate) fn hint(value: &Value) -> Result<NewOrderHint, Fault> {
    let text = value.as_str().unwrap_or_default();
    let place = text.strip_suffix('!').and_then(|text| text.split_once(' '));
    let (previous, next) = place.ok_or_else(|| Fault::request(format!("{value} asks for no place")))?;
    Ok(OrderHint::between(&OrderHint::new(previous), &OrderHint::new(next)))
}

/// Bytes, which an exchange holds as Base64.
fn bytes(body: &Value) -> Option<Vec<u8>> {
    STANDARD.decode(body.as_str()?).ok()
}
