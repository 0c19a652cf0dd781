//! `tidegate sql diff`: what loading would change, found out by loading in a transaction that is rolled back. When
//! the loader sees nothing to do, there is no transaction and nothing is locked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use similar::TextDiff;
use tokio_postgres::Client;

use super::catalog::{Object, Objects};
use super::files::SqlFile;
use super::load::Loader;
use super::state::{Chosen, State};
use crate::db::migrate::become_owner;
use crate::db::way::Way;
use crate::error::Failure;

/// One definition that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub object: Object,
    /// Where ours is, or would be.
    pub file: String,
    /// Somebody decided to keep it.
    pub kept: bool,
    /// A unified diff from the database's to ours.
    pub diff: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = if self.kept { "  (kept)" } else { "" };
        write!(f, "{}{kept}\n{}", self.object, self.diff)
    }
}

/// Every definition that is not as our files say.
///
/// # Errors
/// The database's, or what would stop a load.
pub async fn differences(client: &mut Client, files: &[SqlFile]) -> Result<Vec<Difference>, Failure> {
    let mut way = Way::sought();
    loop {
        let mut transaction = client.transaction().await?;
        let state = State::read(&mut transaction, files).await?;
        let chosen = Chosen { keep: BTreeSet::new(), take_ours: everything_doubtful(&state) };
        let to_load = state.files_to_load(&chosen.take_ours);
        if to_load.is_empty() && state.orphaned().is_empty() {
            return Ok(Vec::new());
        }
        become_owner(&transaction).await?;
        if !way.is_clear(&transaction).await? {
            transaction.rollback().await?;
            way.give().await?;
            continue;
        }
        let unasked = Objects::new();
        let mut loader = Loader::new(&mut transaction, &state, &chosen, &unasked);
        loader.define(&to_load).await?;
        loader.sweep().await?;
        let (ours, made_by) = loader.result().await?;
        transaction.rollback().await?;
        return Ok(compare(&state, &ours, &made_by));
    }
}

fn everything_doubtful(state: &State<'_>) -> BTreeSet<Object> {
    let mut doubtful = state.changed_by_hand();
    doubtful.extend(state.kept());
    doubtful
}

fn compare(state: &State<'_>, ours: &Objects, made_by: &BTreeMap<Object, String>) -> Vec<Difference> {
    let kept = state.kept();
    let names: BTreeSet<&Object> = state.objects.keys().chain(ours.keys()).collect();
    let differing = names.into_iter().filter_map(|object| {
        let database = state.objects.get(object).map_or("", |p| &p.definition);
        let ours = ours.get(object).map_or("", |p| &p.definition);
        let file = made_by.get(object).map_or_else(|| "(no file)".to_owned(), |path| format!("sql/{path}"));
        (database != ours).then(|| Difference {
            object: object.clone(),
            kept: kept.contains(object),
            diff: unified(database, ours, &file),
            file,
        })
    });
    differing.collect()
}

fn unified(database: &str, ours: &str, file: &str) -> String {
    let ended = |text: &str| if text.is_empty() { String::new() } else { format!("{}\n", text.trim_end()) };
    let (database, ours) = (ended(database), ended(ours));
    TextDiff::from_lines(&database, &ours)
        .unified_diff()
        .context_radius(3)
        .header("database", file)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_goes_from_the_database_to_our_file() {
        let diff = unified("a\nb\nc", "a\nB\nc\n", "sql/work/views/v.sql");
        assert_eq!(diff, "--- database\n+++ sql/work/views/v.sql\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
    }
}
