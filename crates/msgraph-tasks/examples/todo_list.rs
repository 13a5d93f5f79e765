//! Lists of To Do: by name, as a whole, and with files.
//!
//! `cargo run -p msgraph-tasks --example todo_list` runs it on an emulator.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use msgraph_emulator::{Emulator, Seed};
use msgraph_tasks::{
    Client, StaticToken, Todo,
    model::TodoTaskUpdate,
    todo::{TodoDates as _, TodoWords as _, Zone},
    v1,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // In an app: `Client::new(credential)`.
    let client = Client::builder(StaticToken::new("adele@contoso.example"));
    let todo = Todo::new(client.transport(Emulator::seeded(&Seed::demo())?).build()?);

    // A list is found by its name; where none has it, the error tells those that are like it.
    if let Err(error) = todo.list_named("Erands").await {
        println!("{error}");
    }
    let list = todo.list_named("Errands").await?;
    let list = list.id().ok_or("a list has an id")?;

    // All tasks, with their steps and links, in two calls.
    let home = Zone::named("Europe/Berlin")?;
    let whole = todo.whole_list(list).await?;
    println!("{}:", whole.list.display_name.as_deref().unwrap_or("(unnamed)"));
    for one in &whole.tasks {
        let mark = if one.task.is_completed() { 'x' } else { ' ' };
        print!("[{mark}] {}", one.task.title.as_deref().unwrap_or("(untitled)"));
        match one.task.due(&home)? {
            Some(due) => println!(", due {}", due.date()),
            None => println!(),
        }
        for step in one.steps() {
            println!("    - {}", step.display_name.as_deref().unwrap_or("(unnamed)"));
        }
    }

    // A file goes to the first of them, and comes back.
    let task = whole
        .tasks
        .first()
        .and_then(|one| one.task.id())
        .ok_or("a list with a task")?;
    let file = b"milk, bread";
    todo.attach(list, task, "shopping.txt", &file[..], file.len() as u64)
        .await?;
    let mut content = Vec::new();
    todo.download(list, task, "shopping.txt", &mut content).await?;
    println!("shopping.txt: {}", String::from_utf8_lossy(&content));

    // Done.
    let update = TodoTaskUpdate::new().complete();
    let done = todo
        .client()
        .send(v1::me().todo().list(list).task(task).update(update))
        .await?;
    println!(
        "{} is done: {}",
        done.title.as_deref().unwrap_or("(untitled)"),
        done.is_completed()
    );
    Ok(())
}
