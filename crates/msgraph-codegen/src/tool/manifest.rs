//! The manifest: what is generated from what, and where to.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use toml::Spanned;

use super::files::{Files, normal};
use crate::{CoreDependency, Extent, Input, Reference, Root, Scope, Source, plan::Version, toml_input};

/// A manifest: entries of `[[slice]]`.
///
/// Paths in it begin at the folder that it lies in.
#[derive(Debug)]
pub struct Manifest {
    source: Source,
    folder: PathBuf,
    slices: Vec<Slice>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    slice: Vec<Slice>,
}

/// One entry: a part of one service's metadata, and the crates that are made of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slice {
    /// One document for each version of Graph, `v1.0` and `beta`; or `service`, one of another service.
    pub metadata: BTreeMap<String, PathBuf>,
    /// The base URL of another service.
    pub url: Option<String>,
    /// The paths that are always generated.
    #[serde(default)]
    pub roots: Vec<Spanned<String>>,
    /// Everything instead: every type, and one path to each.
    #[serde(default)]
    pub all: bool,
    /// Types that are generated though no path needs them.
    #[serde(default)]
    pub types: Vec<Spanned<String>>,
    /// Types of which those that derive from them are generated, too.
    #[serde(default)]
    pub derived: Vec<Spanned<String>>,
    /// What is generated behind a feature of the crates, by its name.
    #[serde(default)]
    pub feature: BTreeMap<String, Feature>,
    /// Crates whose types are used instead of generating them again: `msgraph-model`, or the path of a file `types.txt`.
    #[serde(default)]
    pub reference: Vec<String>,
    /// What CSDL cannot say: a TOML file, or a folder of such files.
    pub overlay: Option<PathBuf>,
    /// Prose: a TOML file, or a folder of such files.
    pub docs: Option<PathBuf>,
    /// A folder that becomes a workspace of a model and a request crate, named after it.
    pub out: Option<PathBuf>,
    /// Where the crates in `out` find msgraph-core: a folder, or a version.
    pub core: Option<String>,
    /// Instead of `out`: the folder `src` of a model crate of yours.
    pub model: Option<PathBuf>,
    /// The folder `src` of a request crate of yours.
    pub request: Option<PathBuf>,
    /// The file that lists what is in scope, for review.
    pub lock: Option<PathBuf>,
    /// The file that lists the types, for others to refer to.
    pub index: Option<PathBuf>,
    /// The folder of a driver with which tests call what is generated.
    pub driver: Option<PathBuf>,
    /// The folder of the tables of an emulator.
    pub emulator: Option<PathBuf>,
    /// Whether overlay and prose may speak of more than this.
    #[serde(skip)]
    pub(super) lenient: bool,
}

/// What is generated behind one feature.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    roots: Vec<Spanned<String>>,
}

impl Manifest {
    /// Reads the manifest at this path.
    ///
    /// # Errors
    ///
    /// When the text is no manifest, or an entry contradicts itself.
    pub fn parse(source: Source, path: &Path) -> Result<Self> {
        let file: File = toml_input::read(&source).map_err(|complaint| {
            let help =
                "a manifest is a list of `[[slice]]`; versions stand in quotes: metadata = { \"v1.0\" = \"...\" }";
            crate::Diagnostics::from(crate::Diagnostic {
                help: help.to_owned(),
                ..complaint
            })
        })?;
        let manifest = Self {
            folder: path.parent().unwrap_or(path).to_owned(),
            slices: file.slice,
            source,
        };
        for (number, slice) in manifest.slices.iter().enumerate() {
            slice
                .check()
                .with_context(|| format!("{}: slice {}", manifest.source.name, number + 1))?;
        }
        manifest.check_folders()?;
        Ok(manifest)
    }

    /// Two slices that write into one folder would undo each other's work.
    fn check_folders(&self) -> Result<()> {
        let mut known: Vec<(usize, PathBuf)> = Vec::new();
        for (number, slice) in self.slices.iter().enumerate() {
            let folders = [&slice.out, &slice.model, &slice.request, &slice.driver, &slice.emulator];
            for folder in folders.into_iter().flatten() {
                let folder = self.path(folder);
                let other = known
                    .iter()
                    .find(|(_, known)| known.starts_with(&folder) || folder.starts_with(known));
                if let Some((other, _)) = other {
                    bail!(
                        "{}: slice {}: `{}` is a folder of slice {}; give each its own",
                        self.source.name,
                        number + 1,
                        folder.display(),
                        other + 1
                    );
                }
                known.push((number, folder));
            }
        }
        Ok(())
    }

    /// A manifest of one entry that no file holds.
    pub(super) fn of(slice: Slice) -> Result<Self> {
        slice.check()?;
        Ok(Self {
            source: Source::new("the arguments", ""),
            folder: PathBuf::new(),
            slices: vec![slice],
        })
    }

    /// Its entries.
    pub fn slices(&self) -> &[Slice] {
        &self.slices
    }

    /// A path of the manifest, from where the manifest's own path begins.
    pub(super) fn path(&self, path: &Path) -> PathBuf {
        normal(&self.folder.join(path))
    }

    /// What an entry is generated from.
    ///
    /// # Errors
    ///
    /// When a file that it names cannot be read.
    pub fn input(&self, slice: &Slice, files: &impl Files) -> Result<Input> {
        let mut metadata = Vec::new();
        for (name, path) in &slice.metadata {
            // `check` knows the names.
            let version = Version::from_name(name).unwrap_or(Version::Service);
            metadata.push((version, files.read(&self.path(path))?));
        }
        // The first version is the one that the others add to.
        metadata.sort_by_key(|(version, _)| Version::ALL.iter().position(|known| known == version));
        let plain = |names: &[Spanned<String>]| names.iter().map(|name| self.root(name, None)).collect::<Vec<_>>();
        let features = slice.feature.iter().flat_map(|(name, feature)| {
            let roots = feature.roots.iter();
            roots.map(move |glob| self.root(glob, Some(name.clone())))
        });
        let read_all = |path: &Option<PathBuf>| match path {
            Some(path) => files.read_all(&self.path(path)),
            None => Ok(Vec::new()),
        };
        Ok(Input {
            metadata,
            base_url: slice.url.clone(),
            manifest: self.source.clone(),
            extent: if slice.all {
                Extent::Whole
            } else {
                Extent::Roots(plain(&slice.roots).into_iter().chain(features).collect())
            },
            types: plain(&slice.types),
            derived: plain(&slice.derived),
            references: self.references(slice, files)?,
            overlay: read_all(&slice.overlay)?,
            docs: read_all(&slice.docs)?,
            scope: if slice.lenient { Scope::Wider } else { Scope::Exact },
            model_crate: self.model_crate(slice)?.replace('-', "_"),
        })
    }

    fn root(&self, glob: &Spanned<String>, feature: Option<String>) -> Root {
        let is_in_a_file = !self.source.text.is_empty();
        Root {
            glob: glob.get_ref().clone(),
            offset: is_in_a_file.then_some(glob.span().start),
            feature,
        }
    }

    fn references(&self, slice: &Slice, files: &impl Files) -> Result<Vec<Reference>> {
        let references = slice.reference.iter().map(|name| {
            if let Some(known) = Reference::known(name) {
                return Ok(known?);
            }
            let path = self.path(Path::new(name));
            let is_index = path.extension().is_some_and(|extension| extension == "txt");
            ensure!(
                is_index,
                "reference: `{name}` is neither `msgraph-model` nor the path of a file `types.txt` that was generated beside a crate"
            );
            let folder = path.parent().unwrap_or(&path);
            Ok(Reference::read(&files.read(&path)?)?.at(folder.display().to_string()))
        });
        references.collect()
    }

    /// The name of the model crate.
    fn model_crate(&self, slice: &Slice) -> Result<String> {
        if let Some(out) = &slice.out {
            return Ok(format!("{}-model", self.name(out)?));
        }
        let source = slice.model.as_deref().unwrap_or(Path::new("model/src"));
        let folder = self.path(source);
        let name = folder.parent().and_then(Path::file_name);
        let name = name.context("model: write the path of the folder `src` of a crate")?;
        Ok(name.to_string_lossy().into_owned())
    }

    /// The name of a folder, as far as a crate can be called by it.
    pub(super) fn name(&self, out: &Path) -> Result<String> {
        let path = self.path(out);
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase());
        let name = name.unwrap_or_default();
        let name = name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
        let name = name.trim_matches('-');
        if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
            bail!(
                "out: the crates are named after the folder, and `{}` does not begin with a letter",
                out.display()
            );
        }
        Ok(name.to_owned())
    }

    /// Where the crates in `out` find the runtime.
    pub(super) fn core(&self, core: &str) -> CoreDependency {
        if core.starts_with(|first: char| first.is_ascii_digit()) {
            CoreDependency::Version(core.to_owned())
        } else {
            CoreDependency::Path(self.path(Path::new(core)).display().to_string())
        }
    }
}

impl Slice {
    /// What the output calls it: where it is written to.
    pub(super) fn shown(&self) -> std::path::Display<'_> {
        let model = self.model.as_deref().and_then(Path::parent);
        let name = self.out.as_deref().or(model).and_then(Path::file_name);
        Path::new(name.unwrap_or_default()).display()
    }

    /// Whether both make the same crates.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (&self.out, &self.model) == (&other.out, &other.model)
    }

    fn check(&self) -> Result<()> {
        ensure!(!self.metadata.is_empty(), "metadata: name a document");
        let is_service = self.metadata.contains_key("service");
        for name in self.feature.keys() {
            let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
                && name
                    .chars()
                    .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
            ensure!(
                is_name && !matches!(name.as_str(), "default" | "v1" | "beta" | "service"),
                "feature: `{name}` is no name for one; write small letters, digits and `-`, and none of `default`, `v1`, `beta`"
            );
        }
        for name in self.metadata.keys() {
            ensure!(
                name == "service" || Version::from_name(name).is_some(),
                "metadata: `{name}` is no version; write `v1.0` or `beta`, or `service` for another service than Graph"
            );
        }
        ensure!(
            !is_service || self.metadata.len() == 1,
            "metadata: a service has one document; versions are Graph's"
        );
        ensure!(
            self.url.is_none() || is_service,
            "url: that of Graph is known; only a `service` has one of its own"
        );
        let has_roots = !self.roots.is_empty() || !self.feature.is_empty() || !self.types.is_empty();
        ensure!(
            has_roots || self.all,
            "what is to be generated? Name paths in `roots`, or write `all = true`"
        );
        ensure!(
            !(has_roots && self.all),
            "`all` leaves nothing for `roots`, `types` and `feature` to name"
        );
        match (&self.out, &self.model, &self.request, &self.lock) {
            (Some(_), None, None, None) => {}
            (None, Some(_), Some(_), Some(_)) => ensure!(
                self.core.is_none(),
                "core: the manifests of your own crates say where they find it"
            ),
            (Some(_), ..) => bail!("`out` makes a workspace of its own; remove `model`, `request` and `lock`"),
            (None, ..) => bail!(
                "where to? Name a folder in `out` for a workspace of its own, or `model`, `request` and `lock` of yours"
            ),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Manifest> {
        Manifest::parse(Source::new("msgraph.toml", text), Path::new("msgraph.toml"))
    }

    #[test]
    fn a_manifest_that_contradicts_itself_is_refused() {
        let graph = "[[slice]]\nmetadata = { \"v1.0\" = \"a.xml\" }\n";
        let cases = [
            ("[slice]\n".to_owned(), "a manifest is a list of `[[slice]]`"),
            ("[[slice]]\nmetadata = {}\n".to_owned(), "metadata: name a document"),
            (
                "[[slice]]\nmetadata = { v2 = \"a\" }\nall = true\nout = \"a\"\n".to_owned(),
                "`v2` is no version; write `v1.0` or `beta`",
            ),
            (
                "[[slice]]\nmetadata = { beta = \"a\", service = \"b\" }\n".to_owned(),
                "a service has one document",
            ),
            (format!("{graph}out = \"a\"\n"), "what is to be generated?"),
            (
                format!("{graph}out = \"a\"\nall = true\nroots = [\"b\"]\n"),
                "`all` leaves nothing for `roots`",
            ),
            (format!("{graph}all = true\n"), "where to? Name a folder in `out`"),
            (
                format!("{graph}all = true\nout = \"a\"\nmodel = \"b\"\n"),
                "remove `model`, `request` and `lock`",
            ),
            (
                format!("{graph}all = true\nout = \"a\"\nurl = \"b\"\n"),
                "url: that of Graph is known",
            ),
            (
                format!("{graph}all = true\nout = \"a\"\n{graph}all = true\nout = \"a/model/src/b\"\n"),
                "slice 2: `a/model/src/b` is a folder of slice 1",
            ),
            (format!("{graph}al = true\n"), "unknown field `al`"),
            (
                format!("{graph}out = \"a\"\nfeature.default.roots = [\"b\"]\n"),
                "feature: `default` is no name for one",
            ),
        ];
        for (text, expected) in cases {
            let error = format!("{:#}", parse(&text).unwrap_err());
            assert!(error.contains(expected) && error.contains("msgraph.toml"), "{error}");
        }
    }

    #[test]
    fn crates_are_named_after_their_folder() {
        let manifest = parse("slice = []").unwrap();
        let name = |out| manifest.name(Path::new(out));
        assert_eq!(name("some/My Calendar").unwrap(), "my-calendar");
        assert!(name("/").is_err() && name("2do").is_err());
    }
}
