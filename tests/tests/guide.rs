//! The guide of the generator, run as it is written.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use msgraph_codegen::{Source, tool::Manifest};
use tests::{read, reference, repository};

/// What stands in the guide: files by their path, and commands.
#[derive(Debug, Default)]
struct Guide {
    files: BTreeMap<String, String>,
    commands: Vec<String>,
    /// Manifests that stand alone.
    manifests: Vec<String>,
}

impl Guide {
    /// A block is a file where the line before it is a path, or commands of a shell.
    fn read(text: &str) -> Self {
        let mut guide = Self::default();
        let mut lines = text.lines();
        let mut last = "";
        while let Some(line) = lines.next() {
            if let Some(language) = line.strip_prefix("```") {
                let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
                let path = last.strip_prefix('`').and_then(|line| line.strip_suffix("`:"));
                match path {
                    Some(path) => {
                        guide.files.insert(path.to_owned(), block.join("\n") + "\n");
                    }
                    None if language == "toml" => guide.manifests.push(block.join("\n")),
                    None if language == "sh" => guide.commands.extend(block.iter().map(ToString::to_string)),
                    None => {}
                }
            } else if !line.is_empty() {
                last = line;
            }
        }
        guide
    }
}

/// Runs cargo, and returns all that it prints.
fn cargo(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    let output = command.args(arguments).current_dir(folder).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments:?}:\n{text}");
    text
}

#[test]
fn the_guide_does_what_it_says() {
    let Some(metadata) = reference("metadata/graph-v1.0.csdl.xml") else {
        return;
    };
    let guide = Guide::read(&read(&repository().join("crates/msgraph-codegen/GUIDE.md")));
    assert_eq!(guide.files.len(), 6, "{:?}", guide.files.keys());
    let scratch = tempfile::tempdir().unwrap();
    let app = scratch.path().join("app");
    for (path, text) in &guide.files {
        let path = app.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    // The crates of this repository stand for the published ones.
    let here = |name: &str| format!("{name} = {{ path = {:?} }}\n", repository().join("crates").join(name));
    let patch = "[patch.crates-io]\n".to_owned() + &here("msgraph-core") + &here("msgraph-model");
    fs::create_dir_all(app.join(".cargo")).unwrap();
    fs::write(app.join(".cargo/config.toml"), patch).unwrap();
    fs::copy(repository().join("Cargo.lock"), app.join("Cargo.lock")).unwrap();

    assert_eq!(guide.manifests.len(), 1);
    for manifest in &guide.manifests {
        Manifest::parse(Source::new("the guide", manifest), Path::new("msgraph.toml")).unwrap();
    }

    let [fetch, generate] = guide.commands.as_slice() else {
        panic!("{:?}", guide.commands)
    };
    let words: Vec<_> = fetch.split(' ').collect();
    let output = words.iter().position(|word| *word == "--output").unwrap();
    fs::copy(metadata, app.join(words.get(output + 1).unwrap())).unwrap();

    let generate: Vec<_> = generate.split(' ').collect();
    let (program, command) = generate.split_first().unwrap();
    assert_eq!(*program, "cargo");
    let manifest = repository().join("Cargo.toml").display().to_string();
    let tool = ["run", "--quiet", "--offline", "--manifest-path", &manifest];
    let tool = [
        &tool[..],
        &["--package", "msgraph-codegen", "--features", "tool", "--"],
        command,
    ]
    .concat();
    let printed = cargo(&app, &tool);
    let types = printed.lines().filter_map(|line| {
        let rest = line.strip_prefix("types ")?;
        rest.split_once(',')?.0.parse::<usize>().ok()
    });
    let types: Vec<_> = types.collect();
    assert!(types.len() == 2 && types.iter().all(|types| *types < 80), "{printed}");

    let target = repository().join("target/guide").display().to_string();
    let printed = cargo(&app, &["test", "--offline", "--target-dir", &target]);
    assert!(
        printed.contains("test result: ok. 5 passed") && !printed.contains("warning"),
        "{printed}"
    );

    // Nothing is left to do, and what a hand changes is found.
    let again = cargo(&app, &[&tool[..], &["--check"]].concat());
    assert!(again.contains("everything was up to date"), "{again}");
    let lock = PathBuf::from("calendar/slice.lock");
    assert!(read(&app.join(lock)).contains("DateTimeTimeZone <- msgraph-model"));
}
