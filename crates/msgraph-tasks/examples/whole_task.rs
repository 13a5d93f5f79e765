//! One task with everything that belongs to it: read in one call, changed in place, saved in the fewest.
//!
//! `cargo run --package msgraph-tasks --example whole_task`

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;

use msgraph_emulator::{Emulator, Seed};
use msgraph_tasks::{
    Client, Planner, StaticToken,
    edit::OnConflict,
    v1,
    words::{ChecklistWords as _, ReferenceWords as _, TaskWords as _},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let graph = Emulator::seeded(&Seed::demo())?;
    let token = StaticToken::new("adele@contoso.example");
    let planner = Planner::new(Client::builder(token).transport(graph).build()?);

    let plan = planner.plan_named("Launch 2.0").await?;
    let tasks = planner.client().send(v1::planner().plan(&plan).tasks().list()).await?;
    let id = tasks
        .value
        .first()
        .and_then(|task| task.id())
        .ok_or("the plan is empty")?;

    // Task, details and three places on boards are five objects with five ETags, and one value here.
    let mut whole = planner.whole_task(id).await?;
    println!("{:?}: {:?}", whole.task.title, whole.details.description);

    let bruno = planner.user_named("bruno@contoso.example").await?;
    whole.task.assign(&bruno);
    whole.details.description = Some("See the checklist.".to_owned());
    let item = whole.details.add_item(&planner.client().new_guid(), "Ask the printer");
    whole.details.tick_item(&item, true);
    whole
        .details
        .add_reference("https://contoso.example/prices?year=2026#oak", "Prices");

    let saved = planner.save(&mut whole, OnConflict::Fail).await?;
    println!("saved: {:?}", saved.parts);
    for (_, item) in whole.details.checklist_items() {
        let tick = if item.is_checked == Some(true) { "x" } else { " " };
        println!("[{tick}] {}", item.title.as_deref().unwrap_or_default());
    }
    for (url, reference) in whole.details.reference_urls() {
        println!("{}: {url}", reference.alias.as_deref().unwrap_or_default());
    }
    println!(
        "saved again: {:?}",
        planner.save(&mut whole, OnConflict::Fail).await?.parts
    );
    Ok(())
}
