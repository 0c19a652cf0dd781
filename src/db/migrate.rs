//! `tidegate migrate`: the database brought to where this program is. Tables by migration, once each and frozen;
//! code by the loader of `sql/` ([`super::definitions`]).
//!
//! Invariants: one migrator at a time (refinery takes no lock, so we take an advisory one); a database that is up to
//! date is looked at and left alone, without a lock; a migration that was applied is never edited: the database
//! refuses a program whose text of it differs, and `migrations/frozen.sha256` refuses the edit in the repository.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use refinery::{Migration, Runner};
use tokio_postgres::{Client, GenericClient, Transaction};

use super::definitions::files::{self, SqlFile};
use super::definitions::load::{Loaded, Loader};
use super::definitions::state::{Choices, Chosen, State};
use super::pool;
use crate::config::Config;
use crate::error::Failure;

static MIGRATIONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/migrations");

/// The embedded migrations, in order.
static EMBEDDED: LazyLock<Vec<Migration>> = LazyLock::new(|| {
    let mut migrations: Vec<Migration> = sql_files()
        .map(|(stem, text)| {
            Migration::unapplied(&stem, text).expect("a unit test reads every migration's name")
        })
        .collect();
    migrations.sort();
    migrations
});

/// refinery's memory. Not its usual name: another application of this database may use refinery too.
const HISTORY: &str = "public.tidegate_migrations";

/// The oldest server that has everything we use (`create or replace trigger`, `xid8` and snapshots in SQL).
const OLDEST_SERVER: i32 = 14;

/// One migrator at a time, in this database. "tidegate" in ASCII.
const MIGRATORS_LOCK: i64 = 0x7469_6465_6761_7465;

/// How long a statement waits for a lock before the whole step is given up; writers queue behind it meanwhile.
const LOCK_TIMEOUT: &str = "10s";

/// What `migrate` did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Migrations applied, by name.
    pub migrations: Vec<String>,
    /// What the loader of `sql/` did.
    pub loaded: Loaded,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.migrations.is_empty() && self.loaded == Loaded::default() {
            return f.write_str("up to date");
        }
        let mut lines: Vec<String> = self.migrations.iter().map(|name| format!("applied {name}")).collect();
        match self.loaded.files.len() {
            0 => {}
            1..=10 => lines.extend(self.loaded.files.iter().map(|path| format!("loaded  sql/{path}"))),
            many => lines.push(format!("loaded  {many} files of sql/")),
        }
        lines.extend(self.loaded.dropped.iter().map(|object| format!("dropped {object}")));
        lines.extend(
            self.loaded.kept.iter().map(|object| format!("kept    {object}, as changed in the database")),
        );
        f.write_str(&lines.join("\n"))
    }
}

/// What `migrate` would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Pending {
    pub migrations: Vec<String>,
    pub files: Vec<String>,
    pub orphaned: Vec<String>,
    pub missing: Vec<String>,
    pub changed_by_hand: Vec<String>,
}

impl Pending {
    /// Nothing to do.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn of(migrations: Vec<String>, state: &State<'_>) -> Self {
        let listed = |set: BTreeSet<String>| set.into_iter().collect();
        Self {
            migrations,
            files: state.changed_files().iter().map(|f| format!("sql/{}", f.path)).collect(),
            orphaned: listed(state.orphaned()),
            missing: listed(state.missing()),
            changed_by_hand: listed(state.changed_by_hand()),
        }
    }
}

impl fmt::Display for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = [
            ("to apply", &self.migrations),
            ("to load", &self.files),
            ("to drop", &self.orphaned),
            ("missing", &self.missing),
            ("changed in the database", &self.changed_by_hand),
        ];
        let lines: Vec<String> = groups
            .iter()
            .flat_map(|(label, names)| names.iter().map(move |n| format!("{label}: {n}")))
            .collect();
        f.write_str(&lines.join("\n"))
    }
}

/// Migrates the configured database, waiting for it first.
///
/// # Errors
/// See [`migrate`]; the database cannot be reached, or is too old a Postgres.
pub async fn run(config: &Config, choices: &Choices) -> Result<Report, Failure> {
    let mut client = connect(config).await?;
    migrate(&mut client, files::embedded(), choices).await
}

/// What is pending in the configured database. Changes nothing.
///
/// # Errors
/// The database cannot be reached, or belongs to a newer program.
pub async fn pending(config: &Config) -> Result<Pending, Failure> {
    let mut client = connect(config).await?;
    let transaction = client.transaction().await?;
    look(transaction, files::embedded()).await
}

/// A connection of its own for changing the schema: direct, without statement timeout.
///
/// # Errors
/// The database cannot be reached, or is too old a Postgres.
pub async fn connect(config: &Config) -> Result<Client, Failure> {
    let address = pool::address(&config.database, config.listener_url()?, "migrate")?;
    let client = pool::wait_for(&address, config.database.wait_seconds).await?;
    insist_on_server(&client).await?;
    client.batch_execute("set statement_timeout = 0").await?;
    Ok(client)
}

/// Migrations, then `files`, on a direct connection.
///
/// # Errors
/// A definition that was changed in the database and not chosen about (exit status 1); a migration that was edited
/// after it was applied, a database of a newer program, SQL that Postgres refuses.
pub async fn migrate(client: &mut Client, files: &[SqlFile], choices: &Choices) -> Result<Report, Failure> {
    if is_idle(client, files, choices).await? {
        return Ok(Report::default());
    }
    lock(client).await?;
    let outcome = migrate_locked(client, files, choices).await;
    client.batch_execute(&format!("select pg_advisory_unlock({MIGRATORS_LOCK})")).await?;
    outcome
}

async fn is_idle(client: &mut Client, files: &[SqlFile], choices: &Choices) -> Result<bool, Failure> {
    if *choices != Choices::default() || !unapplied(client).await?.is_empty() {
        return Ok(false);
    }
    let mut transaction = client.transaction().await?;
    let state = State::read(&mut transaction, files).await?;
    transaction.rollback().await?;
    state.insist_on_choices(&Chosen::default())?;
    Ok(Pending::of(Vec::new(), &state).is_empty() && state.worded_differently().is_empty())
}

async fn migrate_locked(
    client: &mut Client,
    files: &[SqlFile],
    choices: &Choices,
) -> Result<Report, Failure> {
    client.batch_execute(&format!("set lock_timeout = '{LOCK_TIMEOUT}'")).await?;
    // Changed by hand is judged before the migrations: they may reword definitions themselves.
    let chosen = choose(client, files, choices).await?;
    let migrations = apply(client).await?;
    let mut transaction = client.transaction().await?;
    let state = State::read(&mut transaction, files).await?;
    let migrated = !migrations.is_empty();
    let to_load = if migrated { files.iter().collect() } else { state.files_to_load(&chosen.take_ours) };
    become_owner(&transaction).await?;
    let loaded = load(&mut transaction, &state, &chosen, &to_load, migrated).await?;
    transaction.commit().await?;
    Ok(Report { migrations, loaded })
}

async fn choose(client: &mut Client, files: &[SqlFile], choices: &Choices) -> Result<Chosen, Failure> {
    let mut transaction = client.transaction().await?;
    let state = State::read(&mut transaction, files).await?;
    transaction.rollback().await?;
    let chosen = state.choose(choices)?;
    state.insist_on_choices(&chosen)?;
    Ok(chosen)
}

async fn load(
    transaction: &mut Transaction<'_>,
    state: &State<'_>,
    chosen: &Chosen,
    to_load: &[&SqlFile],
    adopts: bool,
) -> Result<Loaded, Failure> {
    let mut loader = Loader::new(transaction, state, chosen, adopts);
    if !to_load.is_empty() || !state.orphaned().is_empty() {
        loader.define(to_load).await?;
        loader.sweep().await?;
        loader.run_scripts().await?;
        loader.insist_on_swept().await?;
    }
    loader.remember().await
}

/// Continues the transaction as the owner of everything, with what loading needs.
///
/// # Errors
/// The login is not a member of `tide_owner`.
pub(super) async fn become_owner(transaction: &Transaction<'_>) -> Result<(), Failure> {
    transaction
        .batch_execute(
            "set local role tide_owner;
             set local search_path = pg_catalog, pg_temp;
             set local check_function_bodies = off;
             set local client_min_messages = warning",
        )
        .await
        .map_err(|_| {
            Failure::environment(
                "this login may not act as tide_owner",
                "migrate with the login that migrated first, or `grant tide_owner to` this one as a superuser",
            )
        })
}

async fn look(mut transaction: Transaction<'_>, files: &[SqlFile]) -> Result<Pending, Failure> {
    let migrations = unapplied(&transaction).await?;
    let state = State::read(&mut transaction, files).await?;
    transaction.rollback().await?;
    Ok(Pending::of(migrations, &state))
}

/// For `serve`: refuses a database that is behind or ahead of this program. Reads two small tables.
///
/// # Errors
/// Something is pending, or the database belongs to a newer program.
pub async fn insist_on_current(client: &Client) -> Result<(), Failure> {
    let migrations = unapplied(client).await?.len();
    let records = super::definitions::catalog::records(client).await?;
    let loaded: BTreeSet<(&str, &str)> =
        records.values().map(|r| (r.file.as_str(), r.file_hash.as_str())).collect();
    let files =
        files::embedded().iter().filter(|f| !loaded.contains(&(f.path.as_str(), f.hash.as_str()))).count();
    if migrations + files == 0 {
        return Ok(());
    }
    Err(Failure::not_so(
        format!(
            "the database is behind this program: {migrations} migrations and {files} files of sql/ are pending"
        ),
        "run `tidegate migrate`, or serve with --migrate",
    ))
}

async fn insist_on_server(client: &Client) -> Result<(), Failure> {
    let version = super::definitions::catalog::server_version(client).await?;
    if version >= OLDEST_SERVER {
        return Ok(());
    }
    Err(Failure::environment(
        format!("this is PostgreSQL {version}; Tidegate needs {OLDEST_SERVER} or newer"),
        "upgrade the server",
    ))
}

async fn lock(client: &Client) -> Result<(), Failure> {
    let tried = format!("select pg_try_advisory_lock({MIGRATORS_LOCK})");
    if client.query_one(&tried, &[]).await?.get(0) {
        return Ok(());
    }
    tracing::info!("another migration is running here; waiting for it");
    client.batch_execute(&format!("select pg_advisory_lock({MIGRATORS_LOCK})")).await?;
    Ok(())
}

/// Names of the migrations that the database does not have yet.
async fn unapplied(client: &impl GenericClient) -> Result<Vec<String>, Failure> {
    let known = client.query_one("select to_regclass($1) is not null", &[&HISTORY]).await?;
    if !known.get::<_, bool>(0) {
        return Ok(EMBEDDED.iter().map(file_name).collect());
    }
    let query = format!("select version, name, checksum from {HISTORY} order by version");
    let mut applied = BTreeSet::new();
    for row in client.query(&query, &[]).await? {
        let (version, name, checksum): (i64, String, String) = (row.get(0), row.get(1), row.get(2));
        insist_on_same(&EMBEDDED, version, &name, &checksum)?;
        applied.insert(version);
    }
    Ok(EMBEDDED.iter().filter(|m| !applied.contains(&m.version())).map(file_name).collect())
}

/// An applied migration must be among ours, word for word.
fn insist_on_same(ours: &[Migration], version: i64, name: &str, checksum: &str) -> Result<(), Failure> {
    match ours.iter().find(|m| m.version() == version) {
        Some(same) if same.checksum().to_string() == checksum => Ok(()),
        Some(edited) => Err(Failure::environment(
            format!("migrations/{} was edited after it had been applied here", file_name(edited)),
            "an applied migration is history: restore its text and put the change into a new one",
        )),
        None => Err(Failure::environment(
            format!("the database is newer than this program: it has migration V{version:04}__{name}"),
            "use the newer program, or restore the database from before",
        )),
    }
}

async fn apply(client: &mut Client) -> Result<Vec<String>, Failure> {
    if unapplied(client).await?.is_empty() {
        return Ok(Vec::new());
    }
    let mut runner = Runner::new(&EMBEDDED);
    runner.set_migration_table_name(HISTORY);
    let report = runner.run_async(client).await.map_err(|e| refused(&e))?;
    // The service checks at its start whether it fits the database.
    client.batch_execute(&format!("grant select on {HISTORY} to tide_service")).await?;
    Ok(report.applied_migrations().iter().map(file_name).collect())
}

fn refused(error: &refinery::Error) -> Failure {
    let what = pool::chain(error);
    Failure::environment(
        format!("a migration was refused: {what}"),
        "what went before it stays applied; correct the cause and run `tidegate migrate` again",
    )
}

fn file_name(migration: &Migration) -> String {
    format!("V{:04}__{}.sql", migration.version(), migration.name())
}

fn sql_files() -> impl Iterator<Item = (String, &'static str)> {
    MIGRATIONS.files().filter_map(|file| {
        let stem = file.path().file_name()?.to_str()?.strip_suffix(".sql")?;
        Some((stem.to_owned(), file.contents_utf8()?))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use sha2::{Digest, Sha256};

    use super::*;

    /// `sha256sum` lines, as in `migrations/frozen.sha256`.
    fn frozen(text: &str) -> BTreeMap<&str, &str> {
        text.lines().filter_map(|line| line.split_once("  ")).map(|(hash, name)| (name, hash)).collect()
    }

    /// Names of files that are frozen with another text than they have.
    fn edited(frozen: &BTreeMap<&str, &str>, files: &[(String, &str)]) -> Vec<String> {
        let hash = |text: &str| hex::encode(Sha256::digest(text));
        let name = |stem: &String| format!("{stem}.sql");
        let differs = |(stem, text): &&(String, &str)| {
            frozen.get(name(stem).as_str()).is_some_and(|was| *was != hash(text))
        };
        files.iter().filter(differs).map(|(stem, _)| name(stem)).collect()
    }

    #[test]
    fn no_frozen_migration_was_edited() {
        let list = MIGRATIONS.get_file("frozen.sha256").and_then(|f| f.contents_utf8()).unwrap_or_default();
        let files: Vec<(String, &str)> = sql_files().collect();
        assert_eq!(
            edited(&frozen(list), &files),
            Vec::<String>::new(),
            "put the change into a new migration"
        );
        for name in frozen(list).keys() {
            assert!(
                files.iter().any(|(stem, _)| format!("{stem}.sql") == **name),
                "{name} is frozen and gone"
            );
        }
        for (stem, _) in &files {
            assert!(
                frozen(list).contains_key(format!("{stem}.sql").as_str()),
                "{stem} is not frozen yet: (cd migrations && sha256sum V*.sql > frozen.sha256)"
            );
        }
    }

    #[test]
    fn an_edited_frozen_migration_is_found() {
        let list = format!("{}  V0001__a.sql\n", hex::encode(Sha256::digest("create table a ();")));
        let frozen = frozen(&list);
        let as_it_was = [("V0001__a".to_owned(), "create table a ();")];
        let changed = [("V0001__a".to_owned(), "create table a (b int);")];
        assert!(edited(&frozen, &as_it_was).is_empty());
        assert_eq!(edited(&frozen, &changed), ["V0001__a.sql"]);
    }

    #[test]
    fn a_migration_edited_after_it_was_applied_is_refused() {
        let applied = Migration::unapplied("V0001__a", "create table a ();").unwrap();
        let ours = [Migration::unapplied("V0001__a", "create table a (b int);").unwrap()];
        let refusal = insist_on_same(&ours, 1, "a", &applied.checksum().to_string()).unwrap_err();
        assert!(refusal.what().contains("V0001__a.sql was edited"), "{refusal}");
        assert!(insist_on_same(&[applied.clone()], 1, "a", &applied.checksum().to_string()).is_ok());
    }

    #[test]
    fn a_migration_that_we_do_not_have_belongs_to_a_newer_program() {
        let refusal = insist_on_same(&[], 12, "later", "1").unwrap_err();
        assert!(refusal.what().contains("newer than this program"), "{refusal}");
    }

    #[test]
    fn every_migration_has_a_readable_name_and_its_own_version() {
        let versions: BTreeSet<i64> = EMBEDDED.iter().map(Migration::version).collect();
        assert_eq!(versions.len(), sql_files().count());
    }

    #[test]
    fn nothing_done_is_up_to_date() {
        assert_eq!(Report::default().to_string(), "up to date");
        assert!(Pending::default().is_empty());
    }
}
