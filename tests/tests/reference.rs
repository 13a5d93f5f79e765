//! Against real metadata and documented exchanges, which are not part of this repository.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on panics"
)]

use std::{ffi::OsStr, fs, path::PathBuf};

use msgraph_core::Versioned;
use msgraph_model::{
    PlannerAssignedToTaskBoardTaskFormat, PlannerBucketTaskBoardTaskFormat, PlannerProgressTaskBoardTaskFormat,
    PlannerTask, PlannerTaskDetails,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tests::{read, reference, repository, xtask};

/// The objects of a body: itself, or those of its `value`.
fn objects(body: &Value) -> Vec<&Value> {
    match body.get("value").and_then(Value::as_array) {
        Some(items) => items.iter().collect(),
        None => vec![body],
    }
}

/// The kind of object that a request is about, from its URL.
fn kind(url: &str, object: &Value) -> Option<&'static str> {
    let path: Vec<_> = url.split('/').skip(4).collect();
    match path.as_slice() {
        ["planner", "tasks"] | ["planner", "tasks", _] => Some("task"),
        ["planner", "tasks", _, "details"] => Some("details"),
        ["planner", "tasks", _, "assignedToTaskBoardFormat"] => Some("assignedTo"),
        ["planner", "tasks", _, "bucketTaskBoardFormat"] => Some("bucket"),
        ["planner", "tasks", _, "progressTaskBoardFormat"] => Some("progress"),
        _ => match object.get("@odata.type")?.as_str()? {
            "#microsoft.graph.plannerTask" => Some("task"),
            "#microsoft.graph.plannerTaskDetails" => Some("details"),
            _ => None,
        },
    }
}

fn assert_lossless<T: DeserializeOwned + Serialize>(object: &Value) {
    let text = object.to_string();
    let decoded: T = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let encoded: Value = serde_json::from_str(&serde_json::to_string(&decoded).unwrap()).unwrap();
    assert_eq!(encoded, *object);
}

#[test]
fn documented_bodies_lose_nothing() {
    let Some(path) = reference("examples/documented-exchanges.json") else {
        return;
    };
    let exchanges: Vec<Value> = serde_json::from_str(&read(&path)).unwrap();
    let mut counts = [0; 5];
    for exchange in &exchanges {
        let url = exchange["request"]["url"].as_str().unwrap();
        let bodies = [&exchange["request"]["body"], &exchange["response"]["body"]];
        for object in bodies.into_iter().filter(|body| body.is_object()).flat_map(objects) {
            let Some(kind) = kind(url, object) else { continue };
            match kind {
                "task" => {
                    assert_lossless::<PlannerTask>(object);
                    assert_lossless::<Versioned<PlannerTask>>(object);
                    counts[0] += 1;
                }
                "details" => {
                    assert_lossless::<PlannerTaskDetails>(object);
                    assert_lossless::<Versioned<PlannerTaskDetails>>(object);
                    counts[1] += 1;
                }
                "assignedTo" => {
                    assert_lossless::<Versioned<PlannerAssignedToTaskBoardTaskFormat>>(object);
                    counts[2] += 1;
                }
                "bucket" => {
                    assert_lossless::<Versioned<PlannerBucketTaskBoardTaskFormat>>(object);
                    counts[3] += 1;
                }
                _ => {
                    assert_lossless::<Versioned<PlannerProgressTaskBoardTaskFormat>>(object);
                    counts[4] += 1;
                }
            }
        }
    }
    let [tasks, details, assigned_to, bucket, progress] = counts;
    println!("task {tasks}, details {details}, board formats {assigned_to} + {bucket} + {progress}");
    assert!(
        tasks >= 9 && assigned_to >= 4 && bucket >= 4 && progress >= 6,
        "{counts:?}"
    );
}

/// Generates from Graph's own metadata into a folder of this name, and checks that it compiles.
fn generate_from_graph(name: &str, roots: &[String]) -> Option<PathBuf> {
    let metadata = reference("metadata/graph-v1.0.csdl.xml")?;
    let out = repository().join("target/golden").join(name);
    let _ = fs::remove_dir_all(&out);
    let mut arguments: Vec<&OsStr> = ["generate", "--metadata"].map(OsStr::new).into();
    arguments.push(metadata.as_os_str());
    arguments.extend(roots.iter().flat_map(|root| ["--root", root]).map(OsStr::new));
    let derived = ["microsoft.graph.attachmentBase", "microsoft.graph.extension"];
    arguments.extend(derived.into_iter().flat_map(|ty| ["--derived", ty]).map(OsStr::new));
    arguments.extend([OsStr::new("--out"), out.as_os_str()]);
    xtask(&arguments);
    tests::check_workspace(&out);
    Some(out)
}

/// The roots of this repository's own slice.
fn own_roots() -> Vec<String> {
    let manifest: toml::Table = toml::from_str(&read(&repository().join("metadata/generate.toml"))).unwrap();
    let slices = manifest["slice"].as_array().unwrap();
    let roots = slices.iter().flat_map(|slice| slice["roots"].as_array().unwrap());
    roots.map(|root| root.as_str().unwrap().to_owned()).collect()
}

/// The same types come out of the whole of Graph's own metadata, and compile.
#[test]
fn the_whole_of_graph_gives_the_same_types() {
    let Some(out) = generate_from_graph("whole-graph", &own_roots()) else {
        return;
    };
    let ours = repository().join("crates/msgraph-model/src/generated");
    let out = out.join("model/src/generated");
    for entry in fs::read_dir(&ours).unwrap() {
        let name = entry.unwrap().file_name();
        assert_eq!(read(&out.join(&name)), read(&ours.join(&name)), "{}", name.display());
    }
    assert_eq!(
        fs::read_dir(&out).unwrap().count(),
        fs::read_dir(&ours).unwrap().count()
    );
}

/// Every fact of our metadata is one of Graph's, and our roots reach nothing there that we lack.
#[test]
fn our_metadata_agrees_with_the_whole() {
    let Some(metadata) = reference("metadata/graph-v1.0.csdl.xml") else {
        return;
    };
    let check = ["metadata", "check", "--api", "v1.0", "--against"].map(OsStr::new);
    let printed = xtask(&[&check[..], &[metadata.as_os_str()]].concat());
    assert!(printed.contains("differences 0"), "{printed}");
}

/// What the README shows: another part of Graph.
#[test]
fn other_parts_of_graph_compile() {
    for (name, root) in [
        ("task", "planner/tasks/**"),
        ("calendar", "me/events/**"),
        ("todo", "me/todo/**"),
    ] {
        generate_from_graph(name, &[root.to_owned()]);
    }
}
