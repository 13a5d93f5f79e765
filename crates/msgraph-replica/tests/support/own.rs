//! What is done to the replica itself, with or without a connection.

use fastrand::Rng;
use msgraph_core::Id;
use msgraph_model::{PlannerTask, TodoTask};
use msgraph_replica::{
    Decision, Error, Kind, Replica,
    store::{Act, JobState},
};

/// What titles begin with that were made here: by them it is counted what arrived.
pub(crate) const OWN: &str = "own-";

/// Something that was done here: a title, and the id of what it is in, or of what has it.
pub(crate) enum Done {
    Made(String, String),
    Renamed(String, String),
    Deleted,
}

/// Does something; `None` where there is nothing to do it to.
pub(crate) async fn edit(replica: &Replica, random: &mut Rng, title: &str) -> Result<Option<Done>, Error> {
    let title = format!("{OWN}{title}");
    let kind = [Kind::Plan, Kind::TodoList, Kind::Task, Kind::TodoTask][random.usize(..4)];
    let rows = replica.store().list(None, None, usize::MAX >> 1).await?;
    let rows = rows
        .into_iter()
        .filter(|row| row.key.kind == kind && row.shown().is_some());
    let Some(row) = random.choice(rows.collect::<Vec<_>>()) else {
        return Ok(None);
    };
    let id = row.key.id;
    let is_own = row
        .server
        .as_ref()
        .is_none_or(|server| server.contains(&format!("\"{OWN}")));
    let done = match kind {
        Kind::Plan => {
            let mut task = PlannerTask::default();
            task.title = Some(title.clone());
            replica.create_task(&Id::new(&*id), task).await?;
            Done::Made(title, id)
        }
        Kind::TodoList => {
            // No task of that list can be read.
            if row.server.is_some_and(|list| list.contains("flaggedEmails")) {
                return Ok(None);
            }
            let mut task = TodoTask::default();
            task.title = Some(title.clone());
            replica.create_todo(&Id::new(&*id), task).await?;
            Done::Made(title, id)
        }
        // What was made here keeps its title.
        _ if is_own => return Ok(None),
        Kind::Task if random.u8(..5) == 0 => {
            replica.delete::<PlannerTask>(&id).await?;
            Done::Deleted
        }
        Kind::Task => {
            let rename = |task: &mut PlannerTask| task.title = Some(title.clone());
            replica.edit(&id, rename).await?;
            Done::Renamed(title, id)
        }
        _ if random.u8(..5) == 0 => {
            replica.delete::<TodoTask>(&id).await?;
            Done::Deleted
        }
        _ => {
            let rename = |task: &mut TodoTask| task.title = Some(title.clone());
            replica.edit(&id, rename).await?;
            Done::Renamed(title, id)
        }
    };
    Ok(Some(done))
}

/// Decides about edits that stopped: for them, unless that is no use. Returns how many there are, and what was given up.
pub(crate) async fn decide(replica: &Replica, is_late: bool) -> Result<(usize, Vec<String>), Error> {
    let jobs = replica.jobs().await?;
    let mut given_up = Vec::new();
    for job in &jobs {
        let JobState::Stopped { reason, .. } = &job.state else {
            continue;
        };
        let row = replica.store().get(&job.key).await?;
        let is_there = row.as_ref().is_some_and(|row| row.server.is_some());
        if is_there && !is_late && !reason.contains("deleted") {
            replica.decide(job.number, Decision::Mine).await?;
            continue;
        }
        let text = match &job.act {
            Act::Update { mine, .. } => Some(mine.clone()),
            _ => row.and_then(|row| row.local),
        };
        let object: serde_json::Value = serde_json::from_str(&text.unwrap_or_default()).unwrap_or_default();
        given_up.extend(object["title"].as_str().map(str::to_owned));
        replica.decide(job.number, Decision::Theirs).await?;
    }
    Ok((jobs.len(), given_up))
}
