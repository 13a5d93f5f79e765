//! A cargo workspace around generated crates, for a slice that lives outside this repository.

use std::collections::BTreeMap;

use crate::Output;

/// Where the generated crates find the runtime.
#[derive(Debug, Clone)]
pub enum CoreDependency {
    /// In this folder.
    Path(String),
    /// In the registry, at this version.
    Version(String),
}

/// The files of a workspace with a model and a request crate, by their path below its folder.
pub fn workspace(name: &str, core: &CoreDependency, output: &Output) -> BTreeMap<String, String> {
    let core = match core {
        CoreDependency::Path(path) => format!("{{ path = {path:?} }}"),
        CoreDependency::Version(version) => format!("{version:?}"),
    };
    let root = "[workspace]\nresolver = \"3\"\nmembers = [\"model\", \"request\"]\n";
    let model = manifest(&format!("{name}-model"), &format!("msgraph-core = {core}\n"));
    let dependencies = format!("msgraph-core = {core}\n{name}-model = {{ path = \"../model\" }}\n");
    let request = manifest(&format!("{name}-request"), &dependencies);
    let manifests = [
        ("Cargo.toml", root.to_owned()),
        ("model/Cargo.toml", model),
        ("request/Cargo.toml", request),
    ];
    let manifests = manifests.into_iter().map(|(path, text)| (path.to_owned(), text));
    let model = output
        .model
        .iter()
        .map(|(path, text)| (format!("model/src/{path}"), text.clone()));
    let request = output
        .request
        .iter()
        .map(|(path, text)| (format!("request/src/{path}"), text.clone()));
    manifests.chain(model).chain(request).collect()
}

fn manifest(name: &str, dependencies: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.95\"\npublish = \
         false\n\n[dependencies]\n{dependencies}"
    )
}
