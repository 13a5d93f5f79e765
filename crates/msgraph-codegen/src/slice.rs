//! The part of a model that is generated: the paths that the roots name, and the types that these need.

mod whole;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::{
    Diagnostic, Diagnostics, Extent, Input,
    csdl::{CallableKind, Edm, Navigation, Primitive, QualifiedName, Type, ValueType, Versions},
    glob::{Agreement, Glob},
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

/// What can stand where a glob goes wrong.
fn nearest(edm: &Edm, glob: &Glob) -> String {
    let mut above = String::new();
    let mut here: Option<(&QualifiedName, bool)> = None;
    for name in glob.beginning() {
        let names: Vec<&str> = match here {
            None => edm.roots.keys().map(String::as_str).collect(),
            Some((target, true)) => {
                let calls = edm
                    .calls
                    .iter()
                    .filter(|call| call.collection && call.target == *target);
                ["{id}"]
                    .into_iter()
                    .chain(calls.map(|call| call.name.as_str()))
                    .collect()
            }
            Some((target, false)) => {
                let calls = edm
                    .calls
                    .iter()
                    .filter(|call| !call.collection && call.target == *target);
                edm.navigations(target)
                    .map(|navigation| navigation.name.as_str())
                    .chain(calls.map(|call| call.name.as_str()))
                    .collect()
            }
        };
        let next = match here {
            None => edm.roots.get(name).map(|root| (&root.target, root.collection)),
            Some((target, true)) => (name == "{}").then_some((target, false)),
            Some((target, false)) => {
                let navigation = edm.navigations(target).find(|navigation| navigation.name == name);
                navigation.map(|navigation| (&navigation.target, navigation.collection))
            }
        };
        if next.is_none() {
            let place = if above.is_empty() {
                "a path begins with".to_owned()
            } else {
                format!("after `{above}` comes")
            };
            return match names.as_slice() {
                [] => format!("nothing comes after `{above}`"),
                _ => format!("{place} one of: {}", closest(name, names)),
            };
        }
        here = next;
        let segment = if name == "{}" { "{id}" } else { name };
        above = if above.is_empty() {
            segment.to_owned()
        } else {
            format!("{above}/{segment}")
        };
    }
    format!("nothing below `{above}` is like it")
}

/// What a type may be meant by a name that is none.
fn like(edm: &Edm, name: &str) -> String {
    let last = name.rsplit('.').next().unwrap_or(name);
    let names = edm.types.keys().filter(|name| alike(last, name.name()) > 0);
    let mut names: Vec<_> = names.collect();
    names.sort_by_key(|name| std::cmp::Reverse(alike(last, name.name())));
    names.truncate(4);
    match names.as_slice() {
        [] => "write the name of a type with its namespace".to_owned(),
        names => {
            let names: Vec<_> = names.iter().map(|name| name.as_str()).collect();
            format!(
                "write the name of a type with its namespace, such as: {}",
                names.join(", ")
            )
        }
    }
}

/// How many letters two names begin with alike, whatever their case; more where they are one.
fn alike(one: &str, other: &str) -> usize {
    let pairs = one.chars().zip(other.chars());
    let same = pairs.take_while(|(one, other)| one.eq_ignore_ascii_case(other)).count();
    same + usize::from(one.eq_ignore_ascii_case(other))
}

/// The names that are most like one, the rest by alphabet.
fn closest(name: &str, mut names: Vec<&str>) -> String {
    const SHOWN: usize = 12;
    let alike = |other: &str| {
        name.chars()
            .zip(other.chars())
            .take_while(|(one, two)| one == two)
            .count()
    };
    names.sort_by_key(|other| (std::cmp::Reverse(alike(other)), (*other).to_owned()));
    names.dedup();
    let rest = if names.len() > SHOWN { ", ..." } else { "" };
    names.truncate(SHOWN);
    format!("{}{rest}", names.join(", "))
}

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

impl<'a> Slicer<'a> {
    fn walk_roots(&mut self) {
        for (name, root) in &self.edm.roots {
            let place = Place {
                target: &root.target,
                collection: root.collection,
                versions: root.versions,
                contained: root.versions,
                spelt: false,
            };
            self.visit(None, &[], name, place, &mut Vec::new());
        }
        for import in &self.edm.imports {
            if self.agreement(std::slice::from_ref(import), false).whole {
                let reason = "a function or an action that is called on nothing, which is not generated yet";
                self.slice.cut.insert(format!("/{import}"), reason);
            }
        }
    }

    /// Visits a path, and those below it, if a root names it or one of them.
    fn visit(
        &mut self,
        parent: Option<usize>,
        above: &[String],
        name: &str,
        mut place: Place<'a>,
        stack: &mut Vec<(&'a QualifiedName, &'a str)>,
    ) {
        let path = extend(above, name);
        if self.slice.nodes.len() > MOST_PATHS || !self.agreement(&path, place.spelt).any() {
            return;
        }
        let step = if place.collection {
            Step::Collection(name.to_owned())
        } else {
            Step::Single(name.to_owned())
        };
        let node = self.push(parent, step, path.clone(), place, &place.methods(above.is_empty()));
        place.spelt |= place.contained.is_empty();
        self.visit_calls(node, &path, place, place.collection);
        if !place.collection {
            self.visit_streams(node, &path, place);
            self.descend(node, &path, place, stack);
            return;
        }
        let key = match self.key_segment(place.target) {
            Ok(key) => key,
            Err(reason) => {
                if self.agreement(&extend(&path, "{key}"), place.spelt).any() {
                    self.slice.cut.insert(format!("/{}/{{key}}", path.join("/")), reason);
                }
                return;
            }
        };
        let path = extend(&path, &key);
        if self.agreement(&path, place.spelt).any() {
            let methods = [Method::Get, Method::Patch, Method::Delete].map(|method| (method, place.versions));
            let item = self.push(Some(node), Step::Key, path.clone(), place, &methods);
            self.visit_calls(item, &path, place, false);
            self.visit_streams(item, &path, place);
            self.descend(item, &path, place, stack);
        }
    }

    /// Visits the functions and actions that are called on what is at the end of a path.
    fn visit_calls(&mut self, node: usize, path: &[String], place: Place<'_>, collection: bool) {
        // What a derived type has takes the place of what its base has by the same name.
        let lineage = self.edm.lineage(place.target).into_iter().rev();
        let numbers = lineage.filter_map(|(name, _)| self.calls.get(&(name, collection)));
        let (mut seen, mut names) = (BTreeSet::new(), BTreeSet::new());
        for number in numbers.flatten().copied().collect::<Vec<_>>() {
            let Some(call) = self.edm.calls.get(number) else {
                continue;
            };
            // Graph calls by the name alone.
            let namespace = if self.service { call.namespace.as_str() } else { "" };
            if !seen.insert((namespace, call.segment())) {
                if !names.insert((call.namespace.as_str(), call.segment())) {
                    continue;
                }
                let item = format!("{}.{} on {}", call.namespace, call.segment(), call.binding());
                let reason = "one of the same name, of another namespace, is called there";
                self.slice.cut.insert(item, reason);
                continue;
            }
            names.insert((call.namespace.as_str(), call.segment()));
            let (method, segment) = match call.kind {
                CallableKind::Function => (Method::Get, call.segment()),
                CallableKind::Action => (Method::Post, call.name.clone()),
            };
            let path = extend(path, &segment);
            if !self.agreement(&path, place.spelt).whole {
                continue;
            }
            let versions = place.versions.and(call.versions);
            if versions.is_empty() {
                continue;
            }
            let place = Place { versions, ..place };
            self.push(Some(node), Step::Call(number), path, place, &[(method, versions)]);
        }
    }

    /// Visits the content of an entity, and those of its properties that are streams.
    fn visit_streams(&mut self, node: usize, path: &[String], place: Place<'_>) {
        let is_stream = |ty: &ValueType| *ty == ValueType::Primitive(Primitive::Stream);
        let mut streams = Vec::new();
        for (_, structured) in self.edm.lineage(place.target) {
            if structured.stream {
                streams.push(("$value", structured.versions));
            }
            let properties = structured
                .properties
                .iter()
                .filter(|property| is_stream(&property.ty.value));
            streams.extend(properties.map(|property| (property.name.as_str(), property.versions)));
        }
        for (name, versions) in streams {
            let path = extend(path, name);
            let versions = place.versions.and(versions);
            if self.agreement(&path, place.spelt).whole && !versions.is_empty() {
                let methods = [Method::Get, Method::Put].map(|method| (method, versions));
                let place = Place { versions, ..place };
                self.push(Some(node), Step::Stream(name.to_owned()), path, place, &methods);
            }
        }
    }

    fn descend(
        &mut self,
        node: usize,
        path: &[String],
        place: Place<'a>,
        stack: &mut Vec<(&'a QualifiedName, &'a str)>,
    ) {
        for (declaring, structured) in self.edm.lineage(place.target) {
            for navigation in &structured.navigations {
                let step = (declaring, &*navigation.name);
                // `**` would go round a circle of navigation properties for ever.
                if stack.contains(&step) {
                    continue;
                }
                let place = Place::beyond(place, navigation);
                if place.versions.is_empty() {
                    continue;
                }
                stack.push(step);
                let first = self.slice.nodes.len();
                self.visit(Some(node), path, &navigation.name, place, stack);
                stack.pop();
                // Expanded objects are of a type in the slice only where a request answers with them.
                let depth = path.len() + 1;
                let mut reached = self
                    .slice
                    .nodes
                    .iter()
                    .skip(first)
                    .filter(|node| node.path.len() <= depth + 1);
                if reached.any(|node| node.answers_itself() && node.is_at(depth)) {
                    self.navigations.insert((declaring.clone(), navigation.name.clone()));
                }
            }
        }
    }

    fn push(
        &mut self,
        parent: Option<usize>,
        step: Step,
        path: Vec<String>,
        place: Place<'_>,
        methods: &[(Method, Versions)],
    ) -> usize {
        let segments: Vec<_> = path.iter().map(String::as_str).collect();
        let whole = format!("/{}", path.join("/"));
        let mut chosen: BTreeMap<Method, Chosen> = BTreeMap::new();
        let named = |glob: &Glob| glob.agreement(&segments, place.spelt).whole;
        let globs = self.globs.iter().filter(|(glob, _)| named(glob));
        let mut choices: Vec<_> = globs.map(|(glob, feature)| (Some(glob), feature)).collect();
        if self.whole {
            choices.push((None, &None));
        }
        for (glob, feature) in choices {
            let is_taken = |method: Method| glob.is_none_or(|glob| glob.takes(method));
            for (method, versions) in methods.iter().filter(|(method, _)| is_taken(*method)) {
                let versions = versions.and((self.hints.allowed)(*method, &whole));
                if versions.is_empty() {
                    continue;
                }
                let chosen = chosen.entry(*method).or_insert_with(|| Chosen {
                    root: glob.map_or(WHOLE, Glob::text).to_owned(),
                    features: BTreeSet::new(),
                    versions,
                });
                chosen.features.insert(feature.clone());
            }
        }
        let node = self.slice.nodes.len();
        if let Some(parent) = parent.and_then(|parent| self.slice.nodes.get_mut(parent)) {
            parent.children.push(node);
        }
        self.slice.nodes.push(Node {
            parent,
            children: Vec::new(),
            step,
            path,
            target: place.target.clone(),
            offered: methods.iter().map(|(method, _)| *method).collect(),
            methods: chosen,
        });
        node
    }

    /// How far the roots agree with a path, all of them together.
    fn agreement(&self, path: &[String], spelt: bool) -> Agreement {
        if self.whole {
            return Agreement::ALL;
        }
        let path: Vec<_> = path.iter().map(String::as_str).collect();
        let each = self.globs.iter().map(|(glob, _)| glob.agreement(&path, spelt));
        each.fold(Agreement::default(), Agreement::or)
    }

    /// The segment for the key of an entity type: `{plannerTask-id}`. The error is the reason why there is none.
    fn key_segment(&self, target: &QualifiedName) -> Result<String, &'static str> {
        let key = self.edm.key(target)?;
        let names: Vec<_> = key.iter().map(|(property, _)| property.name.as_str()).collect();
        Ok(format!("{{{}-{}}}", target.name(), names.join(",")))
    }

    /// Takes in the types of all paths, and what these are made of.
    fn close(&mut self, families: &BTreeMap<&QualifiedName, Vec<&QualifiedName>>) {
        let chosen = self.slice.nodes.iter().flat_map(|node| node.methods.values());
        let mut scopes: BTreeSet<_> = chosen.flat_map(Chosen::scopes).collect();
        scopes.extend(self.named.iter().map(|name| self.named_scope(name)));
        let mut reasons = self.closure(families, None);
        if self.whole {
            self.add_the_rest(&mut reasons);
        }
        let mut types: BTreeMap<_, _> = reasons
            .into_iter()
            .map(|(name, reason)| {
                let scopes = BTreeSet::new();
                (name, Need { reason, scopes })
            })
            .collect();
        for scope in &scopes {
            let mut needed = self.closure(families, Some(scope));
            // An id in a path is of a type; where the type is in the slice, it is there for whoever takes the path.
            let keyed = self.keyed(scope);
            let keyed = keyed.into_iter().filter(|name| types.contains_key(name));
            needed.extend(self.closure_of(families, keyed.map(|name| (name, String::new())).collect()));
            for name in needed.keys() {
                let need = types.get_mut(name);
                need.map(|need| need.scopes.insert(scope.clone()));
            }
        }
        // What nothing leads to is not behind a feature.
        for (name, need) in &mut types {
            if need.scopes.is_empty() {
                need.scopes.insert(Scope {
                    feature: None,
                    versions: self.edm.versions_of(name),
                });
            }
        }
        for name in types.keys() {
            for (declaring, structured) in self.edm.lineage(name) {
                for navigation in &structured.navigations {
                    if !self.navigations.contains(&(declaring.clone(), navigation.name.clone())) {
                        let cut = format!("{declaring}/{}", navigation.name);
                        self.slice.cut.insert(cut, "no root names it");
                    }
                }
            }
        }
        self.slice.types = types;
    }

    /// What a type is generated for that no path needs.
    fn named_scope(&self, name: &QualifiedName) -> Scope {
        Scope {
            feature: None,
            versions: self.edm.versions_of(name),
        }
    }

    /// The types of the paths of one scope, or of all, and what these are made of, each with what needs it.
    fn closure(
        &self,
        families: &BTreeMap<&QualifiedName, Vec<&QualifiedName>>,
        scope: Option<&Scope>,
    ) -> BTreeMap<QualifiedName, String> {
        let mut queue: VecDeque<(QualifiedName, String)> = VecDeque::new();
        let is_in_scope = |chosen: &Chosen| scope.is_none_or(|scope| chosen.scopes().any(|own| own == *scope));
        for node in &self.slice.nodes {
            if !node.methods.values().any(is_in_scope) || matches!(node.step, Step::Stream(_)) {
                continue;
            }
            let reason = format!("/{}", node.path.join("/"));
            let call = match node.step {
                Step::Call(number) => self.edm.calls.get(number),
                Step::Single(_) | Step::Collection(_) | Step::Key | Step::Stream(_) => None,
            };
            let Some(call) = call else {
                queue.push_back((node.target.clone(), reason));
                continue;
            };
            let parameters = call.parameters.iter().map(|parameter| &parameter.ty);
            for ty in parameters.chain(&call.returns) {
                if let ValueType::Named(needed) = &ty.value {
                    queue.push_back((needed.clone(), reason.clone()));
                }
            }
        }
        let named = self.named.iter();
        let named = named.filter(|name| scope.is_none_or(|scope| *scope == self.named_scope(name)));
        queue.extend(named.map(|name| (name.clone(), NAMED.to_owned())));
        self.closure_of(families, queue)
    }

    /// The types whose ids stand in the paths of a scope.
    fn keyed(&self, scope: &Scope) -> BTreeSet<QualifiedName> {
        let nodes = &self.slice.nodes;
        let chosen = nodes.iter().filter(|node| {
            let mut chosen = node.methods.values();
            chosen.any(|chosen| chosen.scopes().any(|own| own == *scope))
        });
        let above = chosen.flat_map(|node| std::iter::successors(Some(node), |node| nodes.get(node.parent?)));
        let keys = above.filter(|node| node.step == Step::Key);
        keys.map(|node| node.target.clone()).collect()
    }

    /// These types and what they are made of, each with what needs it.
    fn closure_of(
        &self,
        families: &BTreeMap<&QualifiedName, Vec<&QualifiedName>>,
        mut queue: VecDeque<(QualifiedName, String)>,
    ) -> BTreeMap<QualifiedName, String> {
        let mut types = BTreeMap::new();
        while let Some((name, reason)) = queue.pop_front() {
            if types.contains_key(&name) {
                continue;
            }
            types.insert(name.clone(), reason);
            for derived in families.get(&name).into_iter().flatten() {
                queue.push_back(((*derived).clone(), format!("{name} (derived)")));
            }
            if let Some(value) = self.hints.leanings.get(&name) {
                queue.push_back((value.clone(), format!("{name} (overlay)")));
            }
            if !matches!(self.edm.types.get(&name), Some(Type::Structured(_))) {
                continue;
            }
            for (declaring, structured) in self.edm.lineage(&name) {
                for property in &structured.properties {
                    if let ValueType::Named(needed) = &property.ty.value {
                        queue.push_back((needed.clone(), format!("{name}/{}", property.name)));
                    }
                }
                for navigation in &structured.navigations {
                    if self.navigations.contains(&(declaring.clone(), navigation.name.clone())) {
                        queue.push_back((navigation.target.clone(), format!("{name}/{}", navigation.name)));
                    }
                }
            }
        }
        types
    }
}

impl<'a> Place<'a> {
    /// The methods that a path of a set, a singleton or a navigation property has.
    fn methods(self, is_root: bool) -> Vec<(Method, Versions)> {
        let writes: &[Method] = match (self.collection, is_root) {
            (true, _) => &[Method::Post],
            (false, true) => &[Method::Patch],
            (false, false) => &[Method::Patch, Method::Delete],
        };
        let reads = [(Method::Get, self.versions)];
        let writes = writes.iter();
        let writes = writes.map(|method| (*method, self.versions.and(self.contained)));
        reads.into_iter().chain(writes).collect()
    }

    /// What a navigation property leads to.
    fn beyond(self, navigation: &'a Navigation) -> Self {
        Self {
            target: &navigation.target,
            collection: navigation.collection,
            versions: self.versions.and(navigation.versions),
            contained: navigation.contained,
            spelt: self.spelt,
        }
    }
}

fn extend(path: &[String], segment: &str) -> Vec<String> {
    path.iter().cloned().chain([segment.to_owned()]).collect()
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
