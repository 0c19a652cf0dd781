//! The loader against a real server: `TIDEGATE_TEST_DATABASE_URL`, or a throwaway one. A database for each test.

use tokio_postgres::Client;

use super::diff;
use super::files::SqlFile;
use super::state::Choices;
use crate::config::Config;
use crate::db::address::Address;
use crate::db::embedded::{Cluster, ClusterOptions};
use crate::db::migrate::{self, Report};
use crate::db::pool;
use crate::error::{Failure, Status};

const COUNT: &str = "create or replace function work.count_tasks() returns bigint language sql stable
set search_path = pg_catalog, pg_temp as $$ select count(*) from work.tasks $$;";
const COUNT_PLUS_ONE: &str =
    "create or replace function work.count_tasks() returns bigint language sql stable
set search_path = pg_catalog, pg_temp as $$ select count(*) + 1 from work.tasks $$;";
const NAMES: &str = "create or replace view work.names as select t.id, t.title from work.tasks t;";
const NAMES_NARROWER: &str = "create or replace view work.names as select t.title from work.tasks t;";
const NAMES_WIDER: &str =
    "create or replace view work.names as select t.id, t.title, t.status from work.tasks t;";
const SHOUTED: &str =
    "create or replace view work.shouted as select upper(n.title) as title from work.names n;";
const TOUCH: &str = "create or replace function work.tg_users__touch() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$ begin return new; end $$;";
const TRIGGERS: &str = "create or replace trigger _110_touch before update on work.users
for each row execute function work.tg_users__touch();
create or replace trigger _120_touch before insert on work.users
for each row execute function work.tg_users__touch();";

/// A database of its own, migrated with the given files.
struct Database {
    client: Client,
    url: String,
    _server: Option<Cluster>,
}

impl Database {
    async fn with(files: &[(&str, &str)]) -> Self {
        let (admins, server) = server();
        let name = format!("loader_{}", uuid::Uuid::now_v7().simple());
        let admin = pool::connect(&address(&admins)).await.unwrap();
        admin.batch_execute(&format!("create database {name}")).await.unwrap();
        let (place, _) = admins.rsplit_once('/').unwrap();
        let url = format!("{place}/{name}");
        let client = pool::connect(&address(&url)).await.unwrap();
        let mut database = Self { client, url, _server: server };
        database.migrate(files).await.unwrap();
        database
    }

    async fn another_connection(&self) -> Client {
        pool::connect(&address(&self.url)).await.unwrap()
    }

    async fn migrate(&mut self, files: &[(&str, &str)]) -> Result<Report, Failure> {
        self.migrate_choosing(files, &[], &[]).await
    }

    async fn migrate_choosing(
        &mut self,
        files: &[(&str, &str)],
        keep: &[&str],
        take_ours: &[&str],
    ) -> Result<Report, Failure> {
        let owned = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
        let choices = Choices { keep: owned(keep), take_ours: owned(take_ours) };
        let files = sql(files);
        let schema = migrate::Schema { files: &files, ..migrate::Schema::embedded() };
        migrate::migrate(&mut self.client, schema, &choices).await
    }

    async fn run(&self, sql: &str) {
        self.client.batch_execute(sql).await.unwrap();
    }

    async fn ask<T: for<'r> tokio_postgres::types::FromSql<'r>>(&self, sql: &str) -> T {
        self.client.query_one(sql, &[]).await.unwrap().get(0)
    }

    async fn has(&self, view: &str) -> bool {
        self.ask(&format!("select to_regclass('{view}') is not null")).await
    }
}

fn server() -> (String, Option<Cluster>) {
    match std::env::var("TIDEGATE_TEST_DATABASE_URL") {
        Ok(url) => (url, None),
        Err(_) => {
            let cluster = Cluster::start(ClusterOptions::throwaway()).unwrap();
            (cluster.url("postgres"), Some(cluster))
        }
    }
}

fn address(url: &str) -> Address {
    Address::read(&Config::defaults().database, url, "test").unwrap()
}

fn sql(files: &[(&str, &str)]) -> Vec<SqlFile> {
    let named = |path: &str| match path {
        path if path.starts_with("work/") => path.to_owned(),
        function => format!("work/functions/{function}.sql"),
    };
    files.iter().map(|(path, text)| SqlFile::new(&named(path), text).unwrap()).collect()
}

const NAMES_FILE: &str = "work/views/names.sql";
const SHOUTED_FILE: &str = "work/views/shouted.sql";
const TRIGGERS_FILE: &str = "work/triggers/users.sql";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_changed_takes_no_lock_and_does_nothing() {
    let mut database = Database::with(&[("count_tasks", COUNT)]).await;
    let other = database.another_connection().await;
    // Whoever took the migrators' lock, or any lock on the memory, would wait here for ever.
    other.batch_execute("begin; select pg_advisory_lock(l) from (select ('x' || '7469646567617465')::bit(64)::bigint) as x (l)").await.unwrap();
    other.batch_execute("lock table tide.definitions in share mode").await.unwrap();
    assert_eq!(database.migrate(&[("count_tasks", COUNT)]).await.unwrap(), Report::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_whose_text_changed_is_loaded_and_no_other() {
    let mut database = Database::with(&[("count_tasks", COUNT), (NAMES_FILE, NAMES)]).await;
    let report = database.migrate(&[("count_tasks", COUNT_PLUS_ONE), (NAMES_FILE, NAMES)]).await.unwrap();
    assert_eq!(report.loaded.files, ["work/functions/count_tasks.sql"]);
    assert_eq!(database.ask::<i64>("select work.count_tasks()").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_whose_file_is_gone_is_dropped() {
    let mut database = Database::with(&[("tg_users__touch", TOUCH), (TRIGGERS_FILE, TRIGGERS)]).await;
    let report = database.migrate(&[("count_tasks", COUNT)]).await.unwrap();
    assert_eq!(
        report.loaded.dropped,
        [
            "trigger _110_touch on work.users",
            "trigger _120_touch on work.users",
            "function work.tg_users__touch()"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_left_its_file_is_dropped() {
    let mut database = Database::with(&[("tg_users__touch", TOUCH), (TRIGGERS_FILE, TRIGGERS)]).await;
    let only_one = TRIGGERS.split_inclusive(';').next().unwrap();
    let report = database.migrate(&[("tg_users__touch", TOUCH), (TRIGGERS_FILE, only_one)]).await.unwrap();
    assert_eq!(report.loaded.dropped, ["trigger _120_touch on work.users"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_user_built_on_it_stops_a_drop_and_is_named() {
    let mut database = Database::with(&[(NAMES_FILE, NAMES), ("count_tasks", COUNT)]).await;
    database.run("create view public.report as select title from work.names").await;
    let failure = database.migrate(&[("count_tasks", COUNT)]).await.unwrap_err();
    assert!(
        failure.what().contains("view work.names") && failure.what().contains("view public.report"),
        "{failure}"
    );
    assert_eq!(failure.status(), Status::NotSo);
    assert!(database.has("public.report").await && database.has("work.names").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_users_view_survives_an_ordinary_change() {
    let mut database = Database::with(&[(NAMES_FILE, NAMES)]).await;
    database.run("create view public.report as select title from work.names").await;
    database.migrate(&[(NAMES_FILE, NAMES_WIDER)]).await.unwrap();
    assert_eq!(database.ask::<i64>("select count(*) from public.report").await, 0);
    assert_eq!(database.ask::<i64>("select count(status) from work.names").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_users_view_stops_an_incompatible_change_and_nothing_is_changed() {
    let mut database = Database::with(&[("count_tasks", COUNT), (NAMES_FILE, NAMES)]).await;
    database.run("create materialized view public.report as select title from work.names").await;
    let both = [("count_tasks", COUNT_PLUS_ONE), (NAMES_FILE, NAMES_NARROWER)];
    let failure = database.migrate(&both).await.unwrap_err();
    assert!(failure.what().contains("materialized view public.report"), "{failure}");
    assert_eq!(database.ask::<i64>("select work.count_tasks()").await, 0);
    database.run("drop materialized view public.report").await;
    database.migrate(&both).await.unwrap();
    assert_eq!(database.ask::<i64>("select work.count_tasks()").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn views_whose_columns_change_are_made_anew_with_what_is_ours_and_with_their_rights() {
    let files = |names| [(NAMES_FILE, names), (SHOUTED_FILE, SHOUTED)];
    let mut database = Database::with(&files(NAMES)).await;
    database.run("grant select on work.names, work.shouted to tide_reader with grant option").await;
    let report = database.migrate(&files(NAMES_NARROWER)).await.unwrap();
    assert_eq!(report.loaded.files, [NAMES_FILE, SHOUTED_FILE]);
    for view in ["work.names", "work.shouted"] {
        let right =
            format!("select has_table_privilege('tide_reader', '{view}', 'select with grant option')");
        assert!(database.ask::<bool>(&right).await, "{view}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_whose_result_changes_is_made_anew_with_the_view_that_calls_it() {
    let view =
        ("work/views/a.sql", "create or replace view work.a as select work.count_tasks()::text as tasks;");
    let mut database = Database::with(&[("count_tasks", COUNT), view]).await;
    let text = COUNT.replace("returns bigint", "returns int").replace("count(*)", "count(*)::int");
    let report = database.migrate(&[("count_tasks", &text), view]).await.unwrap();
    assert_eq!(report.loaded.files, ["work/functions/count_tasks.sql", "work/views/a.sql"]);
    assert_eq!(database.ask::<i32>("select work.count_tasks()").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_needs_a_later_one_is_loaded_after_it() {
    let early = (
        "a",
        "create or replace function work.a(n bigint default work.count_tasks()) returns bigint
       language sql as $$ select n $$;",
    );
    let database = Database::with(&[early, ("count_tasks", COUNT)]).await;
    assert_eq!(database.ask::<i64>("select work.a()").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_by_hand_stops_the_load_until_somebody_chooses() {
    let files = [("count_tasks", COUNT)];
    let mut database = Database::with(&files).await;
    database.run(COUNT_PLUS_ONE).await;
    let failure = database.migrate(&files).await.unwrap_err();
    assert_eq!(failure.status(), Status::NotSo);
    assert!(failure.what().contains("function work.count_tasks()"), "{failure}");
    assert!(failure.remedy().contains("--keep") && failure.remedy().contains("--take-ours"), "{failure}");

    let report = database.migrate_choosing(&files, &["work.count_tasks"], &[]).await.unwrap();
    assert_eq!(report.loaded.kept, ["function work.count_tasks()"]);
    let newer = COUNT.replace("count(*)", "count(*) + 5");
    database.migrate(&[("count_tasks", &newer)]).await.unwrap();
    assert_eq!(database.ask::<i64>("select work.count_tasks()").await, 1);

    database.migrate_choosing(&files, &[], &["all"]).await.unwrap();
    assert_eq!(database.ask::<i64>("select work.count_tasks()").await, 0);
    assert_eq!(database.migrate(&files).await.unwrap(), Report::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_trigger_stays_while_its_file_is_loaded() {
    let mut database = Database::with(&[("tg_users__touch", TOUCH), (TRIGGERS_FILE, TRIGGERS)]).await;
    database.run("alter table work.users disable trigger _110_touch").await;
    let newer = TRIGGERS.replace("before insert", "before insert or update");
    let files = [("tg_users__touch", TOUCH), (TRIGGERS_FILE, newer.as_str())];
    let failure = database.migrate(&files).await.unwrap_err();
    assert!(failure.what().contains("trigger _110_touch on work.users"), "{failure}");
    database.migrate_choosing(&files, &["_110_touch on work.users"], &[]).await.unwrap();
    let state: String = database
        .ask("select string_agg(tgenabled::text || tgtype, ' ' order by tgname) from pg_trigger where tgname in ('_110_touch', '_120_touch')")
        .await;
    assert_eq!(state, "D19 O23");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_that_was_dropped_comes_back() {
    let files = [("count_tasks", COUNT)];
    let mut database = Database::with(&files).await;
    database.run("drop function work.count_tasks()").await;
    assert_eq!(database.migrate(&files).await.unwrap().loaded.files, ["work/functions/count_tasks.sql"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_users_function_of_the_same_name_is_not_replaced_unasked() {
    let mut database = Database::with(&[(NAMES_FILE, NAMES)]).await;
    database.run(COUNT_PLUS_ONE).await;
    database.run("alter function work.count_tasks() owner to tide_owner").await;
    let files = [(NAMES_FILE, NAMES), ("count_tasks", COUNT)];
    let failure = database.migrate(&files).await.unwrap_err();
    assert!(failure.what().contains("function work.count_tasks() exists already"), "{failure}");
    assert_eq!(database.ask::<i64>("select work.count_tasks()").await, 1);
    database.migrate_choosing(&files, &[], &["work.count_tasks"]).await.unwrap();
    assert_eq!(database.ask::<i64>("select work.count_tasks()").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_user_made_beside_ours_is_left_alone() {
    let mut database = Database::with(&[("count_tasks", COUNT)]).await;
    database.run("create function work.mine() returns int language sql as 'select 1'").await;
    database.migrate(&[("count_tasks", COUNT_PLUS_ONE)]).await.unwrap();
    assert_eq!(database.ask::<i32>("select work.mine()").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_file_changes_nothing_and_is_named_with_its_line() {
    let mut database = Database::with(&[("count_tasks", COUNT)]).await;
    let broken =
        "create or replace function work.b() returns int\nlanguage sql as $$ select 1 $$;\nselekt 1;";
    let failure = database.migrate(&[("count_tasks", COUNT_PLUS_ONE), ("b", broken)]).await.unwrap_err();
    assert!(failure.what().starts_with("sql/work/functions/b.sql:3: "), "{failure}");
    assert_eq!(database.ask::<i64>("select work.count_tasks()").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_migrators_at_once_do_the_work_once() {
    let mut database = Database::with(&[("count_tasks", COUNT)]).await;
    let mut other = database.another_connection().await;
    let files = [("count_tasks", COUNT_PLUS_ONE)];
    let (theirs, choices) = (sql(&files), Choices::default());
    let theirs = migrate::Schema { files: &theirs, ..migrate::Schema::embedded() };
    let (one, two) = tokio::join!(database.migrate(&files), migrate::migrate(&mut other, theirs, &choices));
    let mut loaded = [one.unwrap().loaded.files.len(), two.unwrap().loaded.files.len()];
    loaded.sort_unstable();
    assert_eq!(loaded, [0, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_major_versions_wording_is_not_a_change_by_hand() {
    let files = [(NAMES_FILE, NAMES)];
    let mut database = Database::with(&files).await;
    // As an older server might have reported the same view.
    database
        .run("update tide.definitions d set server_version = 9, definition = w.text, installed_hash = md5(w.text)
              from (select 'create or replace view work.names as select t.id, t.title from work.tasks as t'::text) w (text)
              where d.object = 'view work.names'")
        .await;
    database.migrate(&files).await.unwrap();
    let remembered = "select d.server_version > 9 and d.installed_hash = md5(d.definition)
                      from tide.definitions d where d.object = 'view work.names'";
    assert!(database.ask::<bool>(remembered).await);
    database.run("update tide.definitions set server_version = 9 where object = 'view work.names'").await;
    database.run(NAMES_WIDER).await;
    assert!(database.migrate(&files).await.unwrap_err().what().contains("view work.names"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_difference_is_shown_and_nothing_is_changed() {
    let mut database = Database::with(&[("count_tasks", COUNT), (NAMES_FILE, NAMES)]).await;
    database.run(COUNT_PLUS_ONE).await;
    let files = sql(&[("count_tasks", COUNT), (NAMES_FILE, NAMES_WIDER)]);
    let differences = diff::differences(&mut database.client, &files).await.unwrap();
    let objects: Vec<&str> = differences.iter().map(|d| d.object.as_str()).collect();
    assert_eq!(objects, ["function work.count_tasks()", "view work.names"]);
    assert!(differences[0].diff.contains("-AS $function$ select count(*) + 1"), "{}", differences[0]);
    assert_eq!(database.ask::<i64>("select work.count_tasks()").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_applied_migration_that_was_edited_is_refused() {
    let mut database = Database::with(&[("count_tasks", COUNT)]).await;
    database.run("update public.tidegate_migrations set checksum = '1' where version = 1").await;
    let failure = database.migrate(&[("count_tasks", COUNT)]).await.unwrap_err();
    assert!(failure.what().contains("V0001__tide.sql was edited"), "{failure}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_program_is_refused() {
    let mut database = Database::with(&[("count_tasks", COUNT)]).await;
    database
        .run("insert into public.tidegate_migrations values (9999, 'later', '2030-01-01T00:00:00Z', '1')")
        .await;
    let failure = database.migrate(&[("count_tasks", COUNT)]).await.unwrap_err();
    assert!(failure.what().contains("newer than this program"), "{failure}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_reached_is_told_in_a_sentence_of_its_own() {
    let database = Database::with(&[]).await;
    let told = async |url: &str| pool::wait_for(&address(url), 0).await.unwrap_err().to_string();
    let (place, _) = database.url.rsplit_once('/').unwrap();
    let nowhere = told(&format!("{place}/nowhere")).await;
    assert!(nowhere.contains("no such database"), "{nowhere}");
    let (_, server) = place.rsplit_once('@').unwrap();
    let nobody = told(&format!("postgres://nobody:wrong@{server}/postgres")).await;
    assert!(nobody.contains("password") || nobody.contains("login"), "{nobody}");
    let closed = told("postgres://u@127.0.0.1:1/d").await;
    assert!(closed.contains("127.0.0.1:1/d: the database does not answer"), "{closed}");
}
