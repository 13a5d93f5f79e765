//! Dates of To Do: a day where somebody lives, an instant to be reminded at, and what recurs.
//!
//! `cargo run -p msgraph-tasks --example todo_dates` runs it on an emulator.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use jiff::civil::{Weekday, date};
use msgraph_emulator::Emulator;
use msgraph_tasks::{
    Client, StaticToken, Todo,
    model::TodoTaskCreate,
    todo::{DueDate, Recurrence, Reminder, TodoDates as _, TodoWords as _, Zone},
    v1,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // In an app: `Client::new(credential)`.
    let client = Client::builder(StaticToken::new("adele@contoso.example"));
    let todo = Todo::new(client.transport(Emulator::new()).build()?);

    // A zone has two names, and is found by either. A slip is told before anything is sent.
    let home = Zone::named("W. Europe Standard Time")?;
    println!("{} is {} to Windows", home.iana(), home.name());
    if let Err(error) = Zone::named("Europe/Berln") {
        println!("{error}");
    }

    // A due date is a day, a reminder an instant, and both are said as a clock at home shows them.
    let due = DueDate::new(date(2026, 3, 30), &home);
    let reminder = Reminder::parse("2026-03-30T08:30", &home)?;
    let weekly = Recurrence::weekly(2, [Weekday::Monday, Weekday::Thursday])
        .starting(due.date())
        .until(date(2026, 6, 30))
        .in_zone(&home);
    let task = TodoTaskCreate::new("Water the plants")
        .due_on(&due)
        .remind_at(&reminder)
        .repeat(&weekly)?;

    // The service keeps the day as an instant in UTC, which falls on the day before. Read at home, it is the day that was
    // meant.
    let list = todo.default_list().await?;
    let list = list.id().ok_or("a list has an id")?;
    let task = todo
        .client()
        .send(v1::me().todo().list(list).tasks().create(task))
        .await?;
    if let Some(written) = &task.due_date_time {
        println!(
            "the service writes {:?}",
            written.date_time.as_deref().unwrap_or_default()
        );
    }
    if let (Some(due), Some(reminder), Some(recurrence)) = (task.due(&home)?, task.reminder(&home)?, task.recurs()?) {
        println!("due {due}, reminded {reminder}, {recurrence}");
        println!("then on {:?}", recurrence.next_after(due.date()));
    }
    Ok(())
}
