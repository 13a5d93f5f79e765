//! `$batch`: several requests in one, each carried out for itself.

use std::collections::{BTreeMap, BTreeSet};

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    emulator::Incoming,
    reply::{Content, Refusal, Reply},
};

/// How many requests fit in one.
const MOST: usize = 20;

#[derive(Deserialize)]
struct Batch {
    requests: Vec<Item>,
}

/// A request in a batch.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Item {
    pub(crate) id: String,
    method: String,
    url: String,
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(default)]
    body: Option<Value>,
    #[serde(default)]
    depends_on: Vec<String>,
}

/// The version of the API whose path this is, if it is that of a batch.
pub(crate) fn version(path: &str) -> Option<&str> {
    let (version, rest) = path.trim_start_matches('/').split_once('/')?;
    let is_batch = rest.eq_ignore_ascii_case("$batch") || rest.eq_ignore_ascii_case("%24batch");
    is_batch.then_some(version)
}

/// The requests of a batch. What is wrong with the batch itself refuses it whole.
pub(crate) fn parse(incoming: &Incoming) -> Result<Vec<Item>, Refusal> {
    if incoming.method != "POST" {
        let message = format!("The method '{}' is not allowed here.", incoming.method);
        return Err(Refusal::new(405, "Request_BadRequest", message));
    }
    let batch: Batch = serde_json::from_slice(&incoming.body)
        .map_err(|error| bad(format!("Invalid batch payload format: {error}.")))?;
    if batch.requests.is_empty() {
        return Err(bad("The batch holds no requests."));
    }
    if batch.requests.len() > MOST {
        return Err(bad(format!(
            "Number of batch request steps exceeds max value of {MOST}."
        )));
    }
    let mut ids = BTreeSet::new();
    for item in &batch.requests {
        if item.id.is_empty() || !ids.insert(item.id.to_ascii_lowercase()) {
            return Err(bad(format!(
                "Request Id '{}' is empty or has to be unique in a batch.",
                item.id
            )));
        }
    }
    let unknown = |parent: &&String| !ids.contains(&parent.to_ascii_lowercase());
    if let Some(parent) = batch.requests.iter().flat_map(|item| &item.depends_on).find(unknown) {
        return Err(bad(format!(
            "The request '{parent}' that another depends on is not in the batch."
        )));
    }
    in_order(batch.requests)
}

/// The items, each after those that it depends on.
fn in_order(items: Vec<Item>) -> Result<Vec<Item>, Refusal> {
    let mut done = BTreeSet::new();
    let mut ordered = Vec::with_capacity(items.len());
    let mut rest = items;
    while !rest.is_empty() {
        let is_ready = |item: &Item| {
            item.depends_on
                .iter()
                .all(|parent| done.contains(&parent.to_ascii_lowercase()))
        };
        let Some(place) = rest.iter().position(is_ready) else {
            return Err(bad("The requests of the batch depend on each other in a circle."));
        };
        let item = rest.remove(place);
        done.insert(item.id.to_ascii_lowercase());
        ordered.push(item);
    }
    Ok(ordered)
}

impl Item {
    /// Whether one that it depends on failed.
    pub(crate) fn is_orphan(&self, statuses: &BTreeMap<String, u16>) -> bool {
        let failed = |parent: &String| {
            statuses
                .get(&parent.to_ascii_lowercase())
                .is_none_or(|status| !(200..400).contains(status))
        };
        self.depends_on.iter().any(failed)
    }

    /// The request that it stands for. It has the token of the batch.
    pub(crate) fn incoming(&self, outer: &Incoming, version: &str) -> Result<Incoming, Refusal> {
        if self.url.contains("://") {
            return Err(bad("The URL of a request in a batch must be relative."));
        }
        let target = format!("/{version}/{}", self.url.trim_start_matches('/'));
        let path = target.split('?').next().unwrap_or_default();
        if self::version(path).is_some() {
            return Err(bad("A batch in a batch is not supported."));
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let pair = (HeaderName::try_from(name.as_str()), HeaderValue::try_from(text));
            let (Ok(name), Ok(value)) = pair else {
                return Err(bad(format!("The header '{name}' is not valid.")));
            };
            headers.append(name, value);
        }
        if !headers.contains_key("authorization")
            && let Some(token) = outer.headers.get("authorization")
        {
            headers.insert("authorization", token.clone());
        }
        let body = self.bytes(headers.get("content-type"))?;
        Ok(Incoming {
            method: self.method.to_ascii_uppercase(),
            target,
            base: outer.base.clone(),
            headers,
            body,
        })
    }

    fn bytes(&self, content_type: Option<&HeaderValue>) -> Result<Bytes, Refusal> {
        let Some(body) = &self.body else {
            return Ok(Bytes::new());
        };
        let media_type = content_type.and_then(|value| value.to_str().ok());
        let missing = || {
            bad(format!(
                "The request '{}' has a body, so it needs the header Content-Type.",
                self.id
            ))
        };
        match (media_type.ok_or_else(missing)?, body) {
            (media_type, body) if media_type.contains("json") => Ok(body.to_string().into()),
            (_, Value::String(text)) => {
                let text = text.replace('-', "+").replace('_', "/");
                let engine = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
                let refuse = |_| bad(format!("The body of the request '{}' is not Base64.", self.id));
                engine.decode(text).map(Bytes::from).map_err(refuse)
            }
            _ => Err(bad(format!("The body of the request '{}' is not Base64.", self.id))),
        }
    }
}

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// The answer to one item.
pub(crate) fn response(id: &str, reply: Reply) -> Value {
    let mut headers: Map<String, Value> = reply
        .headers
        .into_iter()
        .map(|(name, value)| (name.into_owned(), value.into()))
        .collect();
    let mut response = json!({ "id": id, "status": reply.status });
    let body = match reply.body {
        Content::Bytes { media_type, bytes } => {
            headers.insert("content-type".to_owned(), media_type.into());
            Some(STANDARD.encode(bytes).into())
        }
        json => {
            let json = json.into_json();
            if json.is_some() {
                headers.insert("content-type".to_owned(), "application/json".into());
            }
            json
        }
    };
    if let Some(response) = response.as_object_mut() {
        response.insert("headers".to_owned(), headers.into());
        response.extend(body.map(|body| ("body".to_owned(), body)));
    }
    response
}

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::bad_request(message)
}
