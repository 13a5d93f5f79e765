//! `cargo xtask generate`.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use msgraph_codegen::{
    CoreDependency, Extent, Input, Output, Report, Root, Scope, Source,
    changes::{self, Crate, changes},
    generate,
    plan::Version,
    workspace,
};
use serde::Deserialize;

use crate::{
    files::{Change, Mode, refuse_foreign, sync_file, sync_folder},
    repository,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; fail if what is committed is not what would be generated.
    #[arg(long, conflicts_with = "metadata")]
    check: bool,

    /// Generate from this CSDL file instead, into a workspace of its own.
    #[arg(long, value_name = "FILE", requires = "out")]
    metadata: Option<PathBuf>,

    /// A path to generate, such as `planner/tasks/**` or `me/events#GET`.
    #[arg(long, value_name = "GLOB", requires = "metadata")]
    root: Vec<String>,

    /// Generate everything instead: every type, and one path to each.
    #[arg(long, requires = "metadata", conflicts_with = "root")]
    all: bool,

    /// A type whose derived types are generated, too, such as `microsoft.graph.attachment`.
    #[arg(long, value_name = "TYPE", requires = "metadata")]
    derived: Vec<String>,

    /// The folder of the new workspace. Its name becomes the name of the crates.
    #[arg(long, value_name = "DIR", requires = "metadata")]
    out: Option<PathBuf>,

    /// Where the new crates find msgraph-core: a folder, or a version of the published crate.
    #[arg(long, value_name = "PATH|VERSION", requires = "metadata")]
    core: Option<String>,
}

const MANIFEST: &str = "metadata/generate.toml";

/// `metadata/generate.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    slice: Vec<Slice>,
}

/// One slice: what is generated from what. Paths begin at the root of the repository.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Slice {
    /// One document for each version of the API.
    metadata: BTreeMap<String, PathBuf>,
    docs: PathBuf,
    overlay: PathBuf,
    lock: PathBuf,
    #[serde(default)]
    derived: Vec<toml::Spanned<String>>,
    model: PathBuf,
    request: PathBuf,
    /// The folder of the driver with which tests call what is generated.
    driver: Option<PathBuf>,
    /// What is always generated.
    #[serde(default)]
    roots: Vec<toml::Spanned<String>>,
    /// What is generated behind a feature of the crates, by its name.
    #[serde(default)]
    feature: BTreeMap<String, Feature>,
}

/// What is generated behind one feature.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Feature {
    roots: Vec<toml::Spanned<String>>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mode = if arguments.check { Mode::Check } else { Mode::Write };
    match (&arguments.metadata, &arguments.out) {
        (Some(metadata), Some(out)) => run_elsewhere(metadata, arguments, out),
        _ => run_here(mode),
    }
}

/// Generates, or checks, the crates of this repository.
#[expect(clippy::print_stdout, reason = "this is what the command is asked for")]
fn run_here(mode: Mode) -> Result<()> {
    let (source, manifest) = read_manifest()?;
    let mut changes = Vec::new();
    for slice in &manifest.slice {
        let started = Instant::now();
        let input = slice.input(&source, &Present)?;
        let output = generate(&input).map_err(|complaints| anyhow!("{complaints}"))?;
        changes.extend(slice.sync(&output, mode)?);
        report(&output, started);
        for item in &output.report.without_prose {
            println!("no prose  {item}");
        }
        verdict(slice, &output);
    }
    tell(&changes, mode)
}

/// Says what changes for users since the last commit, and what that means for the version of each crate.
#[expect(clippy::print_stdout, reason = "this is what the command is asked for")]
fn verdict(slice: &Slice, output: &Output) {
    let committed = slice.read_committed().and_then(|input| {
        let committed = generate(&input).map_err(|complaints| anyhow!("{complaints}"))?;
        Ok(changes(&committed.plan, &output.plan))
    });
    match committed {
        Ok(changes) => print_changes(&changes),
        Err(error) => println!("no verdict on what changes: {error:#}"),
    }
}

/// Prints changes, and what they mean for each crate.
#[expect(clippy::print_stdout, reason = "this is what the command is asked for")]
pub(crate) fn print_changes(changes: &[changes::Change]) {
    for change in changes {
        println!("{change}");
    }
    for of in [Crate::Model, Crate::Request] {
        let levels: Vec<_> = changes
            .iter()
            .filter(|change| change.of == of)
            .map(|change| change.level)
            .collect();
        match levels.iter().max() {
            Some(level) => println!("verdict: {of} {level}, changes {}", levels.len()),
            None => println!("verdict: {of} as it was"),
        }
    }
}

/// What the first slice of this repository is generated from.
pub(crate) fn own_slice() -> Result<Input> {
    let (source, manifest) = read_manifest()?;
    manifest
        .slice
        .first()
        .context("metadata/generate.toml has no slice")?
        .input(&source, &Present)
}

fn read_manifest() -> Result<(Source, Manifest)> {
    let source = Present.read(Path::new(MANIFEST))?;
    let manifest = toml::from_str(&source.text).with_context(|| source.name.clone())?;
    Ok((source, manifest))
}

/// Where the input of a generation is read.
trait Files {
    /// The text of a file.
    fn read(&self, path: &Path) -> Result<Source>;
    /// The TOML files of a folder, by name.
    fn read_all(&self, folder: &Path) -> Result<Vec<Source>>;
}

/// The files as they are.
struct Present;

impl Files for Present {
    fn read(&self, path: &Path) -> Result<Source> {
        read(&repository().join(path))
    }

    fn read_all(&self, folder: &Path) -> Result<Vec<Source>> {
        read_all(&repository().join(folder))
    }
}

/// The files as they were committed last.
struct Committed;

impl Committed {
    fn git(arguments: &[&str]) -> Result<String> {
        let mut command = Command::new("git");
        let output = command.args(arguments).current_dir(repository()).output();
        let output = output.context("cannot run git")?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "git {}: {}",
            arguments.join(" "),
            complaint.trim()
        );
        String::from_utf8(output.stdout).context("git shows no text")
    }
}

impl Files for Committed {
    fn read(&self, path: &Path) -> Result<Source> {
        let text = Self::git(&["show", &format!("HEAD:{}", path.display())])?;
        Ok(Source::new(path.display().to_string(), text))
    }

    fn read_all(&self, folder: &Path) -> Result<Vec<Source>> {
        let names = Self::git(&["ls-tree", "--name-only", "HEAD", &format!("{}/", folder.display())])?;
        let mut paths: Vec<_> = names
            .lines()
            .map(Path::new)
            .filter(|path| path.extension() == Some(OsStr::new("toml")))
            .collect();
        paths.sort_unstable();
        paths.into_iter().map(|path| self.read(path)).collect()
    }
}

impl Slice {
    /// What the same slice was generated from at the last commit.
    fn read_committed(&self) -> Result<Input> {
        let manifest = Committed.read(Path::new(MANIFEST))?;
        let slices: Manifest = toml::from_str(&manifest.text).context("the committed manifest")?;
        let same = slices.slice.iter().find(|slice| slice.model == self.model);
        let same = same.with_context(|| format!("no slice makes {}", self.model.display()))?;
        same.input(&manifest, &Committed)
    }

    fn input(&self, manifest: &Source, files: &impl Files) -> Result<Input> {
        let mut metadata = Vec::new();
        for (name, path) in &self.metadata {
            let version = Version::from_name(name)
                .with_context(|| format!("{}: `{name}` is no version; write `v1.0` or `beta`", manifest.name))?;
            metadata.push((version, files.read(path)?));
        }
        // The first version is the one that the others add to.
        metadata.sort_by_key(|(version, _)| Version::ALL.iter().position(|known| known == version));
        let features = self.feature.iter().flat_map(|(name, feature)| {
            let roots = feature.roots.iter();
            roots.map(move |glob| Root {
                feature: Some(name.clone()),
                ..root(glob)
            })
        });
        Ok(Input {
            metadata,
            manifest: manifest.clone(),
            extent: Extent::Roots(self.roots.iter().map(root).chain(features).collect()),
            derived: self.derived.iter().map(root).collect(),
            overlay: files.read_all(&self.overlay)?,
            docs: files.read_all(&self.docs)?,
            scope: Scope::Exact,
            model_crate: "msgraph_model".to_owned(),
        })
    }

    fn sync(&self, output: &Output, mode: Mode) -> Result<Vec<Change>> {
        let folder = repository();
        let mut changes = sync_folder(&folder.join(&self.model), &output.model, mode)?;
        changes.extend(sync_folder(&folder.join(&self.request), &output.request, mode)?);
        if let Some(driver) = &self.driver {
            let files = msgraph_codegen::driver(&output.plan).map_err(|complaints| anyhow!("{complaints}"))?;
            changes.extend(sync_folder(&folder.join(driver), &files, mode)?);
        }
        changes.extend(sync_file(&folder.join(&self.lock), &output.lock, mode)?);
        Ok(changes)
    }
}

fn root(glob: &toml::Spanned<String>) -> Root {
    Root {
        glob: glob.get_ref().clone(),
        offset: Some(glob.span().start),
        feature: None,
    }
}

/// Generates crates from any CSDL file into a workspace of their own.
///
/// The overlay and the prose of this repository apply to what the slice has in common with it.
#[expect(clippy::print_stdout, reason = "this is what the command is asked for")]
fn run_elsewhere(metadata: &Path, arguments: &Arguments, out: &Path) -> Result<()> {
    let unplaced = |names: &[String]| {
        names
            .iter()
            .map(|name| Root {
                glob: name.clone(),
                offset: None,
                feature: None,
            })
            .collect()
    };
    ensure!(
        arguments.all || !arguments.root.is_empty(),
        "what is to be generated? Name paths with --root, or everything with --all"
    );
    let started = Instant::now();
    let name = crate_name(out)?;
    let folder = repository().join("metadata");
    let input = Input {
        metadata: vec![(Version::V1, read(metadata)?)],
        manifest: Source::new("--root", ""),
        extent: if arguments.all {
            Extent::Whole
        } else {
            Extent::Roots(unplaced(&arguments.root))
        },
        derived: unplaced(&arguments.derived),
        overlay: read_all(&folder.join("overlay"))?,
        docs: read_all(&folder.join("docs"))?,
        scope: Scope::Wider,
        model_crate: format!("{}_model", name.replace('-', "_")),
    };
    let output = generate(&input).map_err(|complaints| anyhow!("{complaints}"))?;
    let core = core_dependency(arguments.core.as_deref())?;
    let workspace = workspace(&name, &core, &output);
    refuse_foreign(workspace.keys().map(|path| out.join(path)))?;
    let mut changes = sync_folder(&out.join("model/src"), &output.model, Mode::Write)?;
    changes.extend(sync_folder(&out.join("request/src"), &output.request, Mode::Write)?);
    for (path, text) in workspace {
        changes.extend(sync_file(&out.join(path), &text, Mode::Write)?);
    }
    report(&output, started);
    if arguments.all {
        let Report {
            calls, calls_left_out, ..
        } = output.report;
        println!("functions and actions {calls}, left out {calls_left_out}");
    }
    if output.report.cut > 0 {
        println!(
            "left out {}: see {}",
            output.report.cut,
            out.join("slice.lock").display()
        );
    }
    if !output.report.without_prose.is_empty() {
        println!("items without prose of their own {}", output.report.without_prose.len());
    }
    tell(&changes, Mode::Write)
}

fn core_dependency(core: Option<&str>) -> Result<CoreDependency> {
    let path = match core {
        None => repository().join("crates/msgraph-core"),
        Some(version) if version.starts_with(|first: char| first.is_ascii_digit()) => {
            return Ok(CoreDependency::Version(version.to_owned()));
        }
        Some(path) => fs::canonicalize(path).with_context(|| format!("--core: no folder {path}"))?,
    };
    Ok(CoreDependency::Path(path.display().to_string()))
}

/// The name of a folder, as far as a crate can be called by it.
fn crate_name(out: &Path) -> Result<String> {
    let name = out
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let name = name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
    let name = name.trim_matches('-');
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        bail!(
            "--out: the crates are named after the folder, and `{}` does not begin with a letter",
            out.display()
        );
    }
    Ok(name.to_owned())
}

pub(crate) fn read(path: &Path) -> Result<Source> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", display(path)))?;
    Ok(Source::new(display(path), text))
}

/// The TOML files of a folder, by name.
fn read_all(folder: &Path) -> Result<Vec<Source>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", display(folder)))?;
    let paths: Result<Vec<_>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

/// A path as a reader of this repository would write it.
fn display(path: &Path) -> String {
    path.strip_prefix(repository()).unwrap_or(path).display().to_string()
}

#[expect(clippy::print_stdout, reason = "this is what the command is asked for")]
fn report(output: &Output, started: Instant) {
    println!("{}, ms {}", output.report, started.elapsed().as_millis());
}

#[expect(clippy::print_stdout, reason = "this is what the command is asked for")]
fn tell(changes: &[Change], mode: Mode) -> Result<()> {
    for change in changes {
        println!(
            "{}",
            change.to_string().replace(&format!("{}/", repository().display()), "")
        );
    }
    match (changes.len(), mode) {
        (0, _) => println!("everything was up to date"),
        (count, Mode::Write) => println!("files changed {count}"),
        (count, Mode::Check) => {
            bail!(
                "files that are not what would be generated: {count}; run `cargo xtask generate` and commit what it writes"
            )
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_committed_is_fresh() {
        run_here(Mode::Check).unwrap();
    }

    #[test]
    fn crates_are_named_after_their_folder() {
        assert_eq!(crate_name(Path::new("some/My Calendar")).unwrap(), "my-calendar");
        assert!(crate_name(Path::new("/")).is_err());
        assert!(crate_name(Path::new("2do")).is_err());
    }
}
