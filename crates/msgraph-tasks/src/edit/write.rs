//! Writes changes to what may be changing at the same time.

use msgraph_client::Client;
use msgraph_core::{Id, Record, Versioned, Writes, apply, diff, edits, merge, merge::Side};

use super::{
    Editable, Edited,
    conflict::{OnConflict, Settled},
    editable::Access,
};
use crate::Error;

/// What is to be written: an object as it was read, and as it was made.
#[derive(Debug, Clone)]
pub(crate) struct Changes<T> {
    pub(crate) base: T,
    pub(crate) mine: T,
}

impl<T: Record + Clone> Changes<T> {
    /// What was changed in what was read; `None` where that is nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NotWritable`] where something of it cannot be written.
    pub(crate) fn of<U: Writes<Record = T>>(read: &T, edited: &T) -> Result<Option<Self>, Error> {
        let changes = edits(read, edited);
        if changes.is_empty() {
            return Ok(None);
        }
        let mine = apply(read, &changes).map_err(Error::Merge)?;
        let _: U = changes.into_update().map_err(Error::NotWritable)?;
        let base = read.clone();
        Ok(Some(Self { base, mine }))
    }
}

/// Writes the changes to `current`; where that is not what is there any more, to what is there.
pub(crate) async fn write<T: Editable>(
    client: &Client,
    access: &Access<T>,
    id: &Id<T::Key>,
    mut current: Versioned<T>,
    changes: &Changes<T>,
    on_conflict: &mut OnConflict<'_>,
    attempts: u32,
) -> Result<Edited<T>, Error> {
    for _ in 0..attempts {
        let (wanted, settled) = wanted(&*current, changes, on_conflict)?;
        let update = diff(&*current, &wanted);
        if update.is_empty() {
            return Ok(Edited {
                value: current,
                is_changed: false,
                settled,
            });
        }
        let update = update.into_update().map_err(Error::NotWritable)?;
        match client.send((access.update)(&current, update)).await {
            Ok(value) => {
                return Ok(Edited {
                    value,
                    is_changed: true,
                    settled,
                });
            }
            Err(error) if error.is_conflict() || error.is_precondition_failed() => {
                current = client.send((access.read)(id)).await?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended { attempts })
}

/// The object as it is to be: as it is there, with my changes.
pub(super) fn wanted<T: Record>(
    current: &T,
    changes: &Changes<T>,
    on_conflict: &mut OnConflict<'_>,
) -> Result<(T, Vec<Settled>), Error> {
    let merged = merge(&changes.base, &changes.mine, current);
    let (mut settled, mut refused) = (Vec::new(), Vec::new());
    let wanted = merged.resolve(|conflict| {
        if let Some(side) = conflict.apparent() {
            return side;
        }
        let side = on_conflict.side(conflict);
        match side {
            Some(side) => settled.push(Settled {
                conflict: conflict.clone(),
                side,
            }),
            None => refused.push(conflict.clone()),
        }
        side.unwrap_or(Side::Theirs)
    });
    if refused.is_empty() {
        return Ok((wanted.map_err(Error::Merge)?, settled));
    }
    Err(Error::Conflict(refused))
}
