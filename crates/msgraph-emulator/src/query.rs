//! Query options, with their `$` or without.

use std::collections::BTreeMap;

use url::form_urlencoded;

use crate::reply::Refusal;

/// What is asked beside the path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query {
    /// The system query options, by their name in lower case with `$`.
    options: BTreeMap<String, String>,
    /// The query as it stands in the URL.
    pub(crate) text: String,
}

/// What OData knows; of others, those with a `$` are refused.
const SYSTEM: [&str; 13] = [
    "$apply",
    "$compute",
    "$count",
    "$deltatoken",
    "$expand",
    "$filter",
    "$format",
    "$orderby",
    "$search",
    "$select",
    "$skip",
    "$skiptoken",
    "$top",
];

/// A navigation property that is asked for with the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expand {
    pub(crate) name: String,
    /// What stands in parentheses after it.
    pub(crate) options: Query,
}

impl Query {
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        Self::of(text, form_urlencoded::parse(text.as_bytes()).into_owned())
    }

    fn of(text: &str, pairs: impl Iterator<Item = (String, String)>) -> Result<Self, Refusal> {
        let mut options = BTreeMap::new();
        for (name, value) in pairs {
            let lower = name.to_ascii_lowercase();
            let system = match lower.strip_prefix('$') {
                Some(_) => lower,
                None => format!("${lower}"),
            };
            if SYSTEM.contains(&&*system) {
                if options.insert(system.clone(), value).is_some() {
                    return Err(Refusal::bad_request(format!(
                        "Query option '{system}' was specified more than once."
                    )));
                }
            } else if name.starts_with('$') {
                return Err(Refusal::bad_request(format!(
                    "The query parameter '{name}' is not supported."
                )));
            }
        }
        let text = text.to_owned();
        Ok(Self { options, text })
    }

    /// The value of an option, such as `$top`.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.options.get(name).map(String::as_str)
    }

    /// The same without some of its options.
    pub(crate) fn without(&self, names: &[&str]) -> Self {
        let mut query = self.clone();
        query.options.retain(|name, _| !names.contains(&&**name));
        query
    }

    /// The options that are given, but for the tokens of links.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let names = self.options.keys().map(String::as_str);
        names.filter(|name| !matches!(*name, "$deltatoken" | "$skiptoken"))
    }

    /// A number of `$top` or `$skip`.
    pub(crate) fn number(&self, name: &str) -> Result<Option<usize>, Refusal> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(Refusal::bad_request(format!(
                "Invalid value '{text}' for {name} query option."
            ))),
        }
    }

    /// The names of `$select`.
    pub(crate) fn select(&self) -> Option<Vec<String>> {
        let names = self.get("$select")?.split(',').map(|name| name.trim().to_owned());
        Some(names.filter(|name| !name.is_empty()).collect())
    }

    /// The navigation properties of `$expand`.
    pub(crate) fn expand(&self) -> Result<Vec<Expand>, Refusal> {
        let Some(text) = self.get("$expand") else {
            return Ok(Vec::new());
        };
        let mut all = Vec::new();
        for part in split_outside(text, ',') {
            let (name, options) = match part.strip_suffix(')').and_then(|part| part.split_once('(')) {
                Some((name, inner)) => {
                    let pairs = split_outside(inner, ';').into_iter().filter_map(|pair| {
                        let (name, value) = pair.split_once('=')?;
                        Some((name.trim().to_owned(), value.trim().to_owned()))
                    });
                    (name, Self::of(inner, pairs)?)
                }
                None => (part, Self::default()),
            };
            let name = name.trim().to_owned();
            if !name.is_empty() {
                all.push(Expand { name, options });
            }
        }
        Ok(all)
    }

    /// What a filter compares a property with for equality, where that is all it does.
    pub(crate) fn equality(&self, property: &str) -> Option<String> {
        let (name, value) = self.get("$filter")?.trim().split_once(" eq ")?;
        let value = value.trim().strip_prefix('\'')?.strip_suffix('\'')?;
        let is_one = name.trim() == property && !value.replace("''", "").contains('\'');
        is_one.then(|| value.replace("''", "'"))
    }
}

/// Splits at a character outside of quotes and parentheses.
fn split_outside(text: &str, at: char) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0_usize, false);
    for (position, letter) in text.char_indices() {
        match letter {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ if letter == at && !quoted && depth == 0 => {
                parts.extend(text.get(start..position));
                start = position + letter.len_utf8();
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_have_several_spellings() {
        let query = Query::parse(
            "%24filter=planId%20eq%20%27a%27%27b%27&Top=3&custom=1&$expand=details,x($filter=id eq 'a,b';$top=1)",
        )
        .unwrap();
        assert_eq!(query.equality("planId").unwrap(), "a'b");
        assert_eq!(query.equality("id"), None);
        assert_eq!(query.number("$top"), Ok(Some(3)));
        let expand = query.expand().unwrap();
        assert_eq!(expand[0].name, "details");
        assert_eq!(expand[1].options.get("$filter"), Some("id eq 'a,b'"));
        assert!(Query::parse("$unknown=1").is_err());
        assert!(Query::parse("$top=1&top=2").is_err());
        assert!(Query::parse("$top=x").unwrap().number("$top").is_err());
        let two = Query::parse("$filter=planId eq 'a' and title eq 'b'").unwrap();
        assert_eq!(two.equality("planId"), None);
    }
}
