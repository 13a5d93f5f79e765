use std::collections::BTreeMap;

use crate::{
    Diagnostic, Diagnostics, Report, Source, csdl,
    docs::Docs,
    emit,
    lower::{self, Lowered},
    overlay::Overlay,
    plan::{Plan, Version},
    report, slice,
};

/// What is generated from.
#[derive(Debug, Clone)]
pub struct Input {
    /// The metadata.
    pub metadata: Source,
    /// The file that the roots stand in, for complaints about them.
    pub manifest: Source,
    /// What is generated.
    pub roots: Vec<Root>,
    /// The types whose derived types are generated, too.
    pub derived: Vec<Root>,
    /// The version of the API.
    pub version: Version,
    /// The overlay files.
    pub overlay: Vec<Source>,
    /// The files of prose.
    pub docs: Vec<Source>,
    /// Whether overlay and prose are about this slice, or about more.
    pub scope: Scope,
    /// The name by which the request crate knows the model crate.
    pub model_crate: String,
}

/// An entry of the manifest: a glob over paths that chooses what is generated (`planner/tasks/**`, `me/events#GET`), or the
/// name of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The glob, or the name.
    pub glob: String,
    /// Where it stands in the manifest, in bytes; `None` where there is no manifest.
    pub offset: Option<usize>,
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
    let document = csdl::parse(&input.metadata)?;
    let edm = csdl::link(&input.metadata, &document)?;
    let overlay = Overlay::read(&input.overlay)?;
    let docs = Docs::read(&input.docs)?;
    let leanings = lower::leanings(&edm, &overlay);
    let slice = slice::slice(&edm, &input.manifest, &input.roots, &input.derived, &leanings)?;
    let Lowered {
        plan,
        renamed,
        without_prose,
    } = lower::lower(&input.metadata, &edm, &slice, &overlay, &docs, input.version)?;
    if input.scope == Scope::Exact {
        let unused = overlay.unused().into_iter().chain(docs.unused());
        Diagnostics::check(unused.collect(), ())?;
    }
    let (model, request) = (emit::model(&plan)?, emit::request(&plan, &input.model_crate)?);
    let report = Report::new(&slice, &plan, without_prose, [&model, &request]);
    Ok(Output {
        lock: report::lock(&slice, &plan, &renamed),
        model,
        request,
        plan,
        report,
    })
}
