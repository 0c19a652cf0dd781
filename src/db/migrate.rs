//! `tidegate migrate`: the database brought to where this program is. Tables by migration, once each
//! ([`super::history`]); code by the loader of `sql/` ([`super::definitions`]).
//!
//! Invariants: one migrator at a time (refinery takes no lock, so we take an advisory one); a database that is up to
//! date is looked at and left alone, without a lock; where writers and a migrator wait for each other, it is the
//! migrator that gives way ([`super::way`]).

use std::collections::BTreeSet;
use std::fmt;

use refinery::Migration;
use tokio_postgres::{Client, Transaction};

use super::address::Address;
use super::definitions::catalog::Objects;
use super::definitions::files::{self, SqlFile};
use super::definitions::load::{Loaded, Loader};
use super::definitions::state::{Choices, Chosen, State};
use super::history::{self, apply, unapplied};
use super::way::Way;
use super::{OLDEST_SERVER, definitions, pool};
use crate::config::Config;
use crate::error::Failure;

/// One migrator at a time, in this database. "tidegate" in ASCII.
const MIGRATORS_LOCK: i64 = 0x7469_6465_6761_7465;

/// What a program brings.
#[derive(Debug, Clone, Copy)]
pub struct Schema<'s> {
    /// `migrations/`, in order.
    pub migrations: &'s [Migration],
    /// `sql/`, in the order in which it is loaded.
    pub files: &'s [SqlFile],
}

impl Schema<'static> {
    /// This program's.
    pub fn embedded() -> Self {
        Self { migrations: history::embedded(), files: files::embedded() }
    }
}

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
        let mut lines: Vec<String> = self.migrations.iter().map(|name| format!("applied: {name}")).collect();
        let files: Vec<String> = self.loaded.files.iter().map(|path| format!("sql/{path}")).collect();
        lines.extend(listed("loaded", &files));
        lines.extend(self.loaded.dropped.iter().map(|object| format!("dropped: {object}")));
        lines.extend(
            self.loaded.kept.iter().map(|object| format!("kept as changed in the database: {object}")),
        );
        let passed_over = self.loaded.passed_over.iter();
        lines.extend(passed_over.map(|path| {
            format!("not loaded, though it changed: sql/{path}, because what it defines is kept; see `tidegate sql diff`")
        }));
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

/// A line for each name, or one for all of them when nobody would read the list.
fn listed(label: &str, names: &[String]) -> Vec<String> {
    const READABLE: usize = 20;
    match names.len() {
        0..=READABLE => names.iter().map(|name| format!("{label}: {name}")).collect(),
        many => vec![format!("{label}: {} and {} more", names[0], many - 1)],
    }
}

/// Migrates the configured database, waiting for it first.
///
/// # Errors
/// See [`migrate`]; the database cannot be reached, or is too old a Postgres.
pub async fn run(config: &Config, choices: &Choices) -> Result<Report, Failure> {
    run_as(config, Schema::embedded(), choices).await
}

/// The same with the schema of another version. Ticks are not made meanwhile: between a migration and the functions that
/// go with it, they would be made by functions that do not fit.
///
/// # Errors
/// As [`run`]; somebody ticks for longer than anybody should.
pub async fn run_as(config: &Config, schema: Schema<'_>, choices: &Choices) -> Result<Report, Failure> {
    let mut client = connect(config).await?;
    if is_idle(&mut client, schema, choices).await? {
        return Ok(Report::default());
    }
    lock(&client).await?;
    let turn = hold_turn(config).await?;
    let report = migrate_locked(&mut client, schema, choices).await;
    // Who waits for the migrators' lock may go on, and so may the nodes.
    turn.batch_execute("rollback").await?;
    report
}

/// A connection that keeps the turn until its transaction ends.
async fn hold_turn(config: &Config) -> Result<Client, Failure> {
    let client = connect(config).await?;
    client.batch_execute("begin; set local idle_in_transaction_session_timeout = 0").await?;
    let is_there = "select to_regclass('tide.turn') is not null";
    if client.query_one(is_there, &[]).await?.get(0) {
        let lock = "set local role tide_owner; set local lock_timeout = '10s'; lock table tide.turn in exclusive mode";
        client.batch_execute(lock).await?;
    }
    Ok(client)
}

/// What is pending in the configured database. Changes nothing.
///
/// # Errors
/// The database cannot be reached, or belongs to a newer program.
pub async fn pending(config: &Config) -> Result<Pending, Failure> {
    let mut client = connect(config).await?;
    let pending = look(&mut client, Schema::embedded()).await?;
    if pending.changed_by_hand.is_empty() {
        return Ok(pending);
    }
    // A load that is just being committed looks like a change by hand: look again when nobody loads.
    lock(&client).await?;
    look(&mut client, Schema::embedded()).await
}

/// A connection of its own for changing the schema: direct, without statement timeout.
///
/// # Errors
/// The database cannot be reached, or is too old a Postgres.
pub async fn connect(config: &Config) -> Result<Client, Failure> {
    let address = Address::read(&config.database, config.listener_url()?, "migrate")?;
    let client = pool::wait_for(&address, config.database.wait_seconds).await?;
    insist_on_server(&client).await?;
    client.batch_execute("set statement_timeout = 0").await?;
    Ok(client)
}

/// Migrations, then files, on a direct connection.
///
/// # Errors
/// A definition that was changed in the database and not chosen about (exit status 1); a migration that was edited
/// after it was applied, a database of a newer program, SQL that Postgres refuses.
pub async fn migrate(client: &mut Client, schema: Schema<'_>, choices: &Choices) -> Result<Report, Failure> {
    if is_idle(client, schema, choices).await? {
        return Ok(Report::default());
    }
    lock(client).await?;
    let outcome = migrate_locked(client, schema, choices).await;
    client.batch_execute(&format!("select pg_advisory_unlock({MIGRATORS_LOCK})")).await?;
    outcome
}

async fn is_idle(client: &mut Client, schema: Schema<'_>, choices: &Choices) -> Result<bool, Failure> {
    if *choices != Choices::default() || !unapplied(client, schema.migrations).await?.is_empty() {
        return Ok(false);
    }
    let mut transaction = client.transaction().await?;
    let state = State::read(&mut transaction, schema.files).await?;
    transaction.rollback().await?;
    // A change by hand is judged under the lock: without it, a load that is just being committed looks like one.
    Ok(Pending::of(Vec::new(), &state).is_empty() && state.worded_differently().is_empty())
}

async fn migrate_locked(
    client: &mut Client,
    schema: Schema<'_>,
    choices: &Choices,
) -> Result<Report, Failure> {
    let files = schema.files;
    // Changed by hand is judged before the migrations: they may reword definitions themselves.
    let (chosen, former) = choose(client, files, choices).await?;
    let migrations = apply(client, schema.migrations).await?;
    let everything = !migrations.is_empty();
    let mut way = Way::sought();
    loop {
        let mut transaction = client.transaction().await?;
        let state = State::read(&mut transaction, files).await?;
        let to_load =
            if everything { files.iter().collect() } else { state.files_to_load(&chosen.take_ours) };
        let some_are_gone = !state.orphaned().is_empty();
        become_owner(&transaction).await?;
        if (some_are_gone || !to_load.is_empty()) && !way.is_clear(&transaction).await? {
            transaction.rollback().await?;
            way.give().await?;
            continue;
        }
        let loader = Loader::new(&mut transaction, &state, &chosen, &former);
        let loaded = load(loader, &to_load, some_are_gone).await?;
        transaction.commit().await?;
        return Ok(Report { migrations, loaded });
    }
}

/// What was chosen about changes by hand, and what existed before the migrations.
async fn choose(
    client: &mut Client,
    files: &[SqlFile],
    choices: &Choices,
) -> Result<(Chosen, Objects), Failure> {
    let mut transaction = client.transaction().await?;
    let state = State::read(&mut transaction, files).await?;
    transaction.rollback().await?;
    let chosen = state.choose(choices)?;
    state.insist_on_choices(&chosen)?;
    Ok((chosen, state.objects))
}

async fn load(
    mut loader: Loader<'_, '_>,
    to_load: &[&SqlFile],
    some_are_gone: bool,
) -> Result<Loaded, Failure> {
    if some_are_gone || !to_load.is_empty() {
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

async fn look(client: &mut Client, schema: Schema<'_>) -> Result<Pending, Failure> {
    let mut transaction = client.transaction().await?;
    let migrations = unapplied(&transaction, schema.migrations).await?;
    let state = State::read(&mut transaction, schema.files).await?;
    transaction.rollback().await?;
    Ok(Pending::of(migrations, &state))
}

/// For `serve`: refuses a database that is behind or ahead of this program. Reads two small tables.
///
/// # Errors
/// Something is pending, the database belongs to a newer program, or the server is too old.
pub async fn insist_on_current(client: &Client) -> Result<(), Failure> {
    insist_on_server(client).await?;
    let migrations = unapplied(client, history::embedded()).await?.len();
    let records = definitions::memory::records(client).await?;
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
    refuse_old(definitions::catalog::server_version(client).await?)
}

fn refuse_old(version: i32) -> Result<(), Failure> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_lacks_what_we_use_is_refused_by_name() {
        assert!(refuse_old(OLDEST_SERVER).is_ok());
        let refused = refuse_old(13).unwrap_err();
        assert_eq!(refused.what(), "this is PostgreSQL 13; Tidegate needs 14 or newer");
    }

    #[test]
    fn nothing_done_is_up_to_date() {
        assert_eq!(Report::default().to_string(), "up to date");
        assert!(Pending::default().is_empty());
    }
}
