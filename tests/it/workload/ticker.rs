//! Whoever ticks: several at once, at any pace, sometimes none, and killed in the middle of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::log::{self, Message, Published};
use crate::support::TestDatabase;

/// Shared by all who tick, and by who stops and kills them.
#[derive(Debug, Default)]
pub(crate) struct Switch {
    pub(crate) stop: AtomicBool,
    pub(crate) pause: AtomicBool,
}

/// Ticks until stopped. Returns what it would have published: only what was committed.
pub(crate) async fn run(database: Arc<TestDatabase>, switch: Arc<Switch>, seed: u64) -> Vec<Published> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut published = Vec::new();
    let mut client = connect(&database).await;
    while !switch.stop.load(Ordering::Relaxed) {
        if !switch.pause.load(Ordering::Relaxed) {
            let max_events = [5, 50, 500, 5000, 5000, 5000, 5000, 5000][random.random_range(0..8)];
            let linger = if random.random_ratio(1, 10) { 30 } else { 0 };
            match tick(&client, max_events, linger).await {
                Ok(tick) => published.extend(tick),
                Err(error) if was_killed(&error) => client = connect(&database).await,
                Err(error) => panic!("a tick was refused: {error:?}"),
            }
        }
        tokio::time::sleep(Duration::from_millis(random.random_range(0..25))).await;
    }
    published
}

/// Ticks until nothing is left.
pub(crate) async fn drain(client: &Client) -> Vec<Published> {
    let mut published = Vec::new();
    loop {
        published.extend(tick(client, 5000, 0).await.unwrap());
        if client.query_one("select tide.pending_count()", &[]).await.unwrap().get::<_, i64>(0) == 0 {
            return published;
        }
    }
}

fn was_killed(error: &tokio_postgres::Error) -> bool {
    error.is_closed() || error.code() == Some(&SqlState::ADMIN_SHUTDOWN) || error.as_db_error().is_none()
}

async fn connect(database: &TestDatabase) -> Client {
    let client = database.connect().await;
    client.batch_execute("set application_name = 'ticker'").await.unwrap();
    client
}

async fn tick(
    client: &Client,
    max_events: i32,
    linger: u64,
) -> Result<Option<Published>, tokio_postgres::Error> {
    client.batch_execute("begin").await?;
    let messages: Vec<Message> = log::advance(client, max_events).await?;
    if linger > 0 {
        tokio::time::sleep(Duration::from_millis(linger)).await;
    }
    client.batch_execute("commit").await?;
    Ok((!messages.is_empty()).then_some(Published { messages }))
}

/// Stops and starts everybody's ticking, and kills some of them, until stopped.
pub(crate) async fn disturb(client: Client, switch: Arc<Switch>, seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    while !switch.stop.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(random.random_range(100..500))).await;
        switch.pause.store(random.random_ratio(1, 3), Ordering::Relaxed);
        let kill = "select pg_terminate_backend(a.pid) from pg_stat_activity a
            where a.application_name = 'ticker' and a.datname = current_database() order by random() limit 1";
        client.batch_execute(kill).await.unwrap();
    }
}
