//! What follows from our files, the database's objects and the loader's memory: what is pending, what was changed
//! by hand, and what somebody chose to do about it. Pure but for [`State::read`].

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::Transaction;

use super::catalog::{self, Object, Objects, QUALIFIED_NAMES};
use super::files::SqlFile;
use super::memory::{self, Record, Records};
use crate::error::Failure;

/// What to do with definitions that were changed in the database; names as typed, see [`State::choose`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// These stay as they are in the database, from now on.
    pub keep: Vec<String>,
    /// These become ours again.
    pub take_ours: Vec<String>,
}

/// The choices with full names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in Choices")]
pub struct Chosen {
    pub keep: BTreeSet<Object>,
    pub take_ours: BTreeSet<Object>,
}

/// Everything the loader decides from.
#[derive(Debug)]
pub struct State<'f> {
    /// Ours, in the order of loading.
    pub files: &'f [SqlFile],
    /// What exists.
    pub objects: Objects,
    /// What was installed.
    pub records: Records,
    /// The server's major version.
    pub server_version: i32,
    /// Hashes of what was installed as this server words it, where another major version had reported it.
    reworded: BTreeMap<Object, String>,
}

impl<'f> State<'f> {
    /// Reads the database's side. Changes nothing; the transaction may be read-only unless the server's major version
    /// changed since the last load.
    ///
    /// # Errors
    /// The database's.
    pub async fn read(transaction: &mut Transaction<'_>, files: &'f [SqlFile]) -> Result<Self, Failure> {
        transaction.batch_execute(QUALIFIED_NAMES).await?;
        let records = memory::records(transaction).await?;
        let objects = catalog::objects(transaction, files).await?;
        let server_version = catalog::server_version(transaction).await?;
        let mut state = Self { files, objects, records, server_version, reworded: BTreeMap::new() };
        state.reword(transaction).await?;
        Ok(state)
    }

    /// Another major version may word the same definition differently (views on 16). So what was installed is
    /// installed once more, aside, to see how this server words it.
    async fn reword(&mut self, transaction: &mut Transaction<'_>) -> Result<(), Failure> {
        let doubtful: Vec<&Object> = self
            .differing()
            .filter(|(_, record)| record.server_version != self.server_version)
            .map(|(object, _)| object)
            .collect();
        if doubtful.is_empty() {
            return Ok(());
        }
        let mut aside = transaction.savepoint("reword").await?;
        let mut installed = Vec::new();
        for object in doubtful {
            let one = aside.savepoint("one").await?;
            match one.batch_execute(&installable(object, &self.records[object].definition)).await {
                Ok(()) => {
                    one.commit().await?;
                    installed.push(object.clone());
                }
                // What is there now is something else: it was changed by hand.
                Err(_) => one.rollback().await?,
            }
        }
        let reported = catalog::objects(&aside, self.files).await?;
        aside.rollback().await?;
        let hash =
            |object: Object| reported.get(&object).map(|present| (object.clone(), present.hash.clone()));
        self.reworded = installed.into_iter().filter_map(hash).collect();
        Ok(())
    }

    fn differing(&self) -> impl Iterator<Item = (&Object, &Record)> {
        self.records.iter().filter(|(object, record)| {
            self.objects.get(*object).is_some_and(|present| present.hash != record.installed_hash)
        })
    }

    /// Installed by us, different now, and nobody has said that it may be.
    pub fn changed_by_hand(&self) -> BTreeSet<Object> {
        self.differing()
            .filter(|(_, record)| !record.kept)
            .filter(|(object, _)| self.reworded.get(*object) != self.objects.get(*object).map(|p| &p.hash))
            .map(|(object, _)| object.clone())
            .collect()
    }

    /// Same definition, worded differently by this server: to be remembered in its words.
    pub fn worded_differently(&self) -> BTreeSet<Object> {
        let by_hand = self.changed_by_hand();
        self.differing()
            .filter(|(object, record)| !record.kept && !by_hand.contains(*object))
            .map(|(object, _)| object.clone())
            .collect()
    }

    /// Kept as somebody changed it.
    pub fn kept(&self) -> BTreeSet<Object> {
        self.records.iter().filter(|(_, record)| record.kept).map(|(object, _)| object.clone()).collect()
    }

    /// Installed by us and not there any more.
    pub fn missing(&self) -> BTreeSet<Object> {
        self.records
            .iter()
            .filter(|(object, _)| is_definition(object) && !self.objects.contains_key(*object))
            .map(|(object, _)| object.clone())
            .collect()
    }

    /// Installed by us from a file that is gone.
    pub fn orphaned(&self) -> BTreeSet<Object> {
        let paths: BTreeSet<&str> = self.files.iter().map(|f| f.path.as_str()).collect();
        self.records
            .iter()
            .filter(|(_, record)| !paths.contains(record.file.as_str()))
            .map(|(object, _)| object.clone())
            .collect()
    }

    /// Files whose text is not what was loaded last.
    pub fn changed_files(&self) -> Vec<&'f SqlFile> {
        let loaded: BTreeSet<(&str, &str)> =
            self.records.values().map(|r| (r.file.as_str(), r.file_hash.as_str())).collect();
        self.files.iter().filter(|f| !loaded.contains(&(f.path.as_str(), f.hash.as_str()))).collect()
    }

    /// Files to load: those that changed, and those of which an object is missing or is to become ours again.
    pub fn files_to_load(&self, take_ours: &BTreeSet<Object>) -> Vec<&'f SqlFile> {
        let missing = self.missing();
        let mut paths: BTreeSet<&str> = self.changed_files().iter().map(|f| f.path.as_str()).collect();
        paths.extend(
            take_ours.iter().chain(&missing).filter_map(|o| self.records.get(o)).map(|r| r.file.as_str()),
        );
        self.files.iter().filter(|f| paths.contains(f.path.as_str())).collect()
    }

    /// Finds the objects that are meant: by full name, without the kind, without the arguments, or `all`.
    ///
    /// # Errors
    /// A name that means nothing here, or an object that is as we installed it.
    pub fn choose(&self, choices: &Choices) -> Result<Chosen, Failure> {
        let by_hand = self.changed_by_hand();
        let mut candidates = by_hand.clone();
        candidates.extend(self.kept());
        let installed: BTreeSet<Object> = self.records.keys().cloned().collect();
        let mut chosen = Chosen::default();
        for name in &choices.keep {
            chosen.keep.extend(meant(
                name,
                &candidates,
                &by_hand,
                "as Tidegate installed it, or not its own",
            )?);
        }
        for name in &choices.take_ours {
            // What exists but was never installed by us may be taken over too.
            let known: BTreeSet<Object> = installed.iter().chain(self.objects.keys()).cloned().collect();
            chosen.take_ours.extend(meant(
                name,
                &known,
                &candidates,
                "neither installed nor in the database",
            )?);
        }
        match chosen.keep.intersection(&chosen.take_ours).next() {
            None => Ok(chosen),
            Some(both) => {
                Err(Failure::environment(format!("{both} is to be kept and to be replaced"), "choose one"))
            }
        }
    }

    /// Refuses to go on while something was changed by hand and not chosen.
    ///
    /// # Errors
    /// Exit status 1, naming the objects.
    pub fn insist_on_choices(&self, chosen: &Chosen) -> Result<(), Failure> {
        let mut open = self.changed_by_hand();
        open.retain(|object| !chosen.keep.contains(object) && !chosen.take_ours.contains(object));
        let Some(example) = open.first() else {
            return Ok(());
        };
        let names: Vec<&str> = open.iter().map(String::as_str).collect();
        Err(Failure::not_so(
            format!("changed in the database since Tidegate installed it: {}", names.join("; ")),
            format!(
                "`tidegate sql diff` shows how; then `tidegate migrate --keep '{example}'` leaves that version in place, \
                 `--take-ours '{example}'` (or all) replaces it"
            ),
        ))
    }
}

fn meant(
    name: &str,
    among: &BTreeSet<Object>,
    all: &BTreeSet<Object>,
    otherwise: &str,
) -> Result<BTreeSet<Object>, Failure> {
    if name == "all" {
        return Ok(all.clone());
    }
    let found: BTreeSet<Object> = among.iter().filter(|object| is_called(object, name)).cloned().collect();
    if found.is_empty() {
        return Err(Failure::environment(
            format!("{name} is {otherwise}"),
            "`tidegate sql diff` lists what was changed, by its name",
        ));
    }
    Ok(found)
}

/// `function work.f(uuid)` may be called so, or `work.f(uuid)`, or `work.f`.
fn is_called(object: &str, name: &str) -> bool {
    let bare = object.split_once(' ').map_or(object, |(_, rest)| rest);
    let without_arguments = bare.split_once('(').map_or(bare, |(head, _)| head);
    [object, bare, without_arguments].contains(&name.trim())
}

/// A record of an object, as opposed to one of a script (watches, grants).
pub fn is_definition(object: &str) -> bool {
    !object.starts_with("script ")
}

/// A statement that installs a definition over whatever version is there.
pub fn installable(object: &str, definition: &str) -> String {
    if object.starts_with("trigger ") {
        // A constraint trigger cannot be replaced.
        return format!("drop {};\n{definition}", object.replacen("trigger ", "trigger if exists ", 1));
    }
    definition.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_may_be_called_by_its_full_or_its_short_name() {
        let object = "function work.move_task(uuid,uuid)";
        for name in [object, "work.move_task(uuid,uuid)", "work.move_task", " work.move_task "] {
            assert!(is_called(object, name), "{name}");
        }
        for name in ["move_task", "work.move", "work.move_task(uuid)"] {
            assert!(!is_called(object, name), "{name}");
        }
        assert!(is_called("trigger _100_guard on work.tasks", "_100_guard on work.tasks"));
    }

    #[test]
    fn a_trigger_is_replaced_by_dropping_it_first() {
        assert_eq!(
            installable("trigger a on work.tasks", "CREATE TRIGGER a"),
            "drop trigger if exists a on work.tasks;\nCREATE TRIGGER a"
        );
    }

    fn record(file: &str, file_hash: &str) -> Record {
        Record {
            file: file.to_owned(),
            file_hash: file_hash.to_owned(),
            installed_hash: String::new(),
            definition: String::new(),
            kept: false,
            server_version: 15,
        }
    }

    fn state(files: &[SqlFile], records: Records) -> State<'_> {
        State { files, objects: Objects::new(), records, server_version: 15, reworded: BTreeMap::new() }
    }

    #[test]
    fn a_file_is_loaded_when_its_text_changed_or_its_object_is_missing() {
        let files = [
            SqlFile::new("work/functions/a.sql", "a").unwrap(),
            SqlFile::new("work/functions/b.sql", "b").unwrap(),
            SqlFile::new("work/grants.sql", "c").unwrap(),
        ];
        let records = Records::from([
            ("function work.a()".to_owned(), record(&files[0].path, &files[0].hash)),
            ("function work.b()".to_owned(), record(&files[1].path, "another")),
            ("script work/grants.sql".to_owned(), record(&files[2].path, &files[2].hash)),
        ]);
        let state = state(&files, records);
        assert_eq!(state.changed_files(), [&files[1]]);
        assert_eq!(state.files_to_load(&BTreeSet::new()), [&files[0], &files[1]]);
    }

    #[test]
    fn what_came_from_a_file_that_is_gone_is_orphaned() {
        let files = [SqlFile::new("work/functions/a.sql", "a").unwrap()];
        let records = Records::from([
            ("function work.a()".to_owned(), record("work/functions/a.sql", "")),
            ("function work.b()".to_owned(), record("work/functions/b.sql", "")),
        ]);
        assert_eq!(state(&files, records).orphaned(), BTreeSet::from(["function work.b()".to_owned()]));
    }
}
