//! An arrangement keeps what the user meant, and asks the service for just that.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

use std::collections::{BTreeMap, BTreeSet};

use msgraph_tasks::{
    OrderHint,
    order::{Arrangement, Place},
};
use proptest::{prelude::*, sample::Index};

fn list(items: &[(&'static str, &str)]) -> Arrangement<&'static str> {
    items
        .iter()
        .map(|(key, hint)| (*key, Some(OrderHint::new(*hint))))
        .collect()
}

fn keys<K: Copy>(order: &Arrangement<K>) -> Vec<K> {
    order.keys().copied().collect()
}

fn changes<K: Ord + Copy>(order: &Arrangement<K>) -> Vec<(K, String)> {
    let moves = order.changes().into_iter();
    moves
        .map(|change| (change.key, change.hint.as_str().to_owned()))
        .collect()
}

/// A list, what is meant, and what is sent.
type Case = (
    Arrangement<&'static str>,
    &'static [&'static str],
    &'static [(&'static str, &'static str)],
);

/// The vectors of the reference, as they come about in a list.
#[test]
fn a_place_is_asked_for_as_the_reference_says() {
    let two = || list(&[("a", "5637"), ("b", "adhg")]);
    let cases: [Case; 7] = [
        (list(&[]), &["x"], &[("x", " !")]),
        (list(&[]), &["x", "y"], &[("x", " !"), ("y", " ! !")]),
        (two(), &["x", "a", "b"], &[("x", " 5637!")]),
        (two(), &["a", "x", "b"], &[("x", "5637 adhg!")]),
        (two(), &["a", "b", "x"], &[("x", "adhg !")]),
        (two(), &["a", "b", "x", "y"], &[("x", "adhg !"), ("y", "adhg ! !")]),
        (two(), &["x", "y", "a", "b"], &[("y", " 5637!"), ("x", "  5637!!")]),
    ];
    for (mut order, meant, expected) in cases {
        for key in meant {
            if !order.contains(key) {
                assert!(order.insert(key, Place::Last));
            }
        }
        assert!(order.set_order(meant));
        let changes = changes(&order);
        let changes: Vec<_> = changes.iter().map(|(key, hint)| (*key, hint.as_str())).collect();
        assert_eq!(changes, expected, "{meant:?}");
    }
}

/// Between `adhg` and `adhg !`, the reference's formula makes what sorts after both. Here the second is placed after the first.
#[test]
fn what_was_put_between_stays_between() {
    let mut order = list(&[("a", "adhg")]);
    order.insert("c", Place::Last);
    order.insert("b", Place::Before(&"c"));
    assert_eq!(keys(&order), ["a", "b", "c"]);
    assert_eq!(
        changes(&order),
        [("b", "adhg !".to_owned()), ("c", "adhg ! !".to_owned())]
    );

    // The answers come one by one, and the order does not change meanwhile.
    order.settle(&"c", OrderHint::new("k"));
    assert_eq!(keys(&order), ["a", "b", "c"]);
    assert_eq!(changes(&order), [("b", "adhg k!".to_owned())]);
    // An answer that does not fit is no reason to give up what was meant.
    order.settle(&"b", OrderHint::new("z"));
    assert_eq!(keys(&order), ["a", "b", "c"]);
    assert_eq!(order.changes().len(), 1);
    order.settle(&"b", OrderHint::new("f"));
    assert!(order.is_settled());
}

#[test]
fn a_list_begins_in_the_order_of_the_service() {
    let items = [
        ("c", Some("Zz")),
        ("b", None),
        ("d", Some("a")),
        ("a", None),
        ("e", Some("Zz")),
        ("f", Some("Z")),
    ];
    let order: Arrangement<_> = items
        .map(|(key, hint)| (key, hint.map(OrderHint::new)))
        .into_iter()
        .collect();
    assert_eq!(keys(&order), ["f", "c", "e", "d", "a", "b"]);
    assert!(order.is_settled());
    assert!(order.changes().is_empty());
    assert_eq!(order.hint(&"d"), Some(&OrderHint::new("a")));
    assert_eq!(order.hint(&"a"), None);
}

/// Planner sends an empty `assigneePriority`. Nothing can be placed beside it.
#[test]
fn an_empty_hint_is_none() {
    let mut order = list(&[("a", ""), ("b", "h"), ("c", "")]);
    assert_eq!(keys(&order), ["b", "a", "c"]);
    order.move_last(&"b");
    assert_eq!(
        changes(&order),
        [
            ("a", " !".to_owned()),
            ("c", " ! !".to_owned()),
            ("b", " ! ! !".to_owned())
        ]
    );
    order.settle(&"b", OrderHint::new(""));
    assert_eq!(order.hint(&"b"), None);
}

#[test]
fn what_shares_a_hint_or_has_none_moves_where_something_comes_between() {
    let mut order = list(&[("a", "h"), ("b", "h"), ("c", "x")]);
    order.insert("n", Place::After(&"a"));
    assert_eq!(changes(&order), [("b", "h x!".to_owned()), ("n", "h h x!!".to_owned())]);

    let items = [("a", Some("h")), ("b", None), ("c", None)];
    let mut order: Arrangement<_> = items
        .map(|(key, hint)| (key, hint.map(OrderHint::new)))
        .into_iter()
        .collect();
    order.insert("n", Place::Before(&"c"));
    assert_eq!(changes(&order), [("b", "h !".to_owned()), ("n", "h ! !".to_owned())]);
}

#[test]
fn what_is_not_there_moves_nothing() {
    let mut order = list(&[("a", "1"), ("b", "2"), ("c", "3")]);
    let before = order.clone();
    assert!(!order.move_first(&"x") && !order.move_last(&"x"));
    assert!(!order.move_before(&"a", &"x") && !order.move_after(&"x", &"a"));
    assert!(!order.insert("a", Place::Last) && !order.insert("x", Place::After(&"y")));
    assert!(!order.remove(&"x") && !order.settle(&"x", OrderHint::new("1")));
    assert!(!order.set_order(&["b", "x"]) && !order.set_order(&["b", "b"]));
    assert!(order.move_before(&"b", &"b") && order.move_after(&"b", &"b"));
    assert_eq!(order, before);

    assert!(order.set_order(&["c", "a"]));
    assert_eq!(keys(&order), ["c", "a", "b"]);
    assert!(order.move_after(&"c", &"b") && order.remove(&"a"));
    assert_eq!(keys(&order), ["b", "c"]);
    assert_eq!(
        (order.len(), order.is_empty(), order.position(&"c")),
        (2, false, Some(1))
    );
    assert!(order.is_settled(), "what is taken out needs no move");
}

#[test]
fn as_few_items_move_as_can_be() {
    let hints = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let mut order: Arrangement<usize> = hints
        .iter()
        .map(|hint| Some(OrderHint::new(*hint)))
        .enumerate()
        .collect();
    order.set_order(&[4, 0, 1, 7, 2, 3, 5, 6]);
    let moved: Vec<_> = order.changes().iter().map(|change| change.key).collect();
    assert_eq!(moved, [4, 7]);
}

/// Of two neighbours that change places, either could move: it is the one that the user moved.
#[test]
fn what_was_dragged_is_what_moves() {
    for (dragged, other) in [("a", "b"), ("b", "a")] {
        let mut order = list(&[("a", "1"), ("b", "2")]);
        match dragged {
            "a" => order.move_after(&dragged, &other),
            _ => order.move_before(&dragged, &other),
        };
        assert_eq!(keys(&order), ["b", "a"]);
        let moved: Vec<_> = order.changes().iter().map(|change| change.key).collect();
        assert_eq!(moved, [dragged]);
    }
}

/// A service of another make than the emulator: its values are fractions, written in letters.
struct Service(BTreeMap<u32, String>);

impl Service {
    /// Takes a request apart, and writes the value that lies where it says.
    fn value(request: &str) -> String {
        let (value, rest) = Self::operand(request);
        assert!(rest.is_empty() && request.ends_with('!'), "no request: {request}");
        value
    }

    fn operand(text: &str) -> (String, &str) {
        match text.strip_suffix('!') {
            Some(inner) => {
                let (next, rest) = Self::operand(inner);
                let (previous, rest) = Self::operand(rest.strip_suffix(' ').unwrap());
                assert!(
                    next.is_empty() || previous < next,
                    "there is no place between {previous} and {next}"
                );
                (Self::middle(previous.as_bytes(), next.as_bytes()), rest)
            }
            None => {
                let start = text.rfind(' ').map_or(0, |space| space + 1);
                (text[start..].to_owned(), &text[..start])
            }
        }
    }

    fn middle(low: &[u8], high: &[u8]) -> String {
        let (mut value, mut is_below) = (String::new(), high.is_empty());
        loop {
            let least = low.get(value.len()).copied().unwrap_or(b'a');
            let most = if is_below { b'z' + 1 } else { high[value.len()] };
            value.push(char::from(least + (most - least) / 2));
            if most - least > 1 {
                return value;
            }
            is_below |= most > least;
        }
    }

    fn sorted(&self) -> Vec<u32> {
        let mut keys: Vec<_> = self.0.keys().copied().collect();
        keys.sort_by_key(|key| (&self.0[key], *key));
        keys
    }
}

/// How many items have to move at least: all but the longest part that is in order.
fn fewest(before: &[u32], after: &[u32]) -> usize {
    let ranks: Vec<_> = after
        .iter()
        .filter_map(|key| before.iter().position(|known| known == key))
        .collect();
    let mut longest = vec![1; ranks.len()];
    for at in 0..ranks.len() {
        for earlier in 0..at {
            if ranks[earlier] < ranks[at] {
                longest[at] = longest[at].max(longest[earlier] + 1);
            }
        }
    }
    after.len() - longest.into_iter().max().unwrap_or(0)
}

#[derive(Debug, Clone)]
enum Step {
    First(Index),
    Last(Index),
    Before(Index, Index),
    After(Index, Index),
    Insert(Index),
    Remove(Index),
    Turn,
    /// All moves are sent, or only some, and are answered.
    Send(Option<Index>),
}

fn step() -> impl Strategy<Value = Step> {
    let at = any::<Index>;
    prop_oneof![
        at().prop_map(Step::First),
        at().prop_map(Step::Last),
        (at(), at()).prop_map(|(key, other)| Step::Before(key, other)),
        (at(), at()).prop_map(|(key, other)| Step::After(key, other)),
        at().prop_map(Step::Insert),
        at().prop_map(Step::Remove),
        Just(Step::Turn),
        proptest::option::of(at()).prop_map(Step::Send),
    ]
}

proptest! {
    #[test]
    fn whatever_is_moved_and_sent_the_service_ends_in_the_order_that_was_meant(
        steps in proptest::collection::vec(step(), 1..60),
        number in 0_u32..12,
    ) {
        let mut service = Service((0..number).map(|key| (key, format!("h{}", char::from(b'b' + u8::try_from(key).unwrap())))).collect());
        let mut order: Arrangement<u32> = service.0.iter().map(|(key, hint)| (*key, Some(OrderHint::new(hint.as_str())))).collect();
        let mut meant = service.sorted();
        for (number, step) in steps.into_iter().chain([Step::Send(None)]).enumerate() {
            let pick = |index: &Index| (!meant.is_empty()).then(|| meant[index.index(meant.len())]);
            match step {
                Step::First(key) => if let Some(key) = pick(&key) {
                    prop_assert!(order.move_first(&key));
                    meant.retain(|known| *known != key);
                    meant.insert(0, key);
                },
                Step::Last(key) => if let Some(key) = pick(&key) {
                    prop_assert!(order.move_last(&key));
                    meant.retain(|known| *known != key);
                    meant.push(key);
                },
                Step::Before(key, other) | Step::After(key, other) if pick(&key) == pick(&other) => {}
                Step::Before(key, other) => if let (Some(key), Some(other)) = (pick(&key), pick(&other)) {
                    prop_assert!(order.move_before(&key, &other));
                    meant.retain(|known| *known != key);
                    meant.insert(meant.iter().position(|known| *known == other).unwrap(), key);
                },
                Step::After(key, other) => if let (Some(key), Some(other)) = (pick(&key), pick(&other)) {
                    prop_assert!(order.move_after(&key, &other));
                    meant.retain(|known| *known != key);
                    meant.insert(meant.iter().position(|known| *known == other).unwrap() + 1, key);
                },
                Step::Insert(at) => {
                    let key = 100 + u32::try_from(number).unwrap();
                    let other = pick(&at);
                    prop_assert!(order.insert(key, other.as_ref().map_or(Place::First, Place::Before)));
                    let at = other.map_or(0, |other| meant.iter().position(|known| *known == other).unwrap());
                    meant.insert(at, key);
                }
                Step::Remove(key) => if let Some(key) = pick(&key) {
                    prop_assert!(order.remove(&key));
                    service.0.remove(&key);
                    meant.retain(|known| *known != key);
                },
                Step::Turn => {
                    meant.reverse();
                    prop_assert!(order.set_order(&meant));
                }
                Step::Send(some) => {
                    let mut moves = order.changes();
                    let hints: BTreeSet<_> = service.0.values().collect();
                    if hints.len() == service.0.len() {
                        prop_assert_eq!(moves.len(), fewest(&service.sorted(), &meant));
                    }
                    if let Some(some) = some {
                        moves.truncate(some.index(moves.len() + 1));
                    }
                    for change in moves {
                        let value = Service::value(change.hint.as_str());
                        order.settle(&change.key, OrderHint::new(value.as_str()));
                        service.0.insert(change.key, value);
                    }
                    if some.is_none() {
                        prop_assert_eq!(service.sorted(), meant.clone());
                        prop_assert!(order.is_settled());
                    }
                }
            }
            prop_assert_eq!(keys(&order), meant.clone());
        }
    }

    /// The hints also sort as they are, before the service has seen them, next to those that stay.
    #[test]
    fn hints_that_were_not_sent_yet_sort_as_meant(number in 1_u32..40, order_of in any::<Vec<Index>>()) {
        let hint = |key: u32| format!("h{}{}", char::from(b'b' + u8::try_from(key / 20).unwrap()), char::from(b'b' + u8::try_from(key % 20).unwrap()));
        let mut order: Arrangement<u32> = (0..number).map(|key| (key, Some(OrderHint::new(hint(key))))).collect();
        for index in order_of {
            let key = u32::try_from(index.index(number as usize)).unwrap();
            order.move_first(&key);
        }
        let mut texts: BTreeMap<u32, String> = (0..number).map(|key| (key, hint(key))).collect();
        texts.extend(order.changes().into_iter().map(|change| (change.key, change.hint.as_str().to_owned())));
        let sorted: Vec<_> = order.keys().map(|key| texts[key].as_str()).collect();
        prop_assert!(sorted.is_sorted(), "{sorted:?}");
    }

    /// No list, however it is made, is a reason to panic, to move everything, or to send what the service said.
    #[test]
    fn any_hints_make_a_list(
        hints in proptest::collection::vec(proptest::option::of("[ !-~]{0,4}"), 0..20),
        seeds in proptest::collection::vec(any::<Index>(), 0..8),
    ) {
        let mut order: Arrangement<usize> = hints.iter().map(|hint| hint.clone().map(OrderHint::new)).enumerate().collect();
        prop_assert!(order.changes().is_empty());
        for seed in seeds {
            if !hints.is_empty() {
                order.move_last(&seed.index(hints.len()));
            }
        }
        for change in order.changes() {
            prop_assert!(change.hint.as_str().ends_with('!'));
        }
    }
}
