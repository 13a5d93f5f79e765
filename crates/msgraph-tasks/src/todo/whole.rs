//! A list as a whole: its tasks, with their steps and links, in few calls.

use msgraph_client::{Batch, Error as ClientError};
use msgraph_core::{Id, Page, Request, Versioned};
use msgraph_model::{AttachmentBase, ChecklistItem, LinkedResource, TodoTask, TodoTaskList};
use msgraph_request::v1;
use serde::de::DeserializeOwned;

use super::Todo;
use crate::Error;

/// A list with all its tasks.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WholeList {
    /// The list.
    pub list: Versioned<TodoTaskList>,
    /// Its tasks, in the order of the service.
    pub tasks: Vec<WholeTask>,
}

/// A task with its steps and links.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WholeTask {
    /// The task.
    pub task: Versioned<TodoTask>,
    /// What the service did not send with the task.
    steps: Vec<Versioned<ChecklistItem>>,
    links: Vec<Versioned<LinkedResource>>,
}

impl WholeTask {
    /// The steps of the task, which To Do calls its checklist items, in the order of the service.
    pub fn steps(&self) -> &[Versioned<ChecklistItem>] {
        self.task.checklist_items.as_deref().unwrap_or(&self.steps)
    }

    /// Where the task comes from in other apps, which To Do calls its linked resources.
    pub fn links(&self) -> &[Versioned<LinkedResource>] {
        self.task.linked_resources.as_deref().unwrap_or(&self.links)
    }
}

impl Todo {
    /// A list with all its tasks, and each with its steps and links.
    ///
    /// That takes one call for the list and one for each page of tasks, since the service sends what belongs to a task along
    /// with it. Where it does not, the rest takes one call more for every twenty things that are missing. A task that is
    /// deleted meanwhile is left out.
    ///
    /// # Errors
    ///
    /// [`Error::Client`], as for the list of flagged messages, whose tasks cannot be listed.
    ///
    /// <https://learn.microsoft.com/graph/api/todotasklist-list-tasks>
    pub async fn whole_list(&self, list: &Id<TodoTaskList>) -> Result<WholeList, Error> {
        let head = self.client.send(v1::me().todo().list(list).get()).await?;
        let tasks = self.expanded_tasks(list).await?;
        let tasks = self.filled(list, tasks).await?;
        Ok(WholeList { list: head, tasks })
    }

    /// The attachments of those tasks of a list that have any, without their content: twenty tasks a call. A task that is
    /// deleted meanwhile is left out.
    ///
    /// # Errors
    ///
    /// [`Error::Client`].
    ///
    /// <https://learn.microsoft.com/graph/api/todotask-list-attachments>
    pub async fn attachments_of(&self, whole: &WholeList) -> Result<Vec<(Id<TodoTask>, Vec<AttachmentBase>)>, Error> {
        let Some(list) = whole.list.id() else {
            return Ok(Vec::new());
        };
        let mut batch = Batch::new();
        let tasks = whole.tasks.iter().map(|whole| &whole.task);
        let with = tasks
            .filter(|task| task.has_attachments == Some(true))
            .filter_map(|task| task.id());
        let asked: Vec<_> = with
            .map(|id| (id, batch.add(v1::me().todo().list(list).task(id).attachments().list())))
            .collect();
        let mut answers = self.client.batch(batch).await;
        let mut attachments = Vec::new();
        for (id, key) in asked {
            if let Some(of_task) = self.rest(answers.take(key)).await? {
                attachments.push((id.clone(), of_task));
            }
        }
        Ok(attachments)
    }

    /// The tasks of a list, with what belongs to them if the service takes that wish.
    async fn expanded_tasks(&self, list: &Id<TodoTaskList>) -> Result<Vec<Versioned<TodoTask>>, Error> {
        let request = || v1::me().todo().list(list).tasks().list();
        let expanded = request().expand([TodoTask::CHECKLIST_ITEMS, TodoTask::LINKED_RESOURCES]);
        match self.client.pages(expanded).collect(usize::MAX).await {
            Err(error) if error.service().is_some_and(|refused| refused.status == 400) => {
                Ok(self.client.pages(request()).collect(usize::MAX).await?)
            }
            tasks => Ok(tasks?),
        }
    }

    /// Tasks with what did not come with them.
    async fn filled(&self, list: &Id<TodoTaskList>, tasks: Vec<Versioned<TodoTask>>) -> Result<Vec<WholeTask>, Error> {
        let mut batch = Batch::new();
        let mut asked = Vec::new();
        for task in tasks {
            let mut keys = (None, None);
            if let Some(id) = task.id() {
                let task_request = || v1::me().todo().list(list).task(id);
                if task.checklist_items.is_none() {
                    keys.0 = Some(batch.add(task_request().checklist_items().list()));
                }
                if task.linked_resources.is_none() {
                    keys.1 = Some(batch.add(task_request().linked_resources().list()));
                }
            }
            asked.push((task, keys));
        }
        let mut answers = self.client.batch(batch).await;
        let mut whole = Vec::new();
        for (task, (steps, links)) in asked {
            let steps = match steps {
                Some(key) => self.rest(answers.take(key)).await?,
                None => Some(Vec::new()),
            };
            let links = match links {
                Some(key) => self.rest(answers.take(key)).await?,
                None => Some(Vec::new()),
            };
            if let (Some(steps), Some(links)) = (steps, links) {
                whole.push(WholeTask { task, steps, links });
            }
        }
        Ok(whole)
    }

    /// The items of a page and of those that it leads to; `None` where what they belong to is gone.
    async fn rest<T: DeserializeOwned>(&self, first: Result<Page<T>, ClientError>) -> Result<Option<Vec<T>>, Error> {
        let page = match first {
            Err(error) if error.is_not_found() => return Ok(None),
            page => page?,
        };
        let mut items = page.value;
        if let Some(link) = page.next_link {
            let rest = self.client.pages(Request::<Page<T>>::follow(link));
            items.extend(rest.collect(usize::MAX).await?);
        }
        Ok(Some(items))
    }
}
