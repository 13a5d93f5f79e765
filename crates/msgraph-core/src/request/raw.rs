//! Requests that no builder makes.

use std::borrow::Cow;

use super::{ApiVersion, Method, Operation, Path, Request, RequestFault, path::is_path};
use crate::{Answer, DecodeError, ETag, Raw, Reply, Versioned, answer::decode, record::Entity, request::Body};

/// Any JSON, as it came.
impl Answer for Raw {
    fn decode(reply: Reply<'_>) -> Result<Self, DecodeError> {
        decode(reply)
    }
}

impl Request<Raw> {
    /// A request for what no builder leads to: a method, and a path below the version, encoded, beginning with `/`.
    ///
    /// It passes the same checks as any other, goes to the same service only, and of its kind is repeated as carefully: a
    /// `GET` after anything that passes, everything else only when it was surely not carried out. The answer is JSON as it
    /// came; of an answer without a body, use [`nothing`](Self::nothing).
    ///
    /// ```
    /// use msgraph_core::{Request, request::{Method, V1}};
    ///
    /// let request = Request::raw::<V1>(Method::Get, "/me/manager").raw_query("$select", "displayName");
    /// assert_eq!(request.query(), "$select=displayName");
    /// ```
    pub fn raw<V: ApiVersion>(method: Method, path: &str) -> Self {
        let operation = match method {
            Method::Get => &GET,
            Method::Post => &POST,
            Method::Patch => &PATCH,
            Method::Put => &PUT,
            Method::Delete => &DELETE,
        };
        let mut request = Self::new::<V>(operation, Path::new());
        if !is_path(path) {
            request.parts.refuse(RequestFault::InvalidPath { path: path.into() });
        }
        path.clone_into(&mut request.parts.path);
        request
    }

    /// Adds to the query; the value is encoded here.
    #[must_use]
    pub fn raw_query(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.parts.query.push((name.into(), value.into()));
        self
    }

    /// Sends this JSON.
    #[must_use]
    pub fn raw_body(mut self, body: Raw) -> Self {
        self.parts.body = Some(Body::Json(body));
        self
    }

    /// Sends this ETag.
    #[must_use]
    pub fn raw_if_match<T>(self, etag: &ETag<T>) -> Self {
        self.if_match(etag)
    }

    /// The same request, of whose answer the body does not matter.
    #[must_use]
    pub fn nothing(self) -> Request<()> {
        self.answered_with()
    }
}

static GET: Operation = Operation::get("");
static POST: Operation = Operation::post("");
static PATCH: Operation = Operation::patch("");
static PUT: Operation = Operation::put("");
static DELETE: Operation = Operation::delete("");

/// That an update was carried out, without the object as it is now.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Applied<T> {
    /// The ETag of the object as it is now, where the service told it.
    pub etag: Option<ETag<T>>,
}

impl<T: Entity> Answer for Applied<T>
where
    Versioned<T>: Answer,
{
    fn decode(reply: Reply<'_>) -> Result<Self, DecodeError> {
        let header = reply.etag.map(ETag::new);
        if reply.body.trim_ascii().is_empty() {
            return Ok(Self { etag: header });
        }
        let object = Versioned::<T>::decode(reply)?;
        let etag = object.etag().cloned().or(header);
        Ok(Self { etag })
    }
}

impl<T: Entity, O> Request<Versioned<T>, O> {
    /// The same update, whose answer need not hold the object: less to send, and the ETag is to be read before the next
    /// update where the service does not tell it.
    #[must_use]
    pub fn minimal(mut self) -> Request<Applied<T>> {
        let prefer = &mut self.parts.prefer;
        prefer.retain(|preference| preference != "return=representation");
        if self.parts.operation.method != Method::Get {
            prefer.push(Cow::Borrowed("return=minimal"));
        }
        self.answered_with()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Service, V1};

    #[test]
    fn raw_requests_pass_the_same_checks() {
        for path in ["/me", "/me/messages('a%20b')", "/groups/1/planner/plans", "/a/b.c"] {
            assert_eq!(Request::raw::<V1>(Method::Get, path).check(), Ok(()), "{path}");
        }
        for path in [
            "",
            "me",
            "/me?x=1",
            "/me#x",
            "/a/../b",
            "/a/%2e%2E/b",
            "/a/.",
            "//evil.example",
            "/a b",
            "/a\\b",
            "/ä",
            "/a//b",
        ] {
            let request = Request::raw::<Service>(Method::Get, path);
            assert!(
                matches!(request.check(), Err(RequestFault::InvalidPath { .. })),
                "{path}"
            );
        }
    }

    #[test]
    fn raw_requests_are_written_like_any_other() {
        let request = Request::raw::<V1>(Method::Patch, "/me/planner")
            .raw_query("$filter", "a eq 'b&c'")
            .raw_body(Raw::parse("{\"a\":1}").unwrap())
            .raw_if_match(&ETag::<Raw>::new("W/\"1\""));
        assert_eq!(request.query(), "$filter=a%20eq%20%27b%26c%27");
        let headers: Vec<_> = request.headers().into_iter().map(|(name, _)| name).collect();
        assert_eq!(headers, ["If-Match", "Prefer", "Content-Type"]);
        let empty = Request::raw::<V1>(Method::Delete, "/x").raw_if_match(&ETag::<Raw>::new(""));
        assert!(empty.check().is_err());
    }
}
