//! What the service says when it refuses a request.

use std::{error, fmt};

use serde_json::Value;

use crate::{Raw, Reply, json};

/// An error of the service: the HTTP status, and the error object of the body as far as there is one.
///
/// Gateways answer without JSON at times; then [`code`](Self::code) and [`message`](Self::message) are empty, and
/// [`body`](Self::body) holds what came. Planner often sends an empty code, so branch on the status first.
///
/// <https://learn.microsoft.com/graph/errors>
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ServiceError {
    /// The HTTP status.
    pub status: u16,
    /// `error.code`; may be empty.
    pub code: String,
    /// `error.message`: text for developers; may be empty.
    pub message: String,
    /// `error.target`: what the error is about.
    pub target: Option<String>,
    /// `error.details`: further errors.
    pub details: Vec<ErrorDetail>,
    /// `error.innerError`, which may hold another one.
    pub inner: Option<Box<InnerError>>,
    /// The body as it came.
    pub body: ErrorBody,
    /// The `Retry-After` header, as it came: seconds, or a date.
    pub retry_after: Option<String>,
    header_request_id: Option<String>,
}

/// One entry of `error.details`.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ErrorDetail {
    /// The code; may be empty.
    pub code: String,
    /// Text for developers; may be empty.
    pub message: String,
    /// What the error is about.
    pub target: Option<String>,
}

/// `error.innerError`: more about an error, and the ids that support asks for.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct InnerError {
    /// A more specific code.
    pub code: Option<String>,
    /// A more specific message.
    pub message: Option<String>,
    /// The id that the service gave the request.
    pub request_id: Option<String>,
    /// The id that the client gave the request.
    pub client_request_id: Option<String>,
    /// When the service failed, as it wrote it: without a time zone.
    pub date: Option<String>,
    /// An error still further in.
    pub inner: Option<Box<InnerError>>,
    /// The members that this build does not know.
    pub unknown: Vec<(String, Raw)>,
}

/// The body of a failed response, as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct ErrorBody(Box<[u8]>);

impl ErrorBody {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The body as JSON, if it is JSON.
    pub fn as_json(&self) -> Option<&str> {
        json::is_json(&self.0).then(|| str::from_utf8(&self.0).ok()).flatten()
    }
}

impl fmt::Debug for ErrorBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} bytes", self.0.len())
    }
}

impl ServiceError {
    /// Reads a failed response. Any body is accepted.
    pub fn decode(reply: Reply<'_>) -> Self {
        let json: Value = serde_json::from_slice(reply.body).unwrap_or_default();
        let error = json.get("error").unwrap_or(&Value::Null);
        let details = error.get("details").and_then(Value::as_array).into_iter().flatten();
        Self {
            status: reply.status,
            // OAuth endpoints and some gateways send the code as a bare string.
            code: text(error, "code")
                .or_else(|| error.as_str().map(str::to_owned))
                .unwrap_or_default(),
            message: text(error, "message").unwrap_or_default(),
            target: text(error, "target"),
            details: details.map(ErrorDetail::from_json).collect(),
            inner: InnerError::within(error),
            body: ErrorBody(reply.body.into()),
            retry_after: reply.retry_after.map(str::to_owned),
            header_request_id: reply.request_id.map(str::to_owned),
        }
    }

    /// The codes, from the outermost to the innermost and most specific. Empty ones are left out.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        let inner = self.inner_errors().filter_map(|inner| inner.code.as_deref());
        std::iter::once(&*self.code)
            .chain(inner)
            .filter(|code| !code.is_empty())
    }

    /// Whether one of the codes is this one. The service spells codes with varying case.
    pub fn has_code(&self, code: &str) -> bool {
        self.codes().any(|known| known.eq_ignore_ascii_case(code))
    }

    /// The id that the service gave the request.
    pub fn request_id(&self) -> Option<&str> {
        let inner = self.inner_errors().find_map(|inner| inner.request_id.as_deref());
        inner.or(self.header_request_id.as_deref())
    }

    /// The id that the client gave the request.
    pub fn client_request_id(&self) -> Option<&str> {
        self.inner_errors().find_map(|inner| inner.client_request_id.as_deref())
    }

    /// The limit of Planner that the request would exceed, if that is why it was refused.
    pub fn planner_limit(&self) -> Option<PlannerLimit> {
        if self.status != 403 {
            return None;
        }
        self.codes().find_map(PlannerLimit::from_code)
    }

    /// Whether the object was changed since it was read, in a way that clashes with the request (409).
    /// Read it again, merge, and send the update with the new ETag.
    pub fn is_conflict(&self) -> bool {
        self.status == 409
    }

    /// Whether the ETag is missing, of another object, or of no version that the service still knows (412).
    /// Read the object again and use the ETag that this returns.
    pub fn is_precondition_failed(&self) -> bool {
        self.status == 412
    }

    /// Whether the object was changed since it was read: a conflict (409) or an ETag that is too old (412).
    /// Read it again, merge, and send the update with the new ETag.
    pub fn is_stale(&self) -> bool {
        self.is_conflict() || self.is_precondition_failed()
    }

    /// Whether there is no such object, or none that the caller may see (404).
    pub fn is_not_found(&self) -> bool {
        self.status == 404
    }

    /// Whether the token is missing or not accepted (401).
    pub fn is_unauthenticated(&self) -> bool {
        self.status == 401
    }

    /// Whether the caller lacks a permission or a licence, or a limit is reached (403).
    pub fn is_forbidden(&self) -> bool {
        self.status == 403
    }

    /// Whether a delta link is no longer valid, so that the collection is to be read from the start: status 410, or
    /// one of the codes that say the same.
    pub fn is_resync_required(&self) -> bool {
        const CODES: [&str; 4] = [
            "syncStateNotFound",
            "resyncRequired",
            "resyncApplyDifferences",
            "resyncUploadDifferences",
        ];
        self.status == 410 || CODES.iter().any(|code| self.has_code(code))
    }

    /// Whether the service asks to slow down (429), or is busy (503, 504, 509).
    ///
    /// That alone does not make it safe to send a write again: see [`may_be_carried_out`](Self::may_be_carried_out) and
    /// [`Replay`](crate::request::Replay). The client repeats nothing by itself.
    pub fn is_throttled(&self) -> bool {
        matches!(self.status, 429 | 503 | 504 | 509)
    }

    /// Whether the request may have been carried out all the same: the service, or a gateway before it, failed (5xx).
    pub fn may_be_carried_out(&self) -> bool {
        self.status >= 500
    }

    /// What to do about the error, where that can be said.
    pub fn advice(&self) -> Option<&'static str> {
        Some(match self.status {
            300..=399 => "redirects are not followed, because they would take the token along; check the base URL",
            400 => {
                "check the values: a member of an open type needs its type and a property, an order hint must be new, \
                    a start must not be after its due date"
            }
            401 => "get a new token; the one that was sent is missing, expired or for another audience",
            403 if self.planner_limit().is_some() => "a limit of Planner is reached; remove something first",
            403 => "check the permissions, the licence, and that the user is a member of the group that owns the plan",
            404 => "check the id, and that the user can see the object",
            409 => "read the object again, merge the changes, and send them with the new ETag",
            410 => "start over: the link has expired",
            412 => "read the object again and send the request with the ETag that this returns",
            429 => "wait as long as the Retry-After header says",
            500.. => "the request may have been carried out: read before writing again, and try later",
            _ => return None,
        })
    }

    fn inner_errors(&self) -> impl Iterator<Item = &InnerError> {
        std::iter::successors(self.inner.as_deref(), |inner| inner.inner.as_deref())
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the service answered {}", self.status)?;
        let codes: Vec<_> = self.codes().collect();
        if !codes.is_empty() {
            write!(formatter, " ({})", codes.join(" / "))?;
        }
        if !self.message.is_empty() {
            write!(formatter, ": {}", self.message)?;
        }
        if let Some(id) = self.request_id() {
            write!(formatter, " [request-id {id}]")?;
        }
        if let Some(advice) = self.advice() {
            write!(formatter, "; {advice}")?;
        }
        Ok(())
    }
}

impl error::Error for ServiceError {}

impl ErrorDetail {
    fn from_json(json: &Value) -> Self {
        Self {
            code: text(json, "code").unwrap_or_default(),
            message: text(json, "message").unwrap_or_default(),
            target: text(json, "target"),
        }
    }
}

impl InnerError {
    /// The inner error of an error object; the service spells its name in two ways.
    fn within(json: &Value) -> Option<Box<Self>> {
        let json = json.get("innerError").or_else(|| json.get("innererror"))?;
        let mut inner = Self {
            inner: Self::within(json),
            ..Self::default()
        };
        for (name, value) in json.as_object()? {
            let text = value.as_str().map(str::to_owned);
            match &**name {
                "code" if text.is_some() => inner.code = text,
                "message" if text.is_some() => inner.message = text,
                "request-id" if text.is_some() => inner.request_id = text,
                "client-request-id" if text.is_some() => inner.client_request_id = text,
                "date" if text.is_some() => inner.date = text,
                "innerError" | "innererror" if value.is_object() => {}
                _ => inner
                    .unknown
                    .extend(Raw::from_value(value).ok().map(|value| (name.clone(), value))),
            }
        }
        Some(Box::new(inner))
    }
}

fn text(json: &Value, name: &str) -> Option<String> {
    json.get(name)?.as_str().map(str::to_owned)
}

/// A limit that Planner sets, from the code of a 403.
///
/// <https://learn.microsoft.com/graph/api/resources/planner-overview#planner-error-status-codes>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PlannerLimit {
    /// `MaximumProjectsOwnedByUser`: plans in one container.
    PlansOwned,
    /// `MaximumProjectsSharedWithUser`: plans shared with one user.
    PlansShared,
    /// `MaximumTasksCreatedByUser`: tasks that one user created.
    TasksCreated,
    /// `MaximumTasksAssignedToUser`: tasks assigned to one user.
    TasksAssigned,
    /// `MaximumTasksInProject`: tasks in one plan.
    TasksInPlan,
    /// `MaximumActiveTasksInProject`: tasks in one plan that are not complete.
    ActiveTasksInPlan,
    /// `MaximumBucketsInProject`: buckets in one plan.
    BucketsInPlan,
    /// `MaximumUsersSharedWithProject`: users that one plan is shared with.
    UsersOfPlan,
    /// `MaximumReferencesOnTask`: references of one task.
    References,
    /// `MaximumChecklistItemsOnTask`: checklist items of one task.
    ChecklistItems,
    /// `MaximumAssigneesInTasks`: users that one task is assigned to.
    Assignees,
    /// `MaximumFavoritePlansForUser`: favourite plans of one user (beta).
    FavoritePlans,
    /// `MaximumRecentPlansForUser`: recent plans of one user (beta).
    RecentPlans,
    /// `MaximumContextsOnPlan`: contexts of one plan (beta).
    Contexts,
    /// `MaximumPlannerPlans`: plans of one group (older versions of the service).
    PlansOfGroup,
}

impl PlannerLimit {
    /// Every limit.
    pub const ALL: [Self; 15] = [
        Self::PlansOwned,
        Self::PlansShared,
        Self::TasksCreated,
        Self::TasksAssigned,
        Self::TasksInPlan,
        Self::ActiveTasksInPlan,
        Self::BucketsInPlan,
        Self::UsersOfPlan,
        Self::References,
        Self::ChecklistItems,
        Self::Assignees,
        Self::FavoritePlans,
        Self::RecentPlans,
        Self::Contexts,
        Self::PlansOfGroup,
    ];

    /// The code that the service sends.
    pub const fn code(self) -> &'static str {
        match self {
            Self::PlansOwned => "MaximumProjectsOwnedByUser",
            Self::PlansShared => "MaximumProjectsSharedWithUser",
            Self::TasksCreated => "MaximumTasksCreatedByUser",
            Self::TasksAssigned => "MaximumTasksAssignedToUser",
            Self::TasksInPlan => "MaximumTasksInProject",
            Self::ActiveTasksInPlan => "MaximumActiveTasksInProject",
            Self::BucketsInPlan => "MaximumBucketsInProject",
            Self::UsersOfPlan => "MaximumUsersSharedWithProject",
            Self::References => "MaximumReferencesOnTask",
            Self::ChecklistItems => "MaximumChecklistItemsOnTask",
            Self::Assignees => "MaximumAssigneesInTasks",
            Self::FavoritePlans => "MaximumFavoritePlansForUser",
            Self::RecentPlans => "MaximumRecentPlansForUser",
            Self::Contexts => "MaximumContextsOnPlan",
            Self::PlansOfGroup => "MaximumPlannerPlans",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|limit| limit.code().eq_ignore_ascii_case(code))
    }
}
