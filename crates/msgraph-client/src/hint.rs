//! Causes that the service does not name, told from what was sent.

use std::fmt;

use base64::{
    Engine as _,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use http::{Method, StatusCode, header::IF_MATCH};
use serde_json::Value;

use crate::pipeline::Outgoing;

/// What probably caused a refusal that the service gives no reason for. The request itself shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// A value of an open type lacks its `@odata.type`, or has no property beside it.
    UntypedOpenValue {
        /// The property that holds the open type, such as `assignments`.
        property: Box<str>,
    },
    /// An order hint is one that the service wrote. A new place is asked for with the hints of both neighbours and `!`.
    EchoedOrderHint {
        /// The property that holds it.
        property: Box<str>,
    },
    /// The ETag is of another kind of object, as Planner writes its kind: that of a task is not that of its details.
    EtagOfAnother {
        /// The kind that the ETag was given to, such as `Task`.
        kind: Box<str>,
    },
    /// Who creates a plan in a group must be a member of it; to have created the group is not enough.
    NotAMember,
}

impl fmt::Display for Hint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UntypedOpenValue { property } => write!(
                formatter,
                "a member of `{property}` needs its `@odata.type` and a property beside it"
            ),
            Self::EchoedOrderHint { property } => write!(
                formatter,
                "`{property}` holds an order hint that the service wrote; a new one ends with `!`"
            ),
            Self::EtagOfAnother { kind } => write!(
                formatter,
                "the ETag is of a `{kind}`; read this very object and send the ETag that it comes with"
            ),
            Self::NotAMember => formatter.write_str("who creates a plan must be a member of its group"),
        }
    }
}

/// The open types of Planner whose members are objects.
const OPEN_TYPES: [&str; 6] = [
    "assignments",
    "checklist",
    "references",
    "contexts",
    "favoritePlanReferences",
    "recentPlanReferences",
];

/// The properties that hold order hints.
const ORDER_HINTS: [&str; 4] = [
    "orderHint",
    "assigneePriority",
    "previewPriority",
    "unassignedOrderHint",
];

/// Tells what probably caused the refusal of a request.
pub(crate) fn hint(outgoing: &Outgoing, status: StatusCode) -> Option<Hint> {
    match status {
        StatusCode::BAD_REQUEST => {
            let body: Value = serde_json::from_slice(outgoing.body.as_deref()?).ok()?;
            untyped(&body).or_else(|| echoed(&body))
        }
        StatusCode::PRECONDITION_FAILED => other_etag(outgoing),
        StatusCode::FORBIDDEN if outgoing.method == Method::POST && path(outgoing).ends_with("/planner/plans") => {
            Some(Hint::NotAMember)
        }
        _ => None,
    }
}

fn untyped(body: &Value) -> Option<Hint> {
    let is_faulty = |member: &Value| {
        member
            .as_object()
            .is_some_and(|member| member.len() < 2 || !member.contains_key("@odata.type"))
    };
    OPEN_TYPES.into_iter().find_map(|property| {
        let members = body.get(property)?.as_object()?;
        members.values().any(is_faulty).then(|| Hint::UntypedOpenValue {
            property: property.into(),
        })
    })
}

fn echoed(body: &Value) -> Option<Hint> {
    let Value::Object(members) = body else { return None };
    members.iter().find_map(|(name, value)| match value {
        Value::String(text) if ORDER_HINTS.contains(&&**name) && !text.ends_with('!') => Some(Hint::EchoedOrderHint {
            property: name.as_str().into(),
        }),
        Value::Object(hints) if name == "orderHintsByAssignee" => hints
            .values()
            .any(|hint| hint.as_str().is_some_and(|hint| !hint.ends_with('!')))
            .then(|| Hint::EchoedOrderHint {
                property: name.as_str().into(),
            }),
        _ => echoed(value),
    })
}

fn path(outgoing: &Outgoing) -> &str {
    let url = outgoing.url.split(['?', '#']).next().unwrap_or_default();
    url.trim_end_matches('/')
}

/// Planner writes the kind of the object into its ETags.
fn other_etag(outgoing: &Outgoing) -> Option<Hint> {
    let kind = kind(outgoing.headers.get(IF_MATCH)?.to_str().ok()?)?;
    let is_details = path(outgoing).ends_with("/details");
    let fits = match &*kind {
        "Task" | "Plan" | "Bucket" => !is_details && !path(outgoing).ends_with("TaskBoardFormat"),
        "TaskDetails" | "PlanDetails" => is_details,
        _ => true,
    };
    (!fits).then_some(Hint::EtagOfAnother { kind })
}

fn kind(etag: &str) -> Option<Box<str>> {
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, lenient);
    let inner = etag.strip_prefix("W/\"")?.strip_suffix('"')?;
    let text = String::from_utf8(engine.decode(inner).ok()?).ok()?;
    let kind = text
        .trim_start_matches('\'')
        .trim_start_matches('"')
        .strip_prefix("1-")?;
    kind.split_ascii_whitespace().next().map(Into::into)
}
