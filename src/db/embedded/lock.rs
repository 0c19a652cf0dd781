//! One owner for a directory: a lock that the kernel takes back, however the owner ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::{Result, io_failure};
use crate::error::Failure;

/// Held for as long as this process owns the directory.
#[derive(Debug)]
pub(super) struct DirectoryLock {
    path: PathBuf,
    _file: File,
}

impl DirectoryLock {
    /// Takes the lock beside `dir` (`pg` is guarded by `pg.lock`).
    pub(super) fn take(dir: &Path) -> Result<Self> {
        let path = path_for(dir);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| io_failure("make", parent, &e))?;
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|e| io_failure("open", &path, &e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(taken(dir, &mut file)),
            Err(TryLockError::Error(e)) => return Err(io_failure("lock", &path, &e)),
        }
        write_owner(&mut file).map_err(|e| io_failure("write", &path, &e))?;
        Ok(Self { path, _file: file })
    }

    /// Removes the lock's own file, when the directory is gone for good.
    pub(super) fn remove(&self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Where the lock of a directory is.
pub(super) fn path_for(dir: &Path) -> PathBuf {
    let mut name = dir.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

fn write_owner(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    write!(file, "{}", std::process::id())
}

fn taken(dir: &Path, file: &mut File) -> Failure {
    let mut owner = String::new();
    let pid = match file.read_to_string(&mut owner) {
        Ok(_) if !owner.is_empty() => format!("process {owner}"),
        _ => "another process".to_owned(),
    };
    Failure::environment(
        format!("{pid} already runs the Postgres in {}", dir.display()),
        "use that one, stop it first, or start in another directory",
    )
}
