//! Plain words for what people do: by names, in one call each.
//!
//! `cargo run --package msgraph-tasks --example words`

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;

use msgraph_emulator::{Emulator, Seed};
use msgraph_tasks::{
    Client, Planner, StaticToken,
    core::Category,
    model::{PlannerPlanDetails, PlannerTaskCreate},
    order::Place,
    v1,
    words::{ChecklistWords as _, PlanWords as _, TaskWords as _},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let graph = Emulator::seeded(&Seed::demo())?;
    let token = StaticToken::new("adele@contoso.example");
    let planner = Planner::new(Client::builder(token).transport(graph).build()?);

    let plan = planner.plan_named("Launch 2.0").await?;
    let bruno = planner.user_named("bruno@contoso.example").await?;
    let chika = planner.user_named("chika@contoso.example").await?;
    let new = PlannerTaskCreate::new(&plan, "Print the leaflets");
    let task = planner.client().send(v1::planner().tasks().create(new)).await?;
    let task = task.id().ok_or("a task has an id")?.clone();

    planner.assign(&task, &bruno).await?;
    let now = planner.replace_assignees(&task, std::slice::from_ref(&chika)).await?;
    println!("assigned to {} user", now.value.assignees().len());

    for title in ["Choose a printer", "Write the text", "Order"] {
        planner.add_item(&task, title).await?;
    }
    let details = planner.whole_task(&task).await?.details;
    let items: Vec<_> = details
        .checklist_items()
        .into_iter()
        .map(|(id, _)| id.clone())
        .collect();
    let [printer, text, _] = items.as_slice() else {
        return Err("three items were added".into());
    };
    planner.move_item(&task, text, Place::First).await?;
    let now = planner.tick_item(&task, printer, true).await?;
    for (_, item) in now.value.checklist_items() {
        println!("- {}", item.title.as_deref().unwrap_or_default());
    }

    let label = Category::new(3).ok_or("there are 25 labels")?;
    planner
        .edit(&plan, |details: &mut PlannerPlanDetails| {
            details.name_label(&label, "Print");
        })
        .await?;
    planner.apply_label(&task, "print").await?;
    planner.share(&plan, &chika).await?;
    planner.complete(&task).await?;

    // A name that stands for nothing says what there is.
    if let Err(error) = planner.bucket_named(&plan, "Someday").await {
        println!("{error}");
    }
    Ok(())
}
