//! A minute with Planner and To Do, on a service of this machine: `cargo xtask demo`.
#![expect(clippy::print_stdout, reason = "this is what a demonstration is for")]

use std::{collections::BTreeMap, error::Error};

use msgraph_client::{Client, StaticToken};
use msgraph_core::{Change, Id, OrderHint, Versioned};
use msgraph_emulator::{Emulator, Expiry, Seed};
use msgraph_model::{
    PlannerDelta, PlannerPlan, PlannerTask, PlannerTaskCreate, PlannerTaskUpdate, TaskStatus, TodoTaskCreate,
    TodoTaskListCreate, TodoTaskUpdate, User,
};
use msgraph_request::{beta, v1};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What was shown, in the order in which it was.
#[derive(Default)]
struct Shown(Vec<String>);

impl Shown {
    fn add(&mut self, what: impl Into<String>) {
        self.0.push(what.into());
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let emulator = Emulator::seeded(&Seed::demo())?;
    let adele = client(&emulator, "adele")?;
    let bruno = client(&emulator, "bruno")?;
    let mut shown = Shown::default();

    title("The plans of Adele");
    let plan = list_plans(&adele, &mut shown).await?;
    // The feed begins before anything is changed, so that nothing is missed.
    let feed = adele.start_delta(beta::me().planner().all().delta()).await?;

    title("A task, created and edited");
    let task = create_and_edit(&adele, &plan, &mut shown).await?;

    title("Two people, one task");
    mend_a_conflict(&adele, &bruno, task, &mut shown).await?;

    title("What changed in the meantime");
    let (changes, link) = adele.resume_delta(&feed).collect(1_000).await?;
    for change in &changes {
        println!("  {}", told(change));
    }
    shown.add(format!("{} changes followed", changes.len()));

    title("A link that has expired");
    emulator.expire_links(Expiry::Generation);
    match adele.resume_delta(&link).collect(1_000).await {
        Err(error) if error.is_resync_required() => println!("  refused: {error}"),
        other => return Err(format!("the link was good: {other:?}").into()),
    }
    let feed = adele.start_delta(beta::me().planner().all().delta()).await?;
    let tasks = adele
        .pages(v1::planner().plan(&plan).tasks().list())
        .collect(1_000)
        .await?;
    let (changes, _) = adele.resume_delta(&feed).collect(1_000).await?;
    println!(
        "  began again: {} tasks read, {} changes since",
        tasks.len(),
        changes.len()
    );
    shown.add("1 expired link survived");

    title("To Do, for Adele alone");
    follow_a_list(&adele, &mut shown).await?;

    println!("\nshown: {}", shown.0.join(", "));
    Ok(())
}

fn client(emulator: &Emulator, user: &str) -> Result<Client> {
    let builder = Client::builder(StaticToken::new(format!("{user}@contoso.example")));
    Ok(builder.transport(emulator.clone()).build()?)
}

fn title(text: &str) {
    println!("\n{text}");
}

fn named(name: Option<&str>) -> &str {
    name.unwrap_or("(untitled)")
}

async fn list_plans(client: &Client, shown: &mut Shown) -> Result<Id<PlannerPlan>> {
    let plans = client.pages(v1::me().planner().plans().list()).collect(100).await?;
    for plan in &plans {
        let id = plan.id().ok_or("the plan has no id")?;
        println!("  {}", named(plan.title.as_deref()));
        let mut buckets = client
            .pages(v1::planner().plan(id).buckets().list())
            .collect(100)
            .await?;
        buckets.sort_by(|one, other| one.order_hint.cmp(&other.order_hint));
        let mut tasks = client
            .pages(v1::planner().plan(id).tasks().list())
            .collect(1_000)
            .await?;
        tasks.sort_by(|one, other| one.order_hint.cmp(&other.order_hint));
        let mut columns: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for task in &tasks {
            columns
                .entry(task.bucket_id.clone())
                .or_default()
                .push(named(task.title.as_deref()));
        }
        for bucket in &buckets {
            let titles = columns.get(&bucket.id().cloned()).map(|titles| titles.join(", "));
            println!("    {}: {}", named(bucket.name.as_deref()), titles.unwrap_or_default());
        }
        shown.add(format!("{} tasks listed", tasks.len()));
    }
    let first = plans.first().and_then(|plan| plan.id().cloned());
    Ok(first.ok_or("there is no plan")?)
}

async fn create_and_edit(client: &Client, plan: &Id<PlannerPlan>, shown: &mut Shown) -> Result<Versioned<PlannerTask>> {
    let task = PlannerTaskCreate::new(plan, "Write the release notes");
    let task = client.send(v1::planner().tasks().create(task)).await?;
    println!("  created: {}, {:?}", named(task.title.as_deref()), task.etag());
    let me: Id<User> = Id::new(user_id(client).await?);
    let edit = PlannerTaskUpdate::new()
        .percent_complete(50)
        .assign(&me, OrderHint::first());
    let task = client.send(v1::planner().update(&task, edit)).await?;
    println!("  assigned, and half done: {:?}", task.etag());
    shown.add("1 task created and edited");
    Ok(task)
}

async fn user_id(client: &Client) -> Result<String> {
    use msgraph_core::{
        Request,
        request::{Method, V1},
    };
    let me = client.send(Request::raw::<V1>(Method::Get, "/me")).await?;
    let me: serde_json::Value = me.decode()?;
    Ok(me
        .get("id")
        .and_then(serde_json::Value::as_str)
        .ok_or("nobody is signed in")?
        .to_owned())
}

/// Bruno and Adele rename the same task, from the same version.
async fn mend_a_conflict(
    client: &Client,
    other: &Client,
    task: Versioned<PlannerTask>,
    shown: &mut Shown,
) -> Result<()> {
    let id = task.id().ok_or("the task has no id")?;
    let theirs = other.send(v1::planner().task(id).get()).await?;
    let renamed = PlannerTaskUpdate::new().title("Write release notes for 2.0");
    other.send(v1::planner().update(&theirs, renamed)).await?;
    println!("  Bruno renames it");
    let mine = || PlannerTaskUpdate::new().title("Write the release notes, in two languages");
    match client.send(v1::planner().update(&task, mine())).await {
        Err(error) if error.is_conflict() => println!("  Adele, too, from the version before: {error}"),
        other => return Err(format!("the edit was accepted: {other:?}").into()),
    }
    let now = client.send(v1::planner().task(id).get()).await?;
    println!("  she reads what there is: {}", named(now.title.as_deref()));
    let mended = client.send(v1::planner().update(&now, mine())).await?;
    println!("  and sends it with that version: {}", named(mended.title.as_deref()));
    // An ETag of another object is no ETag at all.
    let details = client.send(v1::planner().task(id).details().get()).await?;
    let wrong = msgraph_core::ETag::new(mended.etag().map(|etag| etag.as_str().to_owned()).unwrap_or_default());
    let edit = msgraph_model::PlannerTaskDetailsUpdate::new().description("For everybody who upgrades.");
    match client
        .send(v1::planner().task(id).details().update(&wrong, edit.clone()))
        .await
    {
        Err(error) if error.is_precondition_failed() => println!("  the details with the ETag of the task: {error}"),
        other => return Err(format!("the ETag was accepted: {other:?}").into()),
    }
    let right = details.etag().ok_or("the details have no ETag")?;
    client
        .send(v1::planner().task(id).details().update(right, edit))
        .await?;
    println!("  the details with their own: done");
    shown.add("1 conflict and 1 wrong ETag mended");
    Ok(())
}

fn told(change: &Change<PlannerDelta>) -> String {
    match change {
        Change::Present(PlannerDelta::PlannerTask(task)) => match (&task.title, &task.created_by) {
            (Some(title), Some(_)) => format!("a new task: {title}"),
            (Some(title), None) => format!("a task is called {title} now"),
            (None, _) => format!("a task has another {}", properties(&**task)),
        },
        Change::Present(PlannerDelta::PlannerTaskDetails(details)) => {
            let text = details.description.as_deref().filter(|text| !text.is_empty());
            format!("details of a task: {}", text.unwrap_or("(no description)"))
        }
        Change::Present(PlannerDelta::PlannerBucket(bucket)) => format!("bucket: {}", named(bucket.name.as_deref())),
        Change::Present(PlannerDelta::PlannerPlan(plan)) => format!("plan: {}", named(plan.title.as_deref())),
        Change::Present(_) => "where a task stands on a board".to_owned(),
        Change::Removed(_) => "something is gone".to_owned(),
    }
}

/// The properties that a change tells.
fn properties(object: &impl serde::Serialize) -> String {
    let object = serde_json::to_value(object).unwrap_or_default();
    let names = object.as_object().into_iter().flat_map(|object| object.keys());
    let names = names.filter(|name| !name.starts_with('@') && *name != "id");
    names.cloned().collect::<Vec<_>>().join(", ")
}

async fn follow_a_list(client: &Client, shown: &mut Shown) -> Result<()> {
    let list = client
        .send(v1::me().todo().lists().create(TodoTaskListCreate::new("Groceries")))
        .await?;
    let list = list.id().ok_or("the list has no id")?.clone();
    let tasks = || v1::me().todo().list(&list).tasks();
    let milk = client.send(tasks().create(TodoTaskCreate::new("Milk"))).await?;
    let (changes, link) = client.delta(tasks().delta()).collect(100).await?;
    println!("  the first round tells {} task", changes.len());
    let milk = milk.id().ok_or("the task has no id")?;
    let done = TodoTaskUpdate::new().status(TaskStatus::Completed);
    client.send(v1::me().todo().list(&list).task(milk).update(done)).await?;
    client.send(tasks().create(TodoTaskCreate::new("Bread"))).await?;
    let (changes, _) = client.resume_delta(&link).collect(100).await?;
    for change in &changes {
        if let Change::Present(task) = change {
            println!("  since then: {} {:?}", named(task.title.as_deref()), task.status);
        }
    }
    shown.add(format!("{} changes of a To Do list followed", changes.len()));
    Ok(())
}
