//! What the log stands on goes: the partitions of its days.

use std::time::Instant;

use super::sea::Sea;
use super::storm::{Manner, Storm};

/// Every partition of a day.
const DROP_DAYS: &str = "do $$ declare v_part text; begin
    for v_part in select c.oid::regclass from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'tide.events'::regclass and c.relname ~ '^events_\\d{8}$'
    loop execute format('drop table %s', v_part); end loop;
  end $$";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_partitions_of_its_days_the_log_goes_on_in_the_one_for_everything() {
    let mut sea = Sea::new(&[]).await;
    sea.serve(&[]).await;
    let mut follower = sea.follower().await;
    sea.everything_is_told().await;
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
