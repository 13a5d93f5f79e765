use std::collections::{BTreeMap, BTreeSet};

use crate::{Diagnostics, Source, overlay::Overlay, plan::Version};

/// What the overlay knows of metadata that is not ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remarks {
    /// Types of which our metadata declares no more than what leads through them.
    pub partial: BTreeSet<String>,
    /// What exists and is not generated: paths, and types by their whole name; each with the reason.
    pub skipped: BTreeMap<String, String>,
    /// What our metadata declares of one version and another file of that version lacks, each with the reason: a type, a
    /// member of one (`microsoft.graph.plannerTask/messages`), or a child of the container (`container/drive`).
    pub beyond: BTreeMap<String, String>,
}

impl Remarks {
    /// Reads the remarks about one version.
    ///
    /// # Errors
    ///
    /// When an overlay file is wrong.
    pub fn read(overlay: &[Source], version: Version) -> Result<Self, Diagnostics> {
        let overlay = Overlay::read(overlay)?;
        let is_about = |api: Option<&String>| api.is_none_or(|api| api == version.name());
        let skipped = overlay.skipped.iter();
        let beyond = overlay.beyond.iter();
        Ok(Self {
            partial: overlay.partial.iter().map(ToString::to_string).collect(),
            skipped: skipped
                .map(|(item, entry)| (item.clone(), entry.value.reason.clone()))
                .collect(),
            beyond: beyond
                .filter(|(_, entry)| is_about(entry.value.api.as_ref()))
                .map(|(item, entry)| (item.clone(), entry.value.reason.clone()))
                .collect(),
        })
    }
}
