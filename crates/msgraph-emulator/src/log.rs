//! The log of requests: what was asked, by whom, and what became of it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A request, as the log has it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Record {
    /// The first request has the number 1.
    pub number: u64,
    /// When it came, by the clock of the emulator.
    pub at: String,
    /// Its method.
    pub method: String,
    /// Path and query, as they stood in the URL.
    pub target: String,
    /// The id of the user who asked; empty for an application, or where the token was refused.
    pub principal: String,
    /// The body: JSON where it is such; of other bodies, a text with their length.
    pub body: Value,
    /// The operation, as a method and a template of its path.
    pub route: Option<String>,
    /// The value of `If-Match`.
    pub if_match: Option<String>,
    /// The value of `Prefer`.
    pub prefer: Option<String>,
    /// The client's id for the request.
    pub client_request_id: Option<String>,
    /// The service's.
    pub request_id: String,
    /// The id of the item, where it came in a batch.
    pub item: Option<String>,
    /// The name of the fault that struck.
    pub fault: Option<String>,
    /// The status of the answer; none where there was no answer.
    pub status: Option<u16>,
    /// `ok`, `refused`, or what became of the answer: `dropped` or `broken`.
    pub verdict: String,
    /// The code of the refusal.
    pub code: Option<String>,
    /// What a reviewer of the client would say.
    pub notes: Vec<Note>,
}

/// What is to be said about how a client uses the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Note {
    /// What it is about, such as `rebuiltLink`.
    pub rule: String,
    /// What to do.
    pub message: String,
}

/// The last requests.
#[derive(Debug, Default)]
pub(crate) struct Log {
    records: VecDeque<Record>,
    count: u64,
}

impl Log {
    /// The number of the next request.
    pub(crate) fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    pub(crate) fn add(&mut self, record: Record, size: usize) {
        self.records.push_back(record);
        while self.records.len() > size {
            self.records.pop_front();
        }
    }

    pub(crate) fn records(&self) -> impl DoubleEndedIterator<Item = &Record> {
        self.records.iter()
    }

    pub(crate) fn clear(&mut self) {
        self.records.clear();
    }
}
