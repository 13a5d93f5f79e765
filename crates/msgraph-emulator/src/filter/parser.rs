//! From words to a condition, by the precedence of OData: `not`, comparisons, `and`, `or`.

use serde_json::Value;

use super::{
    Comparison, Filter, Operand, TextTest,
    lexer::{Kind, Token, tokens},
};
use crate::{reply::Refusal, table::Type};

/// How deep an expression may be nested, so that none exhausts the stack.
const DEPTH: usize = 50;

pub(super) fn filter(text: &str, ty: &Type) -> Result<Filter, Refusal> {
    let refuse = |position| super::refusal("filter clause", text, position);
    let mut parser = Parser {
        tokens: tokens(text).map_err(refuse)?,
        next: 0,
        end: text.len(),
        depth: 0,
        variables: Vec::new(),
        paths: Vec::new(),
    };
    let filter = parser.either().map_err(refuse)?;
    if parser.next < parser.tokens.len() {
        return Err(refuse(parser.position()));
    }
    parser.paths.iter().try_for_each(|path| check_property(path, ty))?;
    Ok(filter)
}

/// Refuses a path that does not begin with a property of the type.
pub(super) fn check_property(path: &[String], ty: &Type) -> Result<(), Refusal> {
    let name = path.first().map_or("", String::as_str);
    if ty.is_open || ty.property(name).is_some() {
        return Ok(());
    }
    let message = format!("Could not find a property named '{name}' on type '{}'.", ty.name);
    Err(Refusal::new(400, "RequestBroker--ParseUri", message))
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    end: usize,
    depth: usize,
    /// The names that items of lists have where the parser is.
    variables: Vec<String>,
    /// The paths that begin with a property.
    paths: Vec<Vec<String>>,
}

/// Something, or the position of what is wrong.
type Parsed<T> = Result<T, usize>;

impl Parser {
    fn peek(&self) -> Option<&Kind> {
        self.tokens.get(self.next).map(|token| &token.kind)
    }

    fn position(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |token| token.position)
    }

    fn take(&mut self, kind: &Kind) -> bool {
        let is_next = self.peek() == Some(kind);
        self.next += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, kind: &Kind) -> Parsed<()> {
        let position = self.position();
        if self.take(kind) { Ok(()) } else { Err(position) }
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_next = matches!(self.peek(), Some(Kind::Word(next)) if next.eq_ignore_ascii_case(word));
        self.next += usize::from(is_next);
        is_next
    }

    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEPTH {
            return Err(self.position());
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn either(&mut self) -> Parsed<Filter> {
        let mut filter = self.both()?;
        while self.take_word("or") {
            filter = Filter::Or(Box::new(filter), Box::new(self.both()?));
        }
        Ok(filter)
    }

    fn both(&mut self) -> Parsed<Filter> {
        let mut filter = self.one()?;
        while self.take_word("and") {
            filter = Filter::And(Box::new(filter), Box::new(self.one()?));
        }
        Ok(filter)
    }

    fn one(&mut self) -> Parsed<Filter> {
        if self.take_word("not") {
            return Ok(Filter::Not(Box::new(self.deeper(Self::one)?)));
        }
        if self.take(&Kind::Open) {
            let filter = self.deeper(Self::either)?;
            self.expect(&Kind::Close)?;
            return Ok(filter);
        }
        if let Some(test) = self.text_test() {
            self.expect(&Kind::Open)?;
            let text = self.operand()?;
            self.expect(&Kind::Comma)?;
            let part = self.operand()?;
            self.expect(&Kind::Close)?;
            return Ok(Filter::Text(test, text, part));
        }
        if let Some(path) = self.list() {
            return self.any(path);
        }
        let position = self.position();
        let operand = self.operand()?;
        let Some(comparison) = self.comparison() else {
            let may_stand_alone = matches!(&operand, Operand::Path(_) | Operand::Literal(Value::Bool(_)));
            let is_over = matches!(self.peek(), None | Some(Kind::Close)) || self.is_at_connective();
            return match (may_stand_alone, is_over, self.peek()) {
                (true, true, _) => Ok(Filter::Holds(operand)),
                // A name before parentheses is a function that is not known.
                (true, false, Some(Kind::Open)) => Err(position),
                _ => Err(self.position()),
            };
        };
        Ok(Filter::Compare(operand, comparison, self.operand()?))
    }

    fn is_at_connective(&self) -> bool {
        let is = |word: &String| word.eq_ignore_ascii_case("and") || word.eq_ignore_ascii_case("or");
        matches!(self.peek(), Some(Kind::Word(word)) if is(word))
    }

    fn text_test(&mut self) -> Option<TextTest> {
        let tests = [
            ("startswith", TextTest::StartsWith),
            ("endswith", TextTest::EndsWith),
            ("contains", TextTest::Contains),
        ];
        tests
            .into_iter()
            .find_map(|(word, test)| self.take_word(word).then_some(test))
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let comparisons = [
            ("eq", Comparison::Equal),
            ("ne", Comparison::NotEqual),
            ("gt", Comparison::Greater),
            ("ge", Comparison::GreaterOrEqual),
            ("lt", Comparison::Less),
            ("le", Comparison::LessOrEqual),
        ];
        comparisons
            .into_iter()
            .find_map(|(word, comparison)| self.take_word(word).then_some(comparison))
    }

    /// The path before `/any`.
    fn list(&mut self) -> Option<Vec<String>> {
        let Some(Kind::Word(word)) = self.peek() else {
            return None;
        };
        let path = word.strip_suffix("/any")?.split('/').map(str::to_owned).collect();
        self.next += 1;
        Some(path)
    }

    fn any(&mut self, path: Vec<String>) -> Parsed<Filter> {
        self.note(&path);
        self.expect(&Kind::Open)?;
        if self.take(&Kind::Close) {
            return Ok(Filter::Any(path, None));
        }
        let position = self.position();
        let Some(Kind::Word(name)) = self.peek().cloned() else {
            return Err(position);
        };
        self.next += 1;
        self.expect(&Kind::Colon)?;
        self.variables.push(name.clone());
        let condition = self.deeper(Self::either);
        self.variables.pop();
        let condition = condition?;
        self.expect(&Kind::Close)?;
        Ok(Filter::Any(path, Some((name, Box::new(condition)))))
    }

    fn operand(&mut self) -> Parsed<Operand> {
        let position = self.position();
        let Some(token) = self.peek().cloned() else {
            return Err(position);
        };
        self.next += 1;
        match token {
            Kind::Text(text) => Ok(Operand::Literal(text.into())),
            Kind::Word(word) if self.peek() == Some(&Kind::Open) => {
                let wrap = match word.to_ascii_lowercase().as_str() {
                    "tolower" => Operand::Lower,
                    "toupper" => Operand::Upper,
                    _ => return Err(position),
                };
                self.next += 1;
                let inner = self.deeper(Self::operand)?;
                self.expect(&Kind::Close)?;
                Ok(wrap(Box::new(inner)))
            }
            Kind::Word(word) => self.word(&word).ok_or(position),
            _ => Err(position),
        }
    }

    fn word(&mut self, word: &str) -> Option<Operand> {
        let literal = match word {
            "null" => Some(Value::Null),
            "true" => Some(true.into()),
            "false" => Some(false.into()),
            _ => None,
        };
        if let Some(literal) = literal {
            return Some(Operand::Literal(literal));
        }
        if word.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-') {
            let number = word.parse::<serde_json::Number>().ok().map(Value::Number);
            let date = || super::instant(word).map(|_| word.into());
            return number.or_else(date).map(Operand::Literal);
        }
        let path: Vec<_> = word.split('/').map(str::to_owned).collect();
        if path.iter().any(String::is_empty) {
            return None;
        }
        self.note(&path);
        Some(Operand::Path(path))
    }

    fn note(&mut self, path: &[String]) {
        if !path.first().is_some_and(|name| self.variables.contains(name)) {
            self.paths.push(path.to_vec());
        }
    }
}
