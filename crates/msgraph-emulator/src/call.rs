//! A request that was understood: what a rule needs to answer it.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::{
    config::Config,
    query::Query,
    reply::{Refusal, Reply},
    table::{Route, Shape, Version},
    world::World,
};

/// A request that was understood.
#[derive(Debug, Clone)]
pub(crate) struct Call<'a> {
    pub(crate) config: &'a Config,
    pub(crate) route: &'static Route,
    pub(crate) version: Version,
    /// The id of who asks; empty where that is an application.
    pub(crate) me: String,
    /// The id of the user that the path is about: `/me`, or `/users/{id}`.
    pub(crate) user: String,
    /// The keys in the path, without the user's.
    pub(crate) keys: Vec<String>,
    pub(crate) query: Query,
    /// The members of the body, which were judged.
    pub(crate) body: Map<String, Value>,
    /// The shape that they have.
    pub(crate) shape: Option<&'static Shape>,
    /// The body as it came.
    pub(crate) bytes: Bytes,
    pub(crate) if_match: Option<String>,
    pub(crate) content_range: Option<String>,
    pub(crate) prefer: Prefer,
    /// Where the versions of the API begin, for links.
    pub(crate) base: &'a str,
    /// What the link says that was followed, if one was.
    pub(crate) resumed: Option<Value>,
}

/// A rule: answers a call, and changes the world.
pub(crate) type Rule = fn(&mut World, &Call<'_>) -> Result<Reply, Refusal>;

impl Call<'_> {
    /// A key of the path, by its number.
    pub(crate) fn key(&self, number: usize) -> &str {
        self.keys.get(number).map_or("", String::as_str)
    }

    /// A URL of the service, below its version.
    pub(crate) fn url(&self, rest: &str) -> String {
        format!("{}/{}{rest}", self.base, self.version.segment())
    }

    /// `@odata.context` for what stands after `#`.
    pub(crate) fn context(&self, of: &str) -> String {
        self.url(&format!("/$metadata#{of}"))
    }

    /// The same call without its query: what it asks of an object does not hold for those within it.
    pub(crate) fn without_query(&self) -> Self {
        Self {
            query: Query::default(),
            ..self.clone()
        }
    }

    /// A text of the body.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }
}

/// The preferences of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Prefer {
    pub(crate) representation: bool,
    pub(crate) minimal: bool,
    pub(crate) unknown_members: bool,
    pub(crate) page_size: Option<usize>,
    /// The time zone that dates are wanted in.
    pub(crate) time_zone: Option<String>,
}

impl Prefer {
    /// Reads the values of the headers; what is not known is passed over.
    pub(crate) fn parse<'h>(values: impl Iterator<Item = &'h str>) -> Self {
        let mut prefer = Self::default();
        for preference in values.flat_map(|value| value.split(',')) {
            let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "return" => {
                    prefer.representation = value.eq_ignore_ascii_case("representation");
                    prefer.minimal = value.eq_ignore_ascii_case("minimal");
                }
                "include-unknown-enum-members" => prefer.unknown_members = true,
                "odata.maxpagesize" => prefer.page_size = value.parse().ok().filter(|size| *size > 0),
                "outlook.timezone" => prefer.time_zone = Some(value.to_owned()),
                _ => {}
            }
        }
        prefer
    }
}
