//! Postgres killed, its connections ended, its disk full, its queue full.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::sea::{Sea, write_one};
use super::storm::{Manner, Storm, TITLE};
use crate::service::world::MAIN;
use crate::support::{eventually, skipped};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_of_a_storm_it_recovers_and_what_was_told_is_what_is_there() {
    let mut sea = Sea::new(&[]).await;
    sea.serve(&[]).await;
    let mut follower = sea.follower().await;
    let storm = Storm::begin(&sea.url(), 3, Manner::default());
    for _ in 0..2 {
        sea.some_time().await;
        sea.kill_postgres();
        sea.start_postgres();
        sea.recovers("postgres killed and started again", &mut follower, Instant::now()).await;
    }
    sea.some_time().await;
    let tally = storm.end().await;
    let written = sea.written().await;
    assert!(tally.committed.is_subset(&written), "what was acknowledged is there");
    follower.assert_complete(&written).await;
    sea.assert_exact().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_committed_asynchronously_and_lost_in_a_crash_was_told_to_nobody() {
    let mut sea = Sea::new(&[("wal_writer_delay", "10s"), ("wal_writer_flush_after", "100MB")]).await;
    sea.serve(&[]).await;
    let mut follower = sea.follower().await;
    let storm = Storm::begin(&sea.url(), 3, Manner { asynchronous: true, ..Manner::default() });
    for _ in 0..2 {
        sea.some_time().await;
        sea.kill_postgres();
        sea.start_postgres();
        sea.recovers("asynchronous commits and a crash", &mut follower, Instant::now()).await;
    }
    storm.end().await;
    let written = sea.written().await;
    follower.assert_complete(&written).await;
    sea.assert_exact().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_connection_ended_again_and_again_beside_an_open_transaction_costs_nothing() {
    let mut sea = Sea::new(&[]).await;
    sea.serve(&[]).await;
    let mut follower = sea.follower().await;
    let long = sea.sql().await;
    let begun = uuid::Uuid::now_v7().to_string();
    let begin = format!(
        "set application_name = 'long'; begin;
         insert into work.tasks (id, git_branch_id, title) values ('{begun}', '{MAIN}', '{TITLE}')"
    );
    long.batch_execute(&begin).await.unwrap();
    let storm = Storm::begin(&sea.url(), 3, Manner::default());
    for _ in 0..3 {
        sea.some_time().await;
        let end = "select count(pg_terminate_backend(pid))::text from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and application_name <> 'long'";
        sea.text(end).await;
        sea.recovers("every backend terminated", &mut follower, Instant::now()).await;
    }
    storm.end().await;
    assert!(!follower.diary().created.contains_key(&begun), "it is not committed");
    long.batch_execute("commit").await.unwrap();
    let written = sea.written().await;
    assert!(written.contains(&begun));
    follower.assert_complete(&written).await;
    sea.assert_exact().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prepared_transactions_are_told_when_they_commit_whoever_was_killed_meanwhile() {
    let mut sea = Sea::new(&[("max_prepared_transactions", "8")]).await;
    sea.serve(&[]).await;
    let mut follower = sea.follower().await;
    for (n, outcome) in [(1, "commit"), (2, "rollback"), (3, "commit")] {
        let prepare = format!(
            "set tide.doorbell = off; begin;
             insert into work.tasks (git_branch_id, title) values ('{MAIN}', '{TITLE}');
             prepare transaction 'p{n}'"
        );
        sea.run(&prepare).await;
        let heard = write_one(&sea.url()).await;
        follower.until_heard(&heard).await;
        sea.kill_postgres();
        sea.start_postgres();
        sea.run(&format!("{outcome} prepared 'p{n}'")).await;
        sea.recovers("a prepared transaction over a crash", &mut follower, Instant::now()).await;
    }
    let written = sea.written().await;
    assert_eq!(written.len(), 2 + 3 + 3);
    follower.assert_complete(&written).await;
}

/// With a queue of 512 kB, which Postgres has a setting for from 17 on (`PG=18 make faults`).
async fn with_a_small_queue() -> Option<Sea> {
    let mut sea = Sea::new(&[]).await;
    let version: i32 = sea.text("show server_version_num").await.parse().unwrap();
    if version < 170_000 {
        skipped("Postgres 17 is the first whose queue can be made small enough to fill (PG=18 make test)");
        return None;
    }
    sea.run("alter system set max_notify_queue_pages = 64").await;
    sea.stop_postgres();
    sea.start_postgres();
    Some(sea)
}

/// Notifies this channel until the queue takes nothing more.
async fn fill_queue(sea: &Sea, channel: &str) {
    let noisy = sea.sql().await;
    let noise =
        format!("select pg_notify('{channel}', repeat('x', 7000) || n) from generate_series(1, 20) n");
    // Who holds it back may still take a little, until the socket that it writes to is full as well.
    let mut looks = 0;
    while looks < 5 {
        while noisy.batch_execute(&noise).await.is_ok() {}
        let full = sea.text("select (pg_notification_queue_usage() > 0.9)::text").await == "true";
        looks = if full { looks + 1 } else { 0 };
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_notification_queue_fails_no_write_and_holds_back_nothing() {
    let Some(mut sea) = with_a_small_queue().await else { return };
    sea.serve(&[]).await;
    let mut follower = sea.follower().await;
    // Who listens and does not come out of a transaction keeps everything in the queue.
    let hangs = sea.sql().await;
    hangs.batch_execute("listen other").await.unwrap();
    hangs.batch_execute("begin; select 1").await.unwrap();
    fill_queue(&sea, "other").await;

    let storm = Storm::begin(&sea.url(), 3, Manner::default());
    let since = Instant::now();
    sea.recovers("a full notification queue, while it is full", &mut follower, since).await;
    sea.some_time().await;
    let tally = storm.end().await;
    assert_eq!((tally.refused, tally.unknown.len()), (vec![], 0), "nobody's write fails");
    hangs.batch_execute("commit").await.unwrap();
    sea.recovers("a full notification queue, emptied", &mut follower, Instant::now()).await;
    let written = sea.written().await;
    follower.assert_complete(&written).await;
}

/// It listens, and reads nothing: what it was sent fills its socket, then its server process waits, then the queue fills.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_that_a_frozen_service_lets_fill_up_fails_no_write_and_all_is_told_when_it_thaws() {
    let Some(mut sea) = with_a_small_queue().await else { return };
    sea.serve(&[]).await;
    let mut follower = sea.follower().await;
    let storm = Storm::begin(&sea.url(), 3, Manner::default());
    sea.some_time().await;
    sea.service().signal(Signal::SIGSTOP);
    fill_queue(&sea, "tide_doorbell").await;
    let slowest = slowest_write(&sea, Duration::from_secs(3)).await;
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    sea.service().signal(Signal::SIGCONT);
    sea.recovers("a notification queue that it let fill up itself", &mut follower, Instant::now()).await;
    let tally = storm.end().await;
    assert_eq!((tally.refused, tally.unknown.len()), (vec![], 0), "nobody's write fails");
    let written = sea.written().await;
    follower.assert_complete(&written).await;
    let usage = "select (pg_notification_queue_usage() < 0.1)::text";
    eventually("the queue is empty again", async || sea.text(usage).await == "true").await;
    sea.assert_exact().await;
}

/// Writes one task after the other for so long, each with a connection of its own.
async fn slowest_write(sea: &Sea, length: Duration) -> Duration {
    let (end, mut slowest) = (Instant::now() + length, Duration::ZERO);
    while Instant::now() < end {
        let began = Instant::now();
        write_one(&sea.url()).await;
        slowest = slowest.max(began.elapsed());
    }
    slowest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_writers_and_when_there_is_room_again_everything_goes_on() {
    let place = tempfile::Builder::new().prefix("tidegate-sea-").tempdir_in("/tmp").unwrap();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=256m,mode=0755", "tmpfs"])
        .arg(place.path())
        .output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        skipped("no small file system can be mounted here (that takes root)");
        return;
    }
    let path = place.path().to_owned();
    let mut sea =
        Sea::at(place, &[("min_wal_size", "32MB"), ("max_wal_size", "64MB"), ("fsync", "off")]).await;
    sea.serve(&[]).await;
    let mut follower = sea.follower().await;
    let storm = Storm::begin(&sea.url(), 3, Manner::default());
    sea.some_time().await;
    let ballast = path.join("ballast");
    fill(&ballast);
    tokio::time::sleep(Duration::from_secs(3)).await;
    std::fs::remove_file(&ballast).unwrap();
    let since = Instant::now();
    eventually("Postgres has either lived on or ended", async || {
        sea.postgres_is_running() && sea.sql_answers().await || !sea.postgres_is_running()
    })
    .await;
    if !sea.postgres_is_running() {
        sea.start_postgres();
    }
    sea.recovers("a full disk", &mut follower, since).await;
    let tally = storm.end().await;
    let written = sea.written().await;
    assert!(tally.committed.is_subset(&written), "what was acknowledged is there");
    follower.assert_complete(&written).await;
    sea.assert_exact().await;
    drop(sea);
    let _ = std::process::Command::new("umount").arg("--lazy").arg(&path).status();
}

/// Takes all the room that there is.
fn fill(ballast: &std::path::Path) {
    use std::io::Write;
    let mut file = std::fs::File::create(ballast).unwrap();
    for size in [1 << 20, 1 << 12] {
        let block = vec![0; size];
        while file.write_all(&block).is_ok() {}
    }
}
