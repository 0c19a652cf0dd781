//! What ticks tell, across commits: what a tick for some topics leaves out, and how a backlog is told.

use serde_json::Value;
use tokio_postgres::Client;

use crate::support::TestDatabase;
use crate::workload::log::{self, Message};

const ONE: &str = "project:00000000-0000-7000-a000-000000000001";

const SETTING: &str = "
    insert into work.projects (id, name) values
      ('00000000-0000-7000-a000-000000000001', 'one'), ('00000000-0000-7000-a000-000000000002', 'two');
    insert into work.branches (id, project_id, name)
    select ('00000000-0000-7000-b000-' || right(p.id::text, 12))::uuid, p.id, 'main' from work.projects p";

async fn prepared() -> (TestDatabase, Client) {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    client.batch_execute(SETTING).await.unwrap();
    log::advance(&client, 100).await.unwrap();
    (database, client)
}

/// A task in a project, in a transaction of its own.
async fn add_task(client: &Client, project: u32) {
    let insert = format!(
        "insert into work.tasks (git_branch_id, title) values ('00000000-0000-7000-b000-00000000000{project}', 'new')"
    );
    client.batch_execute(&insert).await.unwrap();
}

async fn head(client: &Client) -> i64 {
    client.query_one("select sequence from tide.position()", &[]).await.unwrap().get(0)
}

fn tasks_told(message: &Message) -> i64 {
    let summaries = message.cascade["projects"].as_array().unwrap();
    summaries.iter().find_map(|project| project["total_tasks"].as_i64()).unwrap()
}

#[tokio::test]
async fn a_tick_for_some_topics_numbers_and_counts_everything_and_tells_what_they_hear() {
    let (_database, client) = prepared().await;
    let before = head(&client).await;
    for project in [1, 2, 1] {
        add_task(&client, project).await;
    }
    let told =
        client.query("select m.sequence from tide.advance_for(array[$1], 100) m", &[&ONE]).await.unwrap();
    let told: Vec<i64> = told.iter().map(|row| row.get(0)).collect();
    assert_eq!(told, [before + 1, before + 3]);
    assert_eq!(head(&client).await, before + 3);
    add_task(&client, 2).await;
    assert!(client.query("select * from tide.advance_for('{}')", &[]).await.unwrap().is_empty());
    assert_eq!(head(&client).await, before + 4, "what nobody hears has a number, too");
    assert!(client.query("select * from tide.verify()", &[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_backlog_is_counted_at_once_and_told_in_ticks_that_are_all_of_its_end() {
    let (_database, client) = prepared().await;
    let before = head(&client).await;
    for _ in 0..10 {
        add_task(&client, 1).await;
    }
    let first = log::advance(&client, 4).await.unwrap();
    assert_eq!((first.len(), head(&client).await), (4, before + 4));
    assert!(first.iter().all(|m| m.as_of == before + 10 && tasks_told(m) == 10), "{first:?}");
    let counted = "select total_tasks from work.branch_totals t where t.total_tasks > 0";
    assert_eq!(client.query_one(counted, &[]).await.unwrap().get::<_, i64>(0), 10);
    add_task(&client, 1).await;
    let second = log::advance(&client, 4).await.unwrap();
    assert_eq!(second.len(), 4);
    assert!(second.iter().all(|m| m.as_of == before + 11 && tasks_told(m) == 11), "{second:?}");
    let rest = log::advance(&client, 4).await.unwrap();
    assert_eq!(rest.len(), 3, "small ticks at its end are told together");
    assert!(log::advance(&client, 4).await.unwrap().is_empty());
    assert_eq!(head(&client).await, before + 11);
}

#[tokio::test]
async fn read_tells_rows_as_of_what_has_a_number() {
    let (_database, client) = prepared().await;
    add_task(&client, 1).await;
    log::advance(&client, 100).await.unwrap();
    let at = head(&client).await;
    client
        .batch_execute("update work.tasks set title = 'a'; update work.tasks set title = 'b'")
        .await
        .unwrap();
    let row = client.query_one("select record from tide.read($1)", &[&(at - 1)]).await.unwrap();
    let record: Value = row.get(0);
    assert_eq!((&record["title"], &record["asOf"]), (&"new".into(), &at.into()));
    client.batch_execute("delete from work.tasks").await.unwrap();
    let row = client.query_one("select record from tide.read($1)", &[&(at - 1)]).await.unwrap();
    assert_eq!(
        row.get::<_, Value>(0)["title"],
        "new",
        "neither an update nor a delete without a number shows"
    );
}

/// The tick before it is gone, so nobody knows any more what it added.
#[tokio::test]
async fn the_oldest_tick_is_no_place_to_go_on_from() {
    let (_database, client) = prepared().await;
    let mut ends = Vec::new();
    for _ in 0..3 {
        add_task(&client, 1).await;
        log::advance(&client, 100).await.unwrap();
        ends.push(head(&client).await);
    }
    let told_after = async |position: i64| {
        let told = client.query("select m.sequence from tide.read($1) m", &[&position]).await;
        told.map(|rows| rows.iter().map(|row| row.get(0)).collect::<Vec<i64>>())
    };
    assert_eq!(told_after(ends[0]).await.unwrap(), ends[1..]);
    let oldest = "delete from tide.ticks where last_sequence < $1";
    client.execute(oldest, &[&ends[1]]).await.unwrap();
    assert_eq!(told_after(ends[1]).await.unwrap(), ends[2..]);
    let refused = told_after(ends[0]).await.unwrap_err();
    assert_eq!(refused.code().unwrap().code(), "TG410");
}

#[tokio::test]
async fn a_tick_of_which_something_is_gone_is_not_told() {
    let (_database, client) = prepared().await;
    let before = head(&client).await;
    for _ in 0..2 {
        add_task(&client, 1).await;
    }
    log::advance(&client, 100).await.unwrap();
    client
        .batch_execute("delete from tide.events where id = (select max(id) from tide.events)")
        .await
        .unwrap();
    let refused = client.query("select m.sequence from tide.read($1) m", &[&before]).await.unwrap_err();
    assert_eq!(refused.code().unwrap().code(), "TG410");
}
