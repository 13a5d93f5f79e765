//! From a list to its document.

use std::mem;

use msgraph_client::{Batch, Client};
use msgraph_core::{DateTimeOffset, Id, Page, Request, Versioned, enums::OpenEnum};
use msgraph_model::{ChecklistItem, DateTimeTimeZone, LinkedResource, TodoTask, TodoTaskList};
use msgraph_request::v1;
use serde::de::DeserializeOwned;

use super::{ListDocument, ListStep, ListTask, Recurrence, TaskBody, TaskLink, ZonedDateTime};
use crate::{Error, Todo, document::error::DocumentError};

/// More than any list holds, so that a listing that never ends is noticed.
pub(super) const MOST: usize = 100_000;

impl Todo {
    /// Reads a list as a document: tasks with their steps and links.
    ///
    /// # Errors
    ///
    /// [`Error::Client`] where something cannot be read, such as a task that was deleted meanwhile: export again.
    ///
    /// <https://learn.microsoft.com/graph/api/todotasklist-list-tasks>
    pub async fn export(&self, list: &Id<TodoTaskList>) -> Result<ListDocument, Error> {
        let client = self.client();
        let path = || v1::me().todo().list(list);
        let head = client.send(path().get()).await?;
        let mut tasks = client.pages(path().tasks().list()).collect(MOST).await?;
        // The text of a time in UTC sorts as the time does.
        tasks.sort_by(|one, other| created(one).cmp(&created(other)));
        let mut batch = Batch::new();
        let mut keys = Vec::new();
        for task in tasks {
            let id = task.id().cloned().ok_or(DocumentError::Incomplete { what: "an id" })?;
            let parts = || path().task(&id);
            let steps = batch.add(parts().checklist_items().list());
            let links = batch.add(parts().linked_resources().list());
            keys.push((id, task, steps, links));
        }
        let mut answers = client.batch(batch).await;
        let mut document = ListDocument::new(head.display_name.clone().unwrap_or_default());
        document.source = Some(list.as_str().to_owned());
        for (id, task, steps, links) in keys {
            let steps = all(client, answers.take(steps)?).await?;
            let links = all(client, answers.take(links)?).await?;
            let added = document.add_task(task.title.clone().unwrap_or_default());
            *added = ListTask {
                key: mem::take(&mut added.key),
                source: Some(id.as_str().to_owned()),
                ..read(task.into_value(), steps, &links)
            };
        }
        Ok(document)
    }
}

/// The items of a page and of those that follow.
async fn all<T: DeserializeOwned>(client: &Client, page: Page<T>) -> Result<Vec<T>, Error> {
    let mut items = page.value;
    if let Some(next) = page.next_link {
        items.extend(client.pages(Request::<Page<T>>::follow(next)).collect(MOST).await?);
    }
    Ok(items)
}

fn created(task: &TodoTask) -> Option<&str> {
    task.created_date_time.as_ref().map(DateTimeOffset::as_str)
}

fn read(task: TodoTask, mut steps: Vec<Versioned<ChecklistItem>>, links: &[Versioned<LinkedResource>]) -> ListTask {
    let created = |item: &ChecklistItem| item.created_date_time.as_ref().map(|time| time.as_str().to_owned());
    steps.sort_by_key(|item| created(item));
    let step = |item: &Versioned<ChecklistItem>| ListStep {
        title: item.display_name.clone().unwrap_or_default(),
        done: item.is_checked.unwrap_or_default(),
    };
    let link = |link: &Versioned<LinkedResource>| TaskLink {
        web_url: link.web_url.clone(),
        application_name: link.application_name.clone(),
        display_name: link.display_name.clone(),
        external_id: link.external_id.clone(),
    };
    let body = task.body.map(|body| TaskBody {
        content: body.content.unwrap_or_default(),
        content_type: body.content_type.as_ref().map(|ty| ty.as_str().to_owned()),
    });
    ListTask {
        key: String::new(),
        title: task.title.unwrap_or_default(),
        body,
        status: task.status.as_ref().map(|status| status.as_str().to_owned()),
        importance: task
            .importance
            .as_ref()
            .map(|importance| importance.as_str().to_owned()),
        start: date(task.start_date_time.as_deref()),
        due: date(task.due_date_time.as_deref()),
        completed: date(task.completed_date_time.as_deref()),
        reminder: date(task.reminder_date_time.as_deref()),
        is_reminder_on: task.is_reminder_on.unwrap_or_default(),
        recurrence: task.recurrence.as_deref().and_then(Recurrence::read),
        categories: task.categories.unwrap_or_default(),
        checklist: steps.iter().map(step).collect(),
        links: links.iter().map(link).collect(),
        source: None,
    }
    .normal()
}

fn date(date: Option<&DateTimeTimeZone>) -> Option<ZonedDateTime> {
    let date = date?;
    Some(ZonedDateTime {
        date_time: date.date_time.clone()?,
        // Without a zone, a time of the service's is in UTC.
        time_zone: date.time_zone.clone().unwrap_or_else(|| "UTC".to_owned()),
    })
}
