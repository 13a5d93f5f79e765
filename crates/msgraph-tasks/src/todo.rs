//! To Do, as people think of it: dates in a zone, what recurs, lists by name, lists as a whole, files.
//!
//! | here | what |
//! | --- | --- |
//! | [`Todo`] | lists by name, lists as a whole, attachments |
//! | [`Zone`] | a time zone, by the name that Windows or the IANA has for it |
//! | [`DueDate`], [`Reminder`] | a day in a zone, and an instant that is shown in one |
//! | [`Recurrence`] | how a task recurs, built and read |
//! | [`TodoWords`], [`TodoChangeWords`], [`TodoDates`] | all of it, of tasks that are made, changed and read |
//!
//! ```
//! use jiff::civil::{Weekday, date};
//! use msgraph_tasks::{
//!     model::TodoTaskCreate,
//!     todo::{DueDate, Recurrence, Reminder, TodoWords as _, Zone},
//! };
//!
//! let home = Zone::named("Europe/Berlin")?;
//! let task = TodoTaskCreate::new("Water the plants")
//!     .due_on(&DueDate::new(date(2026, 3, 2), &home))
//!     .remind_at(&Reminder::parse("2026-03-02T08:30", &home)?)
//!     .repeat(&Recurrence::weekly(1, [Weekday::Monday]).starting(date(2026, 3, 2)))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod attachments;
mod date;
mod lists;
mod recurrence;
mod whole;
mod words;
mod zone;

use msgraph_client::Client;

pub use self::{
    attachments::{MOST_BYTES, TooLarge},
    date::{DueDate, InvalidDate, Reminder},
    recurrence::{End, InvalidRecurrence, Occurrences, Pattern, Recurrence},
    whole::{WholeList, WholeTask},
    words::{TodoChangeWords, TodoDates, TodoWords},
    zone::{UnknownZone, Zone},
};

/// To Do of the user who is signed in, through a client.
#[derive(Debug, Clone)]
pub struct Todo {
    client: Client,
}

impl Todo {
    /// To Do as this client reaches it.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }
}
