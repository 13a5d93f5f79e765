//! `cargo xtask generate`: what `cargo msgraph generate` does, with the files of this repository.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use msgraph_codegen::{
    CoreDependency, Input,
    tool::{Files as _, Manifest, Present, Setting},
};

use crate::repository;

const MANIFEST: &str = "metadata/generate.toml";

/// Where the command runs: in this repository.
pub(crate) fn setting() -> Setting {
    let folder = repository();
    let beside = |path: &str| Some(folder.join(path));
    Setting {
        folder: folder.to_owned(),
        manifest: PathBuf::from(MANIFEST),
        core: CoreDependency::Path(folder.join("crates/msgraph-core").display().to_string()),
        overlay: beside("metadata/overlay"),
        docs: beside("metadata/docs"),
    }
}

/// What the first slice of this repository is generated from.
pub(crate) fn own_slice() -> Result<Input> {
    let files = Present(repository().to_owned());
    let path = Path::new(MANIFEST);
    let manifest = Manifest::parse(files.read(path)?, path)?;
    let slice = manifest.slices().first();
    manifest.input(slice.context("metadata/generate.toml has no slice")?, &files)
}

#[cfg(test)]
mod tests {
    use msgraph_codegen::tool::Generate;

    use super::*;

    #[test]
    fn what_is_committed_is_fresh() {
        Generate::manifest(true).run(&setting()).unwrap();
    }
}
