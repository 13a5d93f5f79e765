//! What an import has done so far, kept so that it can go on.

use std::{
    collections::{BTreeMap, HashSet},
    fmt, fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// What an import has done: the id of each object that it created, and the creation that it was about to ask for.
///
/// It is opaque, and to be stored whole. It holds ids and no titles.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Journal {
    /// Which import it is of: a hash of the document and of the place that it goes to.
    import: String,
    /// What is done, by the step; an id where something was created.
    done: BTreeMap<String, String>,
    /// The creation that may have been asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<Intent>,
}

/// A creation that is about to be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Intent {
    step: String,
    /// What could be mistaken for it, and was there before.
    before: Vec<String>,
}

impl Journal {
    pub(crate) fn new(import: String) -> Self {
        Self {
            import,
            ..Self::default()
        }
    }

    /// How many steps are done.
    pub fn done(&self) -> usize {
        self.done.len()
    }

    pub(crate) fn is_of(&self, import: &str) -> bool {
        self.import == import
    }

    /// The id that a step gave, if it is done.
    pub(crate) fn id(&self, step: &str) -> Option<&str> {
        self.done.get(step).map(String::as_str)
    }

    pub(crate) fn intend(&mut self, step: String, before: Vec<String>) {
        self.intent = Some(Intent { step, before });
    }

    pub(crate) fn is_intended(&self, step: &str) -> bool {
        self.intent.as_ref().is_some_and(|intent| intent.step == step)
    }

    pub(crate) fn note(&mut self, step: String, id: String) {
        self.done.insert(step, id);
        self.intent = None;
    }

    /// The ids that no new object can have: those that were created, and those that were there before.
    pub(crate) fn known(&self) -> HashSet<&str> {
        let before = self.intent.iter().flat_map(|intent| &intent.before);
        self.done.values().chain(before).map(String::as_str).collect()
    }
}

/// Where a journal is kept. Both functions may block for a moment.
pub trait JournalStore: Send {
    /// The journal that was saved last; `None` where there is none yet.
    ///
    /// # Errors
    ///
    /// When it is there and cannot be read. The import is not begun then, since it could do twice what was done.
    fn load(&mut self) -> io::Result<Option<Journal>>;

    /// Keeps the journal in place of the one before, whole or not at all.
    ///
    /// # Errors
    ///
    /// When it cannot be kept. The import stops, and can go on from the journal before.
    fn save(&mut self, journal: &Journal) -> io::Result<()>;
}

/// A store that is lent.
impl<S: JournalStore + ?Sized> JournalStore for &mut S {
    fn load(&mut self) -> io::Result<Option<Journal>> {
        (**self).load()
    }

    fn save(&mut self, journal: &Journal) -> io::Result<()> {
        (**self).save(journal)
    }
}

/// A journal in memory: an import that failed can go on in the same process.
#[derive(Debug, Clone, Default)]
pub struct MemoryJournal {
    journal: Option<Journal>,
}

impl MemoryJournal {
    /// An empty journal.
    pub fn new() -> Self {
        Self::default()
    }
}

impl JournalStore for MemoryJournal {
    fn load(&mut self) -> io::Result<Option<Journal>> {
        Ok(self.journal.clone())
    }

    fn save(&mut self, journal: &Journal) -> io::Result<()> {
        self.journal = Some(journal.clone());
        Ok(())
    }
}

/// A journal in a file, which is written beside the old one and takes its place, so that it is always whole.
///
/// An import that is done leaves the file there: done again with it, it does nothing. One file is for one import at a time.
#[derive(Debug, Clone)]
pub struct FileJournal {
    path: PathBuf,
}

impl FileJournal {
    /// The journal in this file, which need not be there yet; its folder must be.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl JournalStore for FileJournal {
    fn load(&mut self) -> io::Result<Option<Journal>> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(serde_json::from_str(&text)?))
    }

    fn save(&mut self, journal: &Journal) -> io::Result<()> {
        let mut beside = self.path.clone().into_os_string();
        beside.push(".new");
        let mut file = fs::File::create(&beside)?;
        file.write_all(serde_json::to_string(journal)?.as_bytes())?;
        // The name must not lead to content that the disk does not have yet.
        file.sync_all()?;
        fs::rename(&beside, &self.path)
    }
}

impl fmt::Display for Journal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} steps done", self.done.len())
    }
}
