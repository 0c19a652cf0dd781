//! The retention passes: somebody who was away, who reads slowly, who is in the middle of paging.

use std::collections::BTreeSet;
use std::time::Instant;

use nix::sys::signal::Signal;
use tokio_postgres::Client;

use super::sea::{Sea, write_one};
use super::storm::TITLE;
use super::wire::Weather;
use crate::service::client::events;
use crate::service::node::sign;
use crate::service::web::Web;
use crate::service::world::MAIN;
use crate::support::eventually;

/// Everything that is in the log happened nine days ago.
const AGE: &str = "begin;
    set local role tide_owner;
    do $$ begin
      execute format('create table tide.events_%s partition of tide.events for values from (%L) to (%L)',
        to_char(current_date - 9, 'YYYYMMDD'), current_date - 9, current_date - 8);
    end $$;
    update tide.events set at = current_date - 9;
    commit";
/// Drops it, unless somebody reads it just then.
const DROP: &str = "do $$ begin
      assert (select count(*) = 1 from tide.maintain() m where m.what like 'dropped %'), 'it is in use';
    end $$";
/// Tasks of one statement of a past.
const STATEMENT: usize = 100;

/// So many tasks more, by the hundred, that no service has told anybody, in their order. The service is gone by then.
async fn a_past(sea: &mut Sea, tasks: usize) -> Vec<String> {
    sea.everything_is_told().await;
    // Hung, it tells nobody what others number meanwhile; killed, it has forgotten what it kept in memory.
    sea.service().signal(Signal::SIGSTOP);
    let before = sea.text("select sequence::text from tide.position()").await;
    let sql = sea.sql().await;
    for begun in (0..tasks).step_by(STATEMENT) {
        let insert = format!(
            "insert into work.tasks (git_branch_id, title, description)
             select '{MAIN}', '{TITLE}', repeat('x', 2000) from generate_series(1, {})",
            STATEMENT.min(tasks - begun)
        );
        sql.batch_execute(&insert).await.unwrap();
    }
    sea.take_service().kill().await;
    let tick = "do $$ begin while tide.pending_count() > 0 loop perform tide.advance(); end loop; end $$";
    sql.batch_execute(tick).await.unwrap();
    let told = format!("select m.key from tide.read({before}, {}) m order by m.sequence", 2 * tasks);
    let past: Vec<String> = sql.query(&told, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(past.len(), tasks);
    past
}

async fn drop_past(sea: &Sea) {
    sea.run(AGE).await;
    eventually("the past is gone", async || sea.sql().await.batch_execute(DROP).await.is_ok()).await;
}

/// What somebody was told who was then told to look again: a beginning of what there was.
fn assert_beginning(told: &BTreeSet<String>, past: &[String]) {
    assert!(!told.is_empty() && told.len() < past.len(), "{} of {}", told.len(), past.len());
    let beginning: BTreeSet<String> = past[..told.len()].iter().cloned().collect();
    assert_eq!(*told, beginning, "nothing was left out before that was said");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_when_the_retention_has_passed_is_told_to_look_again_and_misses_nothing_after() {
    let mut sea = Sea::new(&[]).await;
    sea.serve(&[]).await;
    let mut follower = sea.follower().await;
    let first = write_one(&sea.url()).await;
    follower.until_heard(&first).await;
    a_past(&mut sea, 10).await;
    drop_past(&sea).await;

    sea.serve(&[]).await;
    let since = Instant::now();
    eventually("it was told to look again", async || !follower.diary().snapshots.is_empty()).await;
    sea.recovers("the retention passed a client that was away", &mut follower, since).await;
    let diary = follower.diary();
    assert_eq!((diary.snapshots, diary.wrong), (vec!["not_recovered".to_owned()], vec![]));
    sea.assert_exact().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_slowly_while_the_retention_passes_is_told_where_it_stops_and_misses_nothing_after() {
    let mut sea = Sea::new(&[]).await;
    sea.serve(&[]).await;
    let mut follower = sea.follower().await;
    let first = write_one(&sea.url()).await;
    follower.until_heard(&first).await;
    // More than one look into the log brings, and more than lies in the buffers on the way.
    let past = a_past(&mut sea, 7_000).await;
    sea.wire().turn(Weather::Trickle(300_000));
    sea.serve(&[]).await;
    follower.until("it is in the middle of what it missed", |diary| diary.created.len() > 300).await;
    drop_past(&sea).await;
    let since = Instant::now();
    sea.wire().turn(Weather::Fair);
    follower.until("it was told to look again", |diary| !diary.snapshots.is_empty()).await;
    let mut told: BTreeSet<String> = follower.diary().created.into_keys().collect();
    assert!(told.remove(&first));
    assert_beginning(&told, &past);
    sea.recovers("the retention passed a client that reads slowly", &mut follower, since).await;
    let diary = follower.diary();
    assert_eq!((diary.snapshots, diary.wrong), (vec!["not_recovered".to_owned()], vec![]));
    sea.assert_exact().await;
}

/// A page of a consumer's, its work done.
async fn consume(sql: &Client) -> Result<Vec<String>, tokio_postgres::Error> {
    sql.batch_execute("begin").await?;
    let page = sql.query("select m.key, m.sequence from tide.consume('reader', 300) m", &[]).await;
    let Ok(page) = page else {
        sql.batch_execute("rollback").await?;
        return page.map(|_| Vec::new());
    };
    let last: Option<i64> = page.last().map(|row| row.get(1));
    sql.execute("select tide.commit_consumer('reader', $1)", &[&last]).await?;
    sql.batch_execute("commit").await?;
    Ok(page.iter().map(|row| row.get(0)).collect())
}

/// The partition goes in the very moment in which they ask: they have seen that everything is there, and wait for its lock.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_pages_through_the_log_while_the_retention_passes_is_told_so_and_never_given_a_hole() {
    let mut sea = Sea::new(&[]).await;
    sea.serve(&[]).await;
    let (sql, web) = (sea.sql().await, Web::at(sea.wire().address(), Some(sign("ann", 3600))));
    sea.everything_is_told().await;
    let mut page = web.poll("sync=none").await;
    consume(&sql).await.unwrap();
    let past = a_past(&mut sea, 2_000).await;
    sea.serve(&[]).await;
    let (mut consumed, mut polled) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..3 {
        consumed.extend(consume(&sql).await.unwrap());
        page = web.poll_after(&page, "limit=3").await;
        let said = page["messages"].as_array().unwrap().iter().flat_map(events);
        polled.extend(said.map(|(_, _, id)| id));
    }

    let dropping = sea.sql().await;
    dropping.batch_execute(AGE).await.unwrap();
    dropping.batch_execute("begin").await.unwrap();
    dropping.batch_execute(DROP).await.unwrap();
    let waiting = "select count(*)::text from pg_stat_activity
        where wait_event_type = 'Lock' and (query like '%tide.read(%' or query like '%tide.consume(%')";
    let everybody_waits = async {
        eventually("both wait for the log", async || sea.text(waiting).await == "2").await;
        dropping.batch_execute("commit").await.unwrap();
    };
    let after = format!(
        "/api/v2/changes?epoch={}&after={}&limit=3",
        page["epoch"].as_str().unwrap(),
        page["position"]
    );
    let (refused, answer, ()) = tokio::join!(consume(&sql), web.get(&after), everybody_waits);
    assert_eq!(refused.unwrap_err().code().unwrap().code(), "TG410");
    assert_eq!((answer.status, &answer.body["code"]), (410, &"position_not_available".into()));
    assert_beginning(&consumed, &past);
    assert_beginning(&polled, &past);
}
