//! A transaction that stays open: for minutes in `make faults`, for seconds in `make test`.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::follower::Follower;
use super::sea::{Sea, write_one};
use super::storm::{Manner, Storm, TITLE};
use super::{in_full, report};
use crate::service::world::MAIN;
use crate::support::open;

/// Whose connection it is.
const LONG: &str = "set application_name = 'long'";
/// For so long it is looked at how it is without.
const SHORT: Duration = Duration::from_secs(1);
/// How long a change may take at most while somebody stays in a transaction.
const LONGEST: Duration = Duration::from_secs(5);

fn minutes() -> Duration {
    if in_full() { Duration::from_secs(180) } else { Duration::from_secs(3) }
}

/// How long changes took from their COMMIT to a client that follows, one after the other for so long; ascending.
async fn delays(sea: &Sea, follower: &mut Follower, length: Duration) -> Vec<Duration> {
    let (end, mut delays) = (Instant::now() + length, Vec::new());
    while Instant::now() < end {
        let id = write_one(&sea.url()).await;
        let committed = Instant::now();
        follower.until_heard(&id).await;
        delays.push(committed.elapsed());
        sleep(Duration::from_millis(50)).await;
    }
    delays.sort();
    delays
}

/// Others wait no longer than before: not usually, and never for long.
fn assert_as_ever(before: &[Duration], during: &[Duration]) {
    let (usual, now) = (before[before.len() / 2], during[during.len() / 2]);
    let longest = *during.last().unwrap();
    println!("{usual:?} before, {now:?} beside it, {longest:?} at most, of {}", during.len());
    assert!(now < 3 * usual + Duration::from_millis(100), "{now:?} instead of {usual:?}");
    assert!(longest < LONGEST, "{longest:?}");
}

/// Some writers, for as long as a transaction stays open.
fn writers(sea: &Sea) -> Storm {
    Storm::begin(&sea.url(), 2, Manner { pause: Duration::from_millis(20), ..Manner::default() })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_stays_open_for_minutes_delays_nobody_but_itself() {
    let mut sea = Sea::new(&[]).await;
    sea.serve(&[]).await;
    let mut follower = sea.follower().await;
    let storm = writers(&sea);
    let before = delays(&sea, &mut follower, SHORT).await;
    let long = sea.sql().await;
    let begun = uuid::Uuid::now_v7().to_string();
    let begin = format!(
        "{LONG}; begin;
         insert into work.tasks (id, git_branch_id, title) values ('{begun}', '{MAIN}', '{TITLE}')"
    );
    long.batch_execute(&begin).await.unwrap();
    let during = delays(&sea, &mut follower, minutes()).await;
    assert!(!follower.diary().created.contains_key(&begun), "it is not committed");
    long.batch_execute("commit").await.unwrap();
    let since = Instant::now();
    follower.until_heard(&begun).await;
    report("a transaction that stayed open, told", since);
    assert_as_ever(&before, &during);
    let tally = storm.end().await;
    assert_eq!((tally.refused, tally.unknown.len()), (vec![], 0), "no writer noticed");
    let written = sea.written().await;
    follower.assert_complete(&written).await;
    sea.assert_exact().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_stays_open_in_another_database_holds_back_nobody() {
    let mut sea = Sea::new(&[]).await;
    let there = open(&sea.url().replace("/sea", "/postgres")).await;
    sea.serve(&[]).await;
    let mut follower = sea.follower().await;
    let storm = writers(&sea);
    let before = delays(&sea, &mut follower, SHORT).await;
    there.batch_execute("create table waits (id int); begin; insert into waits values (1)").await.unwrap();
    let during = delays(&sea, &mut follower, minutes()).await;
    assert_as_ever(&before, &during);
    sea.recovers("a transaction open in another database", &mut follower, Instant::now()).await;
    storm.end().await;
    let written = sea.written().await;
    follower.assert_complete(&written).await;
    there.batch_execute("rollback").await.unwrap();
    sea.assert_exact().await;
}
