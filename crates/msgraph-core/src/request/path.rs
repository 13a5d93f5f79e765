use std::{fmt::Write as _, marker::PhantomData};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::RequestFault;
use crate::Id;

/// A version of the API. A builder of one version makes requests of that version only.
pub trait ApiVersion {
    /// The version as the URL names it; empty where it names none.
    const SEGMENT: &'static str;
    /// The version, as one of several.
    const VERSION: Versions;
}

/// Version 1.0, which Microsoft supports in production.
#[derive(Debug, Clone, Copy)]
pub enum V1 {}

impl ApiVersion for V1 {
    const SEGMENT: &'static str = "v1.0";
    const VERSION: Versions = Versions::V1;
}

/// Beta, which changes without notice; Microsoft does not support it in production.
#[derive(Debug, Clone, Copy)]
pub enum Beta {}

impl ApiVersion for Beta {
    const SEGMENT: &'static str = "beta";
    const VERSION: Versions = Versions::BETA;
}

/// Another OData service than Graph, whose URLs have no version.
#[derive(Debug, Clone, Copy)]
pub enum Service {}

impl ApiVersion for Service {
    const SEGMENT: &'static str = "";
    const VERSION: Versions = Versions::ALL;
}

/// Some of the versions of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Versions(u8);

impl Versions {
    /// Version 1.0.
    pub const V1: Self = Self(1);
    /// Beta.
    pub const BETA: Self = Self(2);
    /// Both.
    pub const ALL: Self = Self(3);

    /// Whether all of these versions are among them.
    pub const fn contains(self, versions: Self) -> bool {
        self.0 & versions.0 == versions.0
    }
}

/// A path that is being built. Each segment is encoded once, when it is added.
#[derive(Debug)]
pub struct Path<V> {
    text: String,
    fault: Option<RequestFault>,
    version: PhantomData<fn() -> V>,
}

#[doc(hidden)]
impl<V> Path<V> {
    pub fn new() -> Self {
        Self {
            text: String::new(),
            fault: None,
            version: PhantomData,
        }
    }

    pub fn segment(mut self, name: &'static str) -> Self {
        self.text.push('/');
        self.text.push_str(name);
        self
    }

    /// A function with the expressions of its arguments, or a collection with those of a key of several properties.
    pub fn call(mut self, name: &'static str, arguments: &[(&'static str, String)]) -> Self {
        self = self.segment(name);
        self.text.push('(');
        for (position, (name, value)) in arguments.iter().enumerate() {
            let before = if position == 0 { "" } else { "," };
            let _ = write!(self.text, "{before}{name}={}", utf8_percent_encode(value, ARGUMENT));
        }
        self.text.push(')');
        self
    }

    /// A key of one property in parentheses, as an expression.
    pub fn key(mut self, value: &str) -> Self {
        let _ = write!(self.text, "({})", utf8_percent_encode(value, ARGUMENT));
        self
    }

    pub fn id<T: ?Sized>(mut self, id: &Id<T>) -> Self {
        let id = id.as_str();
        // URL parsers resolve dot segments, however they are encoded.
        if matches!(id, "" | "." | "..") {
            self.fault.get_or_insert(RequestFault::InvalidId {
                path: self.text.clone(),
                id: id.into(),
            });
        }
        let _ = write!(self.text, "/{}", utf8_percent_encode(id, SEGMENT));
        self
    }

    pub(super) fn finish(self) -> (String, Option<RequestFault>) {
        (self.text, self.fault)
    }
}

impl<V> Default for Path<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> Clone for Path<V> {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            fault: self.fault.clone(),
            version: PhantomData,
        }
    }
}

/// What a segment holds as it is: RFC 3986's unreserved characters, and `=`, in which mailbox ids end.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'=');

/// What the argument of a function holds as it is. `@` stands before the name of one that is in the query.
const ARGUMENT: &AsciiSet = &SEGMENT.remove(b'@');

/// What the value of a query option holds as it is. Not `'`: URL parsers encode it, and a request shows what is sent.
const QUERY: &AsciiSet = &SEGMENT.remove(b'(').remove(b')').remove(b',').remove(b'/').remove(b'$');

/// The name of a query option, whose `$` and `@` servers look for.
pub(super) fn encode_name(name: &str) -> String {
    utf8_percent_encode(name, NAME).to_string()
}

const NAME: &AsciiSet = &SEGMENT.remove(b'$').remove(b'@');

/// Whether a text is a path that stays where it is put: encoded, and without dot segments however they are written.
pub(super) fn is_path(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/%".contains(&byte);
    let is_segment = |segment: &str| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        !matches!(&*plain, "" | "." | "..")
    };
    let Some(segments) = text.strip_prefix('/') else {
        return false;
    };
    text.bytes().all(is_allowed) && segments.split('/').all(is_segment)
}

pub(super) fn encode_query(value: &str) -> String {
    utf8_percent_encode(value, QUERY).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Literal as _;

    fn text(path: Path<Service>) -> String {
        path.finish().0
    }

    #[test]
    fn keys_in_parentheses() {
        let path = Path::new().segment("Books").key(&"it's 1/2".literal());
        assert_eq!(text(path), "/Books(%27it%27%27s%201%2F2%27)");
        let parts = [("Isbn", "1".literal()), ("Number", 2_i16.literal())];
        assert_eq!(
            text(Path::new().call("Copies", &parts)),
            "/Copies(Isbn=%271%27,Number=2)"
        );
        assert_eq!(text(Path::new().call("Town.Opens", &[])), "/Town.Opens()");
    }

    #[test]
    fn a_key_cannot_leave_its_parentheses() {
        let path = Path::new().segment("Branches").key("1)/Staff(2");
        assert_eq!(text(path), "/Branches(1%29%2FStaff%282)");
    }
}
