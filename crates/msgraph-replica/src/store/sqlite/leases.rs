//! Whose the store is, and who may feed what.

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use super::{failure::Failure, reading::signed};
use crate::{Account, Collection, StoreError, store::Lease};

/// The account that the store is bound to.
pub(super) fn bound(connection: &Connection) -> Result<Option<Account>, Failure> {
    let mut statement = connection.prepare_cached("SELECT cloud, tenant, user FROM account")?;
    let account = statement.query_row([], |row| {
        let (cloud, tenant, user): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Account::new(cloud, tenant, user))
    });
    Ok(account.optional()?)
}

pub(super) fn bind(connection: &mut Connection, account: &Account) -> Result<(), Failure> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match bound(&transaction)? {
        Some(bound) if bound != *account => return Err(StoreError::OtherAccount { bound }.into()),
        Some(_) => {}
        None => {
            transaction.execute(
                "INSERT INTO account (one, cloud, tenant, user) VALUES (1, ?1, ?2, ?3)",
                [&account.cloud, &account.tenant, &account.user],
            )?;
        }
    }
    transaction.commit()?;
    Ok(())
}

pub(super) fn lease(
    connection: &mut Connection,
    collection: Collection,
    holder: &str,
    now: u64,
    until: u64,
) -> Result<Lease, Failure> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let fence = match held(&transaction, &collection)? {
        Some(held) if held.holder == holder => held.fence,
        Some(held) if held.until > now => return Err(StoreError::Leased { until: held.until }.into()),
        Some(held) => held.fence + 1,
        None => 1,
    };
    transaction
        .prepare_cached("INSERT OR REPLACE INTO leases (collection, holder, fence, until) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![collection.to_string(), holder, signed(fence), signed(until)])?;
    transaction.commit()?;
    Ok(Lease::new(collection, fence))
}

/// Whoever asks next may feed. The numbers go on from where they were.
pub(super) fn end_all(connection: &Connection) -> Result<(), Failure> {
    connection.execute("UPDATE leases SET until = 0 WHERE until > 0", [])?;
    Ok(())
}

/// Fails where somebody else took the lease since.
pub(super) fn check(connection: &Connection, lease: &Lease) -> Result<(), Failure> {
    match held(connection, &lease.collection)? {
        Some(held) if held.fence == lease.fence => Ok(()),
        _ => Err(StoreError::Fenced.into()),
    }
}

struct Held {
    holder: String,
    fence: u64,
    until: u64,
}

fn held(connection: &Connection, collection: &Collection) -> Result<Option<Held>, Failure> {
    let mut statement = connection.prepare_cached("SELECT holder, fence, until FROM leases WHERE collection = ?1")?;
    let held = statement.query_row([collection.to_string()], |row| {
        Ok(Held {
            holder: row.get(0)?,
            fence: row.get(1)?,
            until: row.get(2)?,
        })
    });
    Ok(held.optional()?)
}
