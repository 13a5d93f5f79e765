//! Tokens in a file that belongs to one user, and that several processes may share.

use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{Change, KeptToken, TokenKey, TokenStore};
use crate::CredentialError;

/// The format that is written, and the newest that can be read.
const VERSION: u64 = 1;

/// Keeps tokens in a file, which other processes and other applications may use at the same time.
///
/// On Unix only its owner may read the file (mode 0600); on Windows that is up to its folder, so take one in the user's
/// profile. What it holds is not encrypted. A lock file `<name>.lock` beside it stays there.
///
/// The file is replaced as a whole: a crash leaves the old one or the new one. One that is damaged is renamed to
/// `<name>.corrupt`, and somebody has to sign in again; one that a newer version wrote is left alone.
#[derive(Debug, Clone)]
pub struct FileStore {
    path: PathBuf,
}

impl FileStore {
    /// A store in this file. It need not be there yet, and neither need its folder.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self { path }
    }

    /// Does this while no other process does, nor another thread.
    fn alone<R>(&self, work: impl FnOnce() -> Result<R, CredentialError>) -> Result<R, CredentialError> {
        let lock = self.lock();
        let lock = lock.map_err(|error| self.failed("cannot be locked", error))?;
        let result = work();
        drop(lock);
        result
    }

    fn lock(&self) -> io::Result<File> {
        if let Some(folder) = self.path.parent() {
            make_folder(folder)?;
        }
        let lock = private().create(true).open(self.beside(".lock"))?;
        loop {
            match lock.lock() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result.map(|()| lock),
            }
        }
    }

    fn read(&self) -> Result<Tokens, CredentialError> {
        let bytes = match fs::read(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Tokens::default()),
            bytes => bytes.map_err(|error| self.failed("cannot be read", error))?,
        };
        match serde_json::from_slice(&bytes) {
            Ok(Head { version }) if version > VERSION => Err(CredentialError::new(format!(
                "the tokens in {} were written by a newer version (format {version}; this one knows {VERSION}): \
                 update this application, or give it another file",
                self.path.display()
            ))),
            Ok(Head { version: VERSION }) => match serde_json::from_slice(&bytes) {
                Ok(Contents { tokens, .. }) => Ok(tokens),
                Err(_) => self.set_aside(),
            },
            _ => self.set_aside(),
        }
    }

    /// Makes place for a new file. The old one may be of use to somebody, so it is never written over.
    fn set_aside(&self) -> Result<Tokens, CredentialError> {
        let names = (0u32..).map(|number| match number {
            0 => self.beside(".corrupt"),
            _ => self.beside(&format!(".corrupt-{number}")),
        });
        let is_free = |path: &PathBuf| fs::symlink_metadata(path).is_err();
        let Some(aside) = names.take(1000).find(is_free) else {
            return Err(CredentialError::new(format!(
                "{} is damaged, as were a thousand before it: remove those",
                self.path.display()
            )));
        };
        fs::rename(&self.path, &aside).map_err(|error| self.failed("are damaged, and cannot be set aside", error))?;
        tracing::warn!(
            file = %self.path.display(),
            aside = %aside.display(),
            "the file with the tokens is damaged, and was set aside; somebody has to sign in again"
        );
        Ok(Tokens::default())
    }

    fn write(&self, tokens: Tokens) -> io::Result<()> {
        let version = VERSION;
        let text = serde_json::to_vec_pretty(&Contents { version, tokens })?;
        let new = self.beside(".new");
        // What a crash left there may be open to others.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = private().create_new(true).open(&new)?;
        file.write_all(&text)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&new, &self.path)?;
        // The new name is there for everybody; that it outlives a power cut is more than some file systems offer.
        let _ = self.sync_folder();
        Ok(())
    }

    #[cfg(unix)]
    fn sync_folder(&self) -> io::Result<()> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as elsewhere")]
    fn sync_folder(&self) -> io::Result<()> {
        Ok(())
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut path = self.path.clone().into_os_string();
        path.push(ending);
        path.into()
    }

    fn failed(&self, what: &str, error: io::Error) -> CredentialError {
        CredentialError::caused_by(format!("the tokens in {} {what}", self.path.display()), error)
    }
}

impl TokenStore for FileStore {
    fn load(&self, key: &TokenKey) -> Result<Option<KeptToken>, CredentialError> {
        self.alone(|| Ok(self.read()?.remove(key.as_str()).map(KeptToken::new)))
    }

    fn update(&self, key: &TokenKey, change: &Change<'_>) -> Result<(), CredentialError> {
        self.alone(|| {
            let mut tokens = self.read()?;
            let old = tokens.remove(key.as_str()).map(KeptToken::new);
            let new = change(old.as_ref());
            if new == old {
                return Ok(());
            }
            if let Some(token) = new {
                tokens.insert(key.as_str().to_owned(), token.0);
            }
            self.write(tokens)
                .map_err(|error| self.failed("cannot be written", error))
        })
    }
}

/// By key.
type Tokens = BTreeMap<String, String>;

/// What every format has.
#[derive(Deserialize)]
struct Head {
    version: u64,
}

#[derive(Serialize, Deserialize)]
struct Contents {
    version: u64,
    tokens: Tokens,
}

/// For files that only their owner may open, from the moment they are there.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    if folder.as_os_str().is_empty() {
        Ok(())
    } else {
        builder.create(folder)
    }
}
