//! A writer: transaction after transaction, of every shape, until told to stop.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::SinkExt;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio_postgres::Client;

use super::statements;

/// Refusals that a storm brings about: deadlock, serialization, lock timeout, unique, foreign key, check.
const EXPECTED: [&str; 6] = ["40P01", "40001", "55P03", "23505", "23503", "23514"];

/// How a writer's transactions ended.
#[derive(Debug, Default)]
pub(crate) struct Tally(pub(crate) BTreeMap<String, u32>);

/// One writer's connection, and its luck.
pub(crate) struct Writer {
    pub(crate) number: u64,
    pub(crate) client: Client,
    /// May TRUNCATE, and resolve what it prepared.
    pub(crate) superuser: bool,
    random: StdRng,
    transactions: u32,
}

impl Writer {
    pub(crate) fn new(number: u64, client: Client, superuser: bool, seed: u64) -> Self {
        let random = StdRng::seed_from_u64(seed ^ (number << 32));
        Self { number, client, superuser, random, transactions: 0 }
    }

    pub(crate) async fn run(mut self, stop: Arc<AtomicBool>) -> Tally {
        let mut tally = Tally::default();
        while !stop.load(Ordering::Relaxed) {
            let ended = match self.transaction().await {
                Ok(ended) => ended.to_owned(),
                Err(error) => {
                    self.client.batch_execute("rollback").await.unwrap();
                    expected(&error)
                }
            };
            *tally.0.entry(ended).or_default() += 1;
        }
        tally
    }

    async fn transaction(&mut self) -> Result<&'static str, tokio_postgres::Error> {
        self.transactions += 1;
        let prepares = self.random.random_ratio(1, 12);
        self.begin(prepares).await?;
        for _ in 0..self.random.random_range(1..4) {
            self.step().await?;
        }
        if self.random.random_ratio(1, 15) {
            // Held open while others commit and ticks go by.
            let held = Duration::from_millis(self.random.random_range(5..300));
            tokio::time::sleep(held).await;
        }
        if prepares {
            return self.finish_in_two_phases().await;
        }
        let (ending, ended) = if self.random.random_ratio(1, 8) {
            ("rollback", "rolled back")
        } else {
            ("commit", "committed")
        };
        self.client.batch_execute(ending).await?;
        Ok(ended)
    }

    async fn begin(&mut self, prepares: bool) -> Result<(), tokio_postgres::Error> {
        let isolation =
            ["read committed", "read committed", "read committed", "repeatable read", "serializable"]
                [self.random.random_range(0..5)];
        let source = ["user", "mcp-ai", "system"][self.random.random_range(0..3)];
        let flushed = if self.random.random_bool(0.2) { "off" } else { "on" };
        let doorbell = if prepares { "set local tide.doorbell = off;" } else { "" };
        let begin = format!(
            "begin isolation level {isolation}; set local synchronous_commit = {flushed}; {doorbell}
             select setseed({}), tide.act_as('{source}', 'writer {} transaction {}')",
            self.random.random_range(-1.0..1.0),
            self.number,
            self.transactions
        );
        self.client.batch_execute(&begin).await
    }

    async fn step(&mut self) -> Result<(), tokio_postgres::Error> {
        if self.superuser && self.random.random_ratio(1, 60) {
            return self.truncate().await;
        }
        if self.random.random_ratio(1, 25) {
            return self.copy().await;
        }
        let statement = statements::any(&mut self.random);
        if !self.random.random_ratio(1, 5) {
            return self.client.batch_execute(&statement).await;
        }
        let ending = if self.random.random_bool(0.5) { "rollback to" } else { "release" };
        let more = statements::any(&mut self.random);
        let whole = format!("savepoint one; {statement}; savepoint two; {more}; {ending} savepoint one");
        self.client.batch_execute(&whole).await
    }

    /// Under read committed only: an older snapshot would truncate rows that it does not see.
    async fn truncate(&self) -> Result<(), tokio_postgres::Error> {
        let level = self.client.query_one("show transaction_isolation", &[]).await?;
        if level.get::<_, &str>(0) != "read committed" {
            return Ok(());
        }
        self.client.batch_execute("truncate work.contexts").await
    }

    async fn copy(&mut self) -> Result<(), tokio_postgres::Error> {
        let branch = "select b.id::text from work.branches b order by random() limit 1";
        let branch: String = self.client.query_one(branch, &[]).await?.get(0);
        let rows: String =
            (0..self.random.random_range(1..8)).map(|n| format!("{branch}\tcopied {n}\tdone\n")).collect();
        let copy = "copy work.tasks (git_branch_id, title, status) from stdin";
        let mut sink = std::pin::pin!(self.client.copy_in(copy).await?);
        sink.send(bytes::Bytes::from(rows)).await?;
        sink.finish().await?;
        Ok(())
    }

    async fn finish_in_two_phases(&mut self) -> Result<&'static str, tokio_postgres::Error> {
        let name = format!("storm_{}_{}", self.number, self.transactions);
        self.client.batch_execute(&format!("prepare transaction '{name}'")).await?;
        let held = Duration::from_millis(self.random.random_range(0..150));
        tokio::time::sleep(held).await;
        let (ending, ended) = if self.random.random_ratio(1, 4) {
            ("rollback", "prepared, rolled back")
        } else {
            ("commit", "prepared, committed")
        };
        self.client.batch_execute(&format!("{ending} prepared '{name}'")).await?;
        Ok(ended)
    }
}

/// The code of a refusal that may happen; anything else is a failure of the test.
fn expected(error: &tokio_postgres::Error) -> String {
    let refusal = error.as_db_error().unwrap_or_else(|| panic!("a writer lost its connection: {error}"));
    let code = refusal.code().code();
    assert!(EXPECTED.contains(&code), "a writer was refused: {refusal:?}");
    code.to_owned()
}
