//! The cases of `golden/`, as `golden/README.md` says what they are.

use std::{collections::BTreeMap, path::Path};

use msgraph_codegen::{Extent, Input, Reference, Root, Scope, Source, plan::Version};
use serde::Deserialize;
use toml::Spanned;

use crate::read;

/// `case.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case is about.
    about: String,
    #[serde(default)]
    roots: Vec<Spanned<String>>,
    /// The metadata is of another service than Graph.
    #[serde(default)]
    service: bool,
    /// Everything, instead of what the roots name.
    #[serde(default)]
    all: bool,
    #[serde(default)]
    types: Vec<Spanned<String>>,
    #[serde(default)]
    reference: Vec<String>,
    #[serde(default)]
    derived: Vec<Spanned<String>>,
    /// The tables of an emulator are among what is expected.
    #[serde(default)]
    tables: bool,
    #[serde(default)]
    feature: BTreeMap<String, Vec<Spanned<String>>>,
}

/// Whether a case expects the tables of an emulator.
///
/// # Panics
///
/// Where `case.toml` is none.
pub fn has_tables(folder: &Path) -> bool {
    let case: Case = toml::from_str(&read(&folder.join("case.toml"))).expect("case.toml is as golden/README.md says");
    case.tables
}

/// What a case is generated from. Each file passes through `edit` with its name first.
///
/// # Panics
///
/// Where `case.toml` is none.
pub fn case(folder: &Path, edit: impl Fn(&str, String) -> String) -> Input {
    let source = |name: &str| Source::new(name, edit(name, read(&folder.join(name))));
    let optional = |name: &str| folder.join(name).exists().then(|| source(name));
    let manifest = source("case.toml");
    let case: Case = toml::from_str(&manifest.text).expect("case.toml is as golden/README.md says");
    assert!(
        !case.about.is_empty(),
        "{} does not say what it is about",
        folder.display()
    );
    let root = |feature: Option<&String>, root: &Spanned<String>| Root {
        glob: root.get_ref().clone(),
        offset: Some(root.span().start),
        feature: feature.cloned(),
    };
    let plain = case.roots.iter().map(|glob| root(None, glob));
    let features = case.feature.iter();
    let features = features.flat_map(|(name, globs)| globs.iter().map(move |glob| root(Some(name), glob)));
    let first = if case.service { Version::Service } else { Version::V1 };
    let versions = [(first, "input.csdl.xml"), (Version::Beta, "beta.csdl.xml")].into_iter();
    Input {
        metadata: versions
            .filter_map(|(version, name)| Some((version, optional(name)?)))
            .collect(),
        extent: if case.all {
            Extent::Whole
        } else {
            Extent::Roots(plain.chain(features).collect())
        },
        types: case.types.iter().map(|name| root(None, name)).collect(),
        references: case.reference.iter().map(|name| reference(name)).collect(),
        derived: case.derived.iter().map(|glob| root(None, glob)).collect(),
        base_url: case.service.then(|| "https://town.example/library".to_owned()),
        overlay: optional("overlay.toml").into_iter().collect(),
        docs: optional("docs.toml").into_iter().collect(),
        manifest,
        scope: Scope::Exact,
        model_crate: "case_model".to_owned(),
    }
}

fn reference(package: &str) -> Reference {
    let reference = Reference::known(package).expect("the crate is known");
    reference.expect("what is known of it can be read")
}
