//! Two people change one task at the same time, and neither change is lost.
//!
//! `cargo run --package msgraph-tasks --example edit`

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;

use msgraph_emulator::{Emulator, Seed};
use msgraph_tasks::{
    Client, Planner, StaticToken, core::merge::Side, edit::OnConflict, model::PlannerTask, v1, words::TaskWords as _,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // With a tenant, a client has a credential and no transport; everything below is the same.
    let graph = Emulator::seeded(&Seed::demo())?;
    let sign_in = |user: &str| {
        let token = StaticToken::new(format!("{user}@contoso.example"));
        Client::builder(token)
            .transport(graph.clone())
            .build()
            .map(Planner::new)
    };
    let (adele, bruno) = (sign_in("adele")?, sign_in("bruno")?);

    let plan = adele.plan_named("Launch 2.0").await?;
    let tasks = adele.client().send(v1::planner().plan(&plan).tasks().list()).await?;
    let id = tasks
        .value
        .first()
        .and_then(|task| task.id())
        .ok_or("the plan is empty")?;

    // An edit reads, lets a closure change what was read, and sends what is different.
    let edited = adele
        .edit(id, |task: &mut PlannerTask| task.title = Some("Ship it".to_owned()))
        .await?;
    println!("renamed to {:?}, sent: {}", edited.value.title, edited.is_changed);

    // What is so already is not sent.
    let again = adele
        .edit(id, |task: &mut PlannerTask| task.title = Some("Ship it".to_owned()))
        .await?;
    println!("once more, sent: {}", again.is_changed);

    // Bruno changes something else: no ETag, no conflict, nothing to do.
    bruno.edit(id, PlannerTask::complete).await?;
    let priority = adele.edit(id, |task: &mut PlannerTask| task.priority = Some(1)).await?;
    println!(
        "{}% complete, priority {:?}",
        priority.value.percent_complete.unwrap_or_default(),
        priority.value.priority
    );

    // Where both change one field to something else, a policy decides, and the report names it.
    let mut whole = adele.whole_task(id).await?;
    bruno
        .edit(id, |task: &mut PlannerTask| task.title = Some("Ship it now".to_owned()))
        .await?;
    whole.task.title = Some("Ship it soon".to_owned());
    let policy = OnConflict::ask(|conflict| {
        println!(
            "{}: {:?} here, {:?} there",
            conflict.field, conflict.mine, conflict.theirs
        );
        Side::Theirs
    });
    let saved = adele.save(&mut whole, policy).await?;
    println!("it is {:?}, {} conflict settled", whole.task.title, saved.settled.len());
    Ok(())
}
