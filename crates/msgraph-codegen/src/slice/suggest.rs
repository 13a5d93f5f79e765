//! What may have been meant by a root or a type that is not there.

use crate::{
    csdl::{Edm, QualifiedName},
    glob::Glob,
};

/// What can stand where a glob goes wrong.
pub(super) fn nearest(edm: &Edm, glob: &Glob) -> String {
    let mut above = String::new();
    let mut here: Option<(&QualifiedName, bool)> = None;
    for name in glob.beginning() {
        let names: Vec<&str> = match here {
            None => edm.roots.keys().map(String::as_str).collect(),
            Some((target, true)) => {
                let calls = edm
                    .calls
                    .iter()
                    .filter(|call| call.collection && call.target == *target);
                ["{id}"]
                    .into_iter()
                    .chain(calls.map(|call| call.name.as_str()))
                    .collect()
            }
            Some((target, false)) => {
                let calls = edm
                    .calls
                    .iter()
                    .filter(|call| !call.collection && call.target == *target);
                edm.navigations(target)
                    .map(|navigation| navigation.name.as_str())
                    .chain(calls.map(|call| call.name.as_str()))
                    .collect()
            }
        };
        let next = match here {
            None => edm.roots.get(name).map(|root| (&root.target, root.collection)),
            Some((target, true)) => (name == "{}").then_some((target, false)),
            Some((target, false)) => {
                let navigation = edm.navigations(target).find(|navigation| navigation.name == name);
                navigation.map(|navigation| (&navigation.target, navigation.collection))
            }
        };
        if next.is_none() {
            let place = if above.is_empty() {
                "a path begins with".to_owned()
            } else {
                format!("after `{above}` comes")
            };
            return match names.as_slice() {
                [] => format!("nothing comes after `{above}`"),
                _ => format!("{place} one of: {}", closest(name, names)),
            };
        }
        here = next;
        let segment = if name == "{}" { "{id}" } else { name };
        above = if above.is_empty() {
            segment.to_owned()
        } else {
            format!("{above}/{segment}")
        };
    }
    format!("nothing below `{above}` is like it")
}

/// What a type may be meant by a name that is none.
pub(super) fn like(edm: &Edm, name: &str) -> String {
    let last = name.rsplit('.').next().unwrap_or(name);
    let names = edm.types.keys().filter(|name| alike(last, name.name()) > 0);
    let mut names: Vec<_> = names.collect();
    names.sort_by_key(|name| std::cmp::Reverse(alike(last, name.name())));
    names.truncate(4);
    match names.as_slice() {
        [] => "write the name of a type with its namespace".to_owned(),
        names => {
            let names: Vec<_> = names.iter().map(|name| name.as_str()).collect();
            format!(
                "write the name of a type with its namespace, such as: {}",
                names.join(", ")
            )
        }
    }
}

/// How many letters two names begin with alike, whatever their case; more where they are one.
fn alike(one: &str, other: &str) -> usize {
    let pairs = one.chars().zip(other.chars());
    let same = pairs.take_while(|(one, other)| one.eq_ignore_ascii_case(other)).count();
    same + usize::from(one.eq_ignore_ascii_case(other))
}

/// The names that are most like one, the rest by alphabet.
fn closest(name: &str, mut names: Vec<&str>) -> String {
    const SHOWN: usize = 12;
    let alike = |other: &str| {
        name.chars()
            .zip(other.chars())
            .take_while(|(one, two)| one == two)
            .count()
    };
    names.sort_by_key(|other| (std::cmp::Reverse(alike(other)), (*other).to_owned()));
    names.dedup();
    let rest = if names.len() > SHOWN { ", ..." } else { "" };
    names.truncate(SHOWN);
    format!("{}{rest}", names.join(", "))
}
