//! `$filter` and `$orderby`: expressions over the properties of an object.

use std::cmp::Ordering;

use jiff::{Timestamp, civil, tz::TimeZone};
use serde_json::{Map, Value};

use crate::{reply::Refusal, table::Type};

mod lexer;
mod parser;

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    Compare(Operand, Comparison, Operand),
    Text(TextTest, Operand, Operand),
    /// Whether an item of a list fulfils the condition, which knows the item by a name.
    Any(Vec<String>, Option<(String, Box<Filter>)>),
    Holds(Operand),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    /// A property, or a property within one.
    Path(Vec<String>),
    Literal(Value),
    Lower(Box<Operand>),
    Upper(Box<Operand>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextTest {
    StartsWith,
    EndsWith,
    Contains,
}

/// What `$orderby` sorts by: each a path, and whether the greatest is first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Order(Vec<(Vec<String>, bool)>);

impl Filter {
    /// Reads a condition on objects of a type. What is wrong is refused with its position.
    pub(crate) fn parse(text: &str, ty: &Type) -> Result<Self, Refusal> {
        parser::filter(text, ty)
    }

    pub(crate) fn matches(&self, object: &Map<String, Value>) -> bool {
        self.holds(&Scope { object, item: None })
    }

    fn holds(&self, scope: &Scope<'_>) -> bool {
        match self {
            Self::And(one, other) => one.holds(scope) && other.holds(scope),
            Self::Or(one, other) => one.holds(scope) || other.holds(scope),
            Self::Not(inner) => !inner.holds(scope),
            Self::Compare(one, comparison, other) => comparison.holds(&one.value(scope), &other.value(scope)),
            Self::Text(test, whole, part) => match (whole.value(scope), part.value(scope)) {
                (Value::String(whole), Value::String(part)) => match test {
                    TextTest::StartsWith => whole.starts_with(&part),
                    TextTest::EndsWith => whole.ends_with(&part),
                    TextTest::Contains => whole.contains(&part),
                },
                _ => false,
            },
            Self::Any(path, condition) => {
                let list = scope.find(path);
                let mut items = list.as_array().into_iter().flatten();
                items.any(|item| {
                    condition.as_ref().is_none_or(|(name, condition)| {
                        condition.holds(&Scope {
                            object: scope.object,
                            item: Some((name, item)),
                        })
                    })
                })
            }
            Self::Holds(operand) => operand.value(scope) == Value::Bool(true),
        }
    }
}

/// What paths lead into.
struct Scope<'a> {
    object: &'a Map<String, Value>,
    item: Option<(&'a str, &'a Value)>,
}

impl<'a> Scope<'a> {
    fn find(&self, path: &[String]) -> &'a Value {
        let Some((first, rest)) = path.split_first() else {
            return &Value::Null;
        };
        let start = match self.item {
            Some((name, item)) if name == first => item,
            _ => self.object.get(first).unwrap_or(&Value::Null),
        };
        within(start, rest)
    }
}

fn within<'a>(start: &'a Value, path: &[String]) -> &'a Value {
    path.iter()
        .fold(start, |value, name| value.get(name).unwrap_or(&Value::Null))
}

impl Operand {
    fn value(&self, scope: &Scope<'_>) -> Value {
        let change = |inner: &Self, change: fn(&str) -> String| match inner.value(scope) {
            Value::String(text) => Value::String(change(&text)),
            other => other,
        };
        match self {
            Self::Path(path) => scope.find(path).clone(),
            Self::Literal(value) => value.clone(),
            Self::Lower(inner) => change(inner, str::to_lowercase),
            Self::Upper(inner) => change(inner, str::to_uppercase),
        }
    }
}

impl Comparison {
    /// What is absent is equal to null alone, and neither greater nor less than anything.
    fn holds(self, one: &Value, other: &Value) -> bool {
        let order = compare(one, other);
        match self {
            Self::Equal => order == Some(Ordering::Equal),
            Self::NotEqual => order != Some(Ordering::Equal),
            _ if one.is_null() || other.is_null() => false,
            Self::Greater => order == Some(Ordering::Greater),
            Self::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            Self::Less => order == Some(Ordering::Less),
            Self::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        }
    }
}

impl Order {
    pub(crate) fn parse(text: &str, ty: &Type) -> Result<Self, Refusal> {
        let mut keys = Vec::new();
        let mut position = 0;
        for part in text.split(',') {
            let words: Vec<_> = part.split_whitespace().collect();
            let (path, is_descending) = match words.as_slice() {
                [path] => (path, false),
                [path, word] if word.eq_ignore_ascii_case("asc") => (path, false),
                [path, word] if word.eq_ignore_ascii_case("desc") => (path, true),
                _ => return Err(refusal("$orderby", text, position)),
            };
            let path: Vec<_> = path.split('/').map(str::to_owned).collect();
            parser::check_property(&path, ty)?;
            keys.push((path, is_descending));
            position += part.len() + 1;
        }
        Ok(Self(keys))
    }

    /// How two objects follow each other. What is absent comes first.
    pub(crate) fn compare(&self, one: &Map<String, Value>, other: &Map<String, Value>) -> Ordering {
        let value = |object, path: &[String]| Scope { object, item: None }.find(path).clone();
        let orders = self.0.iter().map(|(path, is_descending)| {
            let (one, other) = (value(one, path), value(other, path));
            let order = match (one.is_null(), other.is_null()) {
                (false, false) => compare(&one, &other).unwrap_or(Ordering::Equal),
                (one, other) => other.cmp(&one),
            };
            if *is_descending { order.reverse() } else { order }
        });
        orders.fold(Ordering::Equal, Ordering::then)
    }
}

/// Dates are compared as such, however they are written.
fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Null, Value::Null) => Some(Ordering::Equal),
        (Value::Bool(one), Value::Bool(other)) => Some(one.cmp(other)),
        (Value::Number(one), Value::Number(other)) => one.as_f64()?.partial_cmp(&other.as_f64()?),
        (Value::String(one), Value::String(other)) => Some(match (instant(one), instant(other)) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => one.cmp(other),
        }),
        _ => None,
    }
}

fn instant(text: &str) -> Option<Timestamp> {
    let is_date = text.len() >= 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    if !is_date {
        return None;
    }
    let timestamp = text.parse::<Timestamp>().ok();
    timestamp.or_else(|| {
        let date = text.parse::<civil::DateTime>().ok()?;
        date.to_zoned(TimeZone::UTC).ok().map(|date| date.timestamp())
    })
}

fn refusal(option: &str, text: &str, position: usize) -> Refusal {
    let message = format!("Invalid {option}: Syntax error at position {position} in '{text}'.");
    Refusal::new(400, "RequestBroker--ParseUri", message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::generated::schema::TODO_TASK;

    fn task() -> Map<String, Value> {
        let task = json!({
            "title": "It's a plan", "status": "notStarted", "isReminderOn": false,
            "categories": ["red", "blue"], "createdDateTime": "2026-01-05T09:00:00.0010000Z",
            "dueDateTime": { "dateTime": "2026-01-09T00:00:00.0000000", "timeZone": "UTC" },
        });
        task.as_object().unwrap().clone()
    }

    #[test]
    fn conditions_hold_or_do_not() {
        let cases = [
            ("status eq 'notStarted'", true),
            ("status ne 'notStarted'", false),
            ("title eq 'It''s a plan'", true),
            ("startswith(title, 'It')", true),
            ("startsWith(title,'it')", false),
            ("startswith(tolower(title),'it')", true),
            ("endswith(title,'plan') and contains(title,'a p')", true),
            ("contains(title,'x') or status eq 'x'", false),
            ("not (status eq 'completed')", true),
            ("not startswith(title,'It')", false),
            ("isReminderOn eq false", true),
            ("isReminderOn", false),
            ("completedDateTime eq null", true),
            ("dueDateTime ne null", true),
            ("dueDateTime/dateTime ge '2026-01-09'", true),
            ("dueDateTime/dateTime gt '2026-01-09T00:00:00Z'", false),
            ("dueDateTime/dateTime lt '2026-01-10T00:00:00.0000000'", true),
            ("completedDateTime/dateTime le '2030-01-01'", false),
            ("createdDateTime gt 2026-01-05T09:00:00Z", true),
            ("createdDateTime le 2026-01-05T10:00:00+01:00", false),
            ("categories/any(c:c eq 'blue')", true),
            ("categories/any(c: c eq 'green')", false),
            ("categories/any()", true),
            ("1 lt 2.5 and -1 lt 0", true),
            ("false and false or true", true),
            ("false and (false or true)", false),
            ("'red' EQ 'red'", true),
        ];
        for (text, expected) in cases {
            let filter = Filter::parse(text, &TODO_TASK).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"));
            assert_eq!(filter.matches(&task()), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_position() {
        let cases = [
            ("", 0),
            ("status eq", 9),
            ("status 'x'", 7),
            ("status eq 'x", 10),
            ("status eq 'x' and", 17),
            ("(status eq 'x'", 14),
            ("status eq 'x')", 13),
            ("startswith(title 'x')", 17),
            ("wrong(title,'x')", 0),
            ("status eq ~", 10),
            ("status eq é", 10),
        ];
        for (text, position) in cases {
            let refusal = Filter::parse(text, &TODO_TASK).unwrap_err();
            assert_eq!(refusal.status, 400, "{text}");
            let expected = format!("position {position} ");
            assert!(refusal.message.contains(&expected), "{text}: {}", refusal.message);
        }
        let refusal = Filter::parse("myDay eq true", &TODO_TASK).unwrap_err();
        assert!(refusal.message.contains("'myDay'"), "R7: {}", refusal.message);
        let deep = "(".repeat(100_000);
        assert!(Filter::parse(&deep, &TODO_TASK).is_err());
        let deep = "not ".repeat(100_000);
        assert!(Filter::parse(&deep, &TODO_TASK).is_err());
    }

    #[test]
    fn objects_have_an_order() {
        let (one, mut other) = (task(), task());
        other.insert("title".to_owned(), "Another".into());
        other.remove("dueDateTime");
        let order = |text| Order::parse(text, &TODO_TASK).unwrap().compare(&one, &other);
        assert_eq!(order("title"), Ordering::Greater);
        assert_eq!(order("title desc"), Ordering::Less);
        assert_eq!(order("status asc, title desc"), Ordering::Less);
        assert_eq!(order("dueDateTime/dateTime"), Ordering::Greater);
        assert_eq!(order("createdDateTime"), Ordering::Equal);
        for text in ["", "title up", "title asc desc", "myDay", "title,,status"] {
            assert_eq!(Order::parse(text, &TODO_TASK).unwrap_err().status, 400, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,60}") {
            let _ = Filter::parse(&text, &TODO_TASK).map(|filter| filter.matches(&task()));
            let _ = Order::parse(&text, &TODO_TASK).map(|order| order.compare(&task(), &Map::new()));
        }

        #[test]
        fn any_mixture_of_its_words_is_read_or_refused(
            words in prop::collection::vec(prop::sample::select(vec![
                "(", ")", ",", "not", "and", "or", "eq", "lt", "title", "categories/any", "c", ":", "'x'", "null",
                "true", "1", "2026-01-01", "startswith", "contains", "tolower", "'", "/", "-", "é",
            ]), 0..20),
        ) {
            let text = words.join(" ");
            let _ = Filter::parse(&text, &TODO_TASK).map(|filter| filter.matches(&task()));
        }
    }
}
