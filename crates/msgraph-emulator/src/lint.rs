//! What a reviewer would say about a client, from the requests that it sends.

use crate::log::{Log, Note, Record};

/// How many requests back a pattern is looked for.
const WINDOW: usize = 50;
/// How many requests make a pattern.
const OFTEN: usize = 5;

/// The notes on a request, which is not yet in the log.
pub(crate) fn notes(record: &Record, is_early: bool, log: &Log) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut note = |rule: &str, message: &str| {
        notes.push(Note {
            rule: rule.to_owned(),
            message: message.to_owned(),
        });
    };
    if record.client_request_id.is_none() && record.item.is_none() {
        note(
            "noClientRequestId",
            "Send a fresh `client-request-id` with each request: support asks for it.",
        );
    }
    if is_early {
        note(
            "retryAfterIgnored",
            "The service said how long to wait, and the request came again earlier.",
        );
    }
    if record.code.as_deref() == Some("ErrorInvalidUrlQuery") {
        note(
            "rebuiltLink",
            "Follow a next or delta link as it was written: what is built anew is refused.",
        );
    }
    let before = || {
        log.records()
            .rev()
            .take(WINDOW)
            .filter(|other| other.principal == record.principal)
    };
    let route = record.route.as_deref().unwrap_or_default();
    if route.starts_with("GET ") && route.ends_with("/tasks/{plannerTask-id}/details") {
        let others = before().filter(|other| other.route == record.route && other.target != record.target);
        if others.count() + 1 == OFTEN {
            note(
                "detailsOneByOne",
                "Details are read task by task: `$expand=details` or a batch asks for many at once.",
            );
        }
    }
    let is_full = !record.target.contains('?') && (route.ends_with("/tasks") || route.ends_with("/lists"));
    if route.starts_with("GET ") && is_full {
        let same = before().filter(|other| other.method == "GET" && other.target == record.target);
        if same.count() + 1 == OFTEN {
            note(
                "polling",
                "A whole collection is read again and again: a delta query tells only what changed.",
            );
        }
    }
    notes
}
