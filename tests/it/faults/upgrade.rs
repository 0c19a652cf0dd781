//! Two versions of the service at once. The newer one brings a migration and other functions, while writers write, nodes
//! of the older one serve, and clients hear both.
//!
//! `make test` has this program as the older one; the newer one is in this process, with a schema of a version that
//! does not exist yet. `make faults` builds an older program (`TIDEGATE_OLDER`) and lets this one follow it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::time::Instant;

use refinery::Migration;
use tidegate::config::Config;
use tidegate::db::definitions::Choices;
use tidegate::db::definitions::files::SqlFile;
use tidegate::db::migrate::{Schema, run_as};

use super::follower::Follower;
use super::report;
use super::sea::{SETTINGS, Sea, migrate_by, program, write_one};
use super::storm::{Manner, Storm};
use crate::service::node::{Node, Process};
use crate::support::program::Ended;
use crate::support::skipped;

/// Columns of a watched table and of the engine.
const NEXT: &str = "set local role tide_owner;
    alter table work.tasks add column estimate_minutes int;
    alter table tide.ticks add column note text;
    create table tide.next (id int primary key);
    comment on table tide.next is 'What the next version brings.';
    reset role";

/// The migrations of the next version.
fn next_migrations() -> Vec<Migration> {
    let mut migrations = Schema::embedded().migrations.to_vec();
    migrations.push(Migration::unapplied("V9999__next", NEXT).unwrap());
    migrations
}

/// Its functions: one that writers run says something else, one that every tick runs has another signature, one is new.
fn next_files() -> Vec<SqlFile> {
    let reword = |file: &SqlFile| {
        let text = match file.path.as_str() {
            "work/functions/tg_tasks__guard.sql" => {
                file.text.replace("begin\n", "begin\n  -- of the next version\n")
            }
            "tide/functions/advance_for.sql" => file.text.replace(
                "max_events int default null)",
                "max_events int default null, note text default null)",
            ),
            _ => file.text.clone(),
        };
        let text = text.replace("tide.advance_for(text[], int)", "tide.advance_for(text[], int, text)");
        SqlFile::new(&file.path, &text).unwrap()
    };
    let mut files: Vec<SqlFile> = Schema::embedded().files.iter().map(reword).collect();
    let new = "create or replace function tide.version() returns int language sql immutable
        set search_path = pg_catalog, pg_temp as $$ select 2 $$;
        comment on function tide.version() is 'Which one this is.';";
    files.insert(0, SqlFile::new("tide/functions/version.sql", new).unwrap());
    files
}

async fn migrate_to_next(url: &str) {
    let config = Config::load(None, [("DATABASE_URL".to_owned(), url.to_owned())]).unwrap();
    let (migrations, files) = (next_migrations(), next_files());
    let schema = Schema { migrations: &migrations, files: &files };
    let report = run_as(&config, schema, &Choices::default()).await.unwrap();
    assert_eq!(report.migrations, ["V9999__next.sql"]);
    assert_eq!(report.loaded.dropped, ["function tide.advance_for(text[],integer)"]);
}

/// Everything that was told since this client's first snapshot was told to it, too. Nobody writes any more.
async fn assert_complete_since(sea: &Sea, mut follower: Follower) {
    let last = write_one(&sea.url()).await;
    follower.until_heard(&last).await;
    assert_eq!(follower.complaints(), Vec::<String>::new());
    let heard = follower.diary().created;
    let first = heard.values().map(|(_, sequence)| *sequence).min().unwrap();
    let told = "select m.key from tide.read($1, 1000000) m
        where m.entity = 'task' and m.action = 'create' and m.record ->> 'title' = 'storm'";
    let told = sea.sql().await.query(told, &[&(first - 1)]).await.unwrap();
    let told: BTreeSet<String> = told.iter().map(|row| row.get(0)).collect();
    assert_eq!(heard.into_keys().collect::<BTreeSet<_>>(), told);
}

/// Somebody who heard everything from the beginning, whichever version told it.
async fn assert_missed_nothing(sea: &Sea, storm: Storm, follower: Follower) {
    let tally = storm.end().await;
    assert_eq!((tally.refused, tally.unknown.len()), (vec![], 0), "no writer noticed");
    let written = sea.written().await;
    let diary = follower.assert_complete(&written).await;
    assert_eq!(diary.snapshots, Vec::<String>::new(), "and it needed no snapshot");
    sea.assert_exact().await;
}

/// What this program says of the database.
async fn says(sea: &Sea, command: &'static str) -> Ended {
    let mut asked = program(env!("CARGO_BIN_EXE_tidegate"));
    asked.arg(command).env("DATABASE_URL", sea.url());
    asked.env("TIDEGATE_JWT_SECRET", crate::service::node::SECRET).env("TIDEGATE_LISTEN", "127.0.0.1:0");
    asked.output().await.unwrap().into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_version_migrates_under_load_and_serves_beside_the_older_and_nobody_misses_anything() {
    let mut sea = Sea::new(&[]).await;
    sea.serve(&[]).await;
    let mut follower = sea.follower().await;
    let storm = Storm::begin(&sea.url(), 3, Manner::default());
    sea.some_time().await;
    let since = Instant::now();
    migrate_to_next(&sea.url()).await;
    sea.recovers("a newer version's migration, to the older one's clients", &mut follower, since).await;

    let newer = Node::start_at(&sea.url(), &SETTINGS).await;
    let mut of_newer = Follower::begin(newer.address).await;
    sea.some_time().await;
    let since = Instant::now();
    let id = write_one(&sea.url()).await;
    tokio::join!(follower.until_heard(&id), of_newer.until_heard(&id));
    report("two versions side by side: one change, to clients of both", since);
    for command in ["serve", "migrate"] {
        let ended = says(&sea, command).await;
        assert_ne!(ended.status, Some(0), "{ended:?}");
        let expected = "the database is newer than this program: it has migration V9999__next";
        assert!(ended.complained.contains(expected), "{ended:?}");
        assert!(ended.complained.contains("use the newer program"), "{ended:?}");
    }
    let ended = says(&sea, "doctor").await;
    assert!(ended.said.contains("newer than this program"), "{ended:?}");

    let old = sea.take_service();
    sea.lead_to(newer.address).await;
    let log = old.end().await;
    assert_eq!(log, "", "the older one had nothing to complain of");
    sea.recovers("a node replaced by the next version's", &mut follower, Instant::now()).await;
    assert_missed_nothing(&sea, storm, follower).await;
    assert_complete_since(&sea, of_newer).await;
    newer.stop().await;
}

/// The program of a former version.
fn older() -> Option<OsString> {
    let older = std::env::var_os("TIDEGATE_OLDER").filter(|path| !path.is_empty());
    if older.is_none() {
        skipped("TIDEGATE_OLDER names no older program (make faults builds one)");
    }
    older
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_program_goes_on_while_this_one_migrates_and_until_it_is_replaced_by_it() {
    let Some(older) = older() else { return };
    let mut sea = Sea::migrated_by(&older).await;
    let url = sea.url();
    sea.serve_by(program(&older), &url, &[]).await;
    let mut follower = sea.follower().await;
    let storm = Storm::begin(&sea.url(), 3, Manner::default());
    sea.some_time().await;
    let since = Instant::now();
    migrate_by(env!("CARGO_BIN_EXE_tidegate"), &url);
    sea.recovers("this version's migration, to an older program's clients", &mut follower, since).await;

    let newer = Process::start_at(&url, &SETTINGS).await;
    let mut of_newer = Follower::begin(newer.address()).await;
    sea.some_time().await;
    let since = Instant::now();
    let id = write_one(&url).await;
    tokio::join!(follower.until_heard(&id), of_newer.until_heard(&id));
    report("an older program and this one: one change, to clients of both", since);
    let old = sea.take_service();
    sea.lead_to(newer.address()).await;
    old.end().await;
    sea.recovers("an older program replaced by this one", &mut follower, Instant::now()).await;
    assert_missed_nothing(&sea, storm, follower).await;
    assert_complete_since(&sea, of_newer).await;
    newer.end().await;
}
