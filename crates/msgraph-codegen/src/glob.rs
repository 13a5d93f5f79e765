//! The globs that choose what is generated: `planner/tasks/**`, `me/events/{id}#GET,PATCH`.

use crate::plan::Method;

/// A root of the slice.
#[derive(Debug, Clone)]
pub(crate) struct Glob {
    text: String,
    segments: Vec<Segment>,
    /// The methods that it takes; all when empty.
    methods: Vec<Method>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// `**`: any number of segments.
    Any,
    /// `*`: one segment, a key or not.
    One,
    /// `{id}`: one key, whatever its name.
    Key,
    Name(String),
}

/// How far a glob agrees with a path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Agreement {
    /// The path is one that the glob names.
    pub(crate) whole: bool,
    /// A longer path may be.
    pub(crate) beginning: bool,
}

impl Agreement {
    /// With every path.
    pub(crate) const ALL: Self = Self {
        whole: true,
        beginning: true,
    };

    pub(crate) fn any(self) -> bool {
        self.whole || self.beginning
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            whole: self.whole || other.whole,
            beginning: self.beginning || other.beginning,
        }
    }
}

impl Glob {
    /// Reads a glob; the error says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (path, methods) = text.split_once('#').unwrap_or((text, ""));
        let methods: Result<Vec<_>, _> = methods
            .split(',')
            .filter(|name| !name.is_empty())
            .map(|name| Method::from_name(name).ok_or_else(|| format!("`{name}` is no HTTP method")))
            .collect();
        let segments: Vec<_> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| match segment {
                "**" => Segment::Any,
                "*" => Segment::One,
                key if key.starts_with('{') => Segment::Key,
                name => Segment::Name(name.to_owned()),
            })
            .collect();
        if segments.is_empty() {
            return Err("it names no path".to_owned());
        }
        Ok(Self {
            text: text.to_owned(),
            segments,
            methods: methods?,
        })
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn takes(&self, method: Method) -> bool {
        self.methods.is_empty() || self.methods.contains(&method)
    }

    /// The names that the glob begins with, up to the first `*` or `**`; a key is `{}`.
    pub(crate) fn beginning(&self) -> Vec<&str> {
        let names = self.segments.iter().map_while(|segment| match segment {
            Segment::Name(name) => Some(name.as_str()),
            Segment::Key => Some("{}"),
            Segment::Any | Segment::One => None,
        });
        names.collect()
    }

    /// Whether the glob names this path, whose keys are written in braces.
    pub(crate) fn names(&self, path: &[&str]) -> bool {
        self.agreement(path, false).whole
    }

    /// Compares with a path, whose keys are written in braces. Where it must be spelt out, `**` stands for nothing.
    pub(crate) fn agreement(&self, path: &[&str], spelt: bool) -> Agreement {
        // The positions in the glob that the path may have reached.
        let mut reached = self.closure(vec![0]);
        for segment in path {
            let next = reached
                .iter()
                .filter_map(|position| match self.segments.get(*position)? {
                    Segment::Any => (!spelt).then_some(*position),
                    Segment::One => Some(position + 1),
                    Segment::Key => segment.starts_with('{').then_some(position + 1),
                    // A function is named without its parameters.
                    Segment::Name(name) => {
                        let called = segment.split('(').next();
                        (name == segment || called == Some(name)).then_some(position + 1)
                    }
                });
            reached = self.closure(next.collect());
        }
        let leads_on = |segment: &Segment| !spelt || *segment != Segment::Any;
        Agreement {
            whole: reached.contains(&self.segments.len()),
            beginning: reached
                .iter()
                .any(|position| self.segments.get(*position).is_some_and(leads_on)),
        }
    }

    /// `**` may stand for nothing, so whatever reaches it reaches what follows, too.
    fn closure(&self, mut positions: Vec<usize>) -> Vec<usize> {
        let mut done = 0;
        while let Some(position) = positions.get(done).copied() {
            done += 1;
            if self.segments.get(position) == Some(&Segment::Any) && !positions.contains(&(position + 1)) {
                positions.push(position + 1);
            }
        }
        positions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreements() {
        let cases = [
            ("planner/tasks/**", "planner", false, true),
            ("planner/tasks/**", "planner/tasks", true, true),
            ("planner/tasks/**", "planner/tasks/{id}/details", true, true),
            ("planner/tasks/**", "planner/plans", false, false),
            ("planner/*", "planner/{id}", true, false),
            ("planner/{id}", "planner/tasks", false, false),
            ("planner/{id}", "planner/{task-id}", true, false),
            ("**/tasks", "planner/tasks", true, true),
            ("planner", "planner", true, false),
        ];
        for (glob, path, whole, beginning) in cases {
            let path: Vec<_> = path.split('/').collect();
            let agreement = Glob::parse(glob).unwrap().agreement(&path, false);
            assert_eq!(agreement, Agreement { whole, beginning }, "{glob} on {path:?}");
        }
    }

    #[test]
    fn methods_follow_a_hash() {
        let glob = Glob::parse("planner/tasks#GET,PATCH").unwrap();
        assert!(glob.takes(Method::Get) && glob.takes(Method::Patch) && !glob.takes(Method::Post));
        assert_eq!(Glob::parse("planner#READ").unwrap_err(), "`READ` is no HTTP method");
        assert_eq!(Glob::parse("#GET").unwrap_err(), "it names no path");
    }
}
