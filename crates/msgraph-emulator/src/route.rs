//! From a method and a path to an operation, however the client spells it.

use percent_encoding::percent_decode_str;

use crate::{
    directory,
    generated::routes::ROUTES,
    reply::Refusal,
    table::{Route, Version},
};

/// An operation, and what the path names.
#[derive(Debug, Clone)]
pub(crate) struct Matched {
    pub(crate) route: &'static Route,
    pub(crate) version: Version,
    /// The user that the path names; `None` for `/me`, and where it names none.
    pub(crate) user: Option<String>,
    /// The other keys, in their order.
    pub(crate) keys: Vec<String>,
}

/// Paths to operations.
#[derive(Debug)]
pub(crate) struct Router {
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    segments: Vec<Segment>,
    route: &'static Route,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Segment {
    Name(&'static str),
    User,
    Key,
}

impl Router {
    pub(crate) fn new() -> Self {
        let mut patterns = Vec::new();
        for route in ROUTES.iter().chain(directory::ROUTES) {
            patterns.push(Pattern::new(route.path.split('/'), route));
            for (of, alias) in route.aliases {
                if let Some(rest) = route.path.strip_prefix(of) {
                    patterns.push(Pattern::new(alias.split('/').chain(rest.split('/')), route));
                }
            }
        }
        // A name is nearer than a key, which any segment could be.
        patterns.sort_by_key(|pattern| {
            pattern
                .segments
                .iter()
                .filter(|of| !matches!(of, Segment::Name(_)))
                .count()
        });
        Self { patterns }
    }

    /// Finds the operation of a path, as it stands in the URL.
    pub(crate) fn find(&self, method: &str, path: &str) -> Result<Matched, Refusal> {
        let mut segments = segments(path);
        let version = segments.first().and_then(|segment| Version::from_segment(segment));
        let Some(version) = version else {
            return Err(Refusal::bad_request("Invalid version."));
        };
        segments.remove(0);
        let mut other_method = false;
        for pattern in &self.patterns {
            let Some((user, keys)) = pattern.matches(&segments) else {
                continue;
            };
            if !pattern.route.versions.has(version) {
                continue;
            }
            if pattern.route.method == method {
                return Ok(Matched {
                    route: pattern.route,
                    version,
                    user,
                    keys,
                });
            }
            other_method = true;
        }
        if other_method {
            let message = format!("The method '{method}' is not allowed here.");
            return Err(Refusal::new(405, "Request_BadRequest", message));
        }
        let last = segments.last().map_or("", String::as_str);
        Err(Refusal::bad_request(format!(
            "Resource not found for the segment '{last}'."
        )))
    }
}

impl Pattern {
    fn new(path: impl Iterator<Item = &'static str>, route: &'static Route) -> Self {
        let segments = path.filter(|segment| !segment.is_empty()).map(|segment| match segment {
            "{user-id}" => Segment::User,
            key if key.starts_with('{') => Segment::Key,
            name => Segment::Name(name),
        });
        Self {
            segments: segments.collect(),
            route,
        }
    }

    fn matches(&self, path: &[String]) -> Option<(Option<String>, Vec<String>)> {
        if path.len() != self.segments.len() {
            return None;
        }
        let (mut user, mut keys) = (None, Vec::new());
        for (segment, given) in self.segments.iter().zip(path) {
            match segment {
                Segment::Name(name) if name.eq_ignore_ascii_case(given) => {}
                Segment::Name(_) => return None,
                Segment::User => user = Some(given.clone()),
                Segment::Key => keys.push(given.clone()),
            }
        }
        Some((user, keys))
    }
}

/// The segments of a path, decoded, in one spelling: keys as segments of their own, functions without namespace and
/// parentheses, and the user that SDKs put in place of `me` as `me`.
fn segments(path: &str) -> Vec<String> {
    let mut segments = Vec::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        let segment = percent_decode_str(segment).decode_utf8_lossy().into_owned();
        let name = segment.strip_prefix("microsoft.graph.").unwrap_or(&segment);
        match name.strip_suffix(')').and_then(|name| name.split_once('(')) {
            Some((name, "")) => segments.push(name.to_owned()),
            Some((name, key)) if key.starts_with('\'') => {
                segments.push(name.to_owned());
                segments.push(key.trim_matches('\'').replace("''", "'"));
            }
            _ => segments.push(name.to_owned()),
        }
    }
    let is_me = |user: &str| user.eq_ignore_ascii_case("me-token-to-replace") || user.eq_ignore_ascii_case("me");
    if let [_, users, user, ..] = segments.as_slice()
        && users.eq_ignore_ascii_case("users")
        && is_me(user)
    {
        segments.splice(1..3, ["me".to_owned()]);
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_operation_has_many_spellings() {
        let router = Router::new();
        let found = |method, path| {
            let matched = router.find(method, path)?;
            Ok::<_, Refusal>((matched.route.path, matched.user, matched.keys))
        };
        let task = "/planner/tasks/{plannerTask-id}";
        assert_eq!(
            found("GET", "/v1.0/planner/tasks/a%20b"),
            Ok((task, None, vec!["a b".to_owned()]))
        );
        assert_eq!(
            found("GET", "/v1.0/Planner/tasks('a''b')/"),
            Ok((task, None, vec!["a'b".to_owned()]))
        );
        let feed = "/me/planner/all/delta";
        for path in [
            "/beta/me/planner/all/delta",
            "/beta/me/planner/all/delta()",
            "/beta/users/me-token-to-replace/planner/all/delta()",
            "/beta/me/planner/all/microsoft.graph.delta()",
        ] {
            assert_eq!(found("GET", path), Ok((feed, None, Vec::new())), "{path}");
        }
        assert_eq!(
            found("GET", "/beta/users/u/planner/all/delta"),
            Ok((feed, Some("u".to_owned()), Vec::new()))
        );
        let status = |method, path| found(method, path).unwrap_err().status;
        assert_eq!(status("GET", "/v1.0/me/planner/all/delta"), 400, "beta only");
        assert_eq!(status("PUT", "/v1.0/planner/tasks/a"), 405);
        assert_eq!(status("GET", "/v2.0/planner/tasks/a"), 400);
        assert_eq!(status("GET", "/v1.0/planner/nothing/a"), 400);
    }
}
