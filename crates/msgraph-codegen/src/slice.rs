//! The part of a model that is generated: the paths that the roots name, and the types that these need.

mod close;
mod suggest;
mod walk;
mod whole;

use std::collections::{BTreeMap, BTreeSet};

use self::suggest::{like, nearest};
use crate::{
    Diagnostic, Diagnostics, Extent, Input,
    csdl::{Edm, QualifiedName, Type, Versions},
    glob::Glob,
    plan::{Method, Version},
};

/// What is in scope, and what pulled it in.
#[derive(Debug, Default)]
pub(crate) struct Slice {
    /// The paths, parents before children.
    pub(crate) nodes: Vec<Node>,
    /// The types, with what needs them.
    pub(crate) types: BTreeMap<QualifiedName, Need>,
    /// What was left out, with the reason.
    pub(crate) cut: BTreeMap<String, &'static str>,
}

/// Why a type is in scope.
#[derive(Debug)]
pub(crate) struct Need {
    /// The first thing that needs it.
    pub(crate) reason: String,
    /// What it is needed for.
    pub(crate) scopes: BTreeSet<Scope>,
}

/// What something is generated for: a feature of the crates, and the versions that have it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scope {
    pub(crate) feature: Option<String>,
    pub(crate) versions: Versions,
}

/// What the metadata does not show, and the overlay does.
pub(crate) struct Hints<'h> {
    /// A type, and the types that it leans on.
    pub(crate) leanings: BTreeMap<QualifiedName, QualifiedName>,
    /// Navigation properties that objects may hold though no path leads there, by declaring type and name.
    pub(crate) expands: BTreeSet<(QualifiedName, String)>,
    /// The versions in which the service has an operation, by method and path.
    pub(crate) allowed: &'h dyn Fn(Method, &str) -> Versions,
}

/// One path.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) parent: Option<usize>,
    pub(crate) children: Vec<usize>,
    pub(crate) step: Step,
    /// Its segments, with keys as `{plannerTask-id}`.
    pub(crate) path: Vec<String>,
    /// The entity type at its end.
    pub(crate) target: QualifiedName,
    /// The methods that it has.
    offered: Vec<Method>,
    /// The methods in scope. None where the path only leads to others.
    pub(crate) methods: BTreeMap<Method, Chosen>,
}

/// A method that the roots choose.
#[derive(Debug)]
pub(crate) struct Chosen {
    /// The first root that names it.
    pub(crate) root: String,
    /// The features of the roots that do.
    pub(crate) features: BTreeSet<Option<String>>,
    /// The versions that have it.
    pub(crate) versions: Versions,
}

impl Chosen {
    pub(crate) fn scopes(&self) -> impl Iterator<Item = Scope> {
        self.features.iter().map(|feature| Scope {
            feature: feature.clone(),
            versions: self.versions,
        })
    }
}

impl Node {
    /// Whether requests to the path are answered with the entity at its end.
    fn answers_itself(&self) -> bool {
        !self.methods.is_empty() && !matches!(self.step, Step::Call(_) | Step::Stream(_))
    }

    /// Whether the path has this many segments, or one more for a key.
    fn is_at(&self, depth: usize) -> bool {
        self.path.len() == depth || (self.path.len() == depth + 1 && self.step == Step::Key)
    }

    fn segments(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }
}

/// The last step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// To one entity: a singleton or a navigation property.
    Single(String),
    /// To many.
    Collection(String),
    /// From many to one of them.
    Key,
    /// A function or an action, by its number in the model.
    Call(usize),
    /// To a stream: the content of an entity (`$value`), or a property.
    Stream(String),
}

pub(crate) fn slice(edm: &Edm, input: &Input, hints: &Hints<'_>) -> Result<Slice, Diagnostics> {
    let Input {
        manifest,
        extent,
        derived,
        types,
        ..
    } = input;
    let roots = match extent {
        Extent::Roots(roots) => roots.as_slice(),
        Extent::Whole => &[],
    };
    let mut complaints = Vec::new();
    let mut globs = Vec::new();
    for root in roots {
        match Glob::parse(&root.glob) {
            Ok(glob) => globs.push((glob, root.feature.clone())),
            Err(reason) => complaints.push(root.complain(
                manifest,
                format!("the root `{}` cannot be read: {reason}", root.glob),
                "a root is a path such as `planner/tasks/**` or `me/events#GET`",
            )),
        }
    }
    let mut calls: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (number, call) in edm.calls.iter().enumerate() {
        calls.entry((&call.target, call.collection)).or_default().push(number);
    }
    let mut slicer = Slicer {
        edm,
        hints,
        calls,
        globs,
        whole: matches!(extent, Extent::Whole),
        service: input.metadata.iter().any(|(version, _)| *version == Version::Service),
        named: Vec::new(),
        slice: Slice::default(),
        navigations: hints.expands.clone(),
    };
    if slicer.whole {
        slicer.walk_whole();
    } else {
        slicer.walk_roots();
    }
    if slicer.slice.nodes.len() > MOST_PATHS {
        complaints.push(Diagnostic::of(
            &manifest.name,
            format!("the roots name more than {MOST_PATHS} paths"),
            "write narrower roots: `**` goes down every navigation property",
        ));
        return Diagnostics::check(complaints, slicer.slice);
    }
    for (glob, feature) in &slicer.globs {
        let named = |node: &Node| {
            let mut chosen = node.methods.values();
            chosen.any(|chosen| chosen.root == glob.text() && chosen.features.contains(feature))
        };
        // An import that is named stands among what was left out.
        if slicer.slice.nodes.iter().any(named) || edm.imports.iter().any(|import| glob.names(&[import.as_str()])) {
            continue;
        }
        let at_its_end = slicer.slice.nodes.iter().filter(|node| glob.names(&node.segments()));
        let offered: BTreeSet<_> = at_its_end.flat_map(|node| node.offered.iter().copied()).collect();
        let takes_none = !offered.is_empty() && !offered.iter().any(|method| glob.takes(*method));
        let (message, help) = if takes_none {
            let methods: Vec<_> = offered.iter().map(|method| method.name()).collect();
            (
                "asks for methods that its paths do not have",
                format!("they have: {}", methods.join(", ")),
            )
        } else if slicer.slice.nodes.iter().any(|node| glob.names(&node.segments())) {
            (
                "names nothing that another root does not",
                "remove it, or the other".to_owned(),
            )
        } else {
            ("matches nothing", nearest(edm, glob))
        };
        let root = roots.iter().find(|root| root.glob == glob.text());
        complaints
            .extend(root.map(|root| root.complain(manifest, format!("the root `{}` {message}", root.glob), help)));
    }
    let mut families: BTreeMap<&QualifiedName, Vec<&QualifiedName>> = BTreeMap::new();
    for root in derived {
        let family = edm.types.keys().filter(|name| {
            let lineage = edm.lineage(name);
            let is_concrete = lineage.last().is_some_and(|(_, structured)| !structured.is_abstract);
            is_concrete
                && lineage
                    .iter()
                    .any(|(base, _)| base.as_str() == root.glob && base != name)
        });
        let family: Vec<_> = family.collect();
        match edm.types.keys().find(|name| name.as_str() == root.glob) {
            Some(base) if !family.is_empty() => {
                families.insert(base, family);
            }
            _ => complaints.push(root.complain(
                manifest,
                format!("no type derives from `{}`", root.glob),
                if edm.types.keys().any(|name| name.as_str() == root.glob) {
                    "remove it".to_owned()
                } else {
                    like(edm, &root.glob)
                },
            )),
        }
    }
    for root in types {
        match edm.types.keys().find(|name| name.as_str() == root.glob) {
            Some(name) if matches!(edm.types.get(name), Some(Type::Definition(_))) => {
                complaints.push(root.complain(
                    manifest,
                    format!("`{}` is a definition, for which its underlying type stands", root.glob),
                    "remove it",
                ));
            }
            Some(name) => slicer.named.push(name.clone()),
            None => complaints.push(root.complain(
                manifest,
                format!("`{}` is not declared in the metadata", root.glob),
                like(edm, &root.glob),
            )),
        }
    }
    slicer.close(&families);
    Diagnostics::check(complaints, slicer.slice)
}

/// What needs a type that the manifest names.
const NAMED: &str = "the manifest";

/// What stands for the root where everything is taken.
const WHOLE: &str = "all";

/// All of Planner and To Do are some hundreds; a model with many ways round has more paths than anybody could compile.
const MOST_PATHS: usize = 20_000;

struct Slicer<'a> {
    edm: &'a Edm,
    hints: &'a Hints<'a>,
    /// The roots, each with its feature.
    globs: Vec<(Glob, Option<String>)>,
    /// Whether everything is taken, and there are no roots.
    whole: bool,
    /// Whether the metadata is of another service than Graph.
    service: bool,
    /// The types that are taken though no path needs them.
    named: Vec<QualifiedName>,
    slice: Slice,
    /// The numbers of the functions and actions that are called on one or on many of a type.
    calls: BTreeMap<(&'a QualifiedName, bool), Vec<usize>>,
    /// The navigation properties that a path goes through, by declaring type and name.
    navigations: BTreeSet<(QualifiedName, String)>,
}

/// What is at the end of a path, while it is walked.
#[derive(Clone, Copy)]
struct Place<'a> {
    target: &'a QualifiedName,
    collection: bool,
    /// The versions that have the path.
    versions: Versions,
    /// The versions in which the objects live here, so that they can be written here.
    contained: Versions,
    /// Whether only what a root spells out is visited: below objects that live elsewhere, `**` would find no end.
    spelt: bool,
}

impl Slice {
    /// The nodes of these numbers.
    pub(crate) fn children<'s>(&'s self, nodes: &'s [usize]) -> impl Iterator<Item = &'s Node> {
        nodes.iter().filter_map(|node| self.nodes.get(*node))
    }

    /// Whether objects of this type may hold this navigation property, expanded.
    pub(crate) fn expands(&self, declaring: &QualifiedName, navigation: &str) -> bool {
        !self.cut.contains_key(&format!("{declaring}/{navigation}"))
    }
}
