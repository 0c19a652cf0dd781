//! Applications that write: single rows or several, by SQL, on connections of their own.

use std::time::Duration;

use futures::future::try_join_all;
use tokio::time::{Instant, sleep_until};
use tokio_postgres::{Client, Statement};
use uuid::Uuid;

use super::figures::Micros;
use super::ledger::Commit;
use super::stage::{Project, Stage};
use crate::error::Failure;

/// Connections that commit.
const WRITERS: usize = 8;

const UPDATE: &str = "update work.tasks set progress_percentage = (progress_percentage + 1) % 101 \
    where id = any($1) returning pg_current_xact_id()::text";

/// What is written, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan<'p> {
    pub(super) projects: &'p [Project],
    pub(super) commits: usize,
    /// Rows of one project that each commit changes.
    pub(super) rows: usize,
    /// Between the beginnings of two commits; none: as fast as possible.
    pub(super) distance: Option<Duration>,
    pub(super) clock: Instant,
}

impl Plan<'_> {
    /// Two commits of the same rows must not meet: they would wait for each other's, in any order.
    fn writer_of(&self, turn: usize) -> usize {
        let share = if self.rows > 1 { turn % self.projects.len() } else { turn };
        share % WRITERS
    }
}

/// Commits what is planned and answers with all of it.
pub(super) async fn write(stage: &Stage, plan: Plan<'_>) -> Result<Vec<Commit>, Failure> {
    let opening = (0..WRITERS).map(|_| Writer::open(stage, plan.distance.is_some()));
    let writers = try_join_all(opening).await?;
    // Only now: commits that were due while the writers came would all be made at once.
    let began = Instant::now();
    let shares = writers.iter().enumerate().map(|(number, writer)| async move {
        let mut commits = Vec::with_capacity(plan.commits / WRITERS + 1);
        for turn in (0..plan.commits).filter(|turn| plan.writer_of(*turn) == number) {
            if let Some(distance) = plan.distance {
                sleep_until(began + distance.mul_f64(as_f64(turn))).await;
            }
            let project = turn % plan.projects.len();
            let tasks = &plan.projects[project].tasks;
            let first = turn / plan.projects.len() % (tasks.len() - plan.rows + 1);
            let tasks = &tasks[first..first + plan.rows];
            commits.push(writer.commit(project, tasks, plan.clock).await?);
        }
        Ok::<_, Failure>(commits)
    });
    Ok(try_join_all(shares).await?.concat())
}

struct Writer {
    client: Client,
    update: Statement,
}

impl Writer {
    async fn open(stage: &Stage, durable: bool) -> Result<Self, Failure> {
        let client = stage.connect().await?;
        if !durable {
            client.batch_execute("set synchronous_commit = off").await?;
        }
        let update = client.prepare(UPDATE).await?;
        Ok(Self { client, update })
    }

    async fn commit(&self, project: usize, tasks: &[Uuid], clock: Instant) -> Result<Commit, Failure> {
        let now = || Micros::try_from(clock.elapsed().as_micros()).unwrap_or(Micros::MAX);
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 1] = [&tasks];
        let (begun, rows) =
            futures::join!(self.client.batch_execute("begin"), self.client.query(&self.update, &parameters));
        begun?;
        let txid = rows?.first().map_or(0, |row| row.get::<_, &str>(0).parse().unwrap_or_default());
        let begun = now();
        self.client.batch_execute("commit").await?;
        Ok(Commit { project, txid, begun, acknowledged: now() })
    }
}

#[allow(clippy::cast_precision_loss, reason = "the number of a commit")]
fn as_f64(turn: usize) -> f64 {
    turn as f64
}
