//! The service killed, hung, switched off and cut off, under people who go on writing. Nothing is lost, nothing comes
//! twice, and the writers do not notice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::service::client::{Client, events, sequences};
use crate::service::node::{Node, Process};
use crate::service::world::{APOLLO, MAIN, TASKS, World, progress};
use crate::support::eventually;

/// These writers do not pause: on a busy machine a client is soon far behind, and would be closed with 4409.
const ROOM: (&str, &str) = ("TIDEGATE_WEBSOCKET__QUEUE_BYTES", "268435456");

/// What a client heard of new tasks: their sequences and ids, in the order in which they came.
#[derive(Default)]
struct Heard {
    sequences: Vec<i64>,
    ids: Vec<String>,
}

impl Heard {
    fn note(&mut self, message: &Value) {
        self.sequences.extend(sequences(message));
        let created = events(message).into_iter().filter(|(_, action, _)| action == "create");
        self.ids.extend(created.map(|(_, _, id)| id));
    }

    async fn listen_until(&mut self, client: &mut Client, count: usize) {
        while self.ids.len() < count {
            self.note(&client.next().await);
        }
    }

    /// Exactly the tasks in the table that the storm wrote, each once, in order.
    async fn assert_complete(mut self, world: &World) {
        assert!(self.sequences.is_sorted_by(|a, b| a < b), "twice or out of order");
        let written = "select coalesce(array_agg(id::text order by id::text), '{}') from work.tasks where title = 'storm'";
        let written: Vec<String> = world.sql.query_one(written, &[]).await.unwrap().get(0);
        self.ids.sort();
        assert_eq!(self.ids, written);
    }
}

/// People who insert one task after the other until told to stop; answers with how many there are.
struct Storm {
    stop: Arc<AtomicBool>,
    writers: Vec<JoinHandle<usize>>,
}

impl Storm {
    async fn begin(world: &World, writers: usize) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let mut started = Vec::new();
        for _ in 0..writers {
            let (sql, stop) = (world.database.connect().await, stop.clone());
            started.push(tokio::spawn(async move {
                let insert =
                    format!("insert into work.tasks (git_branch_id, title) values ('{MAIN}', 'storm')");
                let mut count = 0;
                while !stop.load(Ordering::Relaxed) {
                    sql.batch_execute(&insert).await.unwrap();
                    count += 1;
                }
                count
            }));
        }
        Self { stop, writers: started }
    }

    async fn end(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        let mut count = 0;
        for writer in self.writers {
            count += writer.await.unwrap();
        }
        count
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_of_a_storm_nothing_is_lost_or_doubled() {
    let world = World::new().await;
    let process = Process::start_with(&world.database, &[ROOM]).await;
    let mut client = process.client("/ws").await;
    client.expect("sync").await;
    let storm = Storm::begin(&world, 2).await;
    let mut heard = Heard::default();
    heard.listen_until(&mut client, 100).await;
    process.kill().await;
    while let Ok(message) = client.hear().await {
        heard.note(&message);
    }

    let process = Process::start_with(&world.database, &[ROOM]).await;
    let mut back = process.client("/ws?sync=none").await;
    let ack = back.resume(&client.epoch(), &client.positions()).await;
    assert_eq!(ack["payload"]["recovered"], true, "{ack}");
    let already = heard.ids.len();
    heard.listen_until(&mut back, already + 100).await;
    let count = storm.end().await;
    heard.listen_until(&mut back, count).await;
    heard.assert_complete(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hung_for_two_seconds_it_slows_nobody_down_and_its_clients_catch_up() {
    let world = World::new().await;
    let process = Process::start(&world.database).await;
    let mut client = process.client("/ws").await;
    client.expect("sync").await;
    let with_it = slowest_write(&world, Duration::from_millis(200)).await;
    process.signal(Signal::SIGSTOP);
    let without = slowest_write(&world, Duration::from_secs(2)).await;
    process.signal(Signal::SIGCONT);
    assert!(without < Duration::from_secs(1), "{without:?}, and {with_it:?} before");
    let count: i64 = world
        .sql
        .query_one("select count(*) from work.tasks where title = 'storm'", &[])
        .await
        .unwrap()
        .get(0);
    let mut heard = Heard::default();
    heard.listen_until(&mut client, usize::try_from(count).unwrap()).await;
    heard.assert_complete(&world).await;
}

/// Writes a task every millisecond or two for so long.
async fn slowest_write(world: &World, length: Duration) -> Duration {
    let end = Instant::now() + length;
    let mut slowest = Duration::ZERO;
    while Instant::now() < end {
        let began = Instant::now();
        world.run(&format!("insert into work.tasks (git_branch_id, title) values ('{MAIN}', 'storm')")).await;
        slowest = slowest.max(began.elapsed());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    slowest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn switched_off_while_five_thousand_rows_are_written_it_tells_them_all_when_it_is_back() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let client = node.synced("ann").await;
    let (epoch, positions) = (client.epoch(), client.positions());
    node.stop().await;
    let hundred = format!(
        "insert into work.tasks (git_branch_id, title) select '{MAIN}', 'storm' from generate_series(1, 100)"
    );
    for _ in 0..50 {
        world.run(&hundred).await;
    }
    let node = Node::start(&world.database, &[]).await;
    let mut back = node.silent("ann").await;
    let ack = back.resume(&epoch, &positions).await;
    assert_eq!(ack["payload"]["recovered"], true, "{ack}");
    let mut heard = Heard::default();
    heard.listen_until(&mut back, 5_000).await;
    heard.assert_complete(&world).await;
    assert_eq!(world.text("select count(*)::text from tide.verify()").await, "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_off_from_the_database_it_comes_back_and_catches_up() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let mut client = node.synced("ann").await;
    for (round, connection) in ["listener", "feed", "listener"].into_iter().enumerate() {
        let cut = format!(
            "select count(pg_terminate_backend(pid))::text from pg_stat_activity
             where datname = current_database() and application_name = 'tidegate {connection}'"
        );
        eventually("there is a connection to cut", async || world.text(&cut).await == "1").await;
        let percent = u32::try_from(round).unwrap() + 1;
        world.as_person(&progress(TASKS[round], percent)).await;
        let update = client.expect("update").await;
        assert_eq!(update["payload"]["data"]["primary"]["progress_percentage"], percent, "{connection}");
    }
}

#[tokio::test]
async fn who_waited_for_the_database_longer_than_anybody_may_be_silent_was_not_silent() {
    let world = World::new().await;
    let settings = [("WEBSOCKET_HEARTBEAT_INTERVAL", "1"), ("WEBSOCKET_CONNECTION_TIMEOUT", "2")];
    let node = Node::start(&world.database, &settings).await;
    let mut client = node.synced("ann").await;
    let other = world.database.connect().await;
    let lock = "begin; lock table work.project_members in access exclusive mode; select pg_sleep(3); commit";
    let locked = tokio::spawn(async move { other.batch_execute(lock).await });
    let is_locked = "select coalesce(bool_or(granted), false)::text from pg_locks \
        where relation = 'work.project_members'::regclass and mode = 'AccessExclusiveLock'";
    eventually("the table is locked", async || world.text(is_locked).await == "true").await;
    client.say(&json!({"type": "subscribe", "topics": [format!("project:{APOLLO}")]})).await;
    client.expect("sync").await;
    client.expect("ack").await;
    client.ask(&json!({"type": "heartbeat"}), "ack").await;
    locked.await.unwrap().unwrap();
}
