//! People who insert one task after the other, whatever happens to Postgres, and remember what was acknowledged.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

use crate::service::world::MAIN;

/// What the storm's tasks are called.
pub(super) const TITLE: &str = "storm";

/// Writers, each by a connection of its own.
pub(super) struct Storm {
    stop: Arc<AtomicBool>,
    writers: Vec<JoinHandle<Tally>>,
}

/// What writers know at the end.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// COMMIT was acknowledged.
    pub(super) committed: BTreeSet<String>,
    /// Whether it was is not known: the connection was lost.
    pub(super) unknown: BTreeSet<String>,
    /// The server said no.
    pub(super) refused: Vec<String>,
}

/// How they write.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Manner {
    /// `set synchronous_commit = off`
    pub(super) asynchronous: bool,
    /// As an AI agent, so that what they write is gathered.
    pub(super) agent: bool,
    /// Between two writes; a millisecond at least.
    pub(super) pause: Duration,
}

impl Storm {
    pub(super) fn begin(url: &str, writers: usize, manner: Manner) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let write = |_| tokio::spawn(write(url.to_owned(), manner, stop.clone()));
        Self { writers: (0..writers).map(write).collect(), stop }
    }

    pub(super) async fn end(self) -> Tally {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Tally::default();
        for writer in self.writers {
            let mut one = writer.await.unwrap();
            all.committed.append(&mut one.committed);
            all.unknown.append(&mut one.unknown);
            all.refused.append(&mut one.refused);
        }
        all
    }
}

async fn write(url: String, manner: Manner, stop: Arc<AtomicBool>) -> Tally {
    let mut tally = Tally::default();
    while !stop.load(Ordering::Relaxed) {
        let Some(client) = connect(&url, manner).await else {
            sleep(Duration::from_millis(20)).await;
            continue;
        };
        while !stop.load(Ordering::Relaxed) {
            let id = Uuid::now_v7().to_string();
            let insert = format!(
                "insert into work.tasks (id, git_branch_id, title) values ('{id}', '{MAIN}', '{TITLE}')"
            );
            match timeout(Duration::from_secs(20), client.batch_execute(&insert)).await {
                Ok(Ok(())) => {
                    tally.committed.insert(id);
                }
                Ok(Err(refused)) if refused.as_db_error().is_some() && !client.is_closed() => {
                    tally.refused.push(refused.to_string());
                    sleep(Duration::from_millis(5)).await;
                }
                _ => {
                    tally.unknown.insert(id);
                    break;
                }
            }
            sleep(manner.pause.max(Duration::from_millis(1))).await;
        }
    }
    tally
}

async fn connect(url: &str, manner: Manner) -> Option<Client> {
    let (client, connection) =
        timeout(Duration::from_secs(5), tokio_postgres::connect(url, NoTls)).await.ok()?.ok()?;
    tokio::spawn(connection);
    let source = if manner.agent { "mcp-ai" } else { "user" };
    let commit = if manner.asynchronous { "off" } else { "on" };
    let begin = format!("set tide.source = '{source}'; set synchronous_commit = {commit}");
    client.batch_execute(&begin).await.ok()?;
    Some(client)
}
