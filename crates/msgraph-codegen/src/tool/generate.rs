//! The command `generate`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, Result, ensure};
use toml::Spanned;

use super::{
    apply::apply,
    compare::{Change, Kind, compare_file, compare_folder},
    files::{Files as _, Present},
    manifest::{Manifest, Slice},
    verdict::print_verdict,
};
use crate::{CoreDependency, Output, Reference, driver, generate, tables, workspace};

/// Generates crates from CSDL: what a manifest says, or, with --metadata, one workspace.
#[derive(Debug, clap::Args)]
pub struct Generate {
    /// Write nothing; fail if what is there is not what would be generated.
    #[arg(long)]
    check: bool,

    /// The manifest.
    #[arg(long, value_name = "FILE", conflicts_with = "metadata")]
    manifest: Option<PathBuf>,

    /// Generate from this CSDL file instead, into a workspace of its own.
    #[arg(long, value_name = "FILE", requires = "out")]
    metadata: Option<PathBuf>,

    /// What the file is of: a version of Graph, or another service.
    #[arg(long, requires = "metadata", value_parser = ["v1.0", "beta", "service"], default_value = "v1.0")]
    api: String,

    /// The base URL of another service.
    #[arg(long, requires = "metadata")]
    url: Option<String>,

    /// A path to generate, such as `planner/tasks/**` or `me/events#GET`.
    #[arg(long, value_name = "GLOB", requires = "metadata")]
    root: Vec<String>,

    /// Generate everything instead: every type, and one path to each.
    #[arg(long, requires = "metadata", conflicts_with = "root")]
    all: bool,

    /// A type to generate though no path needs it, such as `microsoft.graph.changeNotificationCollection`.
    #[arg(long = "type", value_name = "TYPE", requires = "metadata")]
    types: Vec<String>,

    /// A type whose derived types are generated, too, such as `microsoft.graph.attachment`.
    #[arg(long, value_name = "TYPE", requires = "metadata")]
    derived: Vec<String>,

    /// A crate whose types are used instead of generating them again, such as `msgraph-model`.
    #[arg(long, value_name = "CRATE", requires = "metadata")]
    reference: Vec<String>,

    /// What CSDL cannot say: a TOML file, or a folder of such files.
    #[arg(long, value_name = "PATH", requires = "metadata")]
    overlay: Option<PathBuf>,

    /// Prose: a TOML file, or a folder of such files.
    #[arg(long, value_name = "PATH", requires = "metadata")]
    docs: Option<PathBuf>,

    /// The folder of the new workspace. Its name becomes the name of the crates.
    #[arg(long, value_name = "DIR", requires = "metadata")]
    out: Option<PathBuf>,

    /// Where the new crates find msgraph-core: a folder, or a version of the published crate.
    #[arg(long, value_name = "PATH|VERSION", requires = "metadata")]
    core: Option<String>,
}

/// Where the command runs, and what it takes where nothing is named.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The folder that the manifest's path begins at.
    pub folder: PathBuf,
    /// The manifest, below that folder.
    pub manifest: PathBuf,
    /// Where new crates find the runtime.
    pub core: CoreDependency,
    /// Overlay and prose that may apply to any part of Graph.
    pub overlay: Option<PathBuf>,
    /// See `overlay`.
    pub docs: Option<PathBuf>,
}

impl Generate {
    /// Everything the manifest says, written, or checked and not written.
    pub fn manifest(check: bool) -> Self {
        Self {
            check,
            manifest: None,
            metadata: None,
            api: String::new(),
            url: None,
            root: Vec::new(),
            all: false,
            types: Vec::new(),
            derived: Vec::new(),
            reference: Vec::new(),
            overlay: None,
            docs: None,
            out: None,
            core: None,
        }
    }

    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or written, or what it says is wrong. Nothing is written then.
    pub fn run(&self, setting: &Setting) -> Result<()> {
        if let (Some(metadata), Some(out)) = (&self.metadata, &self.out) {
            let manifest = Manifest::of(self.slice(metadata, out, setting))?;
            return self.run_slices(&manifest, &Present(PathBuf::new()), setting, |_, _| {});
        }
        let (files, path) = match &self.manifest {
            Some(path) => (Present(PathBuf::new()), path),
            None => (Present(setting.folder.clone()), &setting.manifest),
        };
        let text = files
            .read(path)
            .context("name a manifest with --manifest, or go without by --metadata and --out")?;
        let manifest = Manifest::parse(text, path)?;
        self.run_slices(&manifest, &files, setting, |slice, output| {
            print_verdict(&files.0, path, slice, output);
        })
    }

    /// The entry of a manifest that the arguments stand for.
    fn slice(&self, metadata: &Path, out: &Path, setting: &Setting) -> Slice {
        let names = |names: &[String]| names.iter().map(|name| Spanned::new(0..0, name.clone())).collect();
        let own = self.overlay.is_some() || self.docs.is_some() || self.api == "service";
        let general = |path: &Option<PathBuf>| path.as_ref().filter(|_| !own).cloned();
        Slice {
            metadata: BTreeMap::from([(self.api.clone(), metadata.to_owned())]),
            url: self.url.clone(),
            roots: names(&self.root),
            all: self.all,
            types: names(&self.types),
            derived: names(&self.derived),
            feature: BTreeMap::new(),
            reference: self.reference.clone(),
            overlay: self.overlay.clone().or_else(|| general(&setting.overlay)),
            docs: self.docs.clone().or_else(|| general(&setting.docs)),
            out: Some(out.to_owned()),
            core: self.core.clone(),
            model: None,
            request: None,
            lock: None,
            index: None,
            driver: None,
            emulator: None,
            lenient: !own,
        }
    }

    #[expect(clippy::print_stdout, reason = "this is what the command is asked for")]
    fn run_slices(
        &self,
        manifest: &Manifest,
        files: &Present,
        setting: &Setting,
        verdict: impl Fn(&Slice, &Output),
    ) -> Result<()> {
        let (mut changes, mut outputs) = (Vec::new(), Vec::new());
        for slice in manifest.slices() {
            let started = Instant::now();
            let mut output = generate(&manifest.input(slice, files)?)?;
            for folder in output
                .plan
                .references
                .iter_mut()
                .filter_map(|known| known.folder.as_mut())
            {
                *folder = std::path::absolute(files.0.join(&*folder))?.display().to_string();
            }
            changes.extend(compare(manifest, slice, &output, files, setting)?);
            if manifest.slices().len() > 1 {
                println!("{}", slice.shown());
            }
            println!("{}, ms {}", output.report, started.elapsed().as_millis());
            println!("{}", output.report.sizes());
            outputs.push((slice, output));
        }
        if !self.check {
            apply(&changes)?;
        }
        for (slice, output) in &outputs {
            remark(manifest, slice, output);
        }
        tell(&changes, files);
        for (slice, output) in &outputs {
            verdict(slice, output);
        }
        let is_foreign = changes.iter().any(|change| change.kind == Kind::Foreign);
        ensure!(
            changes.is_empty() || !self.check,
            "files that are not what would be generated: {}; {}generate without --check, and commit what it writes",
            changes.len(),
            if is_foreign { "move away what is not ours, " } else { "" }
        );
        Ok(())
    }
}

/// Says which files differ, or differed.
#[expect(clippy::print_stdout, reason = "this is what the command is asked for")]
fn tell(changes: &[Change], files: &Present) {
    for change in changes {
        let path = change.path.strip_prefix(&files.0).unwrap_or(&change.path);
        println!("{}", change.at(path));
    }
    match changes.len() {
        0 => println!("everything was up to date"),
        count => println!("files changed {count}"),
    }
}

/// What is said of an entry beside its figures.
#[expect(clippy::print_stdout, reason = "this is what the command is asked for")]
fn remark(manifest: &Manifest, slice: &Slice, output: &Output) {
    let report = &output.report;
    if slice.all {
        println!(
            "functions and actions {}, left out {}",
            report.calls, report.calls_left_out
        );
    }
    if let (Some(out), 1..) = (&slice.out, report.cut) {
        let lock = manifest.path(&out.join("slice.lock"));
        println!("left out {}: see {}", report.cut, lock.display());
    }
    if slice.docs.is_some() && !slice.lenient {
        for item in &report.without_prose {
            println!("no prose  {item}");
        }
    } else if !report.without_prose.is_empty() {
        println!("items without prose of their own {}", report.without_prose.len());
    }
}

/// How what is on disk differs from what an entry makes.
fn compare(
    manifest: &Manifest,
    slice: &Slice,
    output: &Output,
    files: &Present,
    setting: &Setting,
) -> Result<Vec<Change>> {
    let at = |path: &Path| files.0.join(manifest.path(path));
    let mut changes = Vec::new();
    if let Some(out) = &slice.out {
        let name = manifest.name(out)?;
        let core = slice.core.as_ref();
        let core = core.map_or_else(|| setting.core.clone(), |core| manifest.core(core));
        let out = at(out);
        changes.extend(compare_folder(&out.join("model/src"), &output.model)?);
        changes.extend(compare_folder(&out.join("request/src"), &output.request)?);
        for (path, text) in workspace(&name, &absolute(core, files)?, output) {
            if !path.starts_with("model/src/") && !path.starts_with("request/src/") {
                changes.extend(compare_file(&out.join(path), &text)?);
            }
        }
    }
    if let (Some(model), Some(request), Some(lock)) = (&slice.model, &slice.request, &slice.lock) {
        changes.extend(compare_folder(&at(model), &output.model)?);
        changes.extend(compare_folder(&at(request), &output.request)?);
        changes.extend(compare_file(&at(lock), &output.lock)?);
    }
    if let Some(index) = &slice.index {
        let package = output.model_crate.replace('_', "-");
        changes.extend(compare_file(&at(index), &Reference::index(&package, &output.plan))?);
    }
    if let Some(folder) = &slice.driver {
        changes.extend(compare_folder(&at(folder), &driver(&output.plan)?)?);
    }
    if let Some(folder) = &slice.emulator {
        changes.extend(compare_folder(&at(folder), &tables(&output.plan)?)?);
    }
    Ok(changes)
}

/// The runtime's folder, as the crates name it wherever they lie.
fn absolute(core: CoreDependency, files: &Present) -> Result<CoreDependency> {
    let CoreDependency::Path(path) = core else {
        return Ok(core);
    };
    let folder = files.0.join(&path);
    ensure!(
        folder.join("Cargo.toml").exists(),
        "core: {path} is no folder of a crate; write a version, such as \"0.1.0\", for the published one"
    );
    Ok(CoreDependency::Path(std::path::absolute(folder)?.display().to_string()))
}
