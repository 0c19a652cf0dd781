//! Finds an installed Postgres server: `initdb` and `postgres` side by side.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Result;
use crate::error::Failure;

/// The oldest version that the engine works on.
const OLDEST: u32 = crate::db::OLDEST_SERVER.unsigned_abs();

/// Directories whose children are named after versions: `/usr/lib/postgresql/15/bin`.
const VERSIONED: [&str; 2] = ["/usr/lib/postgresql", "/usr/local/lib/postgresql"];

/// Where Homebrew, the RPM packages and Postgres.app put theirs: `<root>/<prefix>*/bin`.
const PREFIXED: [(&str, &str); 4] = [
    ("/opt/homebrew/opt", "postgresql@"),
    ("/usr/local/opt", "postgresql@"),
    ("/usr", "pgsql-"),
    ("/Applications/Postgres.app/Contents/Versions", "1"),
];

/// The programs of one Postgres version.
#[derive(Debug, Clone)]
pub(super) struct Binaries {
    dir: PathBuf,
    major: u32,
}

impl Binaries {
    /// The newest installed version, or exactly `wanted` when the data is already of that one.
    pub(super) fn find(wanted: Option<u32>) -> Result<Self> {
        let found = match std::env::var_os("TIDEGATE_PG_BIN") {
            Some(dir) => vec![Self::required(Path::new(&dir))?],
            None => Self::installed(),
        };
        match wanted {
            None => Self::newest(found),
            Some(major) => Self::of_version(found, major),
        }
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.dir.join("initdb")
    }

    pub(super) fn postgres(&self) -> PathBuf {
        self.dir.join("postgres")
    }

    fn newest(found: Vec<Self>) -> Result<Self> {
        let newest = found.into_iter().max_by_key(|one| one.major);
        newest.filter(|one| one.major >= OLDEST).ok_or_else(|| {
            Failure::environment(
                format!("no PostgreSQL {OLDEST} or newer was found"),
                "run `scripts/setup.sh postgres`, or set TIDEGATE_PG_BIN to a directory with initdb and postgres",
            )
        })
    }

    fn of_version(found: Vec<Self>, major: u32) -> Result<Self> {
        let same = found.into_iter().find(|one| one.major == major);
        same.ok_or_else(|| {
            Failure::environment(
                format!("the data here was made by PostgreSQL {major}, which was not found"),
                "install that version again, or start over with --fresh",
            )
        })
    }

    fn required(dir: &Path) -> Result<Self> {
        Self::at(dir.to_owned()).ok_or_else(|| {
            Failure::environment(
                format!("TIDEGATE_PG_BIN={} holds no initdb and postgres that run", dir.display()),
                "correct it or unset it",
            )
        })
    }

    fn installed() -> Vec<Self> {
        candidates().into_iter().filter_map(Self::at).collect()
    }

    fn at(dir: PathBuf) -> Option<Self> {
        if !dir.join("initdb").is_file() {
            return None;
        }
        let version = Command::new(dir.join("postgres")).arg("--version").output().ok()?;
        let major = major_of(&String::from_utf8_lossy(&version.stdout))?;
        Some(Self { dir, major })
    }
}

fn candidates() -> Vec<PathBuf> {
    let mut dirs: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    dirs.extend(bindir_of_pg_config());
    for root in VERSIONED {
        dirs.extend(children(Path::new(root), ""));
    }
    for (root, prefix) in PREFIXED {
        dirs.extend(children(Path::new(root), prefix));
    }
    dirs.sort();
    dirs.dedup();
    dirs
}

fn bindir_of_pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let dir = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(dir.trim()))
}

fn children(root: &Path, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(root) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path().join("bin"))
        .collect()
}

/// `postgres (PostgreSQL) 15.18 (Debian …)` is 15, `… 19beta1` is 19.
fn major_of(version: &str) -> Option<u32> {
    let number = version.split_whitespace().nth(2)?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major_of;

    #[test]
    fn the_major_version_is_read_from_what_postgres_says() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(major_of("command not found"), None);
    }
}
