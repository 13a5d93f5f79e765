//! The pages about what the emulator does say what is so.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

use std::{fs, path::Path};

use msgraph_emulator::{Config, Emulator, Seed};

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(path).expect("a text"));
        }
    }
}

/// C9
#[test]
fn every_row_is_in_the_matrix_and_every_test_is_there() {
    let matrix = read("docs/support.md");
    for (letter, last) in [('E', 10), ('D', 10), ('R', 8), ('T', 6), ('C', 9)] {
        for number in 1..=last {
            assert!(
                matrix.contains(&format!("| {letter}{number} |")),
                "{letter}{number} is missing"
            );
        }
    }
    let mut code = String::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    sources(&root.join("tests"), &mut code);
    sources(&root.join("src"), &mut code);
    let names = matrix.split('`').skip(1).step_by(2);
    let tests: Vec<_> = names
        .filter(|name| name.contains('_') && !name.contains(['/', ' ', '.']))
        .collect();
    assert!(tests.len() > 60, "{}", tests.len());
    for test in tests {
        assert!(code.contains(&format!("fn {test}(")), "{test} is no test");
    }
}

#[test]
fn every_switch_is_explained() {
    let page = read("docs/differences.md");
    let config = serde_json::to_value(Config::default()).expect("JSON");
    for name in config.as_object().expect("an object").keys() {
        let words = name.chars().fold(String::new(), |mut words, letter| {
            if letter.is_ascii_uppercase() {
                words.push('_');
            }
            words.push(letter.to_ascii_lowercase());
            words
        });
        assert!(page.contains(&format!("`{words}`")), "{words} is not explained");
    }
}

#[test]
fn the_example_of_a_seed_is_one() {
    let seed = Seed::parse(&read("examples/team.json")).unwrap_or_else(|error| panic!("{error}"));
    let emulator = Emulator::seeded(&seed).unwrap_or_else(|error| panic!("{error}"));
    let state = emulator.state();
    let count = |kind: &str| state[kind].as_object().map_or(0, serde_json::Map::len);
    assert_eq!((count("plan"), count("task"), count("user")), (1, 1, 2));
}
