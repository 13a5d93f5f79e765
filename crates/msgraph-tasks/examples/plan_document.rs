//! A plan as a document: exported, looked at, imported with other people, interrupted, gone on with, and compared.
//!
//! Runs offline: `cargo run --package msgraph-tasks --example plan_document`
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::error::Error;

use msgraph_emulator::{Effect, Emulator, Fault, Match, Seed};
use msgraph_tasks::{
    Client, Id, Planner, StaticToken,
    document::{FileJournal, ImportOptions, PlanDocument, Unmapped, UserMap},
    v1,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // An offline Graph with a plan in it. An app has a client with its own credential here.
    let emulator = Emulator::seeded(&Seed::demo())?;
    let client = Client::builder(StaticToken::new("adele"))
        .transport(emulator.clone())
        .build()?;
    let planner = Planner::new(client.clone());

    // Export: one value, one file. It can be read by people, kept under version control, and edited.
    let plans = client.send(v1::me().planner().plans().list()).await?;
    let source = plans.value.first().ok_or("there is no plan")?;
    let source_id = source.id().ok_or("the plan has no id")?;
    let document = planner.export(source_id).await?;
    let file = document.to_json();
    println!("exported {} tasks, {} bytes", document.tasks.len(), file.len());

    // A file that cannot be used says so when it is read, with the place.
    let wrong = file.replacen("\"bucket\": \"b1\"", "\"bucket\": \"b9\"", 1);
    if let Err(error) = PlanDocument::parse(&wrong) {
        println!("refused: {error}");
    }

    // Who is who there: Adele's tasks go to Dana, and the other people are left out.
    let document = PlanDocument::parse(&file)?;
    let named = |name: &str| {
        let mut users = document.users.iter();
        users.find_map(|(key, user)| (user.display_name.as_deref() == Some(name)).then_some(key.clone()))
    };
    let adele = named("Adele Vance").ok_or("Adele has no task")?;
    let dana = user(&emulator, "Dana Levi").ok_or("Dana is not there")?;
    let users = UserMap::new().map(adele, &Id::new(dana)).unmapped(Unmapped::Drop);

    // A dry run: steps follow from the document, and nothing is sent.
    let steps = document.steps(&users)?;
    for step in steps.iter().take(4) {
        println!("would {step}");
    }
    println!("would do {} steps in all", steps.len());

    // An import that fails: the seventh task is created, and the answer is lost.
    emulator.put_fault(lost_answer(7));
    let folder = tempfile::tempdir()?;
    let journal = folder.path().join("launch.journal");
    let group = source
        .container
        .as_ref()
        .and_then(|container| container.container_id.clone());
    let group = Id::new(group.ok_or("the plan is in no group")?);
    let options = || {
        ImportOptions::new()
            .users(users.clone())
            .journal(FileJournal::new(&journal))
    };
    if let Err(error) = planner.import(&document, &group, options()).await {
        println!("stopped: {error}");
    }

    // The same call goes on. What was created is found, and not created again.
    let mut first = None;
    let told = options().on_progress(|progress| {
        first.get_or_insert((progress.done, progress.of));
    });
    let made = planner.import(&document, &group, told).await?;
    if let Some((done, of)) = first {
        println!("went on at step {done} of {of}");
    }

    // Compared: the same plan, but for the people.
    let there = planner.export(&made).await?;
    println!("{} tasks there", there.tasks.len());
    let diff = document.diff(&there);
    for difference in diff.iter().take(3) {
        println!("{difference}");
    }
    Ok(())
}

/// The id of a user, whom an app finds in the directory.
fn user(emulator: &Emulator, name: &str) -> Option<String> {
    let state = emulator.state();
    let users = state.get("user")?.as_object()?.values();
    let mut users = users.filter(|user| {
        user.pointer("/properties/displayName")
            .is_some_and(|known| known == name)
    });
    Some(users.next()?.get("id")?.as_str()?.to_owned())
}

fn lost_answer(nth: u64) -> Fault {
    let matching = Match {
        method: Some("POST".to_owned()),
        path: Some("/planner/tasks".to_owned()),
        nth: Some(nth),
        ..Match::default()
    };
    Fault {
        name: "lost answer".to_owned(),
        matching,
        effect: Effect::ApplyThenDrop,
        matched: 0,
        hits: 0,
    }
}
