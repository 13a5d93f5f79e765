//! Golden cases of generation: `golden/README.md` says what a case is.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::{
    collections::BTreeMap,
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use msgraph_codegen::{CoreDependency, Output, generate, tables, workspace};
use tests::{golden, read, repository, xtask};

/// Every case, by name.
fn cases() -> BTreeMap<String, PathBuf> {
    let folder = repository().join("tests/golden");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let folders = entries.filter(|path| path.is_dir());
    folders
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path))
        .collect()
}

fn run(folder: &Path) -> Result<Output, String> {
    generate(&golden::case(folder, |_, text| text)).map_err(|complaints| complaints.to_string())
}

/// What a case is expected to give, by path below its folder.
fn expected_files(folder: &Path, result: &Result<Output, String>) -> BTreeMap<String, String> {
    match result {
        Err(complaints) => BTreeMap::from([("expected.err".to_owned(), format!("{complaints}\n"))]),
        Ok(output) => {
            let model = output
                .model
                .iter()
                .map(|(path, text)| (format!("expected/model/{path}"), text.clone()));
            let request = output
                .request
                .iter()
                .map(|(path, text)| (format!("expected/request/{path}"), text.clone()));
            let plan = ("expected/plan.txt".to_owned(), format!("{:#?}\n", output.plan));
            let lock = ("expected/slice.lock".to_owned(), output.lock.clone());
            let tables = if golden::has_tables(folder) {
                tables(&output.plan).unwrap()
            } else {
                BTreeMap::new()
            };
            let tables = tables
                .into_iter()
                .map(|(path, text)| (format!("expected/tables/{path}"), text));
            model.chain(request).chain(tables).chain([plan, lock]).collect()
        }
    }
}

/// The files that a case holds as expected.
fn golden_files(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut queue = vec![folder.join("expected"), folder.join("expected.err")];
    while let Some(path) = queue.pop() {
        if path.is_dir() {
            queue.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.exists() {
            files.insert(path.strip_prefix(folder).unwrap().display().to_string(), read(&path));
        }
    }
    files
}

#[test]
fn every_case_gives_what_is_expected() {
    let update = env::var_os("UPDATE_GOLDEN").is_some();
    let mut differences = Vec::new();
    for (name, folder) in cases() {
        let (expected, golden) = (expected_files(&folder, &run(&folder)), golden_files(&folder));
        if expected == golden {
            continue;
        }
        let paths = expected.keys().chain(golden.keys());
        let differing = paths.filter(|path| expected.get(*path) != golden.get(*path));
        differences.extend(differing.map(|path| format!("{name}/{path}")));
        if update {
            let _ = fs::remove_dir_all(folder.join("expected"));
            let _ = fs::remove_file(folder.join("expected.err"));
            for (path, text) in expected {
                let path = folder.join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
        }
    }
    differences.dedup();
    let word = if update {
        "updated; read the diff"
    } else {
        "to accept them, set UPDATE_GOLDEN=1"
    };
    assert!(
        differences.is_empty(),
        "golden files differ ({word}):\n{}",
        differences.join("\n")
    );
}

/// A golden that does not compile is no golden.
#[test]
fn every_expected_crate_compiles_without_warnings() {
    let scratch = repository().join("target/golden");
    let _ = fs::remove_dir_all(scratch.join("cases"));
    let core = CoreDependency::Path(repository().join("crates/msgraph-core").display().to_string());
    let mut members = Vec::new();
    for (name, folder) in cases() {
        let Ok(output) = run(&folder) else { continue };
        let name = name.replace('_', "-");
        for (path, text) in workspace(&name, &core, &output) {
            // One workspace for all: the crates that they share are compiled once.
            if path == "Cargo.toml" {
                continue;
            }
            let text = text.replace("case_model", &format!("{}_model", name.replace('-', "_")));
            let path = scratch.join("cases").join(&name).join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        members.extend([format!("cases/{name}/model"), format!("cases/{name}/request")]);
    }
    let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n");
    fs::write(scratch.join("Cargo.toml"), manifest).unwrap();
    tests::check_workspace(&scratch);
    for features in [
        "",
        "games,v1",
        "edits,v1",
        "rounds,v1",
        "prizes",
        "edits,rounds,v1,beta",
    ] {
        let arguments = ["--package", "features-request", "--no-default-features", "--features"];
        tests::check(&scratch, &[&arguments[..], &[features]].concat());
    }
}

/// Nothing of one process may show in what it generates: no address, no seed, no order of a hash table.
#[test]
fn a_second_process_generates_the_same() {
    let generate = || {
        let out = tempfile::tempdir().unwrap();
        let folder = out.path().join("same");
        let metadata = repository().join("metadata/v1.0.csdl.xml");
        let root = ["--root", "planner/tasks/**", "--core", "0.1.0", "--out"].map(OsStr::new);
        let arguments = [OsStr::new("generate"), OsStr::new("--metadata"), metadata.as_os_str()];
        xtask(&[&arguments[..], &root[..], &[folder.as_os_str()]].concat());
        let mut files = BTreeMap::new();
        let mut queue = vec![folder.clone()];
        while let Some(path) = queue.pop() {
            if path.is_dir() {
                queue.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            } else {
                files.insert(path.strip_prefix(&folder).unwrap().to_owned(), read(&path));
            }
        }
        files
    };
    let first = generate();
    assert!(first.len() > 30, "{} files", first.len());
    assert_eq!(first, generate());
}
