//! Microsoft Planner and To Do, as people think of them.
//!
//! This crate is the one to add. It has what no metadata knows of the two services, and re-exports the rest.
//!
//! | here | what |
//! | --- | --- |
//! | [`Planner`], [`Todo`] | the services, through a [`Client`] |
//! | [`prelude`] | what most files need, in one `use` |
//! | [`names`] | plans, buckets, tasks, users and groups by their names |
//! | [`edit`] | edits that lose nobody's changes |
//! | [`whole`] | a task with its details and its places on boards |
//! | [`words`] | assign, label, tick, complete: what people do, by its name |
//! | [`order`], [`board`] | the order of lists, and tasks in columns |
//! | [`todo`](mod@todo) | dates in a zone, what recurs, lists by name and as a whole, files |
//! | [`document`] | plans and lists as files: export, import, compare |
//! | [`v1`], `beta`, [`model`] | typed requests, and the types of what is sent and read |
//! | [`client`], [`core`] | the crates below: the client, and the ideas |
//!
//! Every example here runs as it stands, on an emulator with the plan "Launch 2.0" in it, where Adele is signed in. The folder
//! `examples` has longer ones.
//!
//! # The first call
//!
//! A client has a credential, and is cheap to clone. [`StaticToken`] is a token that you have; the feature `sign-in` brings
//! credentials that get and renew them, in `client::sign_in`.
//!
//! ```
//! use msgraph_tasks::prelude::*;
//!
//! # fn main() -> Result<(), msgraph_tasks::client::BuildError> {
//! let client = Client::new(StaticToken::new("a token"))?;
//! let (planner, todo) = (Planner::new(client.clone()), Todo::new(client));
//! # Ok(())
//! # }
//! ```
//!
//! # Read
//!
//! Each operation of the two services has a typed request, in [`v1`] and, with the feature of that name, in `beta`. A request is
//! a value; the client sends it, and follows the links of a listing. What is read is [`Versioned`]: it knows its id and ETag.
//!
//! ```
//! # use msgraph_emulator::{Emulator, Seed};
//! # use msgraph_tasks::prelude::*;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::seeded(&Seed::demo())?;
//! # let sign_in = |user: &str| Client::builder(StaticToken::new(user)).transport(emulator.clone()).build();
//! # let client = sign_in("adele")?;
//! # let (planner, todo) = (Planner::new(client.clone()), Todo::new(client));
//! let tasks = planner.client().pages(v1::me().planner().tasks().list()).collect(1_000).await?;
//! for task in &tasks {
//!     println!("{:?} is {:?} % done", task.title, task.percent_complete);
//! }
//! assert_eq!(tasks.len(), 3);
//! # Ok(())
//! # }
//! ```
//!
//! # From names to ids
//!
//! People know names, the services ids. Upper and lower case are one; a name that nothing has, or more than one thing, is
//! [`Error::NotOne`], which says what there is.
//!
//! ```
//! # use msgraph_emulator::{Emulator, Seed};
//! # use msgraph_tasks::prelude::*;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::seeded(&Seed::demo())?;
//! # let sign_in = |user: &str| Client::builder(StaticToken::new(user)).transport(emulator.clone()).build();
//! # let client = sign_in("adele")?;
//! # let (planner, todo) = (Planner::new(client.clone()), Todo::new(client));
//! let plan = planner.plan_named("launch 2.0").await?;
//! let task = planner.task_named(&plan, "Book the venue").await?;
//! let bruno = planner.user_named("bruno@contoso.example").await?;
//!
//! let error = planner.bucket_named(&plan, "Dooing").await.unwrap_err();
//! assert_eq!(error.to_string(), "no bucket is named `Dooing`; is it `Doing`?");
//! # let _ = (task, bruno);
//! # Ok(())
//! # }
//! ```
//!
//! # Edit
//!
//! [`Planner::edit`] reads an object, lets a closure change it, and sends what is different, with the ETag that it read. A field
//! that is `None` afterwards is cleared. The type of the closure's parameter says which object of the id is meant.
//!
//! ```
//! # use msgraph_emulator::{Emulator, Seed};
//! # use msgraph_tasks::prelude::*;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::seeded(&Seed::demo())?;
//! # let sign_in = |user: &str| Client::builder(StaticToken::new(user)).transport(emulator.clone()).build();
//! # let client = sign_in("adele")?;
//! # let (planner, todo) = (Planner::new(client.clone()), Todo::new(client));
//! use msgraph_tasks::model::{PlannerTask, PlannerTaskDetails};
//!
//! # let plan = planner.plan_named("Launch 2.0").await?;
//! let task = planner.task_named(&plan, "Film the tour").await?;
//! let edited = planner.edit(&task, |task: &mut PlannerTask| {
//!     task.title = Some("Film the office".to_owned());
//!     task.due_date_time = None;
//! }).await?;
//! assert!(edited.is_changed && edited.value.due_date_time.is_none());
//!
//! planner.edit(&task, |details: &mut PlannerTaskDetails| details.description = Some("One minute.".to_owned())).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Where somebody else was faster, the edit reads again and merges: what only one side changed is kept. A field that both changed
//! to something else is for [`OnConflict`](edit::OnConflict) to decide; without one, the edit fails with [`Error::Conflict`]. A
//! policy can be a function that asks.
//!
//! ```
//! # use msgraph_emulator::{Emulator, Seed};
//! # use msgraph_tasks::prelude::*;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::seeded(&Seed::demo())?;
//! # let sign_in = |user: &str| Client::builder(StaticToken::new(user)).transport(emulator.clone()).build();
//! # let client = sign_in("adele")?;
//! # let (planner, todo) = (Planner::new(client.clone()), Todo::new(client));
//! use msgraph_tasks::model::PlannerTask;
//!
//! # let plan = planner.plan_named("Launch 2.0").await?;
//! # let id = planner.task_named(&plan, "Book the venue").await?;
//! # let bruno = Planner::new(sign_in("bruno")?);
//! let mut whole = planner.whole_task(&id).await?;
//! bruno.edit(&id, |task: &mut PlannerTask| task.title = Some("Book the hall".to_owned())).await?;
//!
//! whole.task.title = Some("Book the garden".to_owned());
//! let ask = OnConflict::ask(|conflict| {
//!     println!("{}: {:?} or {:?}?", conflict.field, conflict.mine, conflict.theirs);
//!     Side::Theirs
//! });
//! let saved = planner.save(&mut whole, ask).await?;
//! assert_eq!(whole.task.title.as_deref(), Some("Book the hall"));
//! assert_eq!(saved.settled.len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # Offline, and one task whole
//!
//! A task is five objects for Planner: itself, its details, and its places on three boards. [`Planner::whole_task`] reads them in
//! one call. They are changed without the network, for as long as it takes, and [`Planner::save`] sends the least.
//!
//! ```
//! # use msgraph_emulator::{Emulator, Seed};
//! # use msgraph_tasks::prelude::*;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::seeded(&Seed::demo())?;
//! # let sign_in = |user: &str| Client::builder(StaticToken::new(user)).transport(emulator.clone()).build();
//! # let client = sign_in("adele")?;
//! # let (planner, todo) = (Planner::new(client.clone()), Todo::new(client));
//! # let plan = planner.plan_named("Launch 2.0").await?;
//! # let id = planner.task_named(&plan, "Book the venue").await?;
//! let mut whole = planner.whole_task(&id).await?;
//!
//! whole.task.start();
//! whole.details.description = Some("For two hundred people.".to_owned());
//! let item = whole.details.add_item(&planner.client().new_guid(), "Ask for the price");
//! whole.details.tick_item(&item, true);
//!
//! let saved = planner.save(&mut whole, OnConflict::Fail).await?;
//! assert_eq!(saved.parts.len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! # Plain words
//!
//! The traits of [`words`] say what people do with an object that was read; methods of [`Planner`] with the same names do it in
//! one call.
//!
//! ```
//! # use msgraph_emulator::{Emulator, Seed};
//! # use msgraph_tasks::prelude::*;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::seeded(&Seed::demo())?;
//! # let sign_in = |user: &str| Client::builder(StaticToken::new(user)).transport(emulator.clone()).build();
//! # let client = sign_in("adele")?;
//! # let (planner, todo) = (Planner::new(client.clone()), Todo::new(client));
//! use msgraph_tasks::{jiff::civil::date, model::PlannerTask};
//!
//! # let plan = planner.plan_named("Launch 2.0").await?;
//! # let task = planner.task_named(&plan, "Order badges").await?;
//! let bruno = planner.user_named("bruno@contoso.example").await?;
//! let chika = planner.user_named("chika@contoso.example").await?;
//! planner.edit(&task, |task: &mut PlannerTask| {
//!     task.assign(&bruno);
//!     task.assign(&chika);
//!     task.due_on(date(2026, 3, 2));
//! }).await?;
//! planner.unassign(&task, &bruno).await?;
//! planner.apply_label(&task, "blocking").await?;
//! let done = planner.complete(&task).await?;
//! assert_eq!(done.value.assignees(), [&chika]);
//! # Ok(())
//! # }
//! ```
//!
//! # Order and boards
//!
//! Where a card stands in its column is a hint in an object of its own, made of those of its neighbours.
//! [`Planner::move_in_bucket`] moves one card; a list that a user sorts is an [`Arrangement`](order::Arrangement).
//! [`Planner::plan_objects`] reads a plan for all its boards.
//!
//! ```
//! # use msgraph_emulator::{Emulator, Seed};
//! # use msgraph_tasks::prelude::*;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::seeded(&Seed::demo())?;
//! # let sign_in = |user: &str| Client::builder(StaticToken::new(user)).transport(emulator.clone()).build();
//! # let client = sign_in("adele")?;
//! # let (planner, todo) = (Planner::new(client.clone()), Todo::new(client));
//! # let plan = planner.plan_named("Launch 2.0").await?;
//! # let task = planner.task_named(&plan, "Order badges").await?;
//! let moved = planner.move_in_bucket(&task, Place::First).await?;
//! assert!(moved.is_complete());
//!
//! let plan = planner.plan_objects(&plan).await?;
//! let board = plan.objects().by_bucket();
//! assert_eq!(board.columns[0].title, "To do");
//! assert_eq!(board.columns[0].tasks[0].title.as_deref(), Some("Order badges"));
//! # Ok(())
//! # }
//! ```
//!
//! # Days
//!
//! [`Due`](board::Due) says when a task is due as somebody in a zone sees it, for tasks of both services.
//!
//! ```
//! # use msgraph_emulator::{Emulator, Seed};
//! # use msgraph_tasks::prelude::*;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::seeded(&Seed::demo())?;
//! # let sign_in = |user: &str| Client::builder(StaticToken::new(user)).transport(emulator.clone()).build();
//! # let client = sign_in("adele")?;
//! # let (planner, todo) = (Planner::new(client.clone()), Todo::new(client));
//! use std::time::SystemTime;
//! use msgraph_tasks::board::Due;
//!
//! let home = Zone::named("Europe/Berlin")?;
//! let now = SystemTime::now();
//! let today = home.day(now);
//!
//! let tasks = planner.client().pages(v1::me().planner().tasks().list()).collect(1_000).await?;
//! for task in tasks.iter().filter(|task| Due::in_zone(task, now, &home).is_this_week(today)) {
//!     println!("in Planner: {:?}", task.title);
//! }
//! let errands = todo.list_named("Errands").await?;
//! for one in todo.whole_list(errands.id().ok_or("a list has an id")?).await?.tasks {
//!     let due = one.task.due(&home)?.map(|due| due.date());
//!     if Due::on(due, today).is_this_week(today) {
//!         println!("in To Do: {:?}", one.task.title);
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # To Do: dates and what recurs
//!
//! A due date is a day where somebody lives, and a reminder an instant. Both are said with a [`Zone`](todo::Zone), by the name of
//! Windows or of the IANA.
//!
//! ```
//! # use msgraph_emulator::{Emulator, Seed};
//! # use msgraph_tasks::prelude::*;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::seeded(&Seed::demo())?;
//! # let sign_in = |user: &str| Client::builder(StaticToken::new(user)).transport(emulator.clone()).build();
//! # let client = sign_in("adele")?;
//! # let (planner, todo) = (Planner::new(client.clone()), Todo::new(client));
//! use msgraph_tasks::{jiff::civil::{Weekday, date}, model::TodoTaskCreate};
//!
//! let home = Zone::named("Europe/Berlin")?;
//! let weekly = Recurrence::weekly(1, [Weekday::Monday]).starting(date(2026, 3, 2)).in_zone(&home);
//! let new = TodoTaskCreate::new("Water the plants")
//!     .due_on(&DueDate::new(date(2026, 3, 2), &home))
//!     .remind_at(&Reminder::parse("2026-03-02T08:30", &home)?)
//!     .repeat(&weekly)?;
//!
//! let list = todo.list_named("Errands").await?;
//! let list = list.id().ok_or("a list has an id")?;
//! let task = todo.client().send(v1::me().todo().list(list).tasks().create(new)).await?;
//! assert_eq!(task.due(&home)?.map(|due| due.date()), Some(date(2026, 3, 2)));
//!
//! let id = task.id().ok_or("a task has an id")?;
//! let later = DueDate::new(date(2026, 3, 9), &home);
//! let edited = todo.edit(list, id, |task| { task.due_on(&later); }).await?;
//! assert_eq!(edited.value.due(&home)?, Some(later));
//! # Ok(())
//! # }
//! ```
//!
//! # Plans as documents
//!
//! A plan is exported into one value, which is a file, and imported anywhere. An import that failed goes on with the same
//! [`JournalStore`](document::JournalStore), and creates nothing twice.
//!
//! ```
//! # use msgraph_emulator::{Emulator, Seed};
//! # use msgraph_tasks::prelude::*;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::seeded(&Seed::demo())?;
//! # let sign_in = |user: &str| Client::builder(StaticToken::new(user)).transport(emulator.clone()).build();
//! # let client = sign_in("adele")?;
//! # let (planner, todo) = (Planner::new(client.clone()), Todo::new(client));
//! use msgraph_tasks::document::{ImportOptions, PlanDocument, UserMap};
//!
//! # let plan = planner.plan_named("Launch 2.0").await?;
//! let file = planner.export(&plan).await?.to_json();
//!
//! let document = PlanDocument::parse(&file)?;
//! let group = planner.group_named("Product launch").await?;
//! let copy = planner.import(&document, &group, ImportOptions::new().users(UserMap::same())).await?;
//! assert!(document.diff(&planner.export(&copy).await?).is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # Without a tenant
//!
//! `msgraph-emulator` is an offline Graph for tests: `Client::builder(token).transport(Emulator::new())`. All examples here run
//! on it. It refuses and conflicts as the service does.
//!
//! ```
//! # use msgraph_emulator::{Emulator, Seed};
//! # use msgraph_tasks::prelude::*;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::seeded(&Seed::demo())?;
//! # let sign_in = |user: &str| Client::builder(StaticToken::new(user)).transport(emulator.clone()).build();
//! # let client = sign_in("adele")?;
//! # let (planner, todo) = (Planner::new(client.clone()), Todo::new(client));
//! use msgraph_tasks::model::PlannerTask;
//!
//! let error = planner.edit(&Id::new("gone"), PlannerTask::complete).await.unwrap_err();
//! assert!(error.client().is_some_and(|error| error.service().is_some()));
//! println!("{error}");
//! # Ok(())
//! # }
//! ```
//!
//! # What an error tells
//!
//! [`Error`] says what kind of thing went wrong, and shown, what to do. What the service said is in [`Error::client`]:
//!
//! | question | answer |
//! | --- | --- |
//! | what did the service say? | [`service`](client::Error::service): status, code, message |
//! | is it gone? | [`is_not_found`](client::Error::is_not_found) |
//! | was it carried out all the same? | [`may_be_carried_out`](client::Error::may_be_carried_out) |
//! | a limit of Planner's? | [`planner_limit`](client::Error::planner_limit) |
//! | the probable cause? | [`hint`](client::Error::hint) |
//! | what to tell the support? | [`request_id`](client::Error::request_id) |
//!
//! `docs/pains.md` says which call spares which of the troubles that people have with these services.

pub mod board;
mod containers;
pub mod document;
pub mod edit;
mod error;
pub mod names;
mod near;
pub mod order;
mod planner;
pub mod prelude;
pub mod todo;
pub mod whole;
pub mod words;

pub use jiff;
pub use msgraph_client::{self as client, Client, StaticToken};
pub use msgraph_core::{self as core, Category, DateTimeOffset, ETag, Guid, Id, OrderHint, Versioned};
pub use msgraph_model as model;
#[cfg(feature = "beta")]
pub use msgraph_request::beta;
pub use msgraph_request::v1;

pub use self::{containers::Container, error::Error, planner::Planner, todo::Todo};
