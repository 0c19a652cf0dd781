//! A log that was copied: dumped and restored, here or in another cluster, or cloned as files. What was told stays told,
//! what was not is told once, summaries are exact at every moment, and nobody goes on from an old position.

use tokio_postgres::Client;

use crate::support::program::postgres_tool;
use crate::support::{TestDatabase, another_server, open};
use crate::workload::log::{self, Message};
use crate::workload::{ledger, reader, ticker};

/// Written and told before the copy is made; three ticks, so that there is a position in the middle.
const TOLD: [&str; 3] = [
    "insert into work.projects (id, name) values ('00000000-0000-7000-a000-000000000001', 'project');
     insert into work.branches (id, project_id, name)
     values ('00000000-0000-7000-b000-000000000001', '00000000-0000-7000-a000-000000000001', 'one'),
       ('00000000-0000-7000-b000-000000000002', '00000000-0000-7000-a000-000000000001', 'other')",
    "insert into work.tasks (git_branch_id, title, status)
     select '00000000-0000-7000-b000-000000000001', 'told ' || i, 'done' from generate_series(1, 5) i",
    "delete from work.tasks where title = 'told 5'",
];

/// Begun between the ticks and committed after the last of them: untold, with ids below some that are told.
const IN_FLIGHT: &str = "insert into work.tasks (git_branch_id, title)
    values ('00000000-0000-7000-b000-000000000001', 'in flight')";

/// Written before the copy is made, and not told by then.
const UNTOLD: [&str; 4] = [
    "insert into work.tasks (git_branch_id, title)
     select '00000000-0000-7000-b000-000000000002', 'untold ' || i from generate_series(1, 3) i",
    "update work.tasks set git_branch_id = '00000000-0000-7000-b000-000000000002', status = 'todo'
     where title = 'told 1'",
    "delete from work.tasks where title = 'told 2'",
    "insert into work.contexts (project_id, key) values ('00000000-0000-7000-a000-000000000001', 'charter')",
];

/// A database whose log is told up to the middle, and a consumer of it.
async fn source() -> TestDatabase {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    ledger::install(&client).await;
    client.batch_execute("select tide.consume('worker')").await.unwrap();
    let slow = database.connect().await;
    for written in TOLD {
        client.batch_execute(written).await.unwrap();
        if written == TOLD[1] {
            slow.batch_execute("begin").await.unwrap();
            slow.batch_execute(IN_FLIGHT).await.unwrap();
        }
        ticker::drain(&client).await;
    }
    slow.batch_execute("commit").await.unwrap();
    for written in UNTOLD {
        client.batch_execute(written).await.unwrap();
    }
    database
}

/// Epoch and sequence of the head.
async fn position(client: &Client) -> (String, i64) {
    let row = client.query_one("select p.epoch::text, p.sequence from tide.position() p", &[]).await.unwrap();
    (row.get(0), row.get(1))
}

/// Ticks, and says what was told.
async fn tell(client: &Client) -> Vec<String> {
    ticker::drain(client).await.iter().flat_map(|tick| tick.messages.iter().map(describe)).collect()
}

fn describe(message: &Message) -> String {
    let m = message;
    format!(
        "{} of {}: {} {} {:?} {:?} {:?} by {}",
        m.sequence, m.txid, m.action, m.entity, m.key, m.topics, m.delta, m.source
    )
}

async fn assert_exact(client: &Client, when: &str) {
    let wrong = reader::wrong(client).await;
    assert!(wrong.is_empty(), "{when}: {wrong:#?}");
}

async fn assert_refused(client: &Client, sql: &str) {
    let refusal = client.batch_execute(sql).await.expect_err(sql);
    assert_eq!(refusal.code().map(|code| code.code()), Some("TG410"), "{sql}: {refusal:?}");
}

/// Everything that is promised of a copy whose original told `told` after it was made, from `(epoch, sequence)` on.
async fn assert_goes_on(copy: &Client, (epoch, sequence): (String, i64), told: &[String]) {
    assert_exact(copy, "before anybody ticks").await;
    assert_eq!(tell(copy).await, told, "what was untold is told once, as the original tells it");
    assert_exact(copy, "after the first tick").await;
    let (new_epoch, head) = position(copy).await;
    assert_ne!(new_epoch, epoch, "a copy is another epoch");
    assert_eq!(tell(copy).await, Vec::<String>::new(), "nothing is told twice");

    for old in [0, sequence - 1, head + 1] {
        assert_refused(copy, &format!("select tide.read({old})")).await;
    }
    assert_refused(copy, "select tide.consume('worker')").await;
    let again: Vec<String> = log::read_after(copy, sequence).await.unwrap().iter().map(describe).collect();
    assert_eq!(again, told, "what was told can be read again");

    copy.batch_execute("update work.tasks set status = 'blocked'").await.unwrap();
    assert_exact(copy, "before the next tick").await;
    assert!(!tell(copy).await.is_empty());
    assert_exact(copy, "after the next tick").await;
    assert_eq!(position(copy).await.0, new_epoch, "an epoch stays while nothing else happens");
}

/// A dump in a directory of its own, in a format that can be restored in parallel.
async fn dump(url: &str) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let into = format!("--file={}", place.path().join("dump").display());
    postgres_tool(url, "pg_dump", &["--format=custom", &into]).await;
    place
}

/// Roles belong to a cluster, and are not in a dump.
async fn create_roles(client: &Client) {
    let roles = ["tide_owner", "tide_service", "tide_writer", "tide_reader", "tide_user"];
    client.batch_execute(&roles.map(|role| format!("create role {role}")).join(";")).await.unwrap();
}

async fn restore(dump: &tempfile::TempDir, url: &str, arguments: &[&str]) {
    let from = dump.path().join("dump").display().to_string();
    let arguments: Vec<&str> = arguments.iter().copied().chain(["--exit-on-error", &from]).collect();
    postgres_tool(url, "pg_restore", &arguments).await;
}

#[tokio::test]
async fn a_dump_restored_into_the_same_cluster_goes_on_in_a_new_epoch() {
    let source = source().await;
    let original = source.connect().await;
    let dump = dump(&source.url()).await;
    let head = position(&original).await;
    let told = tell(&original).await;
    assert_eq!(told.len(), 7, "{told:#?}");

    let database = TestDatabase::empty().await;
    restore(&dump, &database.url(), &[]).await;
    assert_goes_on(&database.connect().await, head, &told).await;
}

#[tokio::test]
async fn a_dump_restored_into_another_cluster_goes_on_in_a_new_epoch() {
    let source = source().await;
    let original = source.connect().await;
    let dump = dump(&source.url()).await;
    let head = position(&original).await;
    let told = tell(&original).await;

    // Its transactions have smaller numbers than those in the log.
    let server = another_server();
    let copy = open(server.url()).await;
    let younger = "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint";
    let there: i64 = copy.query_one(younger, &[]).await.unwrap().get(0);
    let here: i64 = original.query_one(younger, &[]).await.unwrap().get(0);
    assert!(there < here, "{there} is not before {here}");
    create_roles(&copy).await;
    restore(&dump, server.url(), &[]).await;
    assert_goes_on(&copy, head, &told).await;
}

#[tokio::test]
async fn a_dump_restored_by_several_workers_goes_on_in_a_new_epoch() {
    let source = source().await;
    let original = source.connect().await;
    // Workers begin with what is big: the ticks are, and the log has more than one partition.
    let uneven = "update tide.ticks set at = at where number < 3;
        do $$ begin for i in 1..200 loop update tide.ticks set at = at where number < 3; end loop; end $$;
        analyze tide.ticks; analyze tide.events";
    original.batch_execute(uneven).await.unwrap();
    let dump = dump(&source.url()).await;
    let head = position(&original).await;
    let told = tell(&original).await;

    let database = TestDatabase::empty().await;
    restore(&dump, &database.url(), &["--jobs=2"]).await;
    assert_goes_on(&database.connect().await, head, &told).await;
}

#[tokio::test]
async fn a_dump_restored_in_place_takes_back_what_came_after_it_and_says_so() {
    let source = source().await;
    let original = source.connect().await;
    let dump = dump(&source.url()).await;
    let head = position(&original).await;
    let told = tell(&original).await;
    original.batch_execute("update work.tasks set title = 'gone with the restore'").await.unwrap();
    tell(&original).await;
    let beyond = position(&original).await.1;
    drop(original);

    restore(&dump, &source.url(), &["--clean", "--if-exists"]).await;
    let copy = source.connect().await;
    assert_refused(&copy, &format!("select tide.read({beyond})")).await;
    assert_goes_on(&copy, head, &told).await;
}

#[tokio::test]
async fn a_clone_goes_on_in_a_new_epoch() {
    let source = source().await;
    // Nobody may be connected meanwhile.
    let clone = source.copy().await;
    let original = source.connect().await;
    let head = position(&original).await;
    let told = tell(&original).await;
    assert_goes_on(&clone.connect().await, head.clone(), &told).await;
    assert_eq!(position(&original).await.0, head.0, "the original is of its epoch still");
}

#[tokio::test]
async fn a_dump_of_which_everything_was_told_is_a_new_epoch_too() {
    let source = source().await;
    let original = source.connect().await;
    tell(&original).await;
    let head = position(&original).await;
    let dump = dump(&source.url()).await;
    let database = TestDatabase::empty().await;
    restore(&dump, &database.url(), &[]).await;
    assert_goes_on(&database.connect().await, head, &[]).await;
}

#[tokio::test]
async fn a_copy_of_a_copy_goes_on_whether_or_not_the_first_had_ticked() {
    let source = source().await;
    let original = source.connect().await;
    let first_dump = dump(&source.url()).await;
    let head = position(&original).await;
    let told = tell(&original).await;
    let first = TestDatabase::empty().await;
    restore(&first_dump, &first.url(), &[]).await;

    let before_a_tick = dump(&first.url()).await;
    let second = TestDatabase::empty().await;
    restore(&before_a_tick, &second.url(), &[]).await;
    assert_goes_on(&second.connect().await, head.clone(), &told).await;

    let middle = first.connect().await;
    assert_eq!(tell(&middle).await, told);
    middle.batch_execute("update work.tasks set priority = 'urgent' where title = 'untold 1'").await.unwrap();
    let after_a_tick = dump(&first.url()).await;
    let head = position(&middle).await;
    let told = tell(&middle).await;
    assert_eq!(told.len(), 1, "{told:#?}");
    let third = TestDatabase::empty().await;
    restore(&after_a_tick, &third.url(), &[]).await;
    assert_goes_on(&third.connect().await, head, &told).await;
}

/// Between the ticks of a backlog, when all of it is counted and a part of it told.
#[tokio::test]
async fn a_dump_in_the_middle_of_a_backlog_is_told_in_full() {
    let source = source().await;
    let original = source.connect().await;
    let first = log::advance(&original, 2).await.unwrap().len();
    assert!((1..7).contains(&first), "{first} of 7 are told at once: this is not the middle of a backlog");
    let dump = dump(&source.url()).await;
    let mut told = tell(&original).await;
    assert_eq!(first + told.len(), 7);

    let database = TestDatabase::empty().await;
    restore(&dump, &database.url(), &[]).await;
    let copy = database.connect().await;
    assert_exact(&copy, "before anybody ticks").await;
    let mut copied = tell(&copy).await;
    assert_exact(&copy, "after the first tick").await;
    // One tick may tell what the original tells in several, each in the order of its ids.
    let without_sequence = |line: &mut String| drop(line.drain(..line.find(" of ").unwrap()));
    told.iter_mut().for_each(without_sequence);
    copied.iter_mut().for_each(without_sequence);
    told.sort();
    copied.sort();
    assert_eq!(copied, told);
    copy.batch_execute("update work.tasks set status = 'blocked'").await.unwrap();
    assert!(!tell(&copy).await.is_empty());
    assert_exact(&copy, "after the next tick").await;
}

/// Moves the log more than a week back, into two days that the retention does not keep.
const AGE: &str = "set role tide_owner;
    do $$ begin
      for d in 8..9 loop
        execute format('create table tide.events_%s partition of tide.events for values from (%L) to (%L)',
          to_char(current_date - d, 'YYYYMMDD'), current_date - d, current_date - d + 1);
      end loop;
    end $$;
    update tide.events set at = current_date - 9 + interval '1 day' * (id % 2);
    reset role";

/// What is past the retention is dropped once it is told, and no earlier.
#[tokio::test]
async fn a_dump_that_is_older_than_the_retention_is_told_in_full() {
    let source = source().await;
    let original = source.connect().await;
    original.batch_execute(AGE).await.unwrap();
    let untold = dump(&source.url()).await;
    let told = tell(&original).await;
    let dump_of_told = dump(&source.url()).await;
    for (dump, expected, dropped) in [(untold, told, 0), (dump_of_told, vec![], 2)] {
        let database = TestDatabase::empty().await;
        restore(&dump, &database.url(), &[]).await;
        let copy = database.connect().await;
        assert_eq!(dropped_by_maintain(&copy).await, dropped);
        assert!(copy.query("select * from tide.verify()", &[]).await.unwrap().is_empty(), "a summary drifts");
        assert_eq!(tell(&copy).await, expected);
        assert!(copy.query("select * from tide.verify()", &[]).await.unwrap().is_empty(), "a summary drifts");
        assert_eq!(dropped_by_maintain(&copy).await, 2 - dropped, "once told");
    }
}

async fn dropped_by_maintain(client: &Client) -> i64 {
    let maintain = "select count(*) from tide.maintain() m where m.what like 'dropped %'";
    client.query_one(maintain, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn a_copy_of_a_copy_in_another_cluster_goes_on() {
    let source = source().await;
    let dump_here = dump(&source.url()).await;
    let server = another_server();
    let there = open(server.url()).await;
    create_roles(&there).await;
    restore(&dump_here, server.url(), &[]).await;
    tell(&there).await;
    there.batch_execute("update work.tasks set priority = 'urgent' where title = 'untold 1'").await.unwrap();

    let dump_there = dump(server.url()).await;
    let head = position(&there).await;
    let told = tell(&there).await;
    assert_eq!(told.len(), 1, "{told:#?}");
    let database = TestDatabase::empty().await;
    restore(&dump_there, &database.url(), &[]).await;
    assert_goes_on(&database.connect().await, head, &told).await;
}

/// As when somebody migrates what was restored, and then makes a copy for a rehearsal.
#[tokio::test]
async fn a_clone_of_what_was_restored_and_never_ticked_goes_on() {
    let source = source().await;
    let original = source.connect().await;
    let dump = dump(&source.url()).await;
    let head = position(&original).await;
    let told = tell(&original).await;
    let server = another_server();
    let restored = open(server.url()).await;
    create_roles(&restored).await;
    restore(&dump, server.url(), &[]).await;
    restored.batch_execute("select tide._begin_epoch()").await.unwrap();
    drop(restored);
    let at = |database: &str| format!("{}{database}", server.url().strip_suffix("postgres").unwrap());
    open(&at("template1")).await.batch_execute("create database rehearsal template postgres").await.unwrap();
    assert_goes_on(&open(&at("rehearsal")).await, head.clone(), &told).await;
    assert_goes_on(&open(server.url()).await, head, &told).await;
}
