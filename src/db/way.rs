//! A migrator among writers: it changes tables that they write, and gives way.
//!
//! A writer locks the table it writes, then the log; the loader of `sql/` would lock the log, then that table. Postgres
//! ends such an embrace after `deadlock_timeout` (a second, usually) by refusing one of the two, maybe the writer. So all
//! tables are locked before anything is changed, and whoever does not have them, or one that a migration changes, in less
//! time than that, lets go of everything and tries again. Writers wait meanwhile, and none is refused.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;

use crate::error::Failure;

/// How long a migration waits for a table, or the loader for all of them, while it holds others.
pub(super) const GLANCE: &str = "500ms";
/// For those who waited behind.
const PAUSE: Duration = Duration::from_millis(200);
/// After this long the step is given up.
const PATIENCE: Duration = Duration::from_secs(10);

/// Our tables; the turn is kept by another connection.
const TABLES: &str =
    "select string_agg(format('%I.%I', n.nspname, c.relname), ', ' order by n.nspname, c.relname)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'turn'
      and c.relowner = 'tide_owner'::regrole and n.nspowner = 'tide_owner'::regrole";

/// Somebody who looks for a moment in which nobody is in the way.
#[derive(Debug)]
pub(super) struct Way {
    until: Instant,
}

impl Way {
    /// From now on.
    pub(super) fn sought() -> Self {
        Self { until: Instant::now() + PATIENCE }
    }

    /// Locks every table of ours to the end of the transaction; after false it can only be rolled back.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn is_clear(&self, transaction: &Transaction<'_>) -> Result<bool, Failure> {
        let tables: Option<String> = transaction.query_one(TABLES, &[]).await?.get(0);
        let Some(tables) = tables else { return Ok(true) };
        // Of a statement: a limit for locks would count for each of them.
        transaction.batch_execute(&format!("set local statement_timeout = '{GLANCE}'")).await?;
        let lock = format!("lock table {tables} in access exclusive mode");
        match transaction.batch_execute(&lock).await {
            Ok(()) => transaction.batch_execute("set local statement_timeout = 0").await?,
            Err(error) if is_in_the_way(&error) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        Ok(true)
    }

    /// Lets others pass.
    ///
    /// # Errors
    /// It has been tried for long enough.
    pub(super) async fn give(&mut self) -> Result<(), Failure> {
        if Instant::now() >= self.until {
            return Err(Failure::environment(
                format!("a table could not be locked in {} s", PATIENCE.as_secs()),
                "pg_stat_activity shows the long transaction in the way; nothing is half done: run `tidegate migrate` again",
            ));
        }
        sleep(PAUSE).await;
        Ok(())
    }
}

/// A lock that could not be had.
pub(super) fn is_in_the_way(error: &tokio_postgres::Error) -> bool {
    let locked = [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::QUERY_CANCELED];
    error.code().is_some_and(|code| locked.contains(code))
}
