//! Standbys that answer reads for the primary (`database.replica_urls`).
//!
//! Invariant: what is answered here has seen everything up to the position that was wanted. The replica itself says where
//! its log stands, in the snapshot in which it answers. Whoever gets no answer asks the primary: a replica that is away or
//! slow costs a request less than three seconds, once, and is then left alone for a while ([`standing`]).
//!
//! Nothing here is kept by the cache: its checks are the primary's, and a snapshot that a standby tells
//! (`pg_current_snapshot`) does not name the transactions that were in progress.

pub mod standing;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use deadpool_postgres::{Object, PoolError, TimeoutType};
use tokio::time::{Instant, timeout};
use tokio_postgres::Row;
use uuid::Uuid;

use super::address::Address;
use super::pool::{self, Patience, Pool};
use super::problem::Problem;
use super::session::{self, Param};
use crate::config::Config;
use crate::error::Failure;
use crate::stream::position::Position;
use standing::{Leave, Miss, Standing};

/// A replica must be connected to within this time; a free connection is waited for as long.
const CONNECT: Duration = Duration::from_millis(300);
/// And answer within this one.
const ANSWER: Duration = Duration::from_secs(2);

/// All replicas, asked in turn.
#[derive(Debug)]
pub struct Replicas {
    all: Vec<Replica>,
    turn: AtomicUsize,
}

impl Replicas {
    /// A pool for each. Connects to nothing yet: the first request does.
    ///
    /// # Errors
    /// An address that cannot be parsed; it is not repeated.
    pub fn open(config: &Config) -> Result<Self, Failure> {
        let urls = config.database.replica_urls.iter().filter(|url| !url.is_empty());
        let all = urls.map(|url| Replica::open(config, url.expose())).collect::<Result<_, _>>()?;
        Ok(Self { all, turn: AtomicUsize::new(0) })
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The answer of a replica that has replayed what is `wanted`, with where it stands; `None`: ask the primary.
    pub async fn ask(
        &self,
        wanted: Position,
        subject: Option<Uuid>,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Option<(Row, Position)> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.all.len().max(1);
        let (later, first) = self.all.split_at(turn);
        for replica in first.iter().chain(later) {
            let Some(leave) = replica.standing().may_ask(wanted, Instant::now()) else { continue };
            match replica.ask(wanted, subject, sql, params).await {
                Ok((row, at)) => {
                    replica.answered(at);
                    return Some((row, at));
                }
                Err(miss) => {
                    replica.missed(miss, leave);
                    // Who is behind has said so at once; for the others a moment was lost, and one is enough.
                    if !matches!(miss, Miss::Behind(_)) {
                        return None;
                    }
                }
            }
        }
        None
    }
}

#[derive(Debug)]
struct Replica {
    pool: Pool,
    place: String,
    standing: Mutex<Standing>,
}

impl Replica {
    fn open(config: &Config, url: &str) -> Result<Self, Failure> {
        // It says itself where it stands; promoted, it may even take writes.
        let address = Address::read(&config.database, url, "replica")?.of_a_standby(CONNECT);
        let place = address.to_string();
        let longest = Duration::from_millis(config.database.statement_timeout_ms);
        let patience = Patience { place: CONNECT, connecting: CONNECT, statement: ANSWER.min(longest) };
        let pool = pool::open_at(address, config.database.pool_size, &patience)?;
        Ok(Self { pool, place, standing: Mutex::default() })
    }

    async fn ask(
        &self,
        wanted: Position,
        subject: Option<Uuid>,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<(Row, Position), Miss> {
        let client = self.pool.get().await.map_err(|error| self.not_connected(&error))?;
        let Ok(outcome) = timeout(ANSWER, session::ask_at(&client, subject, sql, params)).await else {
            // What it still owes is nobody's answer.
            drop(Object::take(client));
            tracing::debug!(replica = self.place, "A replica answered too late");
            return Err(Miss::Away);
        };
        match outcome.map_err(|error| self.not_answered(&error))? {
            (row, Some(at)) if at.reaches(wanted) => Ok((row, at)),
            (_, at) => Err(Miss::Behind(at)),
        }
    }

    fn not_connected(&self, error: &PoolError) -> Miss {
        tracing::debug!(replica = self.place, error = %pool::chain(error), "No connection to a replica");
        match error {
            PoolError::Timeout(TimeoutType::Wait) => Miss::Refused,
            _ => Miss::Away,
        }
    }

    /// Every refusal is for the primary to make. What is refused here may be right there by now: a row that somebody was
    /// sent a link to, a project that they were let into, a topic's position. The few that never could be (a malformed
    /// filter) are not told apart: they are rare, and cost the primary what they did before there were replicas. A
    /// statement that took too long, or was in the way of what is replayed, may do better there.
    fn not_answered(&self, error: &tokio_postgres::Error) -> Miss {
        tracing::debug!(replica = self.place, error = %pool::chain(error), "A replica gave no answer");
        match Problem::from(error) {
            problem if problem.status < 500 => Miss::Refused,
            problem if ["try_again", "took_too_long"].contains(&problem.code.as_str()) => Miss::Refused,
            _ => Miss::Away,
        }
    }

    fn answered(&self, at: Position) {
        if self.standing().answered(at) {
            tracing::info!(replica = self.place, "A replica answers again");
        }
    }

    fn missed(&self, miss: Miss, leave: Leave) {
        if self.standing().missed(miss, leave, Instant::now()) {
            tracing::warn!(replica = self.place, "A replica does not answer: the primary does instead");
        }
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_replica_that_cannot_be_read_is_refused_without_repeating_it() {
        let url = ("REPLICA_DATABASE_URLS".to_owned(), "postgres://u:hush@h:port/d".to_owned());
        let failure = Replicas::open(&Config::load(None, [url]).unwrap()).unwrap_err();
        assert!(!failure.to_string().contains("hush"), "{failure}");
    }
}
