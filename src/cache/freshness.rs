//! Whether what is kept is still true: one question to Postgres for all who wait.
//!
//! Invariant: [`Freshness::look`] returns when a check has ended that *began* after it was called. A commit that the
//! caller knows of was acknowledged before, so the check has seen it, whoever made it and whether or not it is ticked.
//! There is one check at a time; whoever comes meanwhile waits for the next one, so their number costs nothing.
//!
//! A check tells what was committed since the one before ([`super::ledger`]), by snapshots: see `tide.cache_check`. When
//! the chain of checks breaks (the connection was lost, the cache was cleared, a failover), nothing read before counts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use postgres_types::Type;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout};
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::ledger::{Changed, Ledger};
use crate::db::address::Address;
use crate::db::pool;
use crate::stream::counters::Histogram;
use crate::stream::event::Topic;

/// Longer than this no check may take, and nobody waits: the tables are asked instead.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long connecting may take; meanwhile the tables are asked.
const CONNECT: Duration = Duration::from_secs(10);

/// A check that began after somebody asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Its number.
    pub check: u64,
    /// Where the log stood.
    pub epoch: Uuid,
    /// See `epoch`.
    pub sequence: i64,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, Default)]
struct Ended {
    check: u64,
    seen: Option<Seen>,
}

/// The checks, as those who ask know them.
#[derive(Debug)]
pub struct Freshness {
    /// How many have begun.
    begun: AtomicU64,
    asked: Notify,
    ended: watch::Receiver<Ended>,
    known: Mutex<Known>,
    /// How long they take.
    pub took: Histogram,
}

#[derive(Debug, Default)]
struct Known {
    ledger: Ledger,
    era: Option<Uuid>,
}

impl Freshness {
    /// With the one who is to run it. Without that, nothing can be known to be fresh.
    pub fn new(address: Address) -> (Arc<Self>, Checker) {
        let (told, ended) = watch::channel(Ended::default());
        let known = Mutex::default();
        let freshness =
            Self { begun: AtomicU64::new(0), asked: Notify::new(), ended, known, took: Histogram::default() };
        let freshness = Arc::new(freshness);
        (freshness.clone(), Checker { freshness, address, told })
    }

    /// Waits for a check that begins after this moment; `None` when there is none in time.
    pub async fn look(&self) -> Option<Seen> {
        let mut ended = self.ended.clone();
        let needed = self.begun.load(Ordering::SeqCst) + 1;
        self.asked.notify_one();
        let found = timeout(PATIENCE, ended.wait_for(|ended| ended.check >= needed)).await;
        found.ok()?.ok()?.seen
    }

    /// Waits until the first check has ended, however it did.
    pub async fn ready(&self) {
        self.asked.notify_one();
        // Switched off, it is as ready as it will be.
        let _ = self.ended.clone().wait_for(|ended| ended.check > 0).await;
    }

    /// The latest check.
    pub fn latest(&self) -> u64 {
        self.known().ledger.latest()
    }

    /// The era of the second level.
    pub fn era(&self) -> Option<Uuid> {
        self.known().era
    }

    /// The latest check, if what was read after check `since` holds as of it.
    pub fn holds(&self, since: u64, topics: &[Topic]) -> Option<u64> {
        let known = self.known();
        known.ledger.holds(since, topics).then(|| known.ledger.latest())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task that checks, on a connection of its own.
#[derive(Debug)]
pub struct Checker {
    freshness: Arc<Freshness>,
    address: Address,
    told: watch::Sender<Ended>,
}

/// The chain of checks.
#[derive(Debug)]
struct Chain {
    client: Client,
    era: Uuid,
    /// The snapshot of the last one.
    since: Option<String>,
}

impl Checker {
    /// Runs until told to stop. Checks only when somebody asks.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut chain = None;
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = self.freshness.asked.notified() => {}
            }
            let check = self.freshness.begun.fetch_add(1, Ordering::SeqCst) + 1;
            let began = Instant::now();
            let patience = if chain.is_some() { PATIENCE } else { CONNECT };
            let ended = timeout(patience, self.check(&mut chain, check)).await;
            let seen = match ended {
                Ok(Ok(seen)) => Some(seen),
                Ok(Err(error)) => self.lost(&mut chain, check, &pool::chain(&error)),
                Err(_) => self.lost(&mut chain, check, "the server did not answer"),
            };
            self.freshness.took.observe(began.elapsed());
            self.told.send_replace(Ended { check, seen });
        }
    }

    async fn check(&self, chain: &mut Option<Chain>, check: u64) -> Result<Seen, tokio_postgres::Error> {
        let chain = match chain {
            Some(chain) => chain,
            None => chain.insert(Chain::begin(&self.address).await?),
        };
        let mut told = chain.check().await?;
        if told.era != Some(chain.era) {
            chain.begin_era().await?;
            told = chain.check().await?;
        }
        let mut known = self.freshness.known();
        known.era = Some(chain.era);
        known.ledger.accept(check, told.changed);
        Ok(Seen { check, epoch: told.epoch, sequence: told.sequence })
    }

    fn lost(&self, chain: &mut Option<Chain>, check: u64, why: &str) -> Option<Seen> {
        if chain.take().is_some() {
            tracing::warn!(error = why, "The cache cannot be checked: the tables are asked until it can");
        }
        self.freshness.known().ledger.forget(check);
        None
    }
}

/// What `tide.cache_check` answered.
#[derive(Debug)]
struct Told {
    era: Option<Uuid>,
    epoch: Uuid,
    sequence: i64,
    changed: Changed,
}

impl Chain {
    async fn begin(address: &Address) -> Result<Self, tokio_postgres::Error> {
        let mut chain = Self { client: pool::connect(address).await?, era: Uuid::nil(), since: None };
        chain.begin_era().await?;
        Ok(chain)
    }

    /// `tide.cache_begin`: what was known before is void.
    async fn begin_era(&mut self) -> Result<(), tokio_postgres::Error> {
        self.era = self.client.query_typed_one("select tide.cache_begin()", &[]).await?.get(0);
        self.since = None;
        Ok(())
    }

    /// `tide.cache_check`
    async fn check(&mut self) -> Result<Told, tokio_postgres::Error> {
        const SQL: &str = "select c.era, c.epoch, c.sequence, c.snapshot::text, c.topics
            from tide.cache_check($1::text::pg_snapshot) c";
        let row = self.client.query_typed_one(SQL, &[(&self.since, Type::TEXT)]).await?;
        self.since = Some(row.get(3));
        let topics: Option<Vec<&str>> = row.get(4);
        let changed = topics.map_or(Changed::Anything, |topics| {
            Changed::Topics(topics.into_iter().map(Topic::from).collect())
        });
        let epoch = row.get::<_, Option<Uuid>>(1).unwrap_or(Uuid::nil());
        Ok(Told { era: row.get(0), epoch, sequence: row.get(2), changed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn nowhere() -> Address {
        Address::read(&Config::defaults().database, "postgres://nowhere", "test").unwrap()
    }

    #[tokio::test]
    async fn without_checks_nothing_is_known_to_be_fresh() {
        let (freshness, checker) = Freshness::new(nowhere());
        drop(checker);
        assert_eq!(freshness.look().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_began_before_somebody_asked_is_not_for_them() {
        let (freshness, checker) = Freshness::new(nowhere());
        let begun = freshness.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let late = tokio::spawn({
            let freshness = freshness.clone();
            async move { freshness.look().await }
        });
        freshness.asked.notified().await;
        let seen = |check| Ended { check, seen: Some(Seen { check, epoch: Uuid::nil(), sequence: 0 }) };
        checker.told.send_replace(seen(begun));
        checker.told.send_replace(seen(begun + 1));
        assert_eq!(late.await.unwrap().map(|seen| seen.check), Some(begun + 1));
    }
}
