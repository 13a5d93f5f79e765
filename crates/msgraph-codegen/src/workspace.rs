//! A cargo workspace around generated crates, for a slice that has no crates of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
};

use crate::{
    Output, Reference,
    format::MARK,
    plan::{Plan, Referenced},
};

/// Where the generated crates find the runtime.
#[derive(Debug, Clone)]
pub enum CoreDependency {
    /// In this folder.
    Path(String),
    /// In the registry, at this version.
    Version(String),
}

/// The files of a workspace with a model and a request crate, and of its `slice.lock`, by their path below its folder.
pub fn workspace(name: &str, core: &CoreDependency, output: &Output) -> BTreeMap<String, String> {
    let (model, request) = (format!("{name}-model"), format!("{name}-request"));
    let features = Features::of(&output.plan, &model);
    let mut needed = format!("msgraph-core = {}\n", core.source());
    for reference in &output.plan.references {
        let _ = writeln!(needed, "{}", dependency(reference, core));
    }
    let runtime = format!(
        "msgraph-core = {}\n{model} = {{ path = \"../model\"{} }}\n",
        core.source(),
        features.no_default()
    );
    let root = format!(
        "# {MARK}, do not edit by hand.\n\n[workspace]\nresolver = \"3\"\nmembers = [\"model\", \"request\"]\n"
    );
    let beside = [
        ("Cargo.toml", root),
        ("model/Cargo.toml", manifest(&model, &features.model, &needed)),
        ("model/types.txt", Reference::index(&model, &output.plan)),
        ("request/Cargo.toml", manifest(&request, &features.request, &runtime)),
        ("slice.lock", output.lock.clone()),
    ];
    let beside = beside.into_iter().map(|(path, text)| (path.to_owned(), text));
    let model = output
        .model
        .iter()
        .map(|(path, text)| (format!("model/src/{path}"), text.clone()));
    let request = output
        .request
        .iter()
        .map(|(path, text)| (format!("request/src/{path}"), text.clone()));
    beside.chain(model).chain(request).collect()
}

impl CoreDependency {
    /// The value of the dependency on the runtime.
    fn source(&self) -> String {
        match self {
            Self::Path(path) => format!("{{ path = {path:?} }}"),
            Self::Version(version) => format!("{version:?}"),
        }
    }
}

/// The dependency on a crate whose types are used: where it is, and what of it.
fn dependency(reference: &Referenced, core: &CoreDependency) -> String {
    let source = match (&reference.folder, core) {
        (Some(folder), _) => format!("path = {folder:?}"),
        // What is released together lies together.
        (None, CoreDependency::Path(core)) => {
            let folder = Path::new(core).with_file_name(&reference.package);
            format!("path = {:?}", folder.display().to_string())
        }
        (None, CoreDependency::Version(version)) => format!("version = {version:?}"),
    };
    let features: Vec<_> = reference.features.iter().collect();
    let package = &reference.package;
    format!("{package} = {{ {source}, default-features = false, features = {features:?} }}")
}

/// The tables of the features of both crates; empty where there are none.
struct Features {
    model: String,
    request: String,
}

impl Features {
    fn of(plan: &Plan, model_crate: &str) -> Self {
        let gates = plan.model.iter().map(|item| &item.gate);
        let gates = gates.chain(plan.builders.iter().map(|builder| &builder.gate));
        let features: BTreeSet<_> = gates.flat_map(|gate| &gate.features).collect();
        let (mut model, mut request) = (String::new(), String::new());
        if features.is_empty() {
            return Self { model, request };
        }
        let later = &plan.later_features;
        let default: Vec<_> = features.iter().filter(|feature| !later.contains(**feature)).collect();
        let _ = writeln!(model, "[features]\ndefault = {default:?}");
        let versions: Vec<_> = plan.versions.iter().map(|version| version.module()).collect();
        let several = versions.len() > 1;
        let mut whole: Vec<&str> = default.iter().map(|feature| feature.as_str()).collect();
        whole.extend(versions.first().filter(|_| several));
        let _ = writeln!(request, "[features]\ndefault = {whole:?}");
        for (number, version) in versions.iter().enumerate().filter(|_| several) {
            if number > 0 {
                let _ = writeln!(model, "{version} = []");
                let _ = writeln!(request, "{version} = [\"{model_crate}/{version}\"]");
            } else {
                let _ = writeln!(request, "{version} = []");
            }
        }
        for feature in features {
            let implied = versions.get(1).filter(|_| later.contains(feature));
            let implied = implied.map(|version| format!("{version:?}")).unwrap_or_default();
            let _ = writeln!(model, "{feature} = [{implied}]");
            let comma = if implied.is_empty() { "" } else { ", " };
            let _ = writeln!(request, "{feature} = [{implied}{comma}\"{model_crate}/{feature}\"]");
        }
        model.push('\n');
        request.push('\n');
        Self { model, request }
    }

    /// What the request crate takes of the model crate is up to its own features.
    fn no_default(&self) -> &'static str {
        if self.model.is_empty() {
            ""
        } else {
            ", default-features = false"
        }
    }
}

fn manifest(name: &str, features: &str, dependencies: &str) -> String {
    format!(
        "# {MARK}, do not edit by hand.\n\n[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \
         \"1.95\"\npublish = false\n\n{features}[dependencies]\n{dependencies}"
    )
}
