//! Order hints: what a client asks for, and the short value that the service makes of it.
//!
//! A request is `<previous> <next>!`; both may be missing, or be requests themselves that were not sent yet. What the
//! service writes has neither a space nor an exclamation mark, so that a request can be taken apart again.

/// The lowest character of a value of the service's. None ends with it, so there is room before each.
const LOWEST: u8 = b'"';
/// One above the highest.
const ABOVE: u8 = 127;
/// How deep requests may nest.
const DEPTH: usize = 500;

/// The value for what a client asks for, or `None` where that is no request.
pub(crate) fn value(request: &str) -> Option<String> {
    if request == "!" {
        // One page of the documentation spells the first item so.
        return value(" !");
    }
    if !request.ends_with('!') || !request.bytes().all(|letter| (b' '..ABOVE).contains(&letter)) {
        return None;
    }
    let (value, rest) = last_operand(request, DEPTH)?;
    rest.is_empty().then_some(value)
}

/// The value for a new item where the client asks for none: as the service counts down, the newest item is the first.
pub(crate) fn newest(version: u64) -> String {
    let number = 8_586_000_000_000_000_000_u64.saturating_sub(version.saturating_mul(1_000_003));
    format!("{number:019}")
}

/// The operand at the end of a text, and what stands before it. Before an operand is the beginning, or a space, so the
/// last character tells what it is.
fn last_operand(text: &str, depth: usize) -> Option<(String, &str)> {
    if let Some(inner) = text.strip_suffix('!') {
        let depth = depth.checked_sub(1)?;
        let (next, rest) = last_operand(inner, depth)?;
        let (previous, rest) = last_operand(rest.strip_suffix(' ')?, depth)?;
        return Some((between(&previous, &next), rest));
    }
    let start = text.rfind(' ').map_or(0, |space| space + 1);
    let (rest, atom) = text.split_at_checked(start)?;
    (!atom.contains('!')).then(|| (atom.to_owned(), rest))
}

/// A value between two; an empty one is missing. Where there is no room between them, it comes after the first.
fn between(previous: &str, next: &str) -> String {
    let letters = room(previous.as_bytes(), next.as_bytes()).or_else(|| room(previous.as_bytes(), b""));
    String::from_utf8(letters.unwrap_or_default()).unwrap_or_default()
}

fn room(previous: &[u8], next: &[u8]) -> Option<Vec<u8>> {
    let mut value = Vec::new();
    let mut is_below = next.is_empty();
    loop {
        let place = value.len();
        let low = previous.get(place).copied().unwrap_or(LOWEST);
        let high = if is_below { ABOVE } else { *next.get(place)? };
        match high.checked_sub(low)? {
            0 => value.push(low),
            1 => {
                value.push(low);
                is_below = true;
            }
            distance => {
                // At an end one step is enough, so that many items in a row stay short.
                let step = match (previous.is_empty(), next.is_empty()) {
                    (false, true) => 1,
                    (true, false) => distance - 1,
                    _ => distance / 2,
                };
                value.push(low + step);
                return Some(value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn request(previous: &str, next: &str) -> String {
        format!("{previous} {next}!")
    }

    /// R1 (facts C): every vector, and that its value lies where the vector says.
    #[test]
    fn r1_every_documented_vector_is_a_request() {
        let vectors = [
            ("", "", " !"),
            ("", "5637", " 5637!"),
            ("5637", "adhg", "5637 adhg!"),
            ("adhg", "", "adhg !"),
            ("adhg !", "", "adhg ! !"),
            (" 5637!", "5637 adhg!", " 5637! 5637 adhg!!"),
            ("", " !", "  !!"),
            (" !", "", " ! !"),
        ];
        let known = |hint: &str| value(hint).unwrap_or_else(|| hint.to_owned());
        for (previous, next, expected) in vectors {
            assert_eq!(request(previous, next), expected);
            let value = value(expected).expect(expected);
            assert!(known(previous) < value, "{expected}: {value}");
            assert!(next.is_empty() || value < known(next), "{expected}: {value}");
        }
    }

    /// R1 (facts C): what the service wrote is no request, nor is what has another form.
    #[test]
    fn r1_other_forms_are_refused() {
        let written = value(" !").unwrap();
        for wrong in [
            "",
            " ",
            "5637",
            &written,
            &newest(1),
            "a b",
            "ab!",
            "a b c!",
            "a\u{e9} !",
            "a\n !",
            "a!b !",
            "a  b!",
        ] {
            assert_eq!(value(wrong), None, "{wrong:?}");
        }
        assert_eq!(value("!"), value(" !"));
        let deep = format!("{}{}", " ".repeat(2_000), "!".repeat(2_000));
        assert_eq!(value(&deep), None);
    }

    #[test]
    fn new_items_come_first() {
        assert!(newest(2) < newest(1));
        assert!(newest(u64::from(u32::MAX)) < newest(2));
        assert_eq!(newest(7).len(), 19);
    }

    #[test]
    fn many_items_at_one_end_stay_short() {
        let (mut last, mut first) = (value(" !").unwrap(), value(" !").unwrap());
        for _ in 0..1_000 {
            last = value(&request(&last, "")).unwrap();
            first = value(&request("", &first)).unwrap();
        }
        assert!(last.len() < 16 && first.len() < 32, "{last} {first}");
    }

    proptest! {
        /// R1 (facts C): wherever items are put, and whether or not their requests were sent, they end in that order.
        #[test]
        fn r1_inserts_end_in_the_order_that_was_meant(inserts in proptest::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 1..60)) {
            let mut items: Vec<String> = Vec::new();
            for (at, is_sent) in inserts {
                let at = at.index(items.len() + 1);
                let previous = if at == 0 { "" } else { &items[at - 1] };
                let next = items.get(at).map_or("", String::as_str);
                let asked = request(previous, next);
                if asked.len() > 4_000 {
                    continue;
                }
                let written = value(&asked).unwrap();
                prop_assert!(!written.ends_with(char::from(LOWEST)));
                prop_assert!(value(&written).is_none());
                items.insert(at, if is_sent { written } else { asked });
            }
            let values: Vec<_> = items.iter().map(|item| value(item).unwrap_or_else(|| item.clone())).collect();
            prop_assert!(values.windows(2).all(|pair| pair[0] < pair[1]), "{values:?}");
        }
    }
}
