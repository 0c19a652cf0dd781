//! The storm: many writers of every kind, readers, and whoever ticks, all at once. Afterwards the log is held against
//! the ledger that every transaction wrote of itself.
//!
//! `TIDEGATE_SEED=… TIDEGATE_STORM_SECONDS=… cargo test --test it workload::`

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_postgres::Client;

use crate::support::TestDatabase;
use check::Evidence;
use reader::Findings;
use ticker::Switch;
use writer::{Tally, Writer};

pub(crate) mod check;
pub(crate) mod ledger;
pub(crate) mod log;
mod model;
pub(crate) mod reader;
mod state;
mod statements;
pub(crate) mod ticker;
mod writer;

const WRITERS: u64 = 6;
const READERS: usize = 2;
const TICKERS: u64 = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_written_is_told_once_in_order_and_exactly() {
    let seed = setting("TIDEGATE_SEED").unwrap_or_else(rand::random);
    let length = Duration::from_secs(setting("TIDEGATE_STORM_SECONDS").unwrap_or(8));
    let database = Arc::new(prepare().await);
    let superuser = database.connect().await;

    let storm = Storm::begin(&database, seed).await;
    storm.rage(&superuser, length).await;
    let (tallies, findings, mut published) = storm.end().await;

    published.extend(ticker::drain(&superuser).await);
    if std::env::var_os("TIDEGATE_KEEP").is_some() {
        println!("{}", database.url());
        std::future::pending::<()>().await;
    }
    let mut evidence = Evidence::collect(&superuser).await;
    evidence.published = published;
    evidence.samples = findings.iter().flat_map(|f| f.samples.clone()).collect();

    let happened = describe(&evidence, &tallies, &findings);
    println!("TIDEGATE_SEED={seed}: {happened}");
    let report = evidence.examine();
    assert!(report.is_empty(), "TIDEGATE_SEED={seed}\n{report}\n{happened}");
    let wrong: Vec<_> = findings.iter().flat_map(|f| &f.wrong).take(5).collect();
    assert!(wrong.is_empty(), "TIDEGATE_SEED={seed}\n{wrong:#?}");
    assert!(reader::wrong(&superuser).await.is_empty(), "TIDEGATE_SEED={seed}: inexact when all is quiet");
    assert!(
        evidence.log.len() > 500 && evidence.ticks.len() > 20,
        "TIDEGATE_SEED={seed}: a lull, not a storm: {happened}"
    );
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// A database with the ledger, a little to write about, and limits that a small storm reaches.
pub(crate) async fn prepare() -> TestDatabase {
    let database = TestDatabase::new().await;
    let superuser = database.connect().await;
    ledger::install(&superuser).await;
    superuser.batch_execute(include_str!("workload/setting.sql")).await.unwrap();
    let prepared = superuser.query_one("show max_prepared_transactions", &[]).await.unwrap();
    assert_ne!(
        prepared.get::<_, &str>(0),
        "0",
        "two-phase commit is part of the storm: max_prepared_transactions"
    );
    database
}

struct Storm {
    switch: Arc<Switch>,
    calm: Arc<AtomicBool>,
    writers: Vec<tokio::task::JoinHandle<Tally>>,
    readers: Vec<tokio::task::JoinHandle<Findings>>,
    tickers: Vec<tokio::task::JoinHandle<Vec<log::Published>>>,
    disturber: tokio::task::JoinHandle<()>,
}

impl Storm {
    async fn begin(database: &Arc<TestDatabase>, seed: u64) -> Self {
        let switch = Arc::new(Switch::default());
        let calm = Arc::new(AtomicBool::new(false));
        let mut writers = Vec::new();
        for number in 0..WRITERS {
            let superuser = number == 0;
            let client = connect_writer(database, superuser).await;
            writers.push(tokio::spawn(Writer::new(number, client, superuser, seed).run(Arc::clone(&calm))));
        }
        let mut readers = Vec::new();
        for _ in 0..READERS {
            readers.push(tokio::spawn(reader::run(database.connect().await, Arc::clone(&calm))));
        }
        let tickers = (0..TICKERS)
            .map(|number| tokio::spawn(ticker::run(Arc::clone(database), Arc::clone(&switch), seed ^ number)))
            .collect();
        let disturber = tokio::spawn(ticker::disturb(database.connect().await, Arc::clone(&switch), seed));
        Self { switch, calm, writers, readers, tickers, disturber }
    }

    /// Goes on for a while, and on a busy machine until enough has happened to judge by.
    async fn rage(&self, superuser: &Client, length: Duration) {
        let enough =
            "select (select count(*) from tide.ticks) > 20 and (select count(*) from tide.events) > 500";
        let begun = std::time::Instant::now();
        tokio::time::sleep(length).await;
        while begun.elapsed() < 10 * length {
            if superuser.query_one(enough, &[]).await.unwrap().get(0) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn end(self) -> (Vec<Tally>, Vec<Findings>, Vec<log::Published>) {
        self.calm.store(true, Ordering::Relaxed);
        let tallies = all(self.writers).await;
        let findings = all(self.readers).await;
        self.switch.stop.store(true, Ordering::Relaxed);
        self.disturber.await.unwrap();
        let published = all(self.tickers).await.into_iter().flatten().collect();
        (tallies, findings, published)
    }
}

async fn connect_writer(database: &TestDatabase, superuser: bool) -> Client {
    let client = if superuser { database.connect().await } else { database.connect_as("tide_writer").await };
    client.batch_execute("set lock_timeout = '3s'; set timezone = 'UTC'").await.unwrap();
    client
}

async fn all<T>(tasks: Vec<tokio::task::JoinHandle<T>>) -> Vec<T> {
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

fn describe(evidence: &Evidence, tallies: &[Tally], findings: &[Findings]) -> String {
    let mut endings = std::collections::BTreeMap::<&str, u32>::new();
    for (ending, count) in tallies.iter().flat_map(|t| &t.0) {
        *endings.entry(ending).or_default() += count;
    }
    let looks: u32 = findings.iter().map(|f| f.looks).sum();
    let cut = evidence.published.iter().filter(|p| p.is_part()).count();
    let coalesced = evidence.log.iter().filter(|m| m.key.is_none()).count();
    format!(
        "{} changes, {} events ({coalesced} coalesced), {} ticks ({} published, {cut} of a backlog), {looks} looks, {endings:?}",
        evidence.ledger.len(),
        evidence.log.len(),
        evidence.ticks.len(),
        evidence.published.len(),
    )
}
