//! Two writers of one task, in many histories: nothing that one of them did is lost, and what they did to different fields never
//! conflicts.
//!
//! `MSGRAPH_HISTORIES=10000` runs as many; the output of the test has the figures.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and this one shows its figures"
)]

mod support;

use std::{collections::BTreeSet, env, fmt};

use fastrand::Rng;
use msgraph_emulator::Emulator;
use msgraph_tasks::{
    Error, Id, Planner,
    core::{Category, DateTimeOffset, Guid},
    edit::{Editable, OnConflict},
    model::{PlannerTask, PlannerTaskDetails, User},
    words::{ChecklistWords as _, ReferenceWords as _, TaskWords as _},
};
use support::{Interrupted, client};

/// Something that a writer does to one field.
#[derive(Debug, Clone, PartialEq)]
enum Act {
    Title(String),
    Progress(i32),
    Priority(i32),
    Due(Option<String>),
    Assign(usize),
    Unassign(usize),
    Label(u8, bool),
    Describe(String),
    AddItem(u8, String),
    Tick(usize, bool),
    Rename(usize, String),
    Refer(u8, String),
    Forget(u8),
}

/// What a history is about: a task or its details, and whom it can be assigned to.
struct World {
    users: Vec<Id<User>>,
    items: Vec<Id<msgraph_tasks::model::PlannerChecklistItem>>,
}

impl Act {
    fn draw(rng: &mut Rng, of_details: bool) -> Self {
        let word = |rng: &mut Rng| format!("{:04x}", rng.u16(..));
        if of_details {
            return match rng.u8(0..6) {
                0 => Self::Describe(word(rng)),
                1 => Self::AddItem(rng.u8(0..200), word(rng)),
                2 => Self::Tick(rng.usize(0..4), rng.bool()),
                3 => Self::Rename(rng.usize(0..4), word(rng)),
                4 => Self::Refer(rng.u8(0..4), word(rng)),
                _ => Self::Forget(rng.u8(0..4)),
            };
        }
        match rng.u8(0..7) {
            0 => Self::Title(word(rng)),
            1 => Self::Progress([0, 50, 100][rng.usize(0..3)]),
            2 => Self::Priority([1, 3, 5, 9][rng.usize(0..4)]),
            3 => Self::Due(rng.bool().then(|| format!("2026-03-{:02}T10:00:00Z", rng.u8(1..29)))),
            4 => Self::Assign(rng.usize(0..3)),
            5 => Self::Unassign(rng.usize(0..3)),
            _ => Self::Label(rng.u8(1..6), rng.bool()),
        }
    }

    /// The field that it writes. Two acts of one field are not disjoint.
    fn field(&self) -> String {
        match self {
            Self::Title(_) => "title".to_owned(),
            Self::Progress(_) => "percentComplete".to_owned(),
            Self::Priority(_) => "priority".to_owned(),
            Self::Due(_) => "dueDateTime".to_owned(),
            Self::Assign(user) | Self::Unassign(user) => format!("assignments[{user}]"),
            Self::Label(label, _) => format!("appliedCategories[{label}]"),
            Self::Describe(_) => "description".to_owned(),
            Self::AddItem(item, _) => format!("checklist[new {item}]"),
            Self::Tick(item, _) => format!("checklist[{item}].isChecked"),
            Self::Rename(item, _) => format!("checklist[{item}].title"),
            Self::Refer(url, _) | Self::Forget(url) => format!("references[{url}]"),
        }
    }

    fn to_task(&self, task: &mut PlannerTask, world: &World) {
        match self {
            Self::Title(title) => task.title = Some(title.clone()),
            Self::Progress(percent) => task.percent_complete = Some(*percent),
            Self::Priority(priority) => task.priority = Some(*priority),
            Self::Due(date) => task.due_date_time = date.as_deref().map(DateTimeOffset::new),
            Self::Assign(user) => task.assign(&world.users[*user]),
            Self::Unassign(user) => task.unassign(&world.users[*user]),
            Self::Label(label, true) => task.apply_label(&Category::new(*label).unwrap()),
            Self::Label(label, false) => task.remove_label(&Category::new(*label).unwrap()),
            _ => unreachable!("an act on details"),
        }
    }

    fn to_details(&self, details: &mut PlannerTaskDetails, world: &World) {
        match self {
            Self::Describe(text) => details.description = Some(text.clone()),
            Self::AddItem(item, title) => {
                details.add_item(&guid(*item), title);
            }
            Self::Tick(item, is_checked) => {
                details.tick_item(&world.items[*item], *is_checked);
            }
            Self::Rename(item, title) => {
                details.rename_item(&world.items[*item], title);
            }
            Self::Refer(url, alias) => details.add_reference(&self::url(*url), alias),
            Self::Forget(url) => {
                details.remove_reference(&self::url(*url));
            }
            _ => unreachable!("an act on a task"),
        }
    }

    /// Whether a task shows what the act made of it.
    fn is_in_task(&self, task: &PlannerTask, world: &World) -> bool {
        match self {
            Self::Title(title) => task.title.as_ref() == Some(title),
            Self::Progress(percent) => task.percent_complete == Some(*percent),
            Self::Priority(priority) => task.priority == Some(*priority),
            Self::Due(date) => task.due_date_time.as_ref().map(DateTimeOffset::as_str) == date.as_deref(),
            Self::Assign(user) => task.assignees().contains(&&world.users[*user]),
            Self::Unassign(user) => !task.assignees().contains(&&world.users[*user]),
            Self::Label(label, is_on) => {
                let label = Category::new(*label).unwrap();
                task.applied_categories
                    .as_ref()
                    .is_some_and(|labels| labels.get(&label) == Some(&true))
                    == *is_on
            }
            _ => unreachable!("an act on details"),
        }
    }

    fn is_in_details(&self, details: &PlannerTaskDetails, world: &World) -> bool {
        let items = details.checklist_items();
        let item = |of: &str| items.iter().find(|(id, _)| id.as_str() == of).map(|(_, item)| *item);
        let alias = |of: u8| {
            let references = details.reference_urls();
            let found = references.into_iter().find(|(known, _)| *known == url(of));
            found.map(|(_, reference)| reference.alias.clone().unwrap_or_default())
        };
        match self {
            Self::Describe(text) => details.description.as_ref() == Some(text),
            Self::AddItem(of, title) => {
                item(&guid(*of).to_string()).is_some_and(|item| item.title.as_ref() == Some(title))
            }
            Self::Tick(of, is_checked) => item(world.items[*of].as_str()).unwrap().is_checked == Some(*is_checked),
            Self::Rename(of, title) => item(world.items[*of].as_str()).unwrap().title.as_ref() == Some(title),
            Self::Refer(of, name) => alias(*of).as_ref() == Some(name),
            Self::Forget(of) => alias(*of).is_none(),
            _ => unreachable!("an act on a task"),
        }
    }
}

fn guid(number: u8) -> Guid {
    Guid::new(format!("64b6036c-bf05-48eb-9ca3-f2629b1100{number:02x}"))
}

fn url(number: u8) -> String {
    format!("https://contoso.example/a%20b.docx?v=1.{number}#top@{number}")
}

/// The acts of a writer, each of a field of its own.
fn acts(rng: &mut Rng, of_details: bool, without: &BTreeSet<String>) -> Vec<Act> {
    let mut fields = BTreeSet::new();
    let mut acts = Vec::new();
    let wanted = rng.usize(1..4);
    while acts.len() < wanted {
        let act = Act::draw(rng, of_details);
        if !without.contains(&act.field()) && fields.insert(act.field()) {
            acts.push(act);
        }
    }
    acts
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Figures {
    histories: usize,
    disjoint: usize,
    conflicts: usize,
    disjoint_conflicts: usize,
    lost: usize,
}

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            histories,
            disjoint,
            conflicts,
            disjoint_conflicts,
            lost,
        } = self;
        write!(
            formatter,
            "histories {histories}, disjoint {disjoint}, conflicts {conflicts}, of the disjoint {disjoint_conflicts}, lost {lost}"
        )
    }
}

/// Whom the task can be assigned to, a checklist, and a reference.
async fn world(planner: &Planner, task: &Id<PlannerTask>) -> World {
    let mut world = World {
        users: Vec::new(),
        items: Vec::new(),
    };
    for name in ["adele", "bruno", "chika"] {
        world.users.push(support::user(planner, name).await);
    }
    let first = world.users[0].clone();
    planner
        .edit(task, |task: &mut PlannerTask| task.assign(&first))
        .await
        .unwrap();
    let items = &mut world.items;
    planner
        .edit(task, |details: &mut PlannerTaskDetails| {
            items.extend((200..204).map(|number| details.add_item(&guid(number), "item")));
            details.add_reference(&url(0), "first");
        })
        .await
        .unwrap();
    world
}

/// One history: Adele reads, Bruno edits once or twice, Adele writes.
async fn history(seed: u64, figures: &mut Figures) {
    let mut rng = Rng::with_seed(seed);
    let emulator = Emulator::new();
    let setup = support::planner(&emulator, "adele");
    let plan = support::plan(&setup).await;
    let task = support::task(&setup, &plan, "a").await.id().unwrap().clone();
    let world = world(&setup, &task).await;
    let of_details = rng.bool();
    let is_disjoint = rng.u8(0..100) < 65;
    let theirs = acts(&mut rng, of_details, &BTreeSet::new());
    let taken: BTreeSet<_> = theirs.iter().map(Act::field).collect();
    let none = BTreeSet::new();
    let mine = acts(&mut rng, of_details, if is_disjoint { &taken } else { &none });
    let is_disjoint = mine.iter().all(|act| !taken.contains(&act.field()));
    let policy = rng.u8(0..3);
    // What is so already is nobody's change.
    let before = setup.whole_task(&task).await.unwrap();
    let is_act = |act: &Act| {
        !if of_details {
            act.is_in_details(&before.details, &world)
        } else {
            act.is_in_task(&before.task, &world)
        }
    };
    let (theirs, mine): (Vec<_>, Vec<_>) = (
        theirs.into_iter().filter(is_act).collect(),
        mine.into_iter().filter(is_act).collect(),
    );
    let world = std::sync::Arc::new(world);
    let meanwhile: support::Meanwhile = {
        let (planner, task) = (support::planner(&emulator, "bruno"), task.clone());
        let (theirs, world) = (theirs.clone(), std::sync::Arc::clone(&world));
        Box::pin(async move {
            if of_details {
                let change =
                    |details: &mut PlannerTaskDetails| theirs.iter().for_each(|act| act.to_details(details, &world));
                planner.edit(&task, change).await.unwrap();
            } else {
                let change = |task: &mut PlannerTask| theirs.iter().for_each(|act| act.to_task(task, &world));
                planner.edit(&task, change).await.unwrap();
            }
        })
    };
    let interrupted = Interrupted::new(&emulator, vec![meanwhile]);
    let planner = Planner::new(client(interrupted.clone(), "adele"));
    let on_conflict = || match policy {
        0 => OnConflict::Fail,
        1 => OnConflict::Mine,
        _ => OnConflict::Theirs,
    };
    let outcome = if of_details {
        let change = |details: &mut PlannerTaskDetails| mine.iter().for_each(|act| act.to_details(details, &world));
        outcome(planner.edit(&task, change).on_conflict(on_conflict()).await)
    } else {
        let change = |task: &mut PlannerTask| mine.iter().for_each(|act| act.to_task(task, &world));
        outcome(planner.edit(&task, change).on_conflict(on_conflict()).await)
    };
    // Where nothing of mine is sent, they come later.
    interrupted.rest().await;
    let whole = setup.whole_task(&task).await.unwrap();
    let is_there = |act: &Act| {
        if of_details {
            act.is_in_details(&whole.details, &world)
        } else {
            act.is_in_task(&whole.task, &world)
        }
    };
    figures.histories += 1;
    figures.disjoint += usize::from(is_disjoint);
    figures.conflicts += usize::from(outcome.conflicts > 0);
    figures.disjoint_conflicts += usize::from(is_disjoint && outcome.conflicts > 0);
    let has_mine = |act: &&Act| mine.iter().any(|mine| mine.field() == act.field() && mine != *act);
    let lost = match (outcome.failed, policy) {
        // Nothing of mine was written, and it is said so; all of theirs is there.
        (true, _) => theirs.iter().filter(|act| !is_there(act)).count(),
        // What both wrote is mine, and the other value is in the report; the rest of theirs is there.
        (false, 1) => {
            mine.iter().filter(|act| !is_there(act)).count()
                + theirs.iter().filter(|act| !has_mine(act) && !is_there(act)).count()
        }
        (false, _) => {
            let overruled = |act: &&Act| theirs.iter().any(|their| their.field() == act.field() && their != *act);
            theirs.iter().filter(|act| !is_there(act)).count()
                + mine.iter().filter(|act| !overruled(act) && !is_there(act)).count()
        }
    };
    if lost > 0 || (is_disjoint && outcome.conflicts > 0) {
        println!("seed {seed}: theirs {theirs:?}, mine {mine:?}, policy {policy}, {outcome:?}");
    }
    figures.lost += lost;
}

#[derive(Debug)]
struct Outcome {
    failed: bool,
    conflicts: usize,
}

fn outcome<T: Editable>(edited: Result<msgraph_tasks::edit::Edited<T>, Error>) -> Outcome {
    match edited {
        Ok(edited) => Outcome {
            failed: false,
            conflicts: edited.settled.len(),
        },
        Err(Error::Conflict(conflicts)) => Outcome {
            failed: true,
            conflicts: conflicts.len(),
        },
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn two_writers_lose_nothing() {
    let count = env::var("MSGRAPH_HISTORIES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(300);
    let mut figures = Figures::default();
    for seed in 0..count {
        history(seed, &mut figures).await;
    }
    println!("{figures}");
    assert_eq!((figures.lost, figures.disjoint_conflicts), (0, 0), "{figures}");
    assert!(figures.disjoint * 100 >= figures.histories * 60, "{figures}");
    assert!(figures.conflicts > 0, "{figures}");
}
