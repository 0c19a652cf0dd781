//! Making it so: files are executed, each in a savepoint; what each one made is learned from the catalogue by
//! comparing before and after, so nothing parses SQL here.
//!
//! - A file that needs something not yet there is tried again after the others.
//! - Where Postgres refuses to replace (a view's columns, a function's result), the object is dropped, with those of
//!   *ours* that depend on it, and all of them are made again; rights that were granted on them come back.
//! - Something of the user's that depends on it stops the load, named.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use tokio_postgres::Transaction;
use tokio_postgres::error::{ErrorPosition, SqlState};

use super::catalog::{self, Entries, Object, Objects};
use super::files::SqlFile;
use super::memory::{self, Record};
use super::state::{Chosen, State, installable, is_definition};
use crate::error::Failure;

/// What a load did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Paths of the files executed.
    pub files: Vec<String>,
    /// Objects dropped because nothing defines them any more.
    pub dropped: Vec<Object>,
    /// Objects left as somebody changed them.
    pub kept: Vec<Object>,
    /// Paths of files that changed and were not executed, because what they define is kept.
    pub passed_over: Vec<String>,
}

/// One load in progress.
pub struct Loader<'l, 't> {
    transaction: &'l mut Transaction<'t>,
    state: &'l State<'l>,
    chosen: &'l Chosen,
    /// What existed before this run: not to be replaced unasked unless it is remembered as ours.
    former: &'l Objects,
    /// What exists now, as of the last look.
    present: Entries,
    /// Which file made which object, in this load.
    made_by: BTreeMap<Object, &'l SqlFile>,
    /// Files whose old objects were dropped to make way for the new ones.
    cleared: BTreeSet<&'l str>,
    queue: VecDeque<&'l SqlFile>,
    rights: Vec<String>,
    loaded: Loaded,
}

enum Step {
    Done,
    Later(Failure),
    Refused(Failure),
}

impl<'l, 't> Loader<'l, 't> {
    /// A load inside `transaction`, which already runs as the owner.
    pub fn new(
        transaction: &'l mut Transaction<'t>,
        state: &'l State<'l>,
        chosen: &'l Chosen,
        former: &'l Objects,
    ) -> Self {
        Self {
            transaction,
            state,
            chosen,
            former,
            present: state.objects.iter().map(|(o, p)| (o.clone(), p.entry.clone())).collect(),
            made_by: BTreeMap::new(),
            cleared: BTreeSet::new(),
            queue: VecDeque::new(),
            rights: Vec::new(),
            loaded: Loaded::default(),
        }
    }

    /// Executes the files that define objects.
    ///
    /// # Errors
    /// SQL that Postgres refuses, with file and line; something of the user's in the way.
    pub async fn define(&mut self, files: &[&'l SqlFile]) -> Result<(), Failure> {
        let mut round: Vec<&SqlFile> = files.iter().copied().filter(|f| f.phase.defines_objects()).collect();
        while !round.is_empty() {
            let mut later = Vec::new();
            let mut got_further = false;
            self.queue = round.into();
            while let Some(file) = self.queue.pop_front() {
                match self.take(file).await? {
                    Some(failure) => later.push((file, failure)),
                    None => got_further = true,
                }
            }
            if let (false, Some((_, failure))) = (got_further, later.first()) {
                return Err(failure.clone());
            }
            round = later.into_iter().map(|(file, _)| file).collect();
        }
        self.grant_again().await
    }

    /// Executes the scripts: what is watched, who may do what, and the triggers of every watched table.
    ///
    /// # Errors
    /// SQL that Postgres refuses, with file and line.
    pub async fn run_scripts(&mut self) -> Result<(), Failure> {
        for file in self.state.files.iter().filter(|f| !f.phase.defines_objects()) {
            self.transaction.batch_execute(&file.text).await.map_err(|e| in_file(file, e))?;
            self.made_by.insert(format!("script {}", file.path), file);
        }
        let refresh = "select to_regprocedure('tide.refresh_watches()') is not null";
        if self.transaction.query_one(refresh, &[]).await?.get(0) {
            self.transaction.batch_execute("select tide.refresh_watches()").await?;
        }
        Ok(())
    }

    /// Drops what nothing defines any more, where nothing depends on it.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep(&mut self) -> Result<(), Failure> {
        loop {
            let mut got_further = false;
            for object in self.undefined() {
                if self.drop_if_unused(&object).await? {
                    self.loaded.dropped.push(object);
                    got_further = true;
                }
            }
            if !got_further {
                return Ok(());
            }
        }
    }

    /// The last sweep: what is left over now is in use.
    ///
    /// # Errors
    /// Something that nothing of ours defines any more is needed by something of the user's.
    pub async fn insist_on_swept(&mut self) -> Result<(), Failure> {
        self.sweep().await?;
        match self.undefined().first() {
            None => Ok(()),
            Some(object) => {
                Err(self.in_use(object, &catalog::dependents(self.transaction, &self.present[object]).await?))
            }
        }
    }

    /// Remembers what was installed and chosen. Returns what was done.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember(mut self) -> Result<Loaded, Failure> {
        let records = &self.state.records;
        let forgotten: Vec<&Object> = records.keys().filter(|object| self.is_undefined(object)).collect();
        memory::forget(self.transaction, &forgotten).await?;
        let now = catalog::objects(self.transaction, self.state.files).await?;
        let mut remembered: BTreeMap<&Object, Record> = BTreeMap::new();
        for object in self.chosen.keep.iter().filter(|o| !forgotten.contains(o)) {
            remembered.extend(records.get(object).map(|old| (object, Record { kept: true, ..old.clone() })));
        }
        let reworded = self.state.worded_differently();
        for object in &reworded {
            remembered.extend(records.get(object).map(|old| (object, self.as_is(object, old.clone(), &now))));
        }
        for (object, file) in &self.made_by {
            remembered.insert(object, self.record(object, file, &now));
        }
        for (object, record) in &remembered {
            memory::store(self.transaction, object, record).await?;
        }
        let kept: BTreeSet<Object> = self.state.kept().into_iter().chain(self.chosen.keep.clone()).collect();
        self.loaded.kept = kept.difference(&self.chosen.take_ours).cloned().collect();
        Ok(self.loaded)
    }

    /// What to remember of an object that this load made. Of one that is kept, what we had installed last.
    fn record(&self, object: &Object, file: &SqlFile, now: &Objects) -> Record {
        let new = Record { file: file.path.clone(), file_hash: file.hash.clone(), ..Record::default() };
        match self.state.records.get(object).filter(|_| self.stays(object)) {
            Some(old) => Record { file: new.file, file_hash: new.file_hash, kept: true, ..old.clone() },
            None => self.as_is(object, new, now),
        }
    }

    fn as_is(&self, object: &Object, record: Record, now: &Objects) -> Record {
        let present = now.get(object);
        Record {
            installed_hash: present.map(|p| p.hash.clone()).unwrap_or_default(),
            definition: present.map(|p| p.definition.clone()).unwrap_or_default(),
            server_version: self.state.server_version,
            ..record
        }
    }

    /// What exists at the end, for a comparison.
    ///
    /// # Errors
    /// The database's.
    pub async fn result(self) -> Result<(Objects, BTreeMap<Object, String>), Failure> {
        let objects = catalog::objects(self.transaction, self.state.files).await?;
        let files = self.made_by.into_iter().map(|(object, file)| (object, file.path.clone())).collect();
        Ok((objects, files))
    }

    /// Executes one file. An answer is the reason to try it again later.
    async fn take(&mut self, file: &'l SqlFile) -> Result<Option<Failure>, Failure> {
        if self.is_kept_whole(file) {
            for object in self.objects_of(file) {
                self.made_by.insert(object, file);
            }
            self.loaded.passed_over.push(file.path.clone());
            return Ok(None);
        }
        match self.execute(file).await? {
            Step::Done => {
                self.attribute(file).await?;
                self.put_back_kept(file).await?;
                Ok(None)
            }
            Step::Later(failure) => Ok(Some(failure)),
            Step::Refused(failure) => {
                self.queue.push_front(file);
                self.clear_the_way(file, failure).await?;
                Ok(None)
            }
        }
    }

    async fn execute(&mut self, file: &SqlFile) -> Result<Step, Failure> {
        let attempt = self.transaction.savepoint("file").await?;
        let Err(error) = attempt.batch_execute(&file.text).await else {
            attempt.commit().await?;
            return Ok(Step::Done);
        };
        attempt.rollback().await?;
        let step = match error.code() {
            Some(&SqlState::UNDEFINED_TABLE)
            | Some(&SqlState::UNDEFINED_FUNCTION)
            | Some(&SqlState::UNDEFINED_OBJECT)
            | Some(&SqlState::UNDEFINED_COLUMN) => Step::Later,
            Some(&SqlState::INVALID_TABLE_DEFINITION) | Some(&SqlState::INVALID_FUNCTION_DEFINITION) => {
                Step::Refused
            }
            _ => return Err(in_file(file, error)),
        };
        Ok(step(in_file(file, error)))
    }

    /// Learns what the file made: whatever was written since the last look.
    async fn attribute(&mut self, file: &'l SqlFile) -> Result<(), Failure> {
        let now = catalog::entries(self.transaction, self.state.files).await?;
        let written: Vec<&Object> = now
            .iter()
            .filter(|(object, entry)| self.present.get(*object) != Some(entry))
            .map(|(object, _)| object)
            .collect();
        for object in written {
            if let Some(other) = self.made_by.insert(object.clone(), file).filter(|o| o.path != file.path) {
                return Err(Failure::environment(
                    format!("{object} is defined in sql/{} and in sql/{}", other.path, file.path),
                    "one object, one file",
                ));
            }
            self.insist_on_ours(object).await?;
        }
        self.present = now;
        self.loaded.files.push(file.path.clone());
        Ok(())
    }

    /// What somebody else made under a name that is ours now is not replaced without being asked.
    async fn insist_on_ours(&self, object: &Object) -> Result<(), Failure> {
        let Some(theirs) = self.former.get(object) else { return Ok(()) };
        if self.state.records.contains_key(object) || self.chosen.take_ours.contains(object) {
            return Ok(());
        }
        let now = catalog::objects(self.transaction, self.state.files).await?;
        if now.get(object).is_some_and(|ours| ours.hash == theirs.hash) {
            return Ok(());
        }
        Err(Failure::not_so(
            format!("{object} exists already, and Tidegate did not install it"),
            format!("rename it, or let it be replaced: `tidegate migrate --take-ours '{object}'`"),
        ))
    }

    /// A file of several objects has replaced one that is to be kept: put that back.
    async fn put_back_kept(&mut self, file: &SqlFile) -> Result<(), Failure> {
        let kept: Vec<(Object, String)> = self
            .made_by
            .iter()
            .filter(|(object, maker)| maker.path == file.path && self.stays(object))
            .filter_map(|(object, _)| {
                Some((object.clone(), self.state.objects.get(object)?.definition.clone()))
            })
            .collect();
        if kept.is_empty() {
            return Ok(());
        }
        for (object, definition) in kept {
            self.transaction.batch_execute(&installable(&object, &definition)).await?;
        }
        self.present = catalog::entries(self.transaction, self.state.files).await?;
        Ok(())
    }

    /// Drops what the file made last time, and what of ours depends on it.
    async fn clear_the_way(&mut self, file: &'l SqlFile, failure: Failure) -> Result<(), Failure> {
        let old: Vec<Object> = self.objects_of(file).filter(|o| self.present.contains_key(o)).collect();
        if old.is_empty() || !self.cleared.insert(&file.path) {
            return Err(failure);
        }
        for object in old {
            self.drop_with_ours(object).await?;
        }
        Ok(())
    }

    /// Drops an object after everything of ours that depends on it; all of it is made again.
    async fn drop_with_ours(&mut self, object: Object) -> Result<(), Failure> {
        let mut stack = vec![object];
        while let Some(top) = stack.last().cloned() {
            let Some(present) = self.present.get(&top) else {
                stack.pop();
                continue;
            };
            let dependents = catalog::dependents(self.transaction, present).await?;
            let theirs = dependents.iter().any(|d| !self.is_ours(d) || stack.contains(d));
            if theirs {
                return Err(self.in_use(&top, &dependents));
            }
            if dependents.is_empty() {
                self.rights.extend(catalog::grants(self.transaction, present).await?);
                self.transaction.batch_execute(&format!("drop {top}")).await?;
                self.present.remove(&top);
                self.make_again(&top);
                stack.pop();
            }
            stack.extend(dependents);
        }
        Ok(())
    }

    fn make_again(&mut self, object: &Object) {
        self.made_by.remove(object);
        let Some(record) = self.state.records.get(object) else { return };
        let waiting = self.queue.iter().any(|f| f.path == record.file);
        let file = self.state.files.iter().find(|f| f.path == record.file);
        self.queue.extend(file.filter(|_| !waiting));
    }

    async fn drop_if_unused(&mut self, object: &Object) -> Result<bool, Failure> {
        let attempt = self.transaction.savepoint("sweep").await?;
        match attempt.batch_execute(&format!("drop {object}")).await {
            Ok(()) => attempt.commit().await?,
            Err(error) if error.code() == Some(&SqlState::DEPENDENT_OBJECTS_STILL_EXIST) => {
                attempt.rollback().await?;
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        }
        self.present.remove(object);
        Ok(true)
    }

    async fn grant_again(&mut self) -> Result<(), Failure> {
        for right in std::mem::take(&mut self.rights) {
            self.transaction.batch_execute(&right).await?;
        }
        Ok(())
    }

    /// Remembered objects that still exist and that nothing defines any more.
    fn undefined(&self) -> Vec<Object> {
        let there = |o: &&Object| is_definition(o) && self.present.contains_key(*o) && self.is_undefined(o);
        self.state.records.keys().filter(there).filter(|o| !self.stays(o)).cloned().collect()
    }

    /// Its file is gone, or was executed and did not make it.
    fn is_undefined(&self, object: &str) -> bool {
        let Some(record) = self.state.records.get(object) else { return false };
        let exists = self.state.files.iter().any(|f| f.path == record.file);
        let executed = self.loaded.files.contains(&record.file);
        !self.made_by.contains_key(object) && (!exists || executed)
    }

    /// Somebody's version stays in place.
    fn stays(&self, object: &str) -> bool {
        let kept = self.state.records.get(object).is_some_and(|r| r.kept);
        (kept && !self.chosen.take_ours.contains(object)) || self.chosen.keep.contains(object)
    }

    fn is_kept_whole(&self, file: &SqlFile) -> bool {
        let mut objects = self.objects_of(file).peekable();
        objects.peek().is_some() && objects.all(|o| self.stays(&o))
    }

    fn objects_of(&self, file: &SqlFile) -> impl Iterator<Item = Object> + use<'l> {
        let path = file.path.clone();
        let of_file = self.state.records.iter().filter(move |(_, record)| record.file == path);
        of_file.map(|(object, _)| object.clone()).collect::<Vec<_>>().into_iter()
    }

    fn is_ours(&self, object: &str) -> bool {
        self.state.records.contains_key(object) || self.made_by.contains_key(object)
    }

    fn in_use(&self, object: &str, dependents: &[Object]) -> Failure {
        let theirs: Vec<&str> = dependents.iter().map(String::as_str).filter(|d| !self.is_ours(d)).collect();
        let names = theirs.join("; ");
        Failure::not_so(
            format!("{object} must be dropped or made anew, and these depend on it: {names}"),
            format!("drop {names}, run `tidegate migrate`, and create it again; nothing has been changed"),
        )
    }
}

/// Which file, which line, what Postgres says.
fn in_file(file: &SqlFile, error: tokio_postgres::Error) -> Failure {
    let Some(refusal) = error.as_db_error() else { return error.into() };
    let line = match refusal.position() {
        Some(ErrorPosition::Original(position)) => line_of(&file.text, *position),
        _ => None,
    };
    let place = line.map_or_else(|| file.path.clone(), |line| format!("{}:{line}", file.path));
    let remedy = match (refusal.code(), refusal.hint(), refusal.detail()) {
        (&SqlState::LOCK_NOT_AVAILABLE, ..) => {
            "a long transaction holds it; end that one and run migrate again"
        }
        (_, Some(text), _) | (_, None, Some(text)) => text,
        _ => "nothing has been changed; correct the file",
    };
    Failure::environment(format!("sql/{place}: {}", refusal.message()), remedy)
}

fn line_of(text: &str, position: u32) -> Option<usize> {
    let before: String = text.chars().take(usize::try_from(position).ok()?.saturating_sub(1)).collect();
    Some(before.matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_in_characters_becomes_a_line() {
        assert_eq!(line_of("a\nbé\nc", 1), Some(1));
        assert_eq!(line_of("a\nbé\nc", 3), Some(2));
        assert_eq!(line_of("a\nbé\nc", 6), Some(3));
    }
}
