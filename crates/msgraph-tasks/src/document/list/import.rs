//! From a document to a list.

use msgraph_client::Client;
use msgraph_core::{Change, Id, enums::OpenEnum};
use msgraph_model::{
    BodyType, ChecklistItemCreate, DateTimeTimeZoneInput, Importance, ItemBodyInput, LinkedResourceCreate, TaskStatus,
    TodoTask, TodoTaskCreate, TodoTaskList, TodoTaskListCreate,
};
use msgraph_request::v1;

use super::{ListDocument, ListStep, ListTask, TaskBody, TaskLink, ZonedDateTime, export::MOST};
use crate::{
    Error, Todo,
    document::{
        error::DocumentError,
        names,
        options::ImportOptions,
        run::{Creation, Run},
        step::{Action, Step, task_key},
    },
};

impl Todo {
    /// Makes the list of a document, and returns its id. [`ListDocument::steps`] says what it does, without doing it.
    ///
    /// After an error, the same call with the same journal goes on; see [`document`](crate::document). Nothing is marked for
    /// that: what was created is told by its title, in a list that is the import's own. Called again after the end, it sends
    /// nothing.
    ///
    /// Dropping the future stops the import as a failure does.
    ///
    /// # Errors
    ///
    /// [`Error::Document`] before anything is sent where the document or the journal does not fit, and where what a run before
    /// created cannot be told; [`Error::Client`] where the service refuses a step or cannot be reached.
    ///
    /// <https://learn.microsoft.com/graph/api/todo-post-lists>
    pub async fn import(&self, document: &ListDocument, options: ImportOptions<'_>) -> Result<Id<TodoTaskList>, Error> {
        let steps = document.steps()?;
        let import = format!("{:032x}", names::hash([&*document.to_json(), "list"]));
        let mut importing = Importing {
            client: self.client(),
            document,
            run: Run::begin(import, steps.len(), options)?,
        };
        for step in &steps {
            if !importing.run.is_done(step) {
                importing.take(step).await?;
            }
        }
        Ok(importing.list()?)
    }
}

/// An import under way.
struct Importing<'i, 'o> {
    client: &'i Client,
    document: &'i ListDocument,
    run: Run<'o>,
}

impl Importing<'_, '_> {
    async fn take(&mut self, step: &Step) -> Result<(), Error> {
        let (client, document) = (self.client, self.document);
        match step.action {
            Action::List => {
                let name = &*document.name;
                self.run.create(step, NewList { client, name }).await
            }
            Action::ListTask(number) => {
                let Some(task) = document.tasks.get(number) else {
                    return Ok(());
                };
                let list = self.list()?;
                self.run.create(step, NewTask { client, list, task }).await
            }
            Action::ListStep(place, number) => {
                let task = document.tasks.get(place);
                let Some(item) = task.and_then(|task| task.checklist.get(number)) else {
                    return Ok(());
                };
                let creation = NewStep {
                    client,
                    list: self.list()?,
                    task: Id::new(self.run.id(&task_key(place))?),
                    step: item,
                };
                self.run.create(step, creation).await
            }
            // They belong to plans.
            Action::Plan | Action::PlanDetails | Action::Bucket(_) | Action::Task(_) | Action::TaskDetails(_) => Ok(()),
        }
    }

    fn list(&self) -> Result<Id<TodoTaskList>, DocumentError> {
        self.run.id("list").map(Id::new)
    }
}

struct NewList<'i> {
    client: &'i Client,
    name: &'i str,
}

impl Creation for NewList<'_> {
    const IS_SHARED: bool = true;

    async fn lookalikes(&self) -> Result<Vec<String>, Error> {
        // The plain listing ends after a hundred lists or so.
        let round = self.client.delta(v1::me().todo().lists().delta());
        let (lists, _) = round.collect(MOST).await?;
        let lists = lists.iter().filter_map(|change| match change {
            Change::Present(list) if list.display_name.as_deref() == Some(self.name) => list.id(),
            _ => None,
        });
        Ok(lists.map(|id| id.as_str().to_owned()).collect())
    }

    async fn post(&self) -> Result<Option<String>, Error> {
        let create = TodoTaskListCreate::new(self.name);
        let list = self.client.send(v1::me().todo().lists().create(create)).await?;
        Ok(list.id().map(|id| id.as_str().to_owned()))
    }
}

struct NewTask<'i> {
    client: &'i Client,
    list: Id<TodoTaskList>,
    task: &'i ListTask,
}

impl Creation for NewTask<'_> {
    const IS_SHARED: bool = false;

    async fn lookalikes(&self) -> Result<Vec<String>, Error> {
        let tasks = self.client.pages(v1::me().todo().list(&self.list).tasks().list());
        let tasks = tasks.collect(MOST).await?;
        let same = tasks
            .iter()
            .filter(|task| task.title.as_deref() == Some(&*self.task.title));
        Ok(same.filter_map(|task| Some(task.id()?.as_str().to_owned())).collect())
    }

    async fn post(&self) -> Result<Option<String>, Error> {
        let task = self.task;
        let mut create = TodoTaskCreate::new(&*task.title).is_reminder_on(task.is_reminder_on);
        if let Some(body) = &task.body {
            create = create.body(text(body));
        }
        if let Some(status) = &task.status {
            create = create.status(TaskStatus::from_name(status));
        }
        if let Some(importance) = &task.importance {
            create = create.importance(Importance::from_name(importance));
        }
        if let Some(start) = &task.start {
            create = create.start_date_time(date(start));
        }
        if let Some(due) = &task.due {
            create = create.due_date_time(date(due));
        }
        if let Some(completed) = &task.completed {
            create = create.completed_date_time(date(completed));
        }
        if let Some(reminder) = &task.reminder {
            create = create.reminder_date_time(date(reminder));
        }
        if let Some(recurrence) = &task.recurrence {
            create = create.recurrence(recurrence.input());
        }
        if !task.categories.is_empty() {
            create = create.categories(task.categories.clone());
        }
        if !task.links.is_empty() {
            create = create.linked_resources(task.links.iter().map(link));
        }
        let request = v1::me().todo().list(&self.list).tasks().create(create);
        let task = self.client.send(request).await?;
        Ok(task.id().map(|id| id.as_str().to_owned()))
    }
}

struct NewStep<'i> {
    client: &'i Client,
    list: Id<TodoTaskList>,
    task: Id<TodoTask>,
    step: &'i ListStep,
}

impl Creation for NewStep<'_> {
    const IS_SHARED: bool = false;

    async fn lookalikes(&self) -> Result<Vec<String>, Error> {
        let task = v1::me().todo().list(&self.list).task(&self.task);
        let items = self.client.pages(task.checklist_items().list()).collect(MOST).await?;
        let same = items
            .iter()
            .filter(|item| item.display_name.as_deref() == Some(&*self.step.title));
        Ok(same.filter_map(|item| Some(item.id()?.as_str().to_owned())).collect())
    }

    async fn post(&self) -> Result<Option<String>, Error> {
        let create = ChecklistItemCreate::new(&*self.step.title).is_checked(self.step.done);
        let task = v1::me().todo().list(&self.list).task(&self.task);
        let item = self.client.send(task.checklist_items().create(create)).await?;
        Ok(item.id().map(|id| id.as_str().to_owned()))
    }
}

fn text(body: &TaskBody) -> ItemBodyInput {
    let ty = body.content_type.as_deref().map_or(BodyType::Text, BodyType::from_name);
    ItemBodyInput::new().content(&*body.content).content_type(ty)
}

fn date(date: &ZonedDateTime) -> DateTimeTimeZoneInput {
    DateTimeTimeZoneInput::new(&*date.date_time, &*date.time_zone)
}

fn link(link: &TaskLink) -> LinkedResourceCreate {
    let mut create = LinkedResourceCreate::new();
    if let Some(url) = &link.web_url {
        create = create.web_url(&**url);
    }
    if let Some(name) = &link.application_name {
        create = create.application_name(&**name);
    }
    if let Some(name) = &link.display_name {
        create = create.display_name(&**name);
    }
    if let Some(id) = &link.external_id {
        create = create.external_id(&**id);
    }
    create
}
