use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write as _},
};

use crate::{plan::Plan, slice::Slice};

/// What a generation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How many types of the metadata are in the slice.
    pub types: usize,
    /// How many operations are generated.
    pub operations: usize,
    /// How many things were left out; the lock file lists them.
    pub cut: usize,
    /// How many lines were generated, without documentation and blank lines.
    pub lines: usize,
    /// The items that have no prose of their own.
    pub without_prose: BTreeSet<String>,
}

impl Report {
    pub(crate) fn new(
        slice: &Slice,
        plan: &Plan,
        without_prose: BTreeSet<String>,
        crates: [&BTreeMap<String, String>; 2],
    ) -> Self {
        let lines = crates
            .into_iter()
            .flat_map(BTreeMap::values)
            .flat_map(|text| text.lines());
        let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
        Self {
            types: slice.types.len(),
            operations: plan.builders.iter().map(|builder| builder.operations.len()).sum(),
            cut: slice.cut.len(),
            lines: lines.filter(is_code).count(),
            without_prose,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "types {}, operations {}, cut {}, lines {}",
            self.types, self.operations, self.cut, self.lines
        )
    }
}

/// The text of the lock file.
pub(crate) fn lock(slice: &Slice, plan: &Plan, renamed: &[String]) -> String {
    let mut text =
        "# Written by `cargo xtask generate` and read in review: what is in scope, and what pulled it in.\n".to_owned();
    text.push_str("\n# operations <- root\n");
    let operations = plan.builders.iter().flat_map(|builder| &builder.operations);
    let known: BTreeSet<_> = operations
        .flat_map(|operation| {
            let aliases = operation.aliases.iter().filter_map(|(of, alias)| {
                let rest = operation.path.strip_prefix(of)?;
                Some(format!("{alias}{rest}"))
            });
            let paths = std::iter::once(operation.path.clone()).chain(aliases);
            paths.map(|path| (operation.method, path))
        })
        .collect();
    for node in &slice.nodes {
        let path = format!("/{}", node.path.join("/"));
        for (method, root) in node
            .methods
            .iter()
            .filter(|(method, _)| known.contains(&(**method, path.clone())))
        {
            let _ = writeln!(text, "{method} {path} <- {root}");
        }
    }
    text.push_str("\n# types <- what needs them\n");
    for (name, reason) in &slice.types {
        let _ = writeln!(text, "{name} <- {reason}");
    }
    text.push_str("\n# left out: reason\n");
    for (item, reason) in &slice.cut {
        let _ = writeln!(text, "{item}: {reason}");
    }
    text.push_str("\n# renamed, because the name is taken\n");
    for name in renamed {
        let _ = writeln!(text, "{name}");
    }
    text
}
