//! `tidegate migrate` with everything that it really carries: from nothing, from something older, twice, and at once.
//! What the loader does with single files is tested beside it, in `src/db/definitions`.

use std::time::Duration;

use refinery::{Migration, Runner};
use tidegate::db::definitions::Choices;
use tidegate::db::definitions::files::{SqlFile, embedded};
use tidegate::db::migrate::{Report, Schema, migrate};
use tidegate::error::{Failure, Status};
use tokio_postgres::Client;

use crate::support::program::{postgres_tool, tidegate};
use crate::support::{TestDatabase, files};

async fn bring_up(database: &TestDatabase, files: &[SqlFile]) -> Result<Report, Failure> {
    let schema = Schema { files, ..Schema::embedded() };
    migrate(&mut database.connect().await, schema, &Choices::default()).await
}

/// The whole schema as `pg_dump` writes it, but for the log's partitions, which are named after days.
async fn schema(database: &TestDatabase) -> String {
    let arguments = ["--schema-only", "--exclude-table=tide.events_2*", "--exclude-schema=public"];
    let dump = String::from_utf8(postgres_tool(&database.url(), "pg_dump", &arguments).await).unwrap();
    // Newer versions fence a dump with a word of their own for each.
    dump.lines().filter(|line| !line.contains("restrict ")).fold(String::new(), |all, line| all + line + "\n")
}

/// How many of the embedded files define something, and are not scripts that are run at every load.
fn objects_files() -> usize {
    embedded().iter().filter(|file| file.phase.defines_objects()).count()
}

/// The schema of a database that is migrated in one go.
async fn schema_from_scratch() -> String {
    let database = TestDatabase::empty().await;
    bring_up(&database, embedded()).await.unwrap();
    schema(&database).await
}

fn assert_same(what: &str, one: &str, other: &str) {
    let differs = one.lines().zip(other.lines()).find(|(one, other)| one != other);
    assert!(
        one == other,
        "{what}: {differs:#?}, of {} and {} lines",
        one.lines().count(),
        other.lines().count()
    );
}

/// The embedded files, one of them with another text.
fn with_text(path: &str, text: impl Fn(&str) -> String) -> Vec<SqlFile> {
    let mut files = embedded().to_vec();
    let file =
        files.iter_mut().find(|file| file.path == path).unwrap_or_else(|| panic!("there is no {path}"));
    *file = SqlFile::new(path, &text(&file.text)).unwrap();
    files
}

#[tokio::test]
async fn an_empty_database_becomes_whole() {
    let database = TestDatabase::empty().await;
    let report = bring_up(&database, embedded()).await.unwrap();
    assert_eq!(report.migrations.len(), migrations().len());
    assert_eq!(report.loaded.files.len(), objects_files());
    let client = database.connect().await;
    let insert = "insert into work.projects (name) values ('p');
        insert into work.branches (project_id, name) select id, 'b' from work.projects;
        insert into work.tasks (git_branch_id, title) select id, 't' from work.branches";
    client.batch_execute(insert).await.unwrap();
    let told = client.query_one("select count(*) from tide.advance()", &[]).await.unwrap();
    assert_eq!(told.get::<_, i64>(0), 3);
    let tasks = client.query_one("select total_tasks from work.project_summaries", &[]).await.unwrap();
    assert_eq!(tasks.get::<_, i64>(0), 1);
}

#[tokio::test]
async fn a_second_run_changes_nothing_and_waits_for_nobody() {
    let database = TestDatabase::new().await;
    let holder = database.connect().await;
    let before = stamps(&holder).await;
    hold_everything(&holder).await;
    let run = tokio::time::timeout(Duration::from_secs(20), bring_up(&database, embedded()));
    assert_eq!(run.await.expect("it waits for a lock").unwrap(), Report::default());
    holder.batch_execute("rollback").await.unwrap();
    assert_eq!(stamps(&holder).await, before);
}

#[tokio::test]
async fn a_run_with_work_to_do_would_have_waited() {
    let database = TestDatabase::new().await;
    let holder = database.connect().await;
    hold_everything(&holder).await;
    let files = with_text("work/functions/task_summary.sql", |text| format!("{text}\n"));
    let run = tokio::time::timeout(Duration::from_millis(500), bring_up(&database, &files));
    assert!(
        run.await.is_err(),
        "what is held does not stand in the way of a lock: the test above proves nothing"
    );
}

/// Holds the migrators' lock, and every table of ours against anything but reading.
async fn hold_everything(client: &Client) {
    let hold = "begin; select pg_advisory_lock(x'7469646567617465'::bigint);
        do $$
        declare v_table record;
        begin
          for v_table in
            select c.oid::regclass as name from pg_class c
            where c.relkind in ('r', 'p') and c.relnamespace::regnamespace::text in ('tide', 'work', 'public')
              and not c.relispartition
          loop
            execute format('lock table %s in exclusive mode', v_table.name);
          end loop;
        end $$";
    client.batch_execute(hold).await.unwrap();
}

/// Who wrote each of our rows in the catalogue and in the loader's memory.
async fn stamps(client: &Client) -> String {
    let query = "select string_agg(s.stamp, ' ' order by s.stamp) from (
          select 'p' || p.oid || ':' || p.xmin from pg_proc p where p.pronamespace::regnamespace::text in ('tide', 'work')
          union all
          select 'c' || c.oid || ':' || c.xmin from pg_class c where c.relnamespace::regnamespace::text in ('tide', 'work')
          union all
          select 't' || t.oid || ':' || t.xmin from pg_trigger t
          union all
          select 'd' || d.object || ':' || d.xmin from tide.definitions d
        ) s (stamp)";
    client.query_one(query, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn two_migrators_at_once_make_what_one_makes() {
    let database = TestDatabase::empty().await;
    let (one, two) = tokio::join!(bring_up(&database, embedded()), bring_up(&database, embedded()));
    let mut applied = [one.unwrap().migrations.len(), two.unwrap().migrations.len()];
    applied.sort_unstable();
    assert_eq!(applied, [0, migrations().len()]);
    assert_same("two at once, and one", &schema(&database).await, &schema_from_scratch().await);
}

#[tokio::test]
async fn everything_loaded_once_more_is_what_it_was() {
    let database = TestDatabase::new().await;
    let before = schema(&database).await;
    let client = database.connect().await;
    client.batch_execute("update tide.definitions set file_hash = 'of another text'").await.unwrap();
    let report = bring_up(&database, embedded()).await.unwrap();
    assert_eq!(report.loaded.files.len(), objects_files());
    assert!(report.loaded.dropped.is_empty(), "{:?}", report.loaded.dropped);
    assert_same("before, and after", &before, &schema(&database).await);
}

#[tokio::test]
async fn whatever_migration_a_database_was_left_after_it_is_brought_on() {
    let from_scratch = schema_from_scratch().await;
    for count in 1..=migrations().len() {
        let database = TestDatabase::empty().await;
        let mut runner = Runner::new(&migrations()[..count]);
        runner.set_migration_table_name("public.tidegate_migrations");
        runner.run_async(&mut database.connect().await).await.unwrap();
        let report = bring_up(&database, embedded()).await.unwrap();
        assert_eq!(report.migrations.len(), migrations().len() - count);
        assert_same(
            &format!("from {count} migrations on, and from scratch"),
            &schema(&database).await,
            &from_scratch,
        );
    }
}

/// Those of the repository, in order.
fn migrations() -> Vec<Migration> {
    let mut paths = Vec::new();
    files::below(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations"), &mut paths);
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "sql"));
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy();
        Migration::unapplied(&name, &std::fs::read_to_string(path).unwrap()).unwrap()
    };
    paths.iter().map(read).collect()
}

#[tokio::test]
async fn an_older_sql_is_brought_to_the_present() {
    // One function says something else, one does not exist yet, one and its trigger are gone since, a view is narrower.
    let mut older = with_text("work/functions/may.sql", |text| text.replace("$$\n", "$$\n\n"));
    older.retain(|file| file.path != "work/functions/task_summary.sql" && file.path != "work/grants.sql");
    let view = older.iter_mut().find(|file| file.path == "work/views/branch_summaries.sql").unwrap();
    *view = SqlFile::new(&view.path, &view.text.replace(",\n  s.updated_at\n", "\n")).unwrap();
    let gone = [
        (
            "work/functions/tg_users__greet.sql",
            "create or replace function work.tg_users__greet() returns trigger language plpgsql as $$ begin return new; end $$;",
        ),
        (
            "work/views/greetings.sql",
            "create or replace view work.greetings as select 'hello ' || u.handle as greeting from work.users u;",
        ),
        (
            "work/triggers/users__greet.sql",
            "create or replace trigger _300_greet before insert on work.users for each row execute function work.tg_users__greet();",
        ),
    ];
    older.splice(0..0, gone.map(|(path, text)| SqlFile::new(path, text).unwrap()));
    older.sort_by_key(|file| file.phase);

    let database = TestDatabase::empty().await;
    bring_up(&database, &older).await.unwrap();
    let as_it_was = schema(&database).await;
    assert!(as_it_was.contains("greetings") && !as_it_was.contains("task_summary("), "it is not older");
    let report = bring_up(&database, embedded()).await.unwrap();
    assert_eq!(report.loaded.dropped.len(), 3, "{:?}", report.loaded.dropped);
    assert_same("an upgrade, and from scratch", &schema(&database).await, &schema_from_scratch().await);
}

#[tokio::test]
async fn a_users_view_lives_on_when_ours_is_loaded_again_and_when_it_grows() {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    let report = "create schema reports;
        create view reports.done as select s.name, s.completed_tasks from work.branch_summaries s;
        create materialized view reports.kept as select s.* from work.branch_summaries s;
        insert into work.projects (name) values ('p');
        insert into work.branches (project_id, name) select id, 'b' from work.projects";
    client.batch_execute(report).await.unwrap();
    let path = "work/views/branch_summaries.sql";
    let wider = with_text(path, |text| {
        text.replace(
            "\nfrom work._branch_sums s",
            ",\n  s.total_tasks + 1 as one_more\nfrom work._branch_sums s",
        )
    });
    let loaded = bring_up(&database, &wider).await.unwrap().loaded;
    assert!(loaded.files.contains(&path.to_owned()), "{loaded:?}");
    let one_more = client.query_one("select one_more from work.branch_summaries", &[]).await.unwrap();
    assert_eq!(one_more.get::<_, i64>(0), 1);
    let mine = client.query_one("select name, completed_tasks from reports.done", &[]).await.unwrap();
    assert_eq!((mine.get(0), mine.get(1)), ("b", 0_i64));
    // Back again would take a column away from it: told, and left as it is.
    client
        .batch_execute("create view reports.more as select s.one_more from work.branch_summaries s")
        .await
        .unwrap();
    let refusal = bring_up(&database, embedded()).await.unwrap_err();
    assert_eq!(refusal.status(), Status::NotSo);
    assert!(refusal.what().contains("reports.more"), "{refusal}");
    client
        .batch_execute("select one_more from reports.more; refresh materialized view reports.kept")
        .await
        .unwrap();
}

const CHANGED: &str =
    "create or replace function work.task_summary(task_id uuid) returns jsonb language sql stable
    set search_path = pg_catalog, pg_temp as $$ select '{\"mine\": true}'::jsonb $$";
const ASKED: &str = "select coalesce(work.task_summary(tide.uuid_v7()) ? 'mine', false)";

async fn is_mine(client: &Client) -> bool {
    client.query_one(ASKED, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn a_function_that_a_dba_changed_stays_until_somebody_chooses() {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    client.batch_execute(CHANGED).await.unwrap();
    assert_eq!(tidegate(&database, &["migrate", "--check"]).status, Some(1));
    let refused = tidegate(&database, &["migrate"]);
    assert_eq!(refused.status, Some(1));
    for word in ["function work.task_summary(uuid)", "tidegate sql diff", "--keep", "--take-ours"] {
        assert!(refused.complained.contains(word), "{refused:?}");
    }
    assert!(is_mine(&client).await);
    let difference = tidegate(&database, &["sql", "diff"]);
    assert!(difference.said.contains("mine"), "{difference:?}");

    let kept = tidegate(&database, &["migrate", "--keep", "work.task_summary"]);
    assert_eq!(kept.status, Some(0), "{kept:?}");
    assert!(is_mine(&client).await);
    assert_eq!(tidegate(&database, &["migrate", "--check"]).status, Some(0));
    assert_eq!(tidegate(&database, &["migrate"]).status, Some(0));
    assert!(is_mine(&client).await);

    let ours = tidegate(&database, &["migrate", "--take-ours", "work.task_summary"]);
    assert_eq!(ours.status, Some(0), "{ours:?}");
    assert!(!is_mine(&client).await);
    assert_eq!(tidegate(&database, &["migrate", "--check"]).status, Some(0));
}

#[tokio::test]
async fn check_says_by_its_status_whether_anything_is_pending() {
    let database = TestDatabase::empty().await;
    let check = || tidegate(&database, &["migrate", "--check"]);
    let before = check();
    assert_eq!(before.status, Some(1), "{before:?}");
    assert!(
        before.said.contains("to apply: V0001__tide.sql") && before.said.contains("to load: sql/"),
        "{before:?}"
    );
    let nothing_happened = "select to_regnamespace('tide') is null";
    let client = database.connect().await;
    assert!(client.query_one(nothing_happened, &[]).await.unwrap().get::<_, bool>(0));
    assert_eq!(tidegate(&database, &["migrate"]).status, Some(0));
    assert_eq!((check().status, check().said.trim()), (Some(0), "up to date"));
    client.batch_execute("drop function work.task_summary(uuid)").await.unwrap();
    assert_eq!(check().status, Some(1));
    assert!(check().said.contains("missing: function work.task_summary(uuid)"));
}

#[tokio::test]
async fn serve_refuses_a_schema_that_is_not_its_own() {
    let database = TestDatabase::empty().await;
    let client = database.connect().await;
    let refused = || tidegate(&database, &["serve"]);
    let bare = refused();
    assert_eq!(bare.status, Some(1), "{bare:?}");
    assert!(
        bare.complained.contains("behind this program") && bare.complained.contains("tidegate migrate"),
        "{bare:?}"
    );

    bring_up(&database, embedded()).await.unwrap();
    let older =
        "update tide.definitions set file_hash = 'of an older text' where file = 'work/functions/may.sql'";
    client.batch_execute(older).await.unwrap();
    let older = refused();
    assert_eq!(older.status, Some(1), "{older:?}");
    assert!(
        older.complained.contains("1 files") && older.complained.contains("tidegate migrate"),
        "{older:?}"
    );

    let newer = "insert into public.tidegate_migrations values (9999, 'later', '2030-01-01T00:00:00Z', '1')";
    client.batch_execute(newer).await.unwrap();
    let newer = refused();
    assert_eq!(newer.status, Some(2), "{newer:?}");
    assert!(newer.complained.contains("newer than this program"), "{newer:?}");
    assert!(newer.complained.contains("V9999__later"), "{newer:?}");
}
