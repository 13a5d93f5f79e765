//! The versions of one API, laid over each other: one item for one thing, marked with the versions that have it.

use std::collections::{BTreeMap, btree_map::Entry};

use super::{
    edm::{Edm, EnumType, Navigation, Property, QualifiedName, Structured, Type},
    versions::Versions,
};
use crate::{Diagnostic, Diagnostics, Source};

/// Lays linked models over each other. The number of a version is its place here.
///
/// # Errors
///
/// When two versions contradict each other: one name stands for different things. All contradictions are reported at once.
pub fn merge(models: Vec<(&Source, Edm)>) -> Result<Edm, Diagnostics> {
    let mut merged = Edm::default();
    let mut complaints = Vec::new();
    for (number, (source, mut model)) in models.into_iter().enumerate() {
        mark(&mut model, Versions::only(number));
        let mut laying = Merger {
            source,
            before: Lineages::of(&merged),
            later: Lineages::of(&model),
            complaints: &mut complaints,
        };
        laying.add(&mut merged, model);
    }
    Diagnostics::check(complaints, merged)
}

/// Marks every item of a model with its version.
fn mark(model: &mut Edm, versions: Versions) {
    for ty in model.types.values_mut() {
        match ty {
            Type::Structured(ty) => {
                ty.versions = versions;
                for property in &mut ty.properties {
                    property.versions = versions;
                }
                for navigation in &mut ty.navigations {
                    navigation.versions = versions;
                    if !navigation.contained.is_empty() {
                        navigation.contained = versions;
                    }
                }
            }
            Type::Enum(ty) => {
                ty.versions = versions;
                for member in &mut ty.members {
                    member.versions = versions;
                }
            }
            Type::Definition(_) => {}
        }
    }
    for root in model.roots.values_mut() {
        root.versions = versions;
    }
    for call in &mut model.calls {
        call.versions = versions;
    }
}

/// The types that each type derives from.
struct Lineages(BTreeMap<QualifiedName, Vec<QualifiedName>>);

impl Lineages {
    fn of(model: &Edm) -> Self {
        let bases = |name| -> Vec<QualifiedName> {
            let lineage = model.lineage(name);
            lineage.into_iter().map(|(base, _)| base.clone()).collect()
        };
        Self(model.types.keys().map(|name| (name.clone(), bases(name))).collect())
    }

    fn derives(&self, name: &QualifiedName, base: &QualifiedName) -> bool {
        self.0.get(name).is_some_and(|lineage| lineage.contains(base))
    }
}

struct Merger<'a> {
    source: &'a Source,
    before: Lineages,
    later: Lineages,
    complaints: &'a mut Vec<Diagnostic>,
}

impl Merger<'_> {
    fn add(&mut self, merged: &mut Edm, model: Edm) {
        for (name, ty) in model.types {
            match merged.types.entry(name) {
                Entry::Vacant(slot) => {
                    slot.insert(ty);
                }
                Entry::Occupied(mut slot) => {
                    let name = slot.key().clone();
                    self.merge_type(&name, slot.get_mut(), ty);
                }
            }
        }
        for (name, root) in model.roots {
            match merged.roots.entry(name) {
                Entry::Vacant(slot) => {
                    slot.insert(root);
                }
                Entry::Occupied(mut slot) => {
                    let known = slot.get_mut();
                    if (&known.target, known.collection) != (&root.target, root.collection) {
                        let name = slot.key();
                        let message = format!("the container's `{name}` is something else in another version");
                        self.complaints.push(Diagnostic::of(&self.source.name, message, HELP));
                        continue;
                    }
                    known.versions = known.versions.or(root.versions);
                }
            }
        }
        for call in model.calls {
            match merged.calls.iter_mut().find(|known| known.is_same(&call)) {
                Some(known) => known.versions = known.versions.or(call.versions),
                // Another signature is an overload.
                None => merged.calls.push(call),
            }
        }
        merged.imports.extend(model.imports);
        merged.unbound.extend(model.unbound);
    }

    fn merge_type(&mut self, name: &QualifiedName, known: &mut Type, ty: Type) {
        match (known, ty) {
            (Type::Structured(known), Type::Structured(ty)) => self.merge_structured(name, known, ty),
            (Type::Enum(known), Type::Enum(ty)) => self.merge_enum(name, known, ty),
            (Type::Definition(known), Type::Definition(ty)) if *known == ty => {}
            (known, _) => {
                let kind = match known {
                    Type::Structured(_) => "a structured type",
                    Type::Enum(_) => "an enumeration",
                    Type::Definition(_) => "a definition of another type",
                };
                let message = format!("`{name}` is {kind} in another version");
                self.complaints.push(Diagnostic::of(&self.source.name, message, HELP));
            }
        }
    }

    fn merge_structured(&mut self, name: &QualifiedName, known: &mut Structured, ty: Structured) {
        let facts = |ty: &Structured| (ty.entity, ty.is_abstract, ty.open, ty.key.clone());
        if facts(known) != facts(&ty) {
            let message = format!("`{name}` is abstract, open or keyed otherwise in another version");
            self.complain(ty.offset, message);
        }
        if known.base != ty.base {
            match (&known.base, &ty.base) {
                // A version may slip a type in between: the longer way up goes through the shorter one.
                (None, Some(_)) => known.base = ty.base,
                (Some(base), Some(later)) if self.later.derives(later, base) => known.base = ty.base,
                (Some(_), None) => {}
                (Some(base), Some(later)) if self.before.derives(base, later) => {}
                _ => self.complain(
                    ty.offset,
                    format!("`{name}` derives from something else in another version"),
                ),
            }
        }
        known.versions = known.versions.or(ty.versions);
        known.stream |= ty.stream;
        if known.retired.is_none() {
            known.retired = ty.retired;
        }
        for property in ty.properties {
            match known.properties.iter_mut().find(|known| known.name == property.name) {
                Some(known) => self.merge_property(name, known, property),
                None => known.properties.push(property),
            }
        }
        for navigation in ty.navigations {
            match known.navigations.iter_mut().find(|known| known.name == navigation.name) {
                Some(known) => self.merge_navigation(name, known, navigation),
                None => known.navigations.push(navigation),
            }
        }
    }

    fn merge_property(&mut self, name: &QualifiedName, known: &mut Property, property: Property) {
        if (&known.ty, known.nullable) != (&property.ty, property.nullable) {
            let message = format!("`{name}/{}` has another type in another version", property.name);
            self.complain(property.offset, message);
        }
        known.versions = known.versions.or(property.versions);
        known.computed |= property.computed;
        if known.retired.is_none() {
            known.retired = property.retired;
        }
    }

    fn merge_navigation(&mut self, name: &QualifiedName, known: &mut Navigation, navigation: Navigation) {
        if (&known.target, known.collection) != (&navigation.target, navigation.collection) {
            let message = format!(
                "`{name}/{}` leads to something else in another version",
                navigation.name
            );
            self.complain(navigation.offset, message);
        }
        known.versions = known.versions.or(navigation.versions);
        known.contained = known.contained.or(navigation.contained);
        if known.retired.is_none() {
            known.retired = navigation.retired;
        }
    }

    fn merge_enum(&mut self, name: &QualifiedName, known: &mut EnumType, ty: EnumType) {
        if known.flags != ty.flags {
            self.complain(
                ty.offset,
                format!("the members of `{name}` combine in one version only"),
            );
        }
        known.versions = known.versions.or(ty.versions);
        if known.retired.is_none() {
            known.retired = ty.retired;
        }
        for member in ty.members {
            match known.members.iter_mut().find(|known| known.name == member.name) {
                Some(known) if known.value == member.value => known.versions = known.versions.or(member.versions),
                Some(_) => {
                    let message = format!("`{name}/{}` has another number in another version", member.name);
                    self.complain(ty.offset, message);
                }
                None => known.members.push(member),
            }
        }
    }

    fn complain(&mut self, offset: usize, message: String) {
        self.complaints.push(Diagnostic::at(self.source, offset, message, HELP));
    }
}

const HELP: &str = "correct one of the files, or generate the versions apart";
