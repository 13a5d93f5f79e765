//! Writing all of several files, or none.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use tempfile::NamedTempFile;

use super::compare::{Change, Kind};

/// Makes the changes.
///
/// # Errors
///
/// When a file is somebody's, or cannot be written. Everything is then as it was.
pub fn apply(changes: &[Change]) -> Result<()> {
    if let Some(change) = changes.iter().find(|change| change.kind == Kind::Foreign) {
        bail!(
            "{} was not generated, and stands among generated files; move it away",
            change.path.display()
        );
    }
    let mut undo = Undo::default();
    let done = stage(changes, &mut undo).and_then(|staged| swap(staged, &mut undo));
    if done.is_err() {
        undo.roll_back();
    }
    done
}

/// Writes all texts beside their files: what fails, fails here.
fn stage<'c>(changes: &'c [Change], undo: &mut Undo) -> Result<Vec<(&'c Path, Option<NamedTempFile>)>> {
    let mut staged = Vec::new();
    for change in changes {
        let path = change.path.as_path();
        let file = match change.kind {
            Kind::Create | Kind::Update => Some(write_beside(path, &change.text, undo).with_context(|| cannot(path))?),
            Kind::Remove | Kind::Foreign => None,
        };
        staged.push((path, file));
    }
    Ok(staged)
}

fn write_beside(path: &Path, text: &str, undo: &mut Undo) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let missing = folder.ancestors().take_while(|folder| !folder.exists());
    undo.folders.extend(missing.map(Path::to_owned));
    fs::create_dir_all(folder)?;
    let file = NamedTempFile::new_in(folder)?;
    fs::write(file.path(), text)?;
    share(&file)?;
    Ok(file)
}

/// A temporary file is its owner's alone; one that was generated is read by whoever reads its folder.
#[cfg(unix)]
fn share(file: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn share(_: &NamedTempFile) -> io::Result<()> {
    Ok(())
}

fn swap(staged: Vec<(&Path, Option<NamedTempFile>)>, undo: &mut Undo) -> Result<()> {
    for (path, file) in staged {
        let before = match fs::read(path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| cannot(path)),
        };
        undo.files.push((path.to_owned(), before));
        match file {
            Some(file) => {
                file.persist(path)
                    .map_err(|error| error.error)
                    .with_context(|| cannot(path))?;
            }
            None => fs::remove_file(path).with_context(|| cannot(path))?,
        }
    }
    Ok(())
}

fn cannot(path: &Path) -> String {
    format!("cannot write {}; everything is left as it was", path.display())
}

/// What was done, and how it was before.
#[derive(Default)]
struct Undo {
    files: Vec<(PathBuf, Option<Vec<u8>>)>,
    /// Folders that were not there.
    folders: Vec<PathBuf>,
}

impl Undo {
    /// What cannot be undone is left: the first error is the one to tell.
    fn roll_back(self) {
        for (path, before) in self.files.into_iter().rev() {
            let _ = match before {
                Some(bytes) => fs::write(&path, bytes),
                None => fs::remove_file(&path),
            };
        }
        let mut folders = self.folders;
        folders.sort_by_key(|folder| std::cmp::Reverse(folder.components().count()));
        for folder in folders {
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(kind: Kind, path: PathBuf) -> Change {
        let text = "new".to_owned();
        Change { kind, path, text }
    }

    /// A folder where a file should be: nothing can be written over it.
    #[test]
    fn a_failed_step_leaves_everything_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a.rs"), "old").unwrap();
        fs::write(at("gone.rs"), "old").unwrap();
        fs::create_dir_all(at("blocked.rs/inside")).unwrap();
        let changes = [
            change(Kind::Update, at("a.rs")),
            change(Kind::Remove, at("gone.rs")),
            change(Kind::Create, at("deep/er/b.rs")),
            change(Kind::Create, at("blocked.rs")),
        ];
        let error = apply(&changes).unwrap_err().to_string();
        assert!(
            error.contains("blocked.rs") && error.contains("left as it was"),
            "{error}"
        );
        assert_eq!(fs::read_to_string(at("a.rs")).unwrap(), "old");
        assert_eq!(fs::read_to_string(at("gone.rs")).unwrap(), "old");
        assert!(!at("deep").exists());
        let names = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names, 3, "no temporary file stays");

        fs::remove_dir_all(at("blocked.rs")).unwrap();
        apply(&changes).unwrap();
        assert_eq!(fs::read_to_string(at("deep/er/b.rs")).unwrap(), "new");
        assert!(!at("gone.rs").exists());
    }
}
