//! The part of a model that is generated: the paths that the roots name, and the types that these need.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::{
    Diagnostic, Diagnostics, Root, Source,
    csdl::{CallableKind, Edm, QualifiedName, Type, ValueType},
    glob::Glob,
    plan::Method,
};

/// What is in scope, and what pulled it in.
#[derive(Debug, Default)]
pub(crate) struct Slice {
    /// The paths, parents before children.
    pub(crate) nodes: Vec<Node>,
    /// The types, with what needs them.
    pub(crate) types: BTreeMap<QualifiedName, String>,
    /// What was left out, with the reason.
    pub(crate) cut: BTreeMap<String, &'static str>,
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
    /// The methods in scope, each with the root that names it. None where the path only leads to others.
    pub(crate) methods: BTreeMap<Method, String>,
}

impl Node {
    /// Whether requests to the path are answered with the entity at its end.
    fn answers_itself(&self) -> bool {
        !self.methods.is_empty() && !matches!(self.step, Step::Call(_))
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
}

/// Extra needs that the metadata does not show: a type, and the types it leans on.
pub(crate) type Leanings = BTreeMap<QualifiedName, QualifiedName>;

pub(crate) fn slice(
    edm: &Edm,
    manifest: &Source,
    roots: &[Root],
    derived: &[Root],
    leanings: &Leanings,
) -> Result<Slice, Diagnostics> {
    let mut complaints = Vec::new();
    let mut globs = Vec::new();
    for root in roots {
        match Glob::parse(&root.glob) {
            Ok(glob) => globs.push(glob),
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
        calls,
        globs,
        slice: Slice::default(),
        navigations: BTreeSet::new(),
    };
    slicer.walk_roots();
    if slicer.slice.nodes.len() > MOST_PATHS {
        complaints.push(Diagnostic::of(
            &manifest.name,
            format!("the roots name more than {MOST_PATHS} paths"),
            "write narrower roots: `**` goes down every navigation property",
        ));
        return Diagnostics::check(complaints, slicer.slice);
    }
    for glob in &slicer.globs {
        let named = |node: &Node| node.methods.values().any(|root| root == glob.text());
        if slicer.slice.nodes.iter().any(named) {
            continue;
        }
        let (message, help) = if slicer
            .slice
            .nodes
            .iter()
            .any(|node| glob.agreement(&node.segments()).whole)
        {
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
                "name a type with its namespace, or remove it",
            )),
        }
    }
    slicer.close(leanings, &families);
    Diagnostics::check(complaints, slicer.slice)
}

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
    globs: Vec<Glob>,
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
    /// Whether the objects live here, so that they can be written here.
    contained: bool,
}

impl<'a> Slicer<'a> {
    fn walk_roots(&mut self) {
        for (name, root) in &self.edm.roots {
            let place = Place {
                target: &root.target,
                collection: root.collection,
                contained: true,
            };
            self.visit(None, &[], name, place, true, &mut Vec::new());
        }
    }

    /// Visits a path, and those below it, if a root names it or one of them.
    fn visit(
        &mut self,
        parent: Option<usize>,
        above: &[String],
        name: &str,
        place: Place<'a>,
        is_root: bool,
        stack: &mut Vec<(&'a QualifiedName, &'a str)>,
    ) {
        let path = extend(above, name);
        if self.slice.nodes.len() > MOST_PATHS || (!self.leads_on(&path) && !self.names(&path)) {
            return;
        }
        let step = if place.collection {
            Step::Collection(name.to_owned())
        } else {
            Step::Single(name.to_owned())
        };
        let methods: &[Method] = match (place.collection, place.contained) {
            (true, true) => &[Method::Get, Method::Post],
            (false, true) if is_root => &[Method::Get, Method::Patch],
            (false, true) => &[Method::Get, Method::Patch, Method::Delete],
            (_, false) => &[Method::Get],
        };
        let node = self.push(parent, step, path.clone(), place.target, methods);
        if !place.contained {
            return;
        }
        self.visit_calls(node, &path, place.target, place.collection);
        if !place.collection {
            self.descend(node, &path, place.target, stack);
            return;
        }
        let Some(key) = self.key_segment(place.target) else {
            let reason = "its key is not a single string";
            self.slice.cut.insert(format!("/{}/{{key}}", path.join("/")), reason);
            return;
        };
        let path = extend(&path, &key);
        if self.leads_on(&path) || self.names(&path) {
            let methods = &[Method::Get, Method::Patch, Method::Delete];
            let item = self.push(Some(node), Step::Key, path.clone(), place.target, methods);
            self.visit_calls(item, &path, place.target, false);
            self.descend(item, &path, place.target, stack);
        }
    }

    /// Visits the functions and actions that are called on what is at the end of a path.
    fn visit_calls(&mut self, node: usize, path: &[String], target: &QualifiedName, collection: bool) {
        let lineage = self.edm.lineage(target).into_iter();
        let numbers = lineage.filter_map(|(name, _)| self.calls.get(&(name, collection)));
        for number in numbers.flatten().copied().collect::<Vec<_>>() {
            let Some(call) = self.edm.calls.get(number) else {
                continue;
            };
            let path = extend(path, &call.name);
            if !self.names(&path) {
                continue;
            }
            let method = match call.kind {
                CallableKind::Function if !call.parameters.is_empty() => {
                    let reason = "a function with parameters, which are not generated yet";
                    self.slice.cut.insert(format!("/{}()", path.join("/")), reason);
                    continue;
                }
                CallableKind::Function => Method::Get,
                CallableKind::Action => Method::Post,
            };
            self.push(Some(node), Step::Call(number), path, target, &[method]);
        }
    }

    fn descend(
        &mut self,
        node: usize,
        path: &[String],
        target: &'a QualifiedName,
        stack: &mut Vec<(&'a QualifiedName, &'a str)>,
    ) {
        for (declaring, structured) in self.edm.lineage(target) {
            for navigation in &structured.navigations {
                let step = (declaring, &*navigation.name);
                // `**` would go round a circle of navigation properties for ever.
                if stack.contains(&step) {
                    continue;
                }
                let place = Place {
                    target: &navigation.target,
                    collection: navigation.collection,
                    contained: navigation.contained,
                };
                stack.push(step);
                let first = self.slice.nodes.len();
                self.visit(Some(node), path, &navigation.name, place, false, stack);
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
        target: &QualifiedName,
        methods: &[Method],
    ) -> usize {
        let segments: Vec<_> = path.iter().map(String::as_str).collect();
        let mut chosen = BTreeMap::new();
        for glob in self.globs.iter().filter(|glob| glob.agreement(&segments).whole) {
            for method in methods.iter().filter(|method| glob.takes(**method)) {
                chosen.entry(*method).or_insert_with(|| glob.text().to_owned());
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
            target: target.clone(),
            methods: chosen,
        });
        node
    }

    fn names(&self, path: &[String]) -> bool {
        let path: Vec<_> = path.iter().map(String::as_str).collect();
        self.globs.iter().any(|glob| glob.agreement(&path).whole)
    }

    fn leads_on(&self, path: &[String]) -> bool {
        let path: Vec<_> = path.iter().map(String::as_str).collect();
        self.globs.iter().any(|glob| glob.agreement(&path).beginning)
    }

    /// The segment for the key of an entity type: `{plannerTask-id}`.
    fn key_segment(&self, target: &QualifiedName) -> Option<String> {
        let key = self.edm.single_key(target)?;
        let lineage = self.edm.lineage(target);
        let mut properties = lineage.iter().flat_map(|(_, structured)| &structured.properties);
        let property = properties.find(|property| property.name == key)?;
        let is_text = match &property.ty.value {
            ValueType::Primitive(primitive) => *primitive == crate::csdl::Primitive::String,
            ValueType::Named(_) => false,
        };
        is_text.then(|| format!("{{{}-{key}}}", target.name()))
    }

    /// Takes in the types of all paths, and what these are made of.
    fn close(&mut self, leanings: &Leanings, families: &BTreeMap<&QualifiedName, Vec<&QualifiedName>>) {
        let mut queue: VecDeque<(QualifiedName, String)> = VecDeque::new();
        for node in self.slice.nodes.iter().filter(|node| !node.methods.is_empty()) {
            let reason = format!("/{}", node.path.join("/"));
            let call = match node.step {
                Step::Call(number) => self.edm.calls.get(number),
                Step::Single(_) | Step::Collection(_) | Step::Key => None,
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
        while let Some((name, reason)) = queue.pop_front() {
            if self.slice.types.contains_key(&name) {
                continue;
            }
            self.slice.types.insert(name.clone(), reason);
            for derived in families.get(&name).into_iter().flatten() {
                queue.push_back(((*derived).clone(), format!("{name} (derived)")));
            }
            if let Some(value) = leanings.get(&name) {
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
                    if !self.navigations.contains(&(declaring.clone(), navigation.name.clone())) {
                        let cut = format!("{declaring}/{}", navigation.name);
                        self.slice.cut.insert(cut, "no root names it");
                    }
                }
            }
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
