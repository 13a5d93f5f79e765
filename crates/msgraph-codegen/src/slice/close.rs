//! The types that the paths need, and what these are made of.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Chosen, NAMED, Need, Scope, Slicer, Step};
use crate::csdl::{QualifiedName, Type, ValueType};

impl Slicer<'_> {
    /// Takes in the types of all paths, and what these are made of.
    pub(super) fn close(&mut self, families: &BTreeMap<&QualifiedName, Vec<&QualifiedName>>) {
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
