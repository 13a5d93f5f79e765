//! `cargo xtask metadata check`: our facts beside those of a whole metadata file.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use msgraph_codegen::{
    Input, Remarks, Scope, Source,
    csdl::{BoundCall, Edm, EnumType, QualifiedName, Structured, Type, link, parse},
    generate,
    plan::Version,
};

use crate::generate::own_slice;

#[expect(clippy::print_stdout, reason = "this is what the command is asked for")]
pub(super) fn check(version: Version, theirs: &Source) -> Result<()> {
    let input = own_slice()?;
    let remarks = Remarks::read(&input.overlay, version)?;
    let ours = input.metadata.iter().find(|(known, _)| *known == version);
    let (_, ours) = ours.with_context(|| format!("the manifest names no metadata of {}", version.name()))?;
    let (own, other) = (edm(ours)?, edm(theirs)?);
    let mut differences = Differences::default();
    differences.compare(&own, &other, &remarks);
    differences.reach(&input, version, theirs)?;

    let (mut open, mut explained) = (Vec::new(), BTreeSet::new());
    for (item, text) in &differences.0 {
        match remarks
            .beyond
            .get_key_value(item)
            .or_else(|| remarks.skipped.get_key_value(item))
        {
            Some((item, reason)) => {
                explained.insert(item.as_str());
                println!("explained: {text} ({reason})");
            }
            None => open.push(text.clone()),
        }
    }
    let unneeded = remarks.beyond.keys().filter(|item| !explained.contains(item.as_str()));
    for item in unneeded.filter(|item| declares(&own, item)) {
        open.push(format!(
            "{item}: the overlay calls it beyond that metadata, which has it like ours"
        ));
    }
    for text in &open {
        println!("{text}");
    }
    println!(
        "types {}, facts compared {}, explained {}, differences {}",
        own.types.len(),
        facts(&own),
        explained.len(),
        open.len()
    );
    ensure!(open.is_empty(), "our metadata differs from {}", theirs.name);
    Ok(())
}

pub(super) fn edm(source: &Source) -> Result<Edm> {
    let document = parse(source)?;
    Ok(link(source, &document)?)
}

/// How many items of a model are compared.
fn facts(model: &Edm) -> usize {
    let members = model.types.values().map(|ty| match ty {
        Type::Structured(ty) => 1 + ty.properties.len() + ty.navigations.len(),
        Type::Enum(ty) => 1 + ty.members.len(),
        Type::Definition(_) => 1,
    });
    members.sum::<usize>() + model.roots.len() + model.calls.len()
}

/// Whether a model declares an item: a type, a member of one, something that is called on one, or a child of the container.
fn declares(model: &Edm, item: &str) -> bool {
    let (ty, member) = item.split_once('/').unwrap_or((item, ""));
    if ty == "container" {
        return model.roots.contains_key(member);
    }
    let is_called = model
        .calls
        .iter()
        .any(|call| call.target.as_str() == ty && call.name == member);
    let Some((_, ty)) = model.types.iter().find(|(name, _)| name.as_str() == ty) else {
        return false;
    };
    let has_member = match ty {
        Type::Structured(ty) => {
            let properties = ty.properties.iter().map(|property| &property.name);
            let mut members = properties.chain(ty.navigations.iter().map(|navigation| &navigation.name));
            members.any(|name| name == member)
        }
        Type::Enum(ty) => ty.members.iter().any(|known| known.name == member),
        Type::Definition(_) => false,
    };
    member.is_empty() || has_member || is_called
}

/// What differs: the item, and how.
#[derive(Default)]
pub(super) struct Differences(pub(super) Vec<(String, String)>);

impl Differences {
    fn push(&mut self, item: String, text: impl AsRef<str>) {
        let text = format!("{item}: {}", text.as_ref());
        self.0.push((item, text));
    }

    /// What we say, and the other metadata does not.
    pub(super) fn compare(&mut self, ours: &Edm, theirs: &Edm, remarks: &Remarks) {
        let is_whole = |name: &QualifiedName| !remarks.partial.contains(name.as_str());
        for (name, ty) in &ours.types {
            match (ty, theirs.types.get(name)) {
                (_, None) => self.push(name.to_string(), "is not declared there"),
                (Type::Structured(ours), Some(Type::Structured(theirs))) => {
                    self.structured(name, ours, theirs);
                    if is_whole(name) {
                        self.whole(name, ours, theirs);
                    }
                }
                (Type::Enum(ours), Some(Type::Enum(theirs))) => self.enumeration(name, ours, theirs),
                (Type::Definition(ours), Some(Type::Definition(theirs))) if ours == theirs => {}
                _ => self.push(name.to_string(), "is another kind of type there"),
            }
        }
        for (name, root) in &ours.roots {
            let other = theirs.roots.get(name);
            if other.is_none_or(|other| (&other.target, other.collection) != (&root.target, root.collection)) {
                self.push(
                    format!("container/{name}"),
                    "the container has no such set or singleton there",
                );
            }
        }
        let is_there = |call: &&BoundCall| theirs.calls.iter().any(|other| other.is_same(call));
        for call in ours.calls.iter().filter(|call| !is_there(call)) {
            let item = format!("{}/{}", call.target, call.name);
            self.push(item, "there is no such function or action there");
        }
        let is_ours = |call: &&BoundCall| ours.calls.iter().any(|own| own.is_same(call));
        let on_ours = theirs
            .calls
            .iter()
            .filter(|call| ours.types.contains_key(&call.target) && is_whole(&call.target));
        for call in on_ours.filter(|call| !is_ours(call)) {
            let item = format!("{}/{}", call.target, call.name);
            self.push(item, "the function or action is only there");
        }
    }

    fn structured(&mut self, name: &QualifiedName, ours: &Structured, theirs: &Structured) {
        let facts = |ty: &Structured| {
            format!(
                "entity {}, base {:?}, abstract {}, open {}, stream {}, key {:?}",
                ty.entity, ty.base, ty.is_abstract, ty.open, ty.stream, ty.key
            )
        };
        if facts(ours) != facts(theirs) {
            self.push(name.to_string(), format!("{}; there: {}", facts(ours), facts(theirs)));
        }
        for property in &ours.properties {
            let other = theirs.properties.iter().find(|other| other.name == property.name);
            if other.map(|other| (&other.ty, other.nullable)) != Some((&property.ty, property.nullable)) {
                let other = other.map(|other| format!("{:?}, nullable {}", other.ty, other.nullable));
                let here = format!("{:?}, nullable {}", property.ty, property.nullable);
                let there = other.as_deref().unwrap_or("nothing");
                self.push(format!("{name}/{}", property.name), format!("{here}; there: {there}"));
            }
        }
        for navigation in &ours.navigations {
            let other = theirs.navigations.iter().find(|other| other.name == navigation.name);
            let facts = |navigation: &msgraph_codegen::csdl::Navigation| {
                (
                    navigation.target.clone(),
                    navigation.collection,
                    navigation.nullable,
                    navigation.contained,
                )
            };
            if other.map(facts) != Some(facts(navigation)) {
                self.push(
                    format!("{name}/{}", navigation.name),
                    "the navigation property is another there",
                );
            }
        }
    }

    /// What the other metadata says of a type, and we do not.
    fn whole(&mut self, name: &QualifiedName, ours: &Structured, theirs: &Structured) {
        for property in &theirs.properties {
            if !ours.properties.iter().any(|own| own.name == property.name) {
                self.push(format!("{name}/{}", property.name), "only there");
            }
        }
        for navigation in &theirs.navigations {
            if !ours.navigations.iter().any(|own| own.name == navigation.name) {
                self.push(
                    format!("{name}/{}", navigation.name),
                    "the navigation property is only there",
                );
            }
        }
    }

    fn enumeration(&mut self, name: &QualifiedName, ours: &EnumType, theirs: &EnumType) {
        if ours.flags != theirs.flags {
            self.push(
                name.to_string(),
                format!("flags {}; there: {}", ours.flags, theirs.flags),
            );
        }
        for member in &ours.members {
            let other = theirs.members.iter().find(|other| other.name == member.name);
            let other = other.map(|other| other.value);
            if other != Some(member.value) {
                let text = format!("is {}; there: {other:?}", member.value);
                self.push(format!("{name}/{}", member.name), text);
            }
        }
        for member in &theirs.members {
            if !ours.members.iter().any(|own| own.name == member.name) {
                self.push(format!("{name}/{}", member.name), "only there");
            }
        }
    }

    /// What our roots reach there and not here: the other metadata is laid over ours, and what is in scope then and was not
    /// before is only there.
    fn reach(&mut self, input: &Input, version: Version, theirs: &Source) -> Result<()> {
        let in_scope = |input: &Input| -> Result<BTreeSet<String>> {
            let lock = generate(input)?.lock;
            let lines = lock.lines().take_while(|line| !line.starts_with("# left out"));
            // Which versions have it is not the question here.
            let items = lines.filter_map(|line| line.split_once(" <- "));
            let items = items.map(|(item, _)| item.split(" (").next().unwrap_or(item).to_owned());
            Ok(items.collect())
        };
        let here = in_scope(input)?;
        let mut laid_over = input.clone();
        laid_over.scope = Scope::Wider;
        laid_over.metadata.push((version, theirs.clone()));
        match in_scope(&laid_over) {
            Ok(there) => {
                for item in there.difference(&here) {
                    self.push(item.clone(), "our roots reach it, only there");
                }
            }
            // What is told already contradicts ours, so the two cannot be laid over each other.
            Err(_) if !self.0.is_empty() => {
                self.push(
                    "what our roots reach".to_owned(),
                    "is not looked at before the two agree",
                );
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each fact of another document that differs from ours is told, by the item that it is about.
    #[test]
    fn every_kind_of_difference_is_told() {
        let cases = [
            (
                "Name=\"percentComplete\" Type=\"Edm.Int32\"",
                "Name=\"percentComplete\" Type=\"Edm.Int64\"",
                "plannerTask/percentComplete",
            ),
            (
                "Name=\"occurrenceId\" Type=\"Edm.Int32\" Nullable=\"false\"",
                "Name=\"occurrenceId\" Type=\"Edm.Int32\"",
                "plannerTaskRecurrence/occurrenceId",
            ),
            (
                "\"plannerPlan\" BaseType=\"graph.plannerDelta\"",
                "\"plannerPlan\" BaseType=\"graph.entity\"",
                "plannerPlan",
            ),
            (
                "Name=\"roster\" Value=\"3\"",
                "Name=\"roster\" Value=\"10\"",
                "plannerContainerType/roster",
            ),
            (
                "Name=\"roster\" Value=\"3\"",
                "Name=\"rota\" Value=\"3\"",
                "plannerContainerType/rota",
            ),
            (" IsFlags=\"true\"", "", "plannerTaskCompletionRequirements"),
            (
                "Name=\"plannerAssignments\" OpenType=\"true\"",
                "Name=\"plannerAssignments\"",
                "plannerAssignments",
            ),
            (
                "\"Collection(graph.plannerRoster)\"",
                "\"graph.plannerRoster\"",
                "planner/rosters",
            ),
            (
                "<NavigationProperty Name=\"rosters\"",
                "<NavigationProperty Nullable=\"false\" Name=\"rosters\"",
                "planner/rosters",
            ),
            (
                "<NavigationProperty Name=\"rosters\"",
                "<NavigationProperty Name=\"x\" Type=\"graph.user\" />\n<NavigationProperty Name=\"rosters\"",
                "planner/x",
            ),
            (
                "<EntityType Name=\"planner\" BaseType=\"graph.entity\">",
                "<EntityType Name=\"planner\" BaseType=\"graph.entity\"><Property Name=\"x\" Type=\"Edm.String\" />",
                "planner/x",
            ),
            ("Action Name=\"archive\"", "Action Name=\"store\"", "plannerPlan/store"),
            (
                "Name=\"justification\" Type=\"Edm.String\"",
                "Name=\"why\" Type=\"Edm.String\"",
                "plannerPlan/archive",
            ),
            (
                "<Singleton Name=\"planner\"",
                "<Singleton Name=\"planer\"",
                "container/planner",
            ),
        ];
        let input = own_slice().unwrap();
        let remarks = Remarks::read(&input.overlay, Version::Beta).unwrap();
        let (_, ours) = input
            .metadata
            .iter()
            .find(|(version, _)| *version == Version::Beta)
            .unwrap();
        for (from, to, item) in cases {
            assert!(ours.text.contains(from), "{from}");
            let theirs = Source::new("theirs", ours.text.replace(from, to));
            let mut differences = Differences::default();
            differences.compare(&edm(ours).unwrap(), &edm(&theirs).unwrap(), &remarks);
            let items: Vec<_> = differences
                .0
                .iter()
                .map(|(item, _)| item.trim_start_matches("microsoft.graph."))
                .collect();
            assert!(items.contains(&item), "{item}: {items:?}");
        }
    }
}
