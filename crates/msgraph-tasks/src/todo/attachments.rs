//! Files that are attached to a task.

use std::{error, fmt};

use msgraph_client::Attached;
use msgraph_core::{Id, Versioned};
use msgraph_model::{
    AttachmentBase, AttachmentInfoInput, AttachmentType, TaskFileAttachment, TaskFileAttachmentCreate, TodoTask,
    TodoTaskList,
};
use msgraph_request::v1;
use tokio::io::{AsyncRead, AsyncWrite};

use super::Todo;
use crate::Error;
use crate::names::pick;

/// How many bytes a file may have that is attached: 25 MB.
pub const MOST_BYTES: u64 = 25 << 20;

impl Todo {
    /// Attaches a file to a task, with a name and a length in bytes: in one request where it is small, in parts where it is
    /// not. See [`Client::attach`](msgraph_client::Client::attach).
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] where it has more than [`MOST_BYTES`], before anything is sent; [`Error::Client`].
    ///
    /// <https://learn.microsoft.com/graph/todo-attachments>
    pub async fn attach(
        &self,
        list: &Id<TodoTaskList>,
        task: &Id<TodoTask>,
        name: &str,
        content: impl AsyncRead + Unpin,
        length: u64,
    ) -> Result<Attached<Versioned<TaskFileAttachment>>, Error> {
        let too_large = || TooLarge {
            name: name.into(),
            length,
        };
        let size = i64::try_from(length).ok().filter(|_| length <= MOST_BYTES);
        let info = AttachmentInfoInput::new(AttachmentType::File, name, size.ok_or_else(too_large)?);
        let attachments = || v1::me().todo().list(list).task(task).attachments();
        let whole = |bytes| attachments().create_task_file_attachment(TaskFileAttachmentCreate::new(bytes, name));
        let session = attachments().create_upload_session(info);
        Ok(self.client.attach(content, length, whole, session).await?)
    }

    /// What is attached to a task, without its content.
    ///
    /// # Errors
    ///
    /// [`Error::Client`].
    ///
    /// <https://learn.microsoft.com/graph/api/todotask-list-attachments>
    pub async fn attachments(
        &self,
        list: &Id<TodoTaskList>,
        task: &Id<TodoTask>,
    ) -> Result<Vec<AttachmentBase>, Error> {
        let request = v1::me().todo().list(list).task(task).attachments().list();
        Ok(self.client.pages(request).collect(usize::MAX).await?)
    }

    /// Writes the content of the file of a name that is attached to a task, as it comes. Returns its length in bytes. See
    /// [`Client::download`](msgraph_client::Client::download).
    ///
    /// # Errors
    ///
    /// [`Error::NotOne`] where no file has the name, with those that there are, or more than one, with their ids;
    /// [`Error::Client`].
    ///
    /// <https://learn.microsoft.com/graph/api/taskfileattachment-get>
    pub async fn download(
        &self,
        list: &Id<TodoTaskList>,
        task: &Id<TodoTask>,
        name: &str,
        writer: impl AsyncWrite + Send + Unpin,
    ) -> Result<u64, Error> {
        let attachments = self.attachments(list, task).await?;
        let one = pick("attachment", name, attachments, |one| {
            (name_of(one), one.id().unwrap_or_default())
        })?;
        let id = Id::new(one.id().unwrap_or_default());
        let request = v1::me().todo().list(list).task(task).attachment(&id).read_content();
        Ok(self.client.download(request, writer).send().await?)
    }
}

/// A file that is larger than the service takes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TooLarge {
    /// Its name.
    pub name: Box<str>,
    /// How many bytes it has.
    pub length: u64,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, length } = self;
        write!(
            formatter,
            "`{name}` has {length} bytes, and no more than {MOST_BYTES} can be attached"
        )
    }
}

impl error::Error for TooLarge {}

fn name_of(attachment: &AttachmentBase) -> &str {
    let name = match attachment {
        AttachmentBase::TaskFileAttachment(file) => file.name.as_deref(),
        AttachmentBase::Other(other) => other.name.as_deref(),
        _ => None,
    };
    name.unwrap_or_default()
}
