//! What the log stands on goes: its partitions, its past, the horizon of its server.

use std::time::Instant;

use nix::sys::signal::Signal;

use super::sea::{Sea, write_one};
use super::storm::{Manner, Storm};
use crate::support::{eventually, open};

/// Every partition of a day.
const DROP_DAYS: &str = "do $$ declare v_part text; begin
    for v_part in select c.oid::regclass from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'tide.events'::regclass and c.relname ~ '^events_\\d{8}$'
    loop execute format('drop table %s', v_part); end loop;
  end $$";

/// Everything that is in the log happened nine days ago.
const AGE: &str = "set role tide_owner;
    do $$ begin
      execute format('create table tide.events_%s partition of tide.events for values from (%L) to (%L)',
        to_char(current_date - 9, 'YYYYMMDD'), current_date - 9, current_date - 8);
    end $$;
    update tide.events set at = current_date - 9;
    reset role";

async fn everything_is_told(sea: &Sea) {
    eventually("everything is told", async || sea.text("select tide.pending_count()::text").await == "0")
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_partitions_of_its_days_the_log_goes_on_in_the_one_for_everything() {
    let mut sea = Sea::new(&[]).await;
    sea.serve(&[]).await;
    let mut follower = sea.follower().await;
    everything_is_told(&sea).await;
    sea.run(DROP_DAYS).await;
    let storm = Storm::begin(&sea.url(), 2, Manner::default());
    sea.recovers("the log's partitions gone", &mut follower, Instant::now()).await;
    sea.some_time().await;
    sea.run("select tide.maintain()").await;
    sea.take_service().kill().await;
    sea.serve(&[]).await;
    sea.recovers("killed, and its log without partitions", &mut follower, Instant::now()).await;
    let tally = storm.end().await;
    assert_eq!((tally.refused, tally.unknown.len()), (vec![], 0), "no writer noticed");
    assert_ne!(sea.text("select count(*)::text from tide.events_default").await, "0");
    let written = sea.written().await;
    follower.assert_complete(&written).await;
    sea.assert_exact().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_when_the_retention_has_passed_is_told_to_look_again_and_misses_nothing_after() {
    let mut sea = Sea::new(&[]).await;
    sea.serve(&[]).await;
    let mut follower = sea.follower().await;
    let first = write_one(&sea.url()).await;
    follower.until_heard(&first).await;
    // Hung, it tells nobody what others number meanwhile; killed, it has forgotten what it kept in memory.
    sea.service().signal(Signal::SIGSTOP);
    for _ in 0..10 {
        write_one(&sea.url()).await;
    }
    sea.take_service().kill().await;
    sea.run("do $$ begin while tide.pending_count() > 0 loop perform tide.advance(); end loop; end $$").await;
    sea.run(AGE).await;
    let dropped =
        sea.text("select count(*)::text from tide.maintain() m where m.what like 'dropped %'").await;
    assert_eq!(dropped, "1", "the past is gone");

    sea.serve(&[]).await;
    let since = Instant::now();
    eventually("it was told to look again", async || !follower.diary().snapshots.is_empty()).await;
    sea.recovers("the retention passed a client that was away", &mut follower, since).await;
    let diary = follower.diary();
    assert_eq!((diary.snapshots, diary.wrong), (vec!["not_recovered".to_owned()], vec![]));
    sea.assert_exact().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_stays_open_in_another_database_holds_back_nobody() {
    let mut sea = Sea::new(&[]).await;
    let there = open(&sea.url().replace("/sea", "/postgres")).await;
    there.batch_execute("create table waits (id int); begin; insert into waits values (1)").await.unwrap();
    sea.serve(&[]).await;
    let mut follower = sea.follower().await;
    let storm = Storm::begin(&sea.url(), 2, Manner::default());
    sea.recovers("a transaction open in another database", &mut follower, Instant::now()).await;
    sea.some_time().await;
    storm.end().await;
    let written = sea.written().await;
    follower.assert_complete(&written).await;
    there.batch_execute("rollback").await.unwrap();
    sea.assert_exact().await;
}
