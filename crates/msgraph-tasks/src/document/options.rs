//! What can be said of an import.

use std::fmt;

use super::{
    journal::{JournalStore, MemoryJournal},
    step::Step,
    users::UserMap,
};

/// How a document is imported: who its users are, who is told of progress, and where the journal is kept.
///
/// ```
/// # use msgraph_tasks::document::{FileJournal, ImportOptions, UserMap};
/// let options = ImportOptions::new()
///     .users(UserMap::same())
///     .journal(FileJournal::new("launch.journal"))
///     .on_progress(|progress| eprintln!("{} of {}: {}", progress.done, progress.of, progress.step));
/// # let _ = options;
/// ```
#[must_use]
#[derive(Default)]
pub struct ImportOptions<'o> {
    pub(crate) users: Option<UserMap>,
    pub(crate) journal: Option<Box<dyn JournalStore + 'o>>,
    pub(crate) progress: Option<OnProgress<'o>>,
}

pub(crate) type OnProgress<'o> = Box<dyn FnMut(Progress<'_>) + Send + 'o>;

/// How far an import is, told after each step.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Progress<'p> {
    /// The step that was just done.
    pub step: &'p Step,
    /// How many steps are done, with those of the runs before.
    pub done: usize,
    /// How many steps there are.
    pub of: usize,
}

impl<'o> ImportOptions<'o> {
    /// Nobody is told, the journal is in memory, and users that have to be mapped refuse the import; a clone keeps them.
    pub fn new() -> Self {
        Self::default()
    }

    /// Who the users of the document are. A list of To Do has none.
    pub fn users(mut self, users: UserMap) -> Self {
        self.users = Some(users);
        self
    }

    /// Where the journal is kept, by value or as `&mut`. With the same journal, the same import goes on where it stopped.
    pub fn journal(mut self, journal: impl JournalStore + 'o) -> Self {
        self.journal = Some(Box::new(journal));
        self
    }

    /// What is called after each step.
    pub fn on_progress(mut self, told: impl FnMut(Progress<'_>) + Send + 'o) -> Self {
        self.progress = Some(Box::new(told));
        self
    }

    pub(crate) fn take_journal(&mut self) -> Box<dyn JournalStore + 'o> {
        self.journal.take().unwrap_or_else(|| Box::new(MemoryJournal::new()))
    }
}

impl fmt::Debug for ImportOptions<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ImportOptions")
            .field("users", &self.users)
            .finish_non_exhaustive()
    }
}
