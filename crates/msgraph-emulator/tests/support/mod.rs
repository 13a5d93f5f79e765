//! Calls to the emulator over its transport, as any client makes them.
#![allow(dead_code, reason = "each test takes what it needs")]

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use msgraph_emulator::{Emulator, Seed};
use serde_json::Value;
use tower_service::Service as _;

/// An emulator, and who asks it.
#[derive(Clone)]
pub(crate) struct Graph {
    pub(crate) emulator: Emulator,
    pub(crate) user: String,
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
    /// The body; null where it is no JSON.
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn id(&self) -> &str {
        self.body["id"].as_str().expect("an object with an id")
    }

    pub(crate) fn etag(&self) -> &str {
        self.body["@odata.etag"].as_str().expect("an object with an ETag")
    }

    pub(crate) fn items(&self) -> &[Value] {
        self.body["value"].as_array().expect("a page")
    }

    /// The code of an error.
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().expect("an error")
    }

    pub(crate) fn message(&self) -> &str {
        self.body["error"]["message"].as_str().expect("an error")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Panics unless the status is this one.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }
}

impl Graph {
    pub(crate) fn new() -> Self {
        Self::seeded(&Seed::default())
    }

    pub(crate) fn seeded(seed: &Seed) -> Self {
        Self {
            emulator: Emulator::seeded(seed).expect("the seed is good"),
            user: "adele@contoso.example".to_owned(),
        }
    }

    /// The same service, asked by another user.
    pub(crate) fn by(&self, user: &str) -> Self {
        Self {
            user: format!("{user}@contoso.example"),
            ..self.clone()
        }
    }

    /// Sends a request. A target that begins with `/` is below the root; a link is taken as it is. A body of null is none.
    pub(crate) async fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let bytes = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        self.send_bytes(method, target, headers, bytes.into()).await
    }

    pub(crate) async fn send_bytes(&self, method: &str, target: &str, headers: &[(&str, &str)], body: Bytes) -> Answer {
        let uri = if target.starts_with('/') {
            format!("https://graph.microsoft.com{target}")
        } else {
            target.to_owned()
        };
        let mut request = Request::builder().method(method).uri(uri);
        if !headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
        {
            request = request.header("authorization", format!("Bearer {}", self.user));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body)).expect("a request");
        let response = self.emulator.clone().call(request).await.expect("an answer");
        let (head, body) = response.into_parts();
        let bytes = body
            .collect()
            .await
            .map(http_body_util::Collected::to_bytes)
            .unwrap_or_default();
        let status = StatusCode::as_u16(&head.status);
        Answer {
            status,
            headers: head.headers,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            bytes,
        }
    }

    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.send("GET", target, &[], &Value::Null).await
    }

    pub(crate) async fn post(&self, target: &str, body: Value) -> Answer {
        self.send("POST", target, &[], &body).await
    }

    /// An update with an ETag, which asks for the object back.
    pub(crate) async fn patch(&self, target: &str, etag: &str, body: Value) -> Answer {
        let headers = [("if-match", etag), ("prefer", "return=representation")];
        self.send("PATCH", target, &headers, &body).await
    }

    pub(crate) async fn delete(&self, target: &str, etag: &str) -> Answer {
        self.send("DELETE", target, &[("if-match", etag)], &Value::Null).await
    }

    /// The id of the group of the built-in team.
    pub(crate) async fn group(&self) -> String {
        let groups = self.get("/v1.0/groups").await.expect(200);
        groups.items()[0]["id"].as_str().expect("a group").to_owned()
    }

    /// The id of who asks.
    pub(crate) async fn me(&self) -> String {
        self.get("/v1.0/me").await.expect(200).id().to_owned()
    }

    /// The path of a built-in list of To Do's of who asks, by its well-known name.
    pub(crate) async fn built_in_list(&self, name: &str) -> String {
        let lists = self.get("/v1.0/me/todo/lists").await.expect(200);
        let mut lists = lists.items().iter();
        let list = lists.find(|list| list["wellknownListName"] == name).expect("a list");
        format!("/v1.0/me/todo/lists/{}", list["id"].as_str().expect("an id"))
    }

    /// The path of the tasks of the default list.
    pub(crate) async fn tasks(&self) -> String {
        format!("{}/tasks", self.built_in_list("defaultList").await)
    }

    /// An update without an ETag.
    pub(crate) async fn update(&self, target: &str, body: Value) -> Answer {
        self.send("PATCH", target, &[], &body).await
    }

    /// A deletion without an ETag.
    pub(crate) async fn remove(&self, target: &str) -> Answer {
        self.send("DELETE", target, &[], &Value::Null).await
    }
}
