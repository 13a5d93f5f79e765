//! `cargo xtask metadata`.

use std::path::PathBuf;

use anyhow::{Result, anyhow, ensure};
use msgraph_codegen::{
    Source,
    csdl::{Edm, QualifiedName, Structured, Type, link, parse},
};

use crate::generate::{own_slice, read};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Metadata {
    /// Compares our metadata with a whole one, fact by fact.
    Check {
        /// The version that is compared.
        #[arg(long, value_parser = ["v1.0"])]
        api: String,
        /// The whole metadata of that version.
        #[arg(long, value_name = "FILE")]
        against: PathBuf,
    },
}

pub(crate) fn run(metadata: &Metadata) -> Result<()> {
    match metadata {
        Metadata::Check { against, .. } => check(&read(against)?),
    }
}

#[expect(clippy::print_stdout, reason = "this is what the command is asked for")]
fn check(theirs: &Source) -> Result<()> {
    let mut ours = own_slice()?;
    let our_output = msgraph_codegen::generate(&ours).map_err(|complaints| anyhow!("{complaints}"))?;
    let mut differences = compare(&edm(&ours.metadata)?, &edm(theirs)?);

    // What our roots reach there, and not here.
    ours.metadata = theirs.clone();
    let their_output = msgraph_codegen::generate(&ours).map_err(|complaints| anyhow!("{complaints}"))?;
    let in_scope = |lock: &str| -> Vec<String> {
        lock.lines()
            .map_while(|line| (!line.starts_with("# left out")).then(|| line.to_owned()))
            .collect()
    };
    let (here, there) = (in_scope(&our_output.lock), in_scope(&their_output.lock));
    differences.extend(
        there
            .iter()
            .filter(|line| !here.contains(line))
            .map(|line| format!("only there: {line}")),
    );
    differences.extend(
        here.iter()
            .filter(|line| !there.contains(line))
            .map(|line| format!("only here: {line}")),
    );

    for difference in &differences {
        println!("{difference}");
    }
    println!(
        "types {}, operations {}, differences {}",
        our_output.report.types,
        our_output.report.operations,
        differences.len()
    );
    ensure!(differences.is_empty(), "our metadata differs from {}", theirs.name);
    Ok(())
}

fn edm(source: &Source) -> Result<Edm> {
    let document = parse(source).map_err(|complaints| anyhow!("{complaints}"))?;
    link(source, &document).map_err(|complaints| anyhow!("{complaints}"))
}

/// What we say of our types, and the other metadata does not.
fn compare(ours: &Edm, theirs: &Edm) -> Vec<String> {
    let mut differences = Vec::new();
    for (name, ty) in &ours.types {
        match (ty, theirs.types.get(name)) {
            (_, None) => differences.push(format!("{name}: is not declared there")),
            (Type::Structured(ours), Some(Type::Structured(theirs))) => {
                compare_structured(name, ours, theirs, &mut differences);
            }
            (Type::Enum(ours), Some(Type::Enum(theirs))) => {
                if (ours.flags, &ours.members) != (theirs.flags, &theirs.members) {
                    differences.push(format!(
                        "{name}: members {:?}, there {:?}",
                        ours.members, theirs.members
                    ));
                }
            }
            (Type::Definition(ours), Some(Type::Definition(theirs))) if ours == theirs => {}
            _ => differences.push(format!("{name}: is another kind of type there")),
        }
    }
    for (name, root) in &ours.roots {
        let same = theirs
            .roots
            .get(name)
            .is_some_and(|other| (&other.target, other.collection) == (&root.target, root.collection));
        if !same {
            differences.push(format!("{name}: the container has no such set or singleton there"));
        }
    }
    for call in &ours.calls {
        let same = theirs.calls.iter().any(|other| {
            let parameters = |call: &msgraph_codegen::csdl::BoundCall| -> Vec<_> {
                call.parameters
                    .iter()
                    .map(|parameter| (parameter.name.clone(), parameter.ty.clone(), parameter.nullable))
                    .collect()
            };
            (
                &other.name,
                other.kind,
                &other.target,
                other.collection,
                &other.returns,
                parameters(other),
            ) == (
                &call.name,
                call.kind,
                &call.target,
                call.collection,
                &call.returns,
                parameters(call),
            )
        });
        if !same {
            differences.push(format!(
                "{}/{}: there is no such function or action there",
                call.target, call.name
            ));
        }
    }
    differences
}

fn compare_structured(name: &QualifiedName, ours: &Structured, theirs: &Structured, differences: &mut Vec<String>) {
    let facts = |ty: &Structured| {
        format!(
            "entity {}, base {:?}, abstract {}, open {}, key {:?}",
            ty.entity, ty.base, ty.is_abstract, ty.open, ty.key
        )
    };
    if facts(ours) != facts(theirs) {
        differences.push(format!("{name}: {}; there: {}", facts(ours), facts(theirs)));
    }
    for property in &ours.properties {
        let other = theirs.properties.iter().find(|other| other.name == property.name);
        if other.map(|other| (&other.ty, other.nullable)) != Some((&property.ty, property.nullable)) {
            let other = other.map(|other| format!("{:?}, nullable {}", other.ty, other.nullable));
            let here = format!("{:?}, nullable {}", property.ty, property.nullable);
            differences.push(format!(
                "{name}/{}: {here}; there: {}",
                property.name,
                other.as_deref().unwrap_or("nothing")
            ));
        }
    }
    for navigation in &ours.navigations {
        let other = theirs.navigations.iter().find(|other| other.name == navigation.name);
        let facts = |navigation: &msgraph_codegen::csdl::Navigation| {
            (navigation.target.clone(), navigation.collection, navigation.contained)
        };
        if other.map(facts) != Some(facts(navigation)) {
            differences.push(format!(
                "{name}/{}: the navigation property is another there",
                navigation.name
            ));
        }
    }
    // Partial types lead to Planner and To Do only; all others are whole.
    let is_partial = ours.properties.is_empty() && ours.entity;
    for property in theirs.properties.iter().filter(|_| !is_partial) {
        if !ours.properties.iter().any(|own| own.name == property.name) {
            differences.push(format!("{name}/{}: only there", property.name));
        }
    }
}
