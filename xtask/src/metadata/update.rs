//! `cargo xtask metadata update`: the facts of a whole metadata file, in ours.

use std::path::Path;

use anyhow::{Context as _, Result};
use msgraph_codegen::{
    Input, Remarks, Scope, Source, generate,
    plan::Version,
    tool::{Change, Kind, apply},
    update::update,
};

use crate::{generate::own_slice, repository};

#[expect(clippy::print_stdout, reason = "this is what the command is asked for")]
pub(super) fn run(version: Version, theirs: &Source) -> Result<()> {
    let input = own_slice()?;
    let remarks = Remarks::read(&input.overlay, version)?;
    let ours = input.metadata.iter().find(|(known, _)| *known == version);
    let (_, ours) = ours.with_context(|| format!("the manifest names no metadata of {}", version.name()))?;
    let updated = update(ours, theirs, &remarks)?;
    // What contradicts the other version is told before anything is written.
    let missing = without_prose(&input, version, &updated.text)?;
    if !updated.changes.is_empty() {
        apply(&[Change {
            kind: Kind::Update,
            path: repository().join(Path::new(&ours.name)),
            text: updated.text,
        }])?;
    }
    for change in &updated.changes {
        println!("{change}");
    }
    for item in &updated.left {
        println!("left: {item}");
    }
    for item in &missing {
        println!("no prose  {item}");
    }
    println!(
        "{}: changes {}, left {}, without prose {}",
        ours.name,
        updated.changes.len(),
        updated.left.len(),
        missing.len()
    );
    Ok(())
}

/// The items that have no prose once one version has this text.
fn without_prose(input: &Input, version: Version, text: &str) -> Result<Vec<String>> {
    let mut input = input.clone();
    // What the overlay says of what is gone is told by the next generation.
    input.scope = Scope::Wider;
    for (known, source) in &mut input.metadata {
        if *known == version {
            text.clone_into(&mut source.text);
        }
    }
    Ok(generate(&input)?.report.without_prose.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use msgraph_codegen::update::Updated;

    use super::{
        super::check::{Differences, edm},
        *,
    };

    fn beta() -> (Source, Remarks) {
        let input = own_slice().unwrap();
        let remarks = Remarks::read(&input.overlay, Version::Beta).unwrap();
        let ours = input.metadata.into_iter().find(|(known, _)| *known == Version::Beta);
        (ours.unwrap().1, remarks)
    }

    fn names(items: &BTreeSet<String>) -> Vec<String> {
        items.iter().map(|item| item.replace("microsoft.graph.", "")).collect()
    }

    /// Each fact that is other there becomes ours, and what then differs is nothing.
    #[test]
    fn every_kind_of_fact_is_brought_over() {
        let cases: [(&str, &str, &[&str]); 15] = [
            (
                "Name=\"percentComplete\" Type=\"Edm.Int32\"",
                "Name=\"percentComplete\" Type=\"Edm.Int64\"",
                &["changed plannerTask/percentComplete"],
            ),
            (
                "Name=\"occurrenceId\" Type=\"Edm.Int32\" Nullable=\"false\"",
                "Name=\"occurrenceId\" Type=\"Edm.Int32\"",
                &["changed plannerTaskRecurrence/occurrenceId"],
            ),
            (
                "\"plannerPlan\" BaseType=\"graph.plannerDelta\"",
                "\"plannerPlan\" BaseType=\"graph.entity\"",
                &["changed plannerPlan"],
            ),
            (
                "Name=\"roster\" Value=\"3\"",
                "Name=\"roster\" Value=\"10\"",
                &["changed plannerContainerType/roster"],
            ),
            (
                "Name=\"roster\" Value=\"3\"",
                "Name=\"rota\" Value=\"3\"",
                &["added plannerContainerType/rota", "removed plannerContainerType/roster"],
            ),
            (" IsFlags=\"true\"", "", &["changed plannerTaskCompletionRequirements"]),
            (
                "Name=\"plannerAssignments\" OpenType=\"true\"",
                "Name=\"plannerAssignments\"",
                &["changed plannerAssignments"],
            ),
            (
                "\"Collection(graph.plannerRoster)\"",
                "\"graph.plannerRoster\"",
                &["changed planner/rosters"],
            ),
            (
                "<NavigationProperty Name=\"rosters\"",
                "<NavigationProperty Name=\"x\" Type=\"graph.user\" />\n<NavigationProperty Name=\"rosters\"",
                &["added planner/x"],
            ),
            (
                "<EntityType Name=\"planner\" BaseType=\"graph.entity\">",
                "<EntityType Name=\"planner\" BaseType=\"graph.entity\"><Property Name=\"x\" Type=\"Edm.String\" />",
                &["added planner/x"],
            ),
            // A type that came with a property.
            (
                "<EntityType Name=\"planner\" BaseType=\"graph.entity\">",
                "<ComplexType Name=\"why\"><Property Name=\"how\" Type=\"graph.when\" Nullable=\"false\" /></ComplexType>\
                 <EnumType Name=\"when\"><Member Name=\"now\" Value=\"0\" /></EnumType>\
                 <EntityType Name=\"planner\" BaseType=\"graph.entity\"><Property Name=\"x\" Type=\"Collection(graph.why)\" />",
                &["added planner/x", "added when", "added why"],
            ),
            (
                "<ComplexType Name=\"plannerAssignments\" OpenType=\"true\" />",
                "<ComplexType Name=\"plannerAssignments\" OpenType=\"true\"><Property Name=\"x\" Type=\"Edm.String\" /></ComplexType>",
                &["added plannerAssignments/x"],
            ),
            (
                "Action Name=\"archive\"",
                "Action Name=\"store\"",
                &["added plannerPlan/store", "removed plannerPlan/archive"],
            ),
            (
                "Name=\"justification\" Type=\"Edm.String\"",
                "Name=\"why\" Type=\"Edm.String\"",
                &[
                    "added plannerArchivalInfo/why",
                    "added plannerPlan/archive",
                    "added plannerPlan/unarchive",
                    "removed plannerArchivalInfo/justification",
                    "removed plannerPlan/archive",
                    "removed plannerPlan/unarchive",
                ],
            ),
            (
                "<Singleton Name=\"planner\"",
                "<Singleton Name=\"planer\"",
                &["removed container/planner"],
            ),
        ];
        let (ours, remarks) = beta();
        for (from, to, expected) in cases {
            assert!(ours.text.contains(from), "{from}");
            let theirs = Source::new("theirs", ours.text.replace(from, to));
            let Updated { text, changes, left } = update(&ours, &theirs, &remarks).unwrap();
            assert_eq!(names(&changes), expected, "{to}");
            assert!(left.is_empty(), "{left:?}");
            let mut differences = Differences::default();
            let updated = edm(&Source::new("updated", text)).unwrap();
            differences.compare(&updated, &edm(&theirs).unwrap(), &remarks);
            assert!(differences.0.is_empty(), "{to}: {:?}", differences.0);
        }
    }

    #[test]
    fn what_needs_a_decision_is_left_and_told() {
        let cases = [
            (
                "<NavigationProperty Name=\"rosters\"",
                "<NavigationProperty Name=\"x\" Type=\"graph.far\" />\n<NavigationProperty Name=\"rosters\"",
                "planner/x leads to far, which ours does not declare: declare both, or name it in `skipped`",
            ),
            (
                "<PropertyRef Name=\"id\" />",
                "<PropertyRef Name=\"id\" /><PropertyRef Name=\"x\" />",
                "entity has another key there, [\"id\", \"x\"]: write it into ours",
            ),
            (
                "<EntityType Name=\"planner\" BaseType=\"graph.entity\">",
                "<EntityType Name=\"planner\" BaseType=\"graph.entity\"><Annotation Term=\"Org.OData.Core.V1.Revisions\">\
                 <Collection><Record><PropertyValue Property=\"Date\" Date=\"2026-11-01\" />\
                 <PropertyValue Property=\"Kind\"><EnumMember>Org.OData.Core.V1.RevisionKind/Deprecated</EnumMember>\
                 </PropertyValue></Record></Collection></Annotation>",
                "planner is retired there since 2026-11-01: say so in words of ours",
            ),
        ];
        let more = [
            (
                "<Action Name=\"archive\" IsBound=\"true\">",
                "<Action Name=\"fly\" IsBound=\"true\"><Parameter Name=\"plan\" Type=\"graph.plannerPlan\" />\
                 <ReturnType Type=\"graph.far\" /></Action><Action Name=\"archive\" IsBound=\"true\">",
                "plannerPlan/fly needs far, which ours does not declare: declare both, or name it in `skipped`",
            ),
            (
                "\"plannerRoster\" BaseType=\"graph.entity\"",
                "\"plannerRoster\" BaseType=\"graph.far\"",
                "plannerRoster derives from far there, which ours does not declare: declare it first",
            ),
        ];
        let (ours, remarks) = beta();
        for (from, to, expected) in cases.into_iter().chain(more) {
            assert!(ours.text.contains(from), "{from}");
            let there = ours.text.replacen(from, to, 1);
            let there = there.replacen("<EntityContainer", "<EntityType Name=\"far\" /><EntityContainer", 1);
            let updated = update(&ours, &Source::new("theirs", there), &remarks).unwrap();
            assert_eq!(names(&updated.left), [expected]);
            assert_eq!(updated.text, ours.text);
        }
    }

    /// Comments and order are ours.
    #[test]
    fn what_is_the_same_is_not_touched() {
        let (ours, remarks) = beta();
        let there = ours.text.replace("<!--", "<!-- -->\n\n<!--");
        let updated = update(&ours, &Source::new("theirs", there), &remarks).unwrap();
        assert!(updated.changes.is_empty() && updated.left.is_empty());
        assert_eq!(updated.text, ours.text);
    }
}
