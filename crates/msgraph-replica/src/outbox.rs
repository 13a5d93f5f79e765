//! Edits that are made here, and sent when there is a connection.

use crate::{Collection, Error, Replica, Report};

impl Replica {
    pub(crate) async fn send_jobs(&self, _report: &mut Report) -> Result<(), Error> {
        Ok(())
    }

    pub(crate) async fn rebase(&self, _collection: &Collection, _report: &mut Report) -> Result<(), Error> {
        Ok(())
    }
}
