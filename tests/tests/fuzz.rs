//! Whatever is done to CSDL text, generation ends with crates or with complaints, never with a panic. `FUZZ_SECONDS` says how
//! long; without it a few hundred texts are tried. A failure names its seed, and `FUZZ_SEED` begins there.

use std::{
    env, fs,
    panic::{catch_unwind, resume_unwind},
    time::{Duration, Instant},
};

use msgraph_codegen::{Extent, Input, Source, generate, plan::Version};
use proptest::{
    prelude::*,
    sample::Index,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use tests::{read, repository};

/// How many texts are tried where no time is given.
const FEW: u64 = 300;

/// What an attribute may be made to say.
const VALUES: &[&str] = &[
    "",
    "self",
    "2",
    "..",
    "a b",
    "é",
    "&lt;",
    "true",
    "maybe",
    "99999999999999999999",
    "-1",
    "Edm.String",
    "Edm.Nothing",
    "Edm.Stream",
    "Collection(Edm.Stream)",
    "Collection(",
    "graph.entity",
    "graph.plannerTask",
    "Collection(graph.plannerUser)",
    "microsoft.graph.todoTask",
    "identity",
    "entity",
    "delta",
    "create",
];

/// What may stand between elements.
const PIECES: &[&str] = &[
    "<",
    "\u{feff}",
    "<Key><PropertyRef Name=\"x\" /></Key>",
    "<Property Name=\"id\" Type=\"Edm.Int32\" />",
    "<NavigationProperty Name=\"planner\" Type=\"Collection(graph.user)\" ContainsTarget=\"true\" />",
    "<Annotation Term=\"Org.OData.Core.V1.Revisions\"><Record><PropertyValue Property=\"Kind\" /></Record></Annotation>",
    "<Annotations Target=\"\" />",
    "<FunctionImport Name=\"f\" />",
    "<Member Name=\"unknown\" />",
];

/// One change to the lines of a text. Lines hold an element each, so that what comes out is often XML.
#[derive(Debug, Clone)]
enum Change {
    Remove(Index),
    Copy(Index, Index),
    Insert(Index, &'static str),
    Attribute(Index, Index, &'static str),
    Word(Index, &'static str, &'static str),
    Characters(Index, Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let words = [
        ("Entity", "Complex"),
        ("Property", "NavigationProperty"),
        ("Function", "Action"),
        ("\"true\"", "\"false\""),
    ];
    prop_oneof![
        2 => any::<Index>().prop_map(Change::Remove),
        3 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Change::Copy(from, to)),
        1 => (any::<Index>(), prop::sample::select(PIECES)).prop_map(|(at, piece)| Change::Insert(at, piece)),
        8 => (any::<Index>(), any::<Index>(), prop::sample::select(VALUES))
            .prop_map(|(line, attribute, value)| Change::Attribute(line, attribute, value)),
        2 => (any::<Index>(), prop::sample::select(words.to_vec()))
            .prop_map(|(line, (from, to))| Change::Word(line, from, to)),
        1 => (any::<Index>(), any::<Index>(), 1..30_usize)
            .prop_map(|(line, at, length)| Change::Characters(line, at, length)),
    ]
}

impl Change {
    fn apply(&self, lines: &mut Vec<String>) {
        let end = lines.len();
        if end == 0 {
            return;
        }
        match self {
            Self::Remove(line) => {
                lines.remove(line.index(end));
            }
            Self::Copy(from, to) => {
                let line = lines.get(from.index(end)).cloned().unwrap_or_default();
                lines.insert(to.index(end), line);
            }
            Self::Insert(at, piece) => lines.insert(at.index(end), (*piece).to_owned()),
            Self::Attribute(line, attribute, value) => {
                let Some(line) = lines.get_mut(line.index(end)) else {
                    return;
                };
                let mut parts: Vec<_> = line.split('"').map(str::to_owned).collect();
                let values = parts.len() / 2;
                if values > 0
                    && let Some(part) = parts.get_mut(2 * attribute.index(values) + 1)
                {
                    (*value).clone_into(part);
                }
                *line = parts.join("\"");
            }
            Self::Word(line, from, to) => {
                if let Some(line) = lines.get_mut(line.index(end)) {
                    *line = line.replacen(from, to, 1);
                }
            }
            Self::Characters(line, at, length) => {
                let Some(line) = lines.get_mut(line.index(end)) else {
                    return;
                };
                let letters: Vec<_> = line.chars().collect();
                if letters.is_empty() {
                    return;
                }
                let at = at.index(letters.len());
                let kept = letters
                    .iter()
                    .enumerate()
                    .filter(|(place, _)| *place < at || *place >= at + length);
                *line = kept.map(|(_, letter)| *letter).collect();
            }
        }
    }
}

/// The texts that are changed: ours, and those of the golden cases.
fn seeds() -> Vec<String> {
    let metadata = repository().join("metadata");
    let mut texts: Vec<_> = ["v1.0", "beta"]
        .iter()
        .map(|version| read(&metadata.join(format!("{version}.csdl.xml"))))
        .collect();
    let Ok(cases) = fs::read_dir(repository().join("tests/golden")) else {
        return texts;
    };
    let inputs = cases.filter_map(|case| Some(case.ok()?.path().join("input.csdl.xml")));
    let mut inputs: Vec<_> = inputs.filter(|path| path.exists()).collect();
    inputs.sort();
    texts.extend(inputs.iter().map(|path| read(path)));
    texts
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

#[test]
fn no_text_makes_generation_panic() {
    let texts = seeds();
    let limit = number("FUZZ_SECONDS").map(Duration::from_secs);
    let started = Instant::now();
    let first = number("FUZZ_SEED").unwrap_or_default();
    let (mut tried, mut accepted) = (0_u64, 0_u64);
    for seed in first.. {
        let is_done = limit.map_or(tried >= FEW, |limit| started.elapsed() >= limit);
        if is_done {
            break;
        }
        let mut bytes = [0; 32];
        for (byte, value) in bytes.iter_mut().zip(seed.to_le_bytes()) {
            *byte = value;
        }
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let strategy = (any::<Index>(), prop::collection::vec(change(), 1..6));
        let Ok(tree) = strategy.new_tree(&mut runner) else {
            continue;
        };
        let (text, changes) = tree.current();
        let text = texts
            .get(text.index(texts.len()))
            .map(String::as_str)
            .unwrap_or_default();
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        for change in &changes {
            change.apply(&mut lines);
        }
        let text = lines.join("\n");
        let input = Input::new(Version::V1, Source::new("fuzz", text), Extent::Whole, "fuzz_model");
        let result = catch_unwind(|| generate(&input).map(|output| output.lock.len()));
        tried += 1;
        match result {
            Ok(Ok(_)) => accepted += 1,
            Ok(Err(complaints)) => {
                let text = complaints.to_string();
                assert!(!text.contains("is not Rust"), "seed {seed}: {text}");
            }
            Err(panic) => {
                println!("seed {seed}: {changes:?}");
                resume_unwind(panic);
            }
        }
    }
    println!("texts {tried}, accepted {accepted}, refused {}", tried - accepted);
    assert!(accepted > 0 && accepted < tried, "texts {tried}, accepted {accepted}");
}
