//! Reading objects of Planner, many in few calls.

use msgraph_client::{Batch, BatchKey};
use msgraph_core::{
    Raw, Request,
    request::{Beta, Method},
};

use super::{Round, apply::path};
use crate::{Error, Key, Problem};

/// How many are read before the next ones are asked for.
const OBJECTS: usize = 400;

impl Round<'_> {
    /// Objects, as they are now; those are missing that may not be seen.
    pub(super) async fn read(&mut self, keys: Vec<Key>) -> Result<Vec<(Key, Raw)>, Error> {
        let mut read = Vec::new();
        for keys in keys.chunks(OBJECTS) {
            let mut batch = Batch::new();
            let mut asked: Vec<(&Key, BatchKey<Raw>)> = Vec::new();
            for key in keys {
                if let Some(path) = path(key) {
                    let answer = batch.add(Request::raw::<Beta>(Method::Get, &path));
                    asked.push((key, answer));
                }
            }
            let mut answers = self.replica.client().batch(batch).await;
            for (key, answer) in asked {
                match answers.take(answer) {
                    Ok(object) => read.push((key.clone(), object)),
                    Err(error) => {
                        self.hidden(key.clone(), Error::Client(error))?;
                    }
                }
            }
        }
        Ok(read)
    }

    /// Records what may not be seen, and returns why; any other error ends the round.
    pub(super) fn hidden(&mut self, key: Key, error: Error) -> Result<u16, Error> {
        match &error {
            Error::Client(refused) => match refused.service().map(|refused| refused.status) {
                Some(status @ (403 | 404)) => {
                    self.report.problems.push(Problem::Hidden { key, status });
                    Ok(status)
                }
                _ => Err(error),
            },
            _ => Err(error),
        }
    }
}
