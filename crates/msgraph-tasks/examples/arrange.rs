//! How a list is brought into the order that the user wants.
//!
//! ```sh
//! cargo run --package msgraph-tasks --example arrange
//! ```
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;

use msgraph_emulator::{Emulator, Seed};
use msgraph_tasks::{
    Client, Planner, StaticToken,
    board::BoardFormat,
    order::{Arrangement, BucketColumn, Buckets, Sequence as _},
    v1,
};

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

    // A list begins in the order that the service has. The board by bucket has its own order, which stands in the formats.
    let mut objects = planner.plan_objects_with(plan, &[BoardFormat::Bucket]).await?;
    let board = objects.objects().by_bucket();
    let column = board.columns.first().ok_or("there is no bucket")?;
    let tasks: Vec<_> = column.tasks.iter().filter_map(|task| task.id()).collect();
    let formats = objects.bucket_formats.iter();
    let formats = formats.filter(|format| format.id().is_some_and(|id| tasks.contains(&id)));
    let mut order = BucketColumn.arrangement(formats);
    println!("{} has {} tasks", column.title, order.len());

    // The user drags, and sees the list as it was left, whatever the service knows of it.
    let dragged: Vec<_> = order.keys().cloned().collect();
    if let [first, second, .., last] = dragged.as_slice() {
        order.move_first(last);
        order.move_after(first, second);
    }
    for change in order.changes() {
        println!("to be sent: {} with {:?}", change.key, change.hint.as_str());
    }

    // One call for up to twenty tasks. Each has an outcome of its own.
    let report = planner
        .arrange(&BucketColumn, &mut objects.bucket_formats, &mut order)
        .await;
    println!("moved: {}, stale: {}", report.moved().count(), report.stale().count());
    for id in order.keys() {
        let task = objects.tasks.iter().find(|task| task.id() == Some(id));
        println!(
            "  {}",
            task.and_then(|task| task.title.as_deref()).unwrap_or("(untitled)")
        );
    }

    // The same with buckets, which hold their hints themselves, and with an order that is given as a whole.
    let mut order: Arrangement<_> = Buckets.arrangement(&objects.buckets);
    let turned: Vec<_> = order.keys().rev().cloned().collect();
    order.set_order(&turned);
    let report = planner.arrange(&Buckets, &mut objects.buckets, &mut order).await;
    if !report.is_complete() {
        // What is stale is read again and settled; the next call sends what is left.
        println!("{} buckets are to be read again", report.stale().count());
    }
    let names = objects.objects().by_bucket();
    let names: Vec<_> = names.columns.iter().map(|column| &*column.title).collect();
    println!("from left to right: {}", names.join(", "));
    Ok(())
}
