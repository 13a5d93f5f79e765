//! What an import of a list does, known before anything is sent.

use super::ListDocument;
use crate::document::{
    error::DocumentError,
    step::{Action, Step},
};

impl ListDocument {
    /// The steps that an import would take, in order: a dry run. Nothing is sent.
    ///
    /// # Errors
    ///
    /// [`DocumentError::Invalid`] where something in the document cannot be.
    pub fn steps(&self) -> Result<Vec<Step>, DocumentError> {
        self.check()?;
        let mut steps = vec![Step::new(Action::List, format!("create list {}", self.name))];
        for (place, task) in self.tasks.iter().enumerate() {
            steps.push(Step::new(
                Action::ListTask(place),
                format!("create task {}", task.title),
            ));
            for (number, step) in task.checklist.iter().enumerate() {
                let text = format!("create step {} of {}", step.title, task.title);
                steps.push(Step::new(Action::ListStep(place, number), text));
            }
        }
        Ok(steps)
    }
}
