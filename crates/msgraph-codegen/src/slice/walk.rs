//! The paths that the roots name.

use std::collections::{BTreeMap, BTreeSet};

use super::{Chosen, MOST_PATHS, Node, Place, Slicer, Step, WHOLE};
use crate::{
    csdl::{CallableKind, Navigation, Primitive, QualifiedName, ValueType, Versions},
    glob::{Agreement, Glob},
    plan::Method,
};

impl<'a> Slicer<'a> {
    pub(super) fn walk_roots(&mut self) {
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
    pub(super) fn visit_calls(&mut self, node: usize, path: &[String], place: Place<'_>, collection: bool) {
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
    pub(super) fn visit_streams(&mut self, node: usize, path: &[String], place: Place<'_>) {
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

    pub(super) fn push(
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
    pub(super) fn key_segment(&self, target: &QualifiedName) -> Result<String, &'static str> {
        let key = self.edm.key(target)?;
        let names: Vec<_> = key.iter().map(|(property, _)| property.name.as_str()).collect();
        Ok(format!("{{{}-{}}}", target.name(), names.join(",")))
    }
}

impl<'a> Place<'a> {
    /// The methods that a path of a set, a singleton or a navigation property has.
    pub(super) fn methods(self, is_root: bool) -> Vec<(Method, Versions)> {
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
    pub(super) fn beyond(self, navigation: &'a Navigation) -> Self {
        Self {
            target: &navigation.target,
            collection: navigation.collection,
            versions: self.versions.and(navigation.versions),
            contained: navigation.contained,
            spelt: self.spelt,
        }
    }
}

pub(super) fn extend(path: &[String], segment: &str) -> Vec<String> {
    path.iter().cloned().chain([segment.to_owned()]).collect()
}
