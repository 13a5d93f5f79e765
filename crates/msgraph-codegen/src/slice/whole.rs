//! All of a model, with one path to each entity type: the shortest, and through objects that live where it leads.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Place, Slicer, Step, walk::extend};
use crate::{
    csdl::{QualifiedName, Type},
    plan::Method,
};

/// A path that was taken, and how to go on from it.
struct Reached<'a> {
    node: usize,
    path: Vec<String>,
    place: Place<'a>,
}

impl<'a> Slicer<'a> {
    pub(super) fn walk_whole(&mut self) {
        // What lives where a path leads comes before what is only referred to.
        let (mut near, mut far) = (VecDeque::new(), VecDeque::new());
        for (name, root) in &self.edm.roots {
            let place = Place {
                target: &root.target,
                collection: root.collection,
                versions: root.versions,
                contained: root.versions,
                spelt: false,
            };
            near.push_back(self.reach(None, &[], name, place));
        }
        let (mut descended, mut called) = (BTreeSet::new(), BTreeSet::new());
        while let Some(Reached { node, path, place }) = near.pop_front().or_else(|| far.pop_front()) {
            if called.insert((place.target, place.collection)) {
                self.visit_calls(node, &path, place, place.collection);
            }
            if descended.contains(place.target) {
                continue;
            }
            let (node, path) = if place.collection {
                let key = match self.key_segment(place.target) {
                    Ok(key) => key,
                    Err(reason) => {
                        self.slice.cut.insert(format!("/{}/{{key}}", path.join("/")), reason);
                        continue;
                    }
                };
                let path = extend(&path, &key);
                let methods = [Method::Get, Method::Patch, Method::Delete].map(|method| (method, place.versions));
                let item = self.push(Some(node), Step::Key, path.clone(), place, &methods);
                if called.insert((place.target, false)) {
                    self.visit_calls(item, &path, place, false);
                }
                (item, path)
            } else {
                (node, path)
            };
            descended.insert(place.target);
            self.visit_streams(node, &path, place);
            for (declaring, structured) in self.edm.lineage(place.target) {
                for navigation in &structured.navigations {
                    let place = place.beyond(navigation);
                    self.navigations.insert((declaring.clone(), navigation.name.clone()));
                    let reached = self.reach(Some(node), &path, &navigation.name, place);
                    if place.contained.is_empty() {
                        far.push_back(reached);
                    } else {
                        near.push_back(reached);
                    }
                }
            }
        }
        for import in &self.edm.imports {
            self.slice.cut.insert(format!("/{import}"), UNBOUND);
        }
        self.account();
    }

    fn reach(&mut self, parent: Option<usize>, above: &[String], name: &str, place: Place<'a>) -> Reached<'a> {
        let path = extend(above, name);
        let step = if place.collection {
            Step::Collection(name.to_owned())
        } else {
            Step::Single(name.to_owned())
        };
        let node = self.push(parent, step, path.clone(), place, &place.methods(above.is_empty()));
        Reached { node, path, place }
    }

    /// Names the functions and actions that no path calls, so that none is lost silently.
    fn account(&mut self) {
        let nodes = self.slice.nodes.iter();
        let called: BTreeSet<_> = nodes
            .filter_map(|node| match node.step {
                Step::Call(number) => Some(number),
                _ => None,
            })
            .collect();
        for (number, call) in self.edm.calls.iter().enumerate() {
            if called.contains(&number) {
                continue;
            }
            let item = format!("{}/{}", call.binding(), call.segment());
            self.slice.cut.insert(item, "no path leads to what it is called on");
        }
        for name in &self.edm.unbound {
            self.slice.cut.insert(name.clone(), UNBOUND);
        }
    }

    /// Takes in the types that no path needs.
    pub(super) fn add_the_rest(&mut self, reasons: &mut BTreeMap<QualifiedName, String>) {
        for (name, ty) in &self.edm.types {
            if matches!(ty, Type::Definition(_)) {
                let reason = "a definition, for which its underlying type stands";
                self.slice.cut.insert(name.to_string(), reason);
            }
            reasons.entry(name.clone()).or_insert_with(|| super::WHOLE.to_owned());
        }
    }
}

const UNBOUND: &str = "a function or an action that is called on nothing, which is not generated yet";
