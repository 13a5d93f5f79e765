//! What a change of the input means for users: one case for each row of the table of `msgraph_codegen::changes`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use msgraph_codegen::{changes::changes, generate, plan::Plan};
use serde::Deserialize;
use tests::{golden, read, repository};

/// `changes/cases.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    about: String,
    /// The case of `golden/` that is changed.
    base: String,
    /// The file of it in which a text is replaced.
    file: String,
    old: String,
    new: String,
    /// What is told when the old gives way to the new.
    forth: Vec<String>,
    /// What is told the other way round.
    back: Vec<String>,
}

fn cases() -> Vec<Case> {
    let cases: Cases = toml::from_str(&read(&repository().join("tests/changes/cases.toml"))).unwrap();
    cases.case
}

/// The plan of a golden case, with one text of one file replaced.
fn plan(base: &str, change: Option<&Case>) -> Plan {
    let folder = repository().join("tests/golden").join(base);
    let input = golden::case(&folder, |name, text| match change.filter(|case| case.file == name) {
        Some(case) => {
            assert_eq!(text.matches(&case.old).count(), 1, "{}: {}", case.about, case.old);
            text.replace(&case.old, &case.new)
        }
        None => text,
    });
    generate(&input).unwrap().plan
}

fn told(old: &Plan, new: &Plan) -> Vec<String> {
    changes(old, new).iter().map(ToString::to_string).collect()
}

#[test]
fn each_kind_of_change_is_told_with_what_it_means() {
    for case in cases() {
        let (base, changed) = (plan(&case.base, None), plan(&case.base, Some(&case)));
        assert_eq!(told(&base, &base), [""; 0], "{}", case.base);
        assert_eq!(told(&base, &changed), case.forth, "{}", case.about);
        assert_eq!(told(&changed, &base), case.back, "{}, back", case.about);
    }
}
