//! How a plan is shown as boards.
//!
//! ```sh
//! cargo run --package msgraph-tasks --example board
//! ```
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::{error::Error, time::SystemTime};

use msgraph_emulator::{Emulator, Seed};
use msgraph_tasks::{Client, Planner, StaticToken, board::Board, core::DateTimeOffset, v1};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // An offline Planner. With `Client::new(credential)` it is the real one.
    let emulator = Emulator::seeded(&Seed::demo())?;
    let client = Client::builder(StaticToken::new("adele@contoso.example")).transport(emulator);
    let planner = Planner::new(client.build()?);
    let plans = planner.client().send(v1::me().planner().plans().list()).await?;
    let plan = plans
        .value
        .first()
        .and_then(|plan| plan.id())
        .ok_or("there is no plan")?;

    // Everything is read once; `plan_objects_with` reads only what one board needs.
    let read = planner.plan_objects(plan).await?;
    // Planner knows users by their ids. Their names come from the directory, or from what the app knows.
    let mine = planner.client().send(v1::me().planner().tasks().list()).await?;
    let me = mine
        .value
        .iter()
        .find_map(|task| task.assignments.as_ref()?.keys().next());
    let objects = read.objects().users(me.map(|id| (id, "Adele")));

    // Then every board is made without another call.
    print("By bucket", &objects.by_bucket());
    print("By progress", &objects.by_progress());
    print("By assignee", &objects.by_assignee());
    print("By label", &objects.by_label());
    let now = SystemTime::try_from(&DateTimeOffset::new("2026-01-22T09:00:00Z"))?;
    print("By due date", &objects.by_due_date(now));
    println!("As a list: {} tasks", objects.list().len());
    Ok(())
}

fn print(name: &str, board: &Board<'_>) {
    println!("{name}");
    for column in &board.columns {
        let (active, completed) = (column.active().count(), column.completed().count());
        let first = column.tasks.first().and_then(|task| task.title.as_deref());
        println!(
            "  {}: {active} to do, {completed} done; on top: {}",
            column.title,
            first.unwrap_or("nothing")
        );
    }
}
