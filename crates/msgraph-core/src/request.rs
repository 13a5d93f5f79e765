//! A request is a value: it can be sent, put in a batch, shown, and compared in a test.

mod arguments;
mod body;
mod fault;
mod operation;
mod path;
mod query;
mod raw;

use std::{borrow::Cow, fmt, marker::PhantomData};

#[doc(hidden)]
pub use self::arguments::Arguments;
pub use self::{
    body::Body,
    fault::RequestFault,
    operation::{Cloud, Method, Operation, Permissions, QueryOption, Replay},
    path::{ApiVersion, Beta, Path, Service, V1, Versions},
    query::{Queried, Takes, option},
    raw::Applied,
};
use crate::{
    ETag, Id, Link, Raw, UploadPart, Uploaded, Versioned,
    filter::Literal,
    record::Entity,
    record::Record,
    update::{Edit, Patch, Typed},
};

/// A request that is answered with an `R`.
///
/// Made by the generated builders; a client sends it. It holds the path below the version, so it is the same for
/// every cloud. `O` says which query options the operation takes: [`top`](Self::top) and its like exist only where the
/// service honours them.
pub struct Request<R, O = ()> {
    parts: Parts,
    answer: PhantomData<fn() -> (R, O)>,
}

/// All of a request but the type of its answer.
#[derive(Debug, Clone, PartialEq)]
struct Parts {
    operation: &'static Operation,
    version: &'static str,
    versions: Versions,
    path: String,
    /// The link that is followed instead of path and query.
    link: Option<Link>,
    query: Vec<(Cow<'static, str>, String)>,
    if_match: Option<Box<str>>,
    prefer: Vec<Cow<'static, str>>,
    body: Option<Body>,
    /// Where the body begins and ends in what is uploaded.
    content_range: Option<String>,
    fault: Option<RequestFault>,
}

/// What a user reads.
impl<R, O> Request<R, O> {
    /// What is known of the operation.
    pub fn operation(&self) -> &'static Operation {
        self.parts.operation
    }

    /// The HTTP method.
    pub fn method(&self) -> Method {
        self.parts.operation.method
    }

    /// The version of the API that this request is for, as the URL names it: `v1.0`; empty where it names none.
    pub fn version(&self) -> &'static str {
        self.parts.version
    }

    /// The path below the version, encoded, beginning with `/`.
    pub fn path(&self) -> &str {
        &self.parts.path
    }

    /// The query, encoded, without its `?`; empty where there is none.
    pub fn query(&self) -> String {
        let pairs = self.parts.query.iter();
        let pairs: Vec<_> = pairs
            .map(|(name, value)| format!("{}={}", path::encode_name(name), path::encode_query(value)))
            .collect();
        pairs.join("&")
    }

    /// The link that this request follows, instead of a path and a query. It is to be replayed byte for byte, and only
    /// to the service that it came from.
    pub fn link(&self) -> Option<&Link> {
        self.parts.link.as_ref()
    }

    /// The request that follows a link of the service's.
    pub fn follow(link: Link) -> Self {
        let mut request = match link.as_str().split('/').nth(3) {
            Some(V1::SEGMENT) => Self::new::<V1>(&FOLLOW, Path::new()),
            Some(Beta::SEGMENT) => Self::new::<Beta>(&FOLLOW, Path::new()),
            _ => Self::new::<Service>(&FOLLOW, Path::new()),
        };
        request.parts.link = Some(link);
        request
    }

    /// The headers that belong to the operation. Those of every request are the client's.
    pub fn headers(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        let mut headers = Vec::new();
        if let Some(etag) = &self.parts.if_match {
            headers.push(("If-Match", Cow::Borrowed(&**etag)));
        }
        if !self.parts.prefer.is_empty() {
            headers.push(("Prefer", Cow::Owned(self.parts.prefer.join(", "))));
        }
        if let Some(body) = &self.parts.body {
            headers.push(("Content-Type", Cow::Borrowed(body.media_type())));
        }
        if let Some(range) = &self.parts.content_range {
            headers.push(("Content-Range", Cow::Borrowed(&**range)));
        }
        headers
    }

    /// What is sent.
    pub fn body(&self) -> Option<&Body> {
        self.parts.body.as_ref()
    }

    /// Whether the request can be sent. A client asks before it sends.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with the request, see [`RequestFault`].
    pub fn check(&self) -> Result<(), RequestFault> {
        self.parts.fault.clone().map_or(Ok(()), Err)
    }
}

/// The steps of an upload, whose address the service gives.
impl Request<Uploaded> {
    /// Sends a part to the session at this URL.
    pub fn upload(session: &Link, part: UploadPart) -> Self {
        let mut request = Self::new::<V1>(&UPLOAD, Path::new()).body_from_part(part);
        request.parts.link = Some(Link::new(format!("{}/content", session.as_str().trim_end_matches('/'))));
        request
    }
}

impl Request<()> {
    /// Gives up the upload at this URL.
    pub fn cancel_upload(session: &Link) -> Self {
        let mut request = Self::new::<V1>(&CANCEL_UPLOAD, Path::new());
        request.parts.link = Some(session.clone());
        request
    }
}

static UPLOAD: Operation = Operation::put("");
static CANCEL_UPLOAD: Operation = Operation::delete("").replay(Replay::Harmless);

/// What is known of a request that follows a link.
static FOLLOW: Operation = Operation::get("");

/// What generated builders write.
#[doc(hidden)]
impl<R, O> Request<R, O> {
    pub fn new<V: ApiVersion>(operation: &'static Operation, path: Path<V>) -> Self {
        let (path, fault) = path.finish();
        // Without it the service hides the members of an enum that were added after `unknownFutureValue`.
        let prefer = match operation.method {
            Method::Put | Method::Delete => Vec::new(),
            Method::Get | Method::Post | Method::Patch => {
                vec![Cow::Borrowed("include-unknown-enum-members")]
            }
        };
        let parts = Parts {
            operation,
            version: V::SEGMENT,
            versions: V::VERSION,
            path,
            link: None,
            query: Vec::new(),
            if_match: None,
            prefer,
            body: None,
            content_range: None,
            fault,
        };
        Self {
            parts,
            answer: PhantomData,
        }
    }

    pub fn if_match<T: ?Sized>(mut self, etag: &ETag<T>) -> Self {
        let text = etag.as_str();
        if text.is_empty() {
            self.parts.refuse(RequestFault::MissingETag {
                operation: self.parts.operation,
            });
        } else if !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            self.parts.refuse(RequestFault::InvalidETag {
                operation: self.parts.operation,
            });
        }
        self.parts.if_match = Some(text.into());
        self
    }

    /// The same request with another answer.
    fn answered_with<S>(self) -> Request<S> {
        Request {
            parts: self.parts,
            answer: PhantomData,
        }
    }

    pub fn prefer(mut self, preference: &'static str) -> Self {
        self.parts.prefer.push(Cow::Borrowed(preference));
        self
    }

    pub fn query_option(mut self, option: QueryOption, value: impl Into<String>) -> Self {
        self.parts.query.push((option.name().into(), value.into()));
        self
    }

    /// An argument of a function that the path names only: `@name` and JSON.
    pub fn query_argument(mut self, name: &'static str, value: &impl serde::Serialize) -> Self {
        match serde_json::to_string(value) {
            Ok(json) => self.parts.query.push((name.into(), json)),
            Err(error) => self.parts.refuse(RequestFault::Unwritable {
                property: name,
                reason: error.to_string(),
            }),
        }
        self
    }

    /// The same of a list of objects.
    pub fn query_objects<E: Edit>(mut self, name: &'static str, values: Vec<E>) -> Self {
        let patches: Vec<_> = values.into_iter().map(Edit::into_patch).collect();
        for patch in &patches {
            self.parts.refuse_outside(patch.outside(self.parts.versions));
            if let Some(fault) = patch.fault() {
                self.parts.refuse(fault.clone());
            }
        }
        self.query_argument(name, &patches)
    }

    /// The same of an object.
    pub fn query_object<E: Edit>(mut self, name: &'static str, value: E) -> Self {
        let patch = value.into_patch();
        self.parts.refuse_outside(patch.outside(self.parts.versions));
        if let Some(fault) = patch.fault() {
            self.parts.refuse(fault.clone());
        }
        self.query_argument(name, &patch)
    }

    /// `$filter=property eq 'text'`
    pub fn filter_equals(self, property: &'static str, text: &str) -> Self {
        self.query_option(QueryOption::Filter, format!("{property} eq {}", text.literal()))
    }

    pub fn body_from_arguments(mut self, arguments: Arguments) -> Self {
        self.parts.refuse_outside(arguments.outside(self.parts.versions));
        match arguments.body() {
            Ok(body) => self.parts.body = Some(Body::Json(body)),
            Err(fault) => self.parts.refuse(fault),
        }
        self
    }

    pub fn body_from<E: Edit>(self, edit: E) -> Self {
        let patch = edit.into_patch();
        let body = Raw::from_value(&patch);
        self.body_of(&patch, body, patch.is_empty())
    }

    /// A body whose type the service must be told, because the path leads to several.
    pub fn typed_body_from<E: Edit>(self, edit: E) -> Self {
        let patch = edit.into_patch();
        let body = Raw::from_value(&Typed(&patch));
        // The type alone may be all that a new object needs.
        let is_empty = patch.is_empty() && self.parts.operation.method != Method::Post;
        self.body_of(&patch, body, is_empty)
    }

    pub fn body_from_content(mut self, content: impl Into<Vec<u8>>) -> Self {
        self.parts.body = Some(Body::Bytes(content.into()));
        self
    }

    pub fn body_from_part(mut self, part: UploadPart) -> Self {
        match part.range() {
            Some(range) => self.parts.content_range = Some(range),
            None => self.parts.refuse(RequestFault::InvalidPart),
        }
        self.body_from_content(part.bytes)
    }

    fn body_of<T: Record>(mut self, patch: &Patch<T>, body: Result<Raw, serde_json::Error>, is_empty: bool) -> Self {
        self.parts.refuse_outside(patch.outside(self.parts.versions));
        if is_empty {
            self.parts.refuse(RequestFault::EmptyUpdate {
                entity: T::ODATA_TYPE.trim_start_matches('#'),
            });
        }
        if let Some(fault) = patch.fault() {
            self.parts.refuse(fault.clone());
        }
        match body {
            Ok(body) => self.parts.body = Some(Body::Json(body)),
            Err(error) => self.parts.refuse(RequestFault::Unwritable {
                property: "",
                reason: error.to_string(),
            }),
        }
        self
    }
}

impl Parts {
    fn refuse(&mut self, fault: RequestFault) {
        self.fault.get_or_insert(fault);
    }

    /// Refuses a property that the version lacks.
    fn refuse_outside(&mut self, property: Option<&'static str>) {
        let version = self.version;
        if let Some(property) = property {
            self.refuse(RequestFault::NotInVersion { property, version });
        }
    }
}

impl<R, O> Clone for Request<R, O> {
    fn clone(&self) -> Self {
        Self {
            parts: self.parts.clone(),
            answer: PhantomData,
        }
    }
}

impl<R, O> PartialEq for Request<R, O> {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

/// Shows what is asked for, not what is sent: a body holds somebody's data.
impl<R, O> fmt::Debug for Request<R, O> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Request");
        shown.field("operation", &format_args!("{}", self.parts.operation));
        match &self.parts.link {
            Some(link) => shown.field("link", link),
            None => match self.parts.version {
                "" => shown.field("path", &format_args!("{}", self.parts.path)),
                version => shown.field("path", &format_args!("/{version}{}", self.parts.path)),
            },
        };
        shown.field("body", &self.parts.body);
        shown.field("fault", &self.parts.fault);
        shown.finish()
    }
}

/// An entity that can be updated from `Root`, the builder that its canonical path begins with.
pub trait UpdateIn<Root>: Entity {
    /// The generated type that holds the changes.
    type Update;

    /// The request, from an id and an ETag.
    fn update_in(root: Root, id: &Id<Self::Key>, etag: &ETag<Self>, update: Self::Update) -> Request<Versioned<Self>>;
}

/// An entity that can be deleted from `Root`, the builder that its canonical path begins with.
pub trait DeleteIn<Root>: Entity {
    /// The request, from an id and an ETag.
    fn delete_in(root: Root, id: &Id<Self::Key>, etag: &ETag<Self>) -> Request<()>;
}

/// Updates an object as it was read. An object that came without id or ETag makes a request that is refused.
#[doc(hidden)]
pub fn update<Root, T: UpdateIn<Root>>(root: Root, current: &Versioned<T>, update: T::Update) -> Request<Versioned<T>> {
    let (id, etag) = identify(current);
    T::update_in(root, &id, &etag, update)
}

/// Deletes an object as it was read. An object that came without id or ETag makes a request that is refused.
#[doc(hidden)]
pub fn delete<Root, T: DeleteIn<Root>>(root: Root, current: &Versioned<T>) -> Request<()> {
    let (id, etag) = identify(current);
    T::delete_in(root, &id, &etag)
}

/// An empty id and an empty ETag are refused where they are used.
fn identify<T: Entity>(current: &Versioned<T>) -> (Id<T::Key>, ETag<T>) {
    let id = current.id().cloned().unwrap_or_else(|| Id::new(""));
    let etag = current.etag().cloned().unwrap_or_else(|| ETag::new(""));
    (id, etag)
}
