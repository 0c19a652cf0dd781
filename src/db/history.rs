//! `migrations/`: what is embedded, what the database has of it, and applying the rest.
//!
//! Invariant: what was applied is never edited. The database refuses a program whose text of an applied migration
//! differs, and `migrations/frozen.sha256` refuses the edit in the repository.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use refinery::error::Kind;
use refinery::{Migration, Runner};
use tokio_postgres::{Client, GenericClient};

use super::pool;
use super::way::{GLANCE, Way, is_in_the_way};
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

/// What this program brings, in order.
pub(super) fn embedded() -> &'static [Migration] {
    &EMBEDDED
}

/// refinery's memory. Not its usual name: another application of this database may use refinery too.
const HISTORY: &str = "public.tidegate_migrations";

/// Names of the migrations that the database does not have yet.
///
/// # Errors
/// An applied migration was edited, or the database belongs to a newer program.
pub(super) async fn unapplied(
    client: &impl GenericClient,
    ours: &[Migration],
) -> Result<Vec<String>, Failure> {
    let known = client.query_one("select to_regclass($1) is not null", &[&HISTORY]).await?;
    if !known.get::<_, bool>(0) {
        return Ok(ours.iter().map(file_name).collect());
    }
    let query = format!("select version, name, checksum from {HISTORY} order by version");
    let mut applied = BTreeSet::new();
    for row in client.query(&query, &[]).await? {
        let (version, name, checksum): (i64, String, String) = (row.get(0), row.get(1), row.get(2));
        insist_on_same(ours, version, &name, &checksum)?;
        applied.insert(version);
    }
    Ok(ours.iter().filter(|m| !applied.contains(&m.version())).map(file_name).collect())
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

/// Applies what is missing, each in a transaction of its own. Returns the names.
///
/// # Errors
/// As [`unapplied`]; SQL that Postgres refuses.
pub(super) async fn apply(client: &mut Client, ours: &[Migration]) -> Result<Vec<String>, Failure> {
    let missing = unapplied(client, ours).await?;
    if missing.is_empty() {
        return Ok(missing);
    }
    let mut runner = Runner::new(ours);
    runner.set_migration_table_name(HISTORY);
    client.batch_execute(&format!("set lock_timeout = '{GLANCE}'")).await?;
    let mut way = Way::sought();
    while let Err(error) = runner.run_async(client).await {
        if !cause(&error).is_some_and(is_in_the_way) {
            return Err(refused(&error));
        }
        way.give().await?;
    }
    client.batch_execute("reset lock_timeout").await?;
    // The service checks at its start whether it fits the database.
    client.batch_execute(&format!("grant select on {HISTORY} to tide_service")).await?;
    Ok(missing)
}

fn refused(error: &refinery::Error) -> Failure {
    let step = match error.kind() {
        Kind::Connection(step, _) => step.as_str(),
        _ => "the migrations cannot be run",
    };
    let why = cause(error)
        .and_then(|e| e.as_db_error())
        .map_or_else(|| pool::chain(error), |refusal| refusal.message().to_owned());
    Failure::environment(
        format!("{step}: {why}"),
        "what went before it stays applied; correct the cause and run `tidegate migrate` again",
    )
}

fn cause(error: &refinery::Error) -> Option<&tokio_postgres::Error> {
    match error.kind() {
        Kind::Connection(_, cause) => cause.downcast_ref(),
        _ => None,
    }
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
            "what was released is history: put the change into a new migration; what was not, freeze anew with \
             (cd migrations && sha256sum V*.sql > frozen.sha256)"
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
        assert!(
            insist_on_same(std::slice::from_ref(&applied), 1, "a", &applied.checksum().to_string()).is_ok()
        );
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
}
