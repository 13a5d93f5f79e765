//! The run of an import: step by step, each noted in the journal.

use super::{
    error::DocumentError,
    journal::{Journal, JournalStore},
    options::{ImportOptions, OnProgress, Progress},
    step::Step,
};
use crate::Error;

/// An import under way.
pub(crate) struct Run<'o> {
    journal: Journal,
    store: Box<dyn JournalStore + 'o>,
    progress: Option<OnProgress<'o>>,
    /// How many steps there are.
    of: usize,
}

/// Something that is created, and how to find it where it is not known whether it was.
pub(crate) trait Creation {
    /// Whether others may have made things of this kind in the same place before the import.
    const IS_SHARED: bool;

    /// The ids of what could be mistaken for it.
    async fn lookalikes(&self) -> Result<Vec<String>, Error>;

    /// Creates it, and tells its id.
    async fn post(&self) -> Result<Option<String>, Error>;
}

impl<'o> Run<'o> {
    /// Begins, or goes on where the journal ends. `import` tells this import from others.
    pub(crate) fn begin(import: String, of: usize, mut options: ImportOptions<'o>) -> Result<Self, DocumentError> {
        let mut store = options.take_journal();
        let journal = match store.load().map_err(DocumentError::Journal)? {
            Some(journal) if journal.is_of(&import) => journal,
            Some(_) => return Err(DocumentError::OtherJournal),
            None => Journal::new(import),
        };
        Ok(Self {
            journal,
            store,
            progress: options.progress,
            of,
        })
    }

    /// Whether a step was done.
    pub(crate) fn is_done(&self, step: &Step) -> bool {
        self.journal.id(&step.key()).is_some()
    }

    /// The id of what the step of this key created, which comes before all that asks for it.
    pub(crate) fn id(&self, key: &str) -> Result<&str, DocumentError> {
        let what = "the id of what was created";
        self.journal.id(key).ok_or(DocumentError::Incomplete { what })
    }

    /// Creates something, unless it was created before, and never twice.
    pub(crate) async fn create<C: Creation>(&mut self, step: &Step, creation: C) -> Result<(), Error> {
        let key = step.key();
        if self.journal.is_intended(&key) {
            let found = creation.lookalikes().await?;
            let known = self.journal.known();
            let mut new: Vec<_> = found.into_iter().filter(|id| !known.contains(&**id)).collect();
            if new.len() > 1 {
                let what = step.to_string();
                return Err(DocumentError::Ambiguous { what, ids: new }.into());
            }
            if let Some(id) = new.pop() {
                return Ok(self.note(step, id)?);
            }
        } else {
            let before = if C::IS_SHARED {
                creation.lookalikes().await?
            } else {
                Vec::new()
            };
            self.journal.intend(key, before);
            self.save()?;
        }
        let what = "the id of what it created";
        let id = creation.post().await?.ok_or(DocumentError::Incomplete { what })?;
        Ok(self.note(step, id)?)
    }

    /// Notes that a step is done, with the id of what it created, and tells of it.
    pub(crate) fn note(&mut self, step: &Step, id: String) -> Result<(), DocumentError> {
        self.journal.note(step.key(), id);
        self.save()?;
        if let Some(told) = &mut self.progress {
            told(Progress {
                step,
                done: self.journal.done(),
                of: self.of,
            });
        }
        Ok(())
    }

    fn save(&mut self) -> Result<(), DocumentError> {
        self.store.save(&self.journal).map_err(DocumentError::Journal)
    }
}
