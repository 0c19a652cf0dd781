//! `sql/` as embedded in the binary: which files there are, and in which order they are loaded.

use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

static SQL: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/sql");

/// The engine's room: loaded before the others, because they know it.
const ENGINE: &str = "tide";

static FILES: LazyLock<Vec<SqlFile>> = LazyLock::new(|| {
    let mut files = Vec::new();
    collect(&SQL, &mut files);
    files.sort_by(|a, b| a.order().cmp(&b.order()));
    files
});

/// When a file's turn comes: all rooms' functions, then all views, and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "named after the folders and files")]
pub enum Phase {
    Functions,
    Views,
    Triggers,
    Watches,
    Policies,
    Grants,
}

impl Phase {
    /// Its files define objects, which are remembered, compared and swept. The others are scripts that are run
    /// again at every load.
    pub fn defines_objects(self) -> bool {
        matches!(self, Self::Functions | Self::Views | Self::Triggers)
    }

    fn of(parts: &[&str]) -> Option<Self> {
        match parts {
            [_, "functions", _] => Some(Self::Functions),
            [_, "views", _] => Some(Self::Views),
            [_, "triggers", _] => Some(Self::Triggers),
            [_, "watches.sql"] => Some(Self::Watches),
            [_, "policies.sql"] => Some(Self::Policies),
            [_, "grants.sql"] => Some(Self::Grants),
            _ => None,
        }
    }
}

/// One file of `sql/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlFile {
    /// From `sql/` on: `work/functions/move_task.sql`.
    pub path: String,
    /// When it is loaded.
    pub phase: Phase,
    /// What it says.
    pub text: String,
    /// sha256 of the text, in hexadecimal.
    pub hash: String,
}

impl SqlFile {
    /// A file of the given path, when the loader loads such files.
    pub fn new(path: &str, text: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').collect();
        let phase = Phase::of(&parts).filter(|_| path.ends_with(".sql"))?;
        let hash = hex::encode(Sha256::digest(text));
        Some(Self { path: path.to_owned(), phase, text: text.to_owned(), hash })
    }

    /// The schema it belongs to.
    pub fn room(&self) -> &str {
        self.path.split('/').next().unwrap_or_default()
    }

    fn order(&self) -> (Phase, bool, &str) {
        (self.phase, self.room() != ENGINE, &self.path)
    }
}

/// The embedded files, in the order of loading.
pub fn embedded() -> &'static [SqlFile] {
    &FILES
}

fn collect(dir: &Dir<'_>, files: &mut Vec<SqlFile>) {
    for file in dir.files() {
        let path = file.path().to_string_lossy().replace('\\', "/");
        if let Some(text) = file.contents_utf8() {
            files.extend(SqlFile::new(&path, text));
        }
    }
    dir.dirs().for_each(|inner| collect(inner, files));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Vec<String> {
        let mut files: Vec<SqlFile> = names.iter().filter_map(|n| SqlFile::new(n, "")).collect();
        files.sort_by(|a, b| a.order().cmp(&b.order()));
        files.into_iter().map(|f| f.path).collect()
    }

    #[test]
    fn all_rooms_functions_come_first_the_engines_before_all() {
        let order = paths(&[
            "work/grants.sql",
            "work/watches.sql",
            "tide/grants.sql",
            "chat/functions/a.sql",
            "work/triggers/t.sql",
            "tide/views/v.sql",
            "tide/functions/z.sql",
        ]);
        assert_eq!(
            order,
            [
                "tide/functions/z.sql",
                "chat/functions/a.sql",
                "tide/views/v.sql",
                "work/triggers/t.sql",
                "work/watches.sql",
                "tide/grants.sql",
                "work/grants.sql"
            ]
        );
    }

    #[test]
    fn door_cards_and_demo_data_are_not_loaded() {
        assert!(paths(&["work/README.md", "work/demo/demo.sql", "work/functions/README.md"]).is_empty());
    }

    #[test]
    fn every_embedded_file_has_a_known_place() {
        let loaded = embedded().len();
        let mut all = Vec::new();
        fn walk(dir: &Dir<'_>, all: &mut Vec<String>) {
            all.extend(dir.files().map(|f| f.path().to_string_lossy().into_owned()));
            dir.dirs().for_each(|d| walk(d, all));
        }
        walk(&SQL, &mut all);
        all.retain(|p| p.ends_with(".sql") && !p.contains("/demo/"));
        assert_eq!(all.len(), loaded, "a .sql file lies where the loader does not look");
    }
}
