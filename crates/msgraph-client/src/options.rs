//! What can be said of one call.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use msgraph_core::RequestFault;

use crate::RetryPolicy;

/// How calls are made: what a client takes where a call says nothing.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) headers: HeaderMap,
    pub(crate) prefer: Vec<String>,
    /// What kinds of content are taken.
    pub(crate) accept: &'static str,
    /// How long one attempt may take.
    pub(crate) timeout: Duration,
    /// How long all of them may take, with the waits between.
    pub(crate) deadline: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) most_bytes: usize,
    /// What is wrong with one of these.
    pub(crate) fault: Option<RequestFault>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            headers: HeaderMap::new(),
            prefer: Vec::new(),
            accept: "application/json",
            timeout: Duration::from_secs(100),
            deadline: Duration::from_mins(10),
            retry: RetryPolicy::default(),
            most_bytes: 64 << 20,
            fault: None,
        }
    }
}

impl Options {
    /// Adds a header. Those that the client itself is answerable for are refused.
    pub(crate) fn header(&mut self, name: &str, value: &str) {
        const OWN: [&str; 5] = [
            "authorization",
            "host",
            "content-length",
            "if-match",
            "transfer-encoding",
        ];
        let header = name.parse::<HeaderName>().ok().zip(value.parse::<HeaderValue>().ok());
        match header {
            Some((name, value)) if !OWN.contains(&name.as_str()) => {
                self.headers.insert(name, value);
            }
            _ => {
                self.fault
                    .get_or_insert(RequestFault::InvalidHeader { name: name.into() });
            }
        }
    }
}
