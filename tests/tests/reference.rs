//! Against real metadata and documented exchanges, which are not part of this repository.

use std::{ffi::OsStr, fs};

use msgraph_codegen::{Extent, Input, Source, generate, plan::Version};
use tests::{own_slice, read, reference, repository, xtask};

/// Our own exchanges exercise every operation; the documented ones are as documented, but for the exceptions.
#[test]
fn exchanges_are_as_documented() {
    let own = conformance::own().unwrap();
    assert!(own.complaints().is_empty(), "{}", own.complaints().join("\n"));
    let Some(path) = reference("examples/documented-exchanges.json") else {
        return;
    };
    let given = conformance::given(&path).unwrap();
    assert!(given.complaints().is_empty(), "{}", given.complaints().join("\n"));
    assert!(given.to_string().starts_with("exchanges 50, routed 50,"), "{given}");
}

/// The emulator answers exchanges with the documented status and shape, but for the exceptions.
#[test]
fn the_emulator_answers_as_documented() {
    let mut complaints = conformance::replay::own().unwrap().complaints().to_vec();
    if let Some(path) = reference("examples/documented-exchanges.json") {
        let given = conformance::replay::given(&path).unwrap();
        complaints.extend_from_slice(given.complaints());
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Generates from Graph's own metadata into a folder of this name, and checks that it compiles.
fn generate_from_graph(name: &str, root: &str) {
    let Some(metadata) = reference("metadata/graph-v1.0.csdl.xml") else {
        return;
    };
    let out = repository().join("target/golden").join(name);
    let _ = fs::remove_dir_all(&out);
    let mut arguments: Vec<&OsStr> = ["generate", "--metadata"].map(OsStr::new).into();
    arguments.push(metadata.as_os_str());
    arguments.extend(["--root", root].map(OsStr::new));
    let derived = ["microsoft.graph.attachmentBase", "microsoft.graph.extension"];
    arguments.extend(derived.into_iter().flat_map(|ty| ["--derived", ty]).map(OsStr::new));
    arguments.extend([OsStr::new("--out"), out.as_os_str()]);
    xtask(&arguments);
    tests::check_workspace(&out);
}

/// The same types come out of the whole of Graph's own metadata.
#[test]
fn the_whole_of_graph_gives_the_same_types() {
    let Some(whole) = reference("metadata/graph-v1.0.csdl.xml") else {
        return;
    };
    let mut input = own_slice();
    let ours = generate(&input).unwrap().model;
    input.metadata[0].1 = Source::new("graph-v1.0.csdl.xml", read(&whole));
    let theirs = generate(&input).unwrap().model;
    assert_eq!(ours.len(), theirs.len());
    // Since when something is retired is said in our words, and in Graph's.
    let without_notes = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("/// Retired: "));
        lines.map(str::to_owned).collect()
    };
    for (path, text) in ours {
        let other = theirs.get(&path).unwrap();
        assert_eq!(without_notes(other), without_notes(&text), "{path}");
    }
}

/// Every fact of our metadata is one of Graph's, or explained, and our roots reach nothing there that we lack.
#[test]
fn our_metadata_agrees_with_the_whole() {
    for (api, file) in [("v1.0", "graph-v1.0.csdl.xml"), ("beta", "graph-beta-usnat.csdl.xml")] {
        let Some(metadata) = reference(&format!("metadata/{file}")) else {
            return;
        };
        let check = ["metadata", "check", "--api", api, "--against"].map(OsStr::new);
        let printed = xtask(&[&check[..], &[metadata.as_os_str()]].concat());
        assert!(printed.contains("differences 0"), "{printed}");
    }
}

/// What the README shows: another part of Graph.
#[test]
fn other_parts_of_graph_compile() {
    for (name, root) in [
        ("task", "planner/tasks/**"),
        ("calendar", "me/events/**"),
        ("todo", "me/todo/**"),
    ] {
        generate_from_graph(name, root);
    }
}

/// All of Graph: whatever the file declares is generated, or left out with a reason, twice the same.
#[test]
fn everything_of_graph_is_accounted_for() {
    for file in ["graph-v1.0.csdl.xml", "graph-beta-usnat.csdl.xml"] {
        let Some(path) = reference(&format!("metadata/{file}")) else {
            return;
        };
        let text = read(&path);
        let count = |elements: &[&str]| -> usize {
            elements
                .iter()
                .map(|element| text.matches(&format!("<{element} ")).count())
                .sum()
        };
        let types = count(&["EntityType", "ComplexType", "EnumType", "TypeDefinition"]);
        let calls = count(&["Function", "Action"]);
        let input = Input {
            metadata: vec![(Version::V1, Source::new(file, text.clone()))],
            extent: Extent::Whole,
            derived: Vec::new(),
            ..own_slice()
        };
        let output = generate(&input).unwrap();
        let report = &output.report;
        assert_eq!(
            (report.types, report.calls + report.calls_left_out),
            (types, calls),
            "{file}"
        );
        let left_out = output.lock.lines().skip_while(|line| !line.starts_with("# left out"));
        let left_out = left_out.filter(|line| line.ends_with("called on") || line.contains("called on nothing"));
        assert_eq!(left_out.count(), report.calls_left_out, "{file}");
        if file.starts_with("graph-v1.0") {
            let again = generate(&input).unwrap();
            assert!(again.model == output.model && again.request == output.request && again.lock == output.lock);
        }
    }
}
