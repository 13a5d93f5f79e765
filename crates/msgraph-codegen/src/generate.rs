use std::collections::BTreeMap;

use crate::{
    Diagnostic, Diagnostics, Reference, Report, Source,
    csdl::{self, Edm},
    docs::Docs,
    emit,
    lower::{self, Lowered},
    overlay::Overlay,
    plan::{Plan, Version},
    report,
    slice::{self, Slice},
};

/// What is generated from.
#[derive(Debug, Clone)]
pub struct Input {
    /// The metadata, one document for each version of the API. What several declare is generated once.
    pub metadata: Vec<(Version, Source)>,
    /// The base URL of a service that is not Graph, where it is known.
    pub base_url: Option<String>,
    /// The file that the roots stand in, for complaints about them.
    pub manifest: Source,
    /// How much of the metadata is generated.
    pub extent: Extent,
    /// Types that are generated though no path needs them.
    pub types: Vec<Root>,
    /// The types whose derived types are generated, too.
    pub derived: Vec<Root>,
    /// The crates whose types are used instead of generating them again.
    pub references: Vec<Reference>,
    /// The overlay files.
    pub overlay: Vec<Source>,
    /// The files of prose.
    pub docs: Vec<Source>,
    /// Whether overlay and prose are about this slice, or about more.
    pub scope: Scope,
    /// The name by which the request crate knows the model crate.
    pub model_crate: String,
}

impl Input {
    /// One document and nothing beside it.
    pub fn new(version: Version, metadata: Source, extent: Extent, model_crate: &str) -> Self {
        Self {
            manifest: Source::new(metadata.name.clone(), ""),
            metadata: vec![(version, metadata)],
            base_url: None,
            extent,
            types: Vec::new(),
            derived: Vec::new(),
            references: Vec::new(),
            overlay: Vec::new(),
            docs: Vec::new(),
            scope: Scope::Wider,
            model_crate: model_crate.to_owned(),
        }
    }

    /// What of the input concerns one version, as if there were no other.
    fn of_version(&self, version: &(Version, Source), slice: &Slice) -> Result<Self, Diagnostics> {
        let metadata = vec![version.clone()];
        let edm = model(&metadata)?;
        let is_chosen = |root: &&Root| {
            let mut chosen = slice.nodes.iter().flat_map(|node| node.methods.values());
            chosen.any(|chosen| chosen.root == root.glob && chosen.versions.has(0))
        };
        let derives = |root: &&Root| {
            let mut lineages = edm.types.keys().map(|name| edm.lineage(name));
            lineages.any(|lineage| lineage.iter().rev().skip(1).any(|(base, _)| base.as_str() == root.glob))
        };
        let is_declared = |root: &&Root| edm.types.keys().any(|name| name.as_str() == root.glob);
        Ok(Self {
            extent: match &self.extent {
                Extent::Roots(roots) => Extent::Roots(roots.iter().filter(is_chosen).cloned().collect()),
                Extent::Whole => Extent::Whole,
            },
            derived: self.derived.iter().filter(derives).cloned().collect(),
            types: self.types.iter().filter(is_declared).cloned().collect(),
            scope: Scope::Wider,
            metadata,
            ..self.clone()
        })
    }
}

/// How much of the metadata is generated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// The paths that these name, and the types that they need.
    Roots(Vec<Root>),
    /// Every type, and a path to each that one leads to.
    Whole,
}

/// An entry of the manifest: a glob over paths that chooses what is generated (`planner/tasks/**`, `me/events#GET`), or the
/// name of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The glob, or the name.
    pub glob: String,
    /// Where it stands in the manifest, in bytes; `None` where there is no manifest.
    pub offset: Option<usize>,
    /// The feature of the crates that it is generated behind; `None` for what is always there.
    pub feature: Option<String>,
}

impl Root {
    pub(crate) fn complain(&self, manifest: &Source, message: String, help: impl Into<String>) -> Diagnostic {
        match self.offset {
            Some(offset) => Diagnostic::at(manifest, offset, message, help),
            None => Diagnostic::of(&manifest.name, message, help),
        }
    }
}

/// What overlay and prose are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// This slice: an entry that concerns nothing in it is an error.
    Exact,
    /// More than this slice: such entries are passed over.
    Wider,
}

/// What was generated.
#[derive(Debug, Clone)]
pub struct Output {
    /// The files of the model crate, by their path below `src`.
    pub model: BTreeMap<String, String>,
    /// The files of the request crate, by their path below `src`.
    pub request: BTreeMap<String, String>,
    /// The name by which the request crate knows the model crate.
    pub model_crate: String,
    /// What is in scope and what pulled it in, for review.
    pub lock: String,
    /// The plan.
    pub plan: Plan,
    /// What is to be told to whoever asked.
    pub report: Report,
}

/// Generates the crates.
///
/// # Errors
///
/// When the metadata, the overlay or the prose is wrong, or a root matches nothing. All that one stage finds is reported
/// at once.
pub fn generate(input: &Input) -> Result<Output, Diagnostics> {
    let edm = model(&input.metadata)?;
    let overlay = Overlay::read(&input.overlay)?;
    let docs = Docs::read(&input.docs)?;
    let allowed = |method, path: &str| lower::allowed(&overlay, &input.metadata, method, path);
    let hints = lower::hints(&edm, &overlay, &allowed);
    let slice = slice::slice(&edm, input, &hints)?;
    let Lowered {
        plan,
        renamed,
        without_prose,
    } = lower::lower(input, &edm, &slice, &overlay, &docs)?;
    if input.scope == Scope::Exact {
        let unused = overlay.unused().into_iter().chain(docs.unused());
        Diagnostics::check(unused.collect(), ())?;
    }
    let (model, request) = (emit::model(&plan)?, emit::request(&plan, &input.model_crate)?);
    let first_version = match input.metadata.as_slice() {
        [first, _, ..] => Some(generate(&input.of_version(first, &slice)?)?.report),
        _ => None,
    };
    let report = Report::new(&edm, &slice, &plan, without_prose, [&model, &request], first_version);
    // Another slice has its own.
    let skipped: Vec<_> = match input.scope {
        Scope::Exact => overlay.skipped.iter().collect(),
        Scope::Wider => Vec::new(),
    };
    let skipped: Vec<_> = skipped
        .into_iter()
        .map(|(item, entry)| format!("{}: {}", item.replace("{}", "{id}"), entry.value.reason))
        .collect();
    Ok(Output {
        lock: report::lock(&slice, &plan, &skipped, &renamed),
        model,
        request,
        model_crate: input.model_crate.clone(),
        plan,
        report,
    })
}

/// The files of a driver of the generated crates, for tests: it calls builders and setters with what JSON holds.
///
/// # Errors
///
/// When what would be generated is not Rust, which is a defect of the generator.
pub fn driver(plan: &Plan) -> Result<BTreeMap<String, String>, Diagnostics> {
    emit::driver::emit(plan)
}

/// The tables of an emulator: the operations, the types, and what of them a client may send.
///
/// # Errors
///
/// When what would be generated is not Rust, which is a defect of the generator.
pub fn tables(plan: &Plan) -> Result<BTreeMap<String, String>, Diagnostics> {
    emit::tables::emit(plan)
}

/// The linked model of all versions.
///
/// # Errors
///
/// When a document is wrong, or two contradict each other.
pub fn model(metadata: &[(Version, Source)]) -> Result<Edm, Diagnostics> {
    let mut models = Vec::new();
    for (_, source) in metadata {
        let document = csdl::parse(source)?;
        models.push((source, csdl::link(source, &document)?));
    }
    csdl::merge(models)
}
