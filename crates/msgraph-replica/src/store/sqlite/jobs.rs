//! Edits that are to be sent.

use rusqlite::{Connection, Row as Columns, params};

use super::{
    failure::Failure,
    reading::{key, signed},
};
use crate::store::{Job, JobChange};

/// What [`decode`] reads.
pub(super) const COLUMNS: &str = "kind, id, number, act, state, marker, made_at";

/// All of them, in order.
pub(super) fn all(connection: &Connection) -> Result<Vec<Job>, Failure> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM jobs ORDER BY number"))?;
    statement.query_and_then([], decode)?.collect()
}

pub(super) fn decode(columns: &Columns<'_>) -> Result<Job, Failure> {
    Ok(Job {
        key: key(columns)?,
        number: columns.get(2)?,
        act: serde_json::from_str(columns.get_ref(3)?.as_str().map_err(Failure::other)?)?,
        state: serde_json::from_str(columns.get_ref(4)?.as_str().map_err(Failure::other)?)?,
        marker: columns.get(5)?,
        made_at: columns.get(6)?,
    })
}

pub(super) fn change(connection: &Connection, change: JobChange) -> Result<(), Failure> {
    match change {
        JobChange::Add(job) => write(
            connection,
            "INSERT INTO jobs (number, kind, id, act, state, marker, made_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            None,
            &job,
        ),
        JobChange::Set(job) => write(
            connection,
            "UPDATE jobs SET kind = ?2, id = ?3, act = ?4, state = ?5, marker = ?6, made_at = ?7 WHERE number = ?1",
            Some(job.number),
            &job,
        ),
        JobChange::Done(number) => {
            let mut statement = connection.prepare_cached("DELETE FROM jobs WHERE number = ?1")?;
            statement.execute([signed(number)])?;
            Ok(())
        }
        JobChange::Rename { from, to } => {
            let sql = "UPDATE jobs SET kind = ?3, id = ?4 WHERE kind = ?1 AND id = ?2";
            let mut statement = connection.prepare_cached(sql)?;
            statement.execute([from.kind.name(), &from.id, to.kind.name(), &to.id])?;
            Ok(())
        }
    }
}

fn write(connection: &Connection, sql: &str, number: Option<u64>, job: &Job) -> Result<(), Failure> {
    connection.prepare_cached(sql)?.execute(params![
        number.map(signed),
        job.key.kind.name(),
        job.key.id,
        serde_json::to_string(&job.act)?,
        serde_json::to_string(&job.state)?,
        job.marker,
        signed(job.made_at),
    ])?;
    Ok(())
}
