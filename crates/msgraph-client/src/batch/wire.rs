//! What a batch looks like as JSON.

use std::{collections::BTreeMap, fmt};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::header::CONTENT_TYPE;
use msgraph_core::{DecodeError, Raw, Reply, answer::decode};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Replies;
use crate::{
    error::Context,
    pipeline::{Completed, Outgoing, reply},
};

#[derive(Serialize)]
struct Sent<'s> {
    requests: Vec<Item<'s>>,
}

#[derive(Serialize)]
struct Item<'s> {
    id: String,
    method: &'s str,
    url: &'s str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<&'s str, &'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Raw>,
}

/// The body of a call. URLs are below the version.
pub(super) fn body<'s>(base: &str, items: impl Iterator<Item = (usize, &'s Outgoing)>) -> Vec<u8> {
    let items = items.map(|(number, outgoing)| {
        let headers = outgoing.headers.iter();
        let mut headers: BTreeMap<_, _> = headers
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
            .collect();
        let body = match &outgoing.body {
            Some(body) => content(
                body,
                outgoing
                    .headers
                    .get(CONTENT_TYPE)
                    .is_some_and(|ty| ty == "application/json"),
            ),
            // The service asks for one with every POST.
            None if outgoing.method == http::Method::POST => {
                headers.insert("content-type", "application/json");
                Raw::parse("{}").ok()
            }
            None => None,
        };
        Item {
            id: number.to_string(),
            method: outgoing.method.as_str(),
            url: outgoing.url.strip_prefix(base).unwrap_or(&outgoing.url),
            headers,
            body,
        }
    });
    let sent = Sent {
        requests: items.collect(),
    };
    serde_json::to_vec(&sent).unwrap_or_default()
}

/// JSON as it is; bytes as Base64.
fn content(body: &[u8], is_json: bool) -> Option<Raw> {
    let text = str::from_utf8(body).ok();
    match text.filter(|_| is_json) {
        Some(text) => Raw::parse(text).ok(),
        None => Raw::from_value(&URL_SAFE_NO_PAD.encode(body)).ok(),
    }
}

#[derive(Deserialize)]
struct Received {
    responses: Vec<ReceivedItem>,
}

#[derive(Deserialize)]
struct ReceivedItem {
    id: String,
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Box<RawValue>>,
}

/// The answer to one request.
pub(crate) struct ItemReply {
    pub(super) status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
    pub(super) context: Context,
}

/// The body is somebody's.
impl fmt::Debug for ItemReply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ItemReply({}, {} bytes)", self.status, self.body.len())
    }
}

impl ItemReply {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find_map(|(known, value)| known.eq_ignore_ascii_case(name).then_some(value.as_str()))
    }

    /// The same as an answer that says that it is done.
    pub(super) fn emptied(self) -> Self {
        Self {
            status: 204,
            body: Vec::new(),
            ..self
        }
    }

    pub(super) fn reply(&self) -> Reply<'_> {
        let mut reply = Reply::new(self.status, &self.body);
        reply.etag = self.header("etag");
        reply.request_id = self.header("request-id");
        reply.retry_after = self.header("retry-after");
        reply.location = self.header("location");
        reply
    }
}

/// Reads the replies of a call.
pub(super) fn replies(completed: &Completed) -> Result<Replies, DecodeError> {
    let received: Received = decode(reply(&completed.incoming))?;
    let replies = received.responses.into_iter().map(|item| {
        let is_json = |headers: &BTreeMap<String, String>| {
            let mut headers = headers.iter();
            let ty = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
            ty.is_none_or(|(_, value)| value.contains("json"))
        };
        let body = match item.body {
            Some(body) if is_json(&item.headers) => body.get().as_bytes().to_vec(),
            Some(body) => bytes(body.get()),
            None => Vec::new(),
        };
        let reply = ItemReply {
            status: item.status,
            headers: item.headers,
            // Nothing and null are the same.
            body: if body == b"null" { Vec::new() } else { body },
            context: Context::default(),
        };
        (item.id, reply)
    });
    Ok(replies.collect())
}

/// What stands as a text where the content is no JSON: Base64, or the text itself.
fn bytes(json: &str) -> Vec<u8> {
    let Ok(text) = serde_json::from_str::<String>(json) else {
        return json.as_bytes().to_vec();
    };
    let decoded = STANDARD.decode(&text).or_else(|_| URL_SAFE_NO_PAD.decode(&text));
    decoded.unwrap_or_else(|_| text.into_bytes())
}
