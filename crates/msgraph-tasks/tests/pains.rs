//! What the page of troubles names is there.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::{fs, path::Path};

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_name_on_the_page_occurs_in_the_sources() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    sources(&here.join("src"), &mut text);
    let words: Vec<_> = text
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .collect();
    let page = fs::read_to_string(here.join("docs/pains.md")).unwrap();
    let quoted: Vec<_> = page.split('`').skip(1).step_by(2).collect();
    assert!(quoted.len() > 20, "{quoted:?}");
    // The name of a crate is no path.
    for path in quoted.into_iter().filter(|path| !path.contains('-')) {
        for name in path.split("::") {
            assert!(words.contains(&name), "`{path}` is not in the sources");
        }
    }
}
