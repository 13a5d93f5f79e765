//! The emulator, asked by one user.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use msgraph_emulator::Emulator;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tower_service::Service as _;

/// The root of the service.
pub(super) const ROOT: &str = "https://graph.microsoft.com";

/// The emulator, asked by one user.
#[derive(Debug)]
pub(super) struct Graph {
    emulator: Emulator,
    runtime: Runtime,
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Null where it is no JSON.
    pub(super) body: Value,
    pub(super) bytes: Bytes,
}

pub(super) type Headers = BTreeMap<String, String>;

impl Graph {
    pub(super) fn new(emulator: Emulator) -> Result<Self, String> {
        let runtime = Builder::new_current_thread()
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { emulator, runtime })
    }

    pub(super) fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// Sends a request. A body of null is none.
    pub(super) fn send(&self, method: &str, url: &str, headers: &Headers, body: &[u8]) -> Result<Answer, String> {
        let uri = if url.starts_with('/') {
            format!("{ROOT}{url}")
        } else {
            url.to_owned()
        };
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .header("authorization", "Bearer adele@contoso.example");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::copy_from_slice(body)));
        let request = request.map_err(|error| error.to_string())?;
        let mut emulator = self.emulator.clone();
        self.runtime.block_on(async move {
            let response = emulator.call(request).await.map_err(|error| error.to_string())?;
            let status = response.status().as_u16();
            let body = response.into_body().collect().await;
            let bytes = body.map_err(|error| error.to_string())?.to_bytes();
            let body = serde_json::from_slice(&bytes).unwrap_or_default();
            Ok(Answer { status, body, bytes })
        })
    }

    pub(super) fn get(&self, url: &str) -> Result<Answer, String> {
        self.send("GET", url, &Headers::new(), &[])
    }

    /// Sends JSON; an object is updated with its own ETag.
    pub(super) fn write(&self, method: &str, url: &str, body: &Value) -> Result<Value, String> {
        let mut headers = Headers::from([("content-type".to_owned(), "application/json".to_owned())]);
        if method != "POST"
            && let Some(etag) = self.etag(url)?
        {
            headers.insert("if-match".to_owned(), etag);
        }
        let bytes = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let answer = self.send(method, url, &headers, bytes.as_bytes())?;
        if answer.status < 300 {
            return Ok(answer.body);
        }
        Err(format!("{method} {url}: {} {}", answer.status, answer.body))
    }

    /// The ETag that an object has now.
    pub(super) fn etag(&self, url: &str) -> Result<Option<String>, String> {
        let answer = self.get(url)?;
        Ok(answer
            .body
            .get("@odata.etag")
            .and_then(Value::as_str)
            .map(str::to_owned))
    }
}
