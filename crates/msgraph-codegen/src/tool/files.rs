//! Where the input of a generation is read.

use std::{
    ffi::OsStr,
    fs,
    path::{Component, Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use crate::Source;

/// Where files are read. Paths begin at one folder.
pub trait Files {
    /// The text of a file.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn read(&self, path: &Path) -> Result<Source>;

    /// The text of a file, or of the TOML files of a folder, by name.
    ///
    /// # Errors
    ///
    /// When one of them cannot be read.
    fn read_all(&self, path: &Path) -> Result<Vec<Source>>;
}

/// The files as they are, below this folder.
#[derive(Debug, Clone)]
pub struct Present(pub PathBuf);

impl Files for Present {
    fn read(&self, path: &Path) -> Result<Source> {
        let text = fs::read_to_string(self.0.join(path)).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Source::new(path.display().to_string(), text))
    }

    fn read_all(&self, path: &Path) -> Result<Vec<Source>> {
        let folder = self.0.join(path);
        if !folder.is_dir() {
            return Ok(vec![self.read(path)?]);
        }
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", path.display()))?;
        let names: Result<Vec<_>, _> = entries.map(|entry| entry.map(|entry| entry.file_name())).collect();
        let paths = names?.into_iter().map(|name| path.join(name)).collect();
        toml_files(paths).iter().map(|path| self.read(path)).collect()
    }
}

/// The files of this folder as they were committed last.
#[derive(Debug, Clone)]
pub struct Committed(pub PathBuf);

impl Committed {
    fn git(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new("git");
        if !self.0.as_os_str().is_empty() {
            command.current_dir(&self.0);
        }
        let output = command.args(arguments).output();
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
        let text = self.git(&["show", &format!("HEAD:./{}", path.display())])?;
        Ok(Source::new(path.display().to_string(), text))
    }

    fn read_all(&self, path: &Path) -> Result<Vec<Source>> {
        let names = self.git(&["ls-tree", "--name-only", "HEAD", &format!("{}/", path.display())])?;
        if names.is_empty() {
            return Ok(vec![self.read(path)?]);
        }
        let paths = names.lines().map(PathBuf::from).collect();
        toml_files(paths).iter().map(|path| self.read(path)).collect()
    }
}

fn toml_files(mut paths: Vec<PathBuf>) -> Vec<PathBuf> {
    paths.retain(|path| path.extension() == Some(OsStr::new("toml")));
    paths.sort();
    paths
}

/// A path without `.` and, as far as that can be told without the disk, without `..`.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(normal.components().next_back(), Some(Component::Normal(_))) => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_made_normal() {
        for (path, expected) in [
            ("metadata/../crates/./model", "crates/model"),
            ("../shared/a.xml", "../shared/a.xml"),
            ("/a/../b", "/b"),
            ("./a", "a"),
        ] {
            assert_eq!(normal(Path::new(path)), Path::new(expected));
        }
    }
}
