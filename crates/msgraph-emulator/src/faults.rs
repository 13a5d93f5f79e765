//! Faults on demand: named rules that say which requests go wrong, and how.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::chance::Chance;

/// A rule: the requests that it is about, and what becomes of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// Its name. A rule takes the place of the one with its name.
    pub name: String,
    /// The requests that it is about; all of them where nothing is said.
    #[serde(default, rename = "match")]
    pub matching: Match,
    /// What becomes of them.
    pub effect: Effect,
    /// How many requests it was about so far.
    #[serde(default)]
    pub matched: u64,
    /// How many it struck.
    #[serde(default)]
    pub hits: u64,
}

/// Which requests a rule is about. Every member that is there must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Match {
    /// The method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path below the version, as it stands in the URL or as the operation's template, such as
    /// `/planner/tasks/{plannerTask-id}`. `*` stands for a segment, `**` for any number of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The id of the user who asks, or the principal name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// Of the requests that the above is true of, only the one of this number, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
    /// Of those, only each one whose number is a multiple of this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// No more than this many hits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Of the rest, this share, drawn from the seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, tag = "type")]
#[non_exhaustive]
pub enum Effect {
    /// It is refused.
    #[serde(rename_all = "camelCase")]
    Status {
        /// The status.
        status: u16,
        /// The code of the error.
        #[serde(default)]
        code: String,
        /// Its message.
        #[serde(default)]
        message: String,
        /// Further headers.
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    /// It is refused with 429.
    #[serde(rename_all = "camelCase")]
    Throttle {
        /// What `Retry-After` says.
        #[serde(default)]
        retry_after: RetryAfter,
    },
    /// It is refused with 503 and "Unknown error", which means that it is throttled.
    UnknownError,
    /// It is carried out later; further rules apply.
    #[serde(rename_all = "camelCase")]
    Delay {
        /// How much later.
        milliseconds: u64,
    },
    /// The connection is closed, and nothing was done.
    DropBefore,
    /// It is carried out, and the connection is closed in place of an answer.
    ApplyThenDrop,
    /// It is carried out, and the answer breaks off.
    #[serde(rename_all = "camelCase")]
    TruncateBody {
        /// How much of the body is sent.
        bytes: usize,
    },
    /// The connection is reset, and nothing was done.
    ResetConnection,
    /// The token is refused with a challenge: it lacks claims.
    ClaimsChallenge,
}

/// What `Retry-After` says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum RetryAfter {
    /// There is none.
    #[default]
    None,
    /// A number of seconds.
    Seconds(u64),
    /// A number of seconds, with milliseconds after the point.
    Milliseconds(u64),
    /// The date after this many seconds.
    Date(u64),
}

impl RetryAfter {
    /// How long the client is to wait.
    pub(crate) fn wait(&self) -> Option<Duration> {
        match self {
            Self::None => None,
            Self::Seconds(seconds) | Self::Date(seconds) => Some(Duration::from_secs(*seconds)),
            Self::Milliseconds(milliseconds) => Some(Duration::from_millis(*milliseconds)),
        }
    }
}

/// How long an operation takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Latency {
    /// The path, as in [`Match::path`]. Of several that match, the first counts.
    pub path: String,
    /// The least time, in milliseconds.
    pub least: u64,
    /// The most.
    pub most: u64,
}

/// What of a request a rule looks at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) method: &'a str,
    /// The path below the version.
    pub(crate) path: &'a str,
    /// The template of the operation.
    pub(crate) route: &'a str,
    /// The id of who asks, and the principal name.
    pub(crate) principal: [&'a str; 2],
}

/// The rules, and what they draw from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Faults {
    pub(crate) rules: Vec<Fault>,
    pub(crate) latency: Vec<Latency>,
    pub(crate) chance: Chance,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            // Another beginning than that of the ids.
            chance: Chance::new(seed ^ 0xFA17),
            ..Self::default()
        }
    }

    /// Adds a rule after the others, or in place of the one with its name.
    pub(crate) fn put(&mut self, fault: Fault) {
        match self.rules.iter_mut().find(|rule| rule.name == fault.name) {
            Some(rule) => *rule = fault,
            None => self.rules.push(fault),
        }
    }

    /// Removes a rule; tells whether there was one.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        let before = self.rules.len();
        self.rules.retain(|rule| rule.name != name);
        self.rules.len() < before
    }

    /// What strikes a request: a delay, and the name and effect of the first rule that says more.
    pub(crate) fn strike(&mut self, seen: Seen<'_>) -> (Duration, Option<(String, Effect)>) {
        let latency = self.latency.iter().find(|latency| is_path(&latency.path, seen));
        let latency = latency.map(|latency| self.chance.between(latency.least, latency.most));
        let mut delay = Duration::from_millis(latency.unwrap_or_default());
        for rule in &mut self.rules {
            if !rule.matching.holds(seen) {
                continue;
            }
            rule.matched += 1;
            if !rule.is_due(&mut self.chance) {
                continue;
            }
            rule.hits += 1;
            match rule.effect {
                Effect::Delay { milliseconds } => delay += Duration::from_millis(milliseconds),
                ref effect => return (delay, Some((rule.name.clone(), effect.clone()))),
            }
        }
        (delay, None)
    }
}

impl Fault {
    fn is_due(&self, chance: &mut Chance) -> bool {
        let of = &self.matching;
        of.nth.is_none_or(|nth| nth == self.matched)
            && of.every.is_none_or(|every| self.matched.is_multiple_of(every))
            && of.times.is_none_or(|times| self.hits < times)
            && of.probability.is_none_or(|probability| chance.happens(probability))
    }
}

impl Match {
    fn holds(&self, seen: Seen<'_>) -> bool {
        let is_method = |method: &String| method.eq_ignore_ascii_case(seen.method);
        let is_principal = |name: &String| seen.principal.iter().any(|known| known.eq_ignore_ascii_case(name));
        self.method.as_ref().is_none_or(is_method)
            && self.path.as_ref().is_none_or(|path| is_path(path, seen))
            && self.principal.as_ref().is_none_or(is_principal)
    }
}

fn is_path(pattern: &str, seen: Seen<'_>) -> bool {
    let pattern: Vec<_> = segments(pattern);
    pattern == segments(seen.route) || is_glob(&pattern, &segments(seen.path))
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

fn is_glob(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        (["**", rest @ ..], _) if is_glob(rest, path) => true,
        (["**", ..], [_, path @ ..]) => is_glob(pattern, path),
        ([one, pattern @ ..], [segment, path @ ..]) if *one == "*" || one.eq_ignore_ascii_case(segment) => {
            is_glob(pattern, path)
        }
        _ => false,
    }
}
