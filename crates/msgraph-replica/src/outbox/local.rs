//! What is shown of an object that was edited here.

use msgraph_core::merge::Side;

use crate::{
    Collection, Error, Kind, Replica, Report, Row,
    store::{Act, Commit, Job},
};

/// An object as the service has it, with the edits that were made here, in order; `None` where they change nothing.
pub(super) fn with<'j>(
    kind: Kind,
    server: Option<&str>,
    jobs: impl Iterator<Item = &'j Job>,
) -> Result<Option<String>, Error> {
    let Some(server) = server else { return Ok(None) };
    let mut shown = server.to_owned();
    for job in jobs {
        if let Act::Update { base, mine } = &job.act {
            shown = kind.merge(base, mine, &shown, &mut |_| Side::Mine)?;
        }
    }
    Ok(Some(shown).filter(|shown| shown != server))
}

impl Replica {
    /// After a swap: the edits that were made here are over the new versions.
    pub(crate) async fn rebase(&self, collection: &Collection, _: &mut Report) -> Result<(), Error> {
        let jobs = self.store().jobs().await?;
        let mut commit = Commit::default();
        for job in &jobs {
            let Some(row) = self.store().get(&job.key).await? else {
                continue;
            };
            if row.collection != *collection || row.server.is_none() {
                continue;
            }
            let own = jobs.iter().filter(|other| other.key == job.key);
            let local = with(row.key.kind, row.server.as_deref(), own)?;
            if local != row.local {
                commit.put.push(Row { local, ..row });
            }
        }
        self.store().commit(commit).await?;
        Ok(())
    }
}
