//! Where a cluster lives, and the files in it.
//!
//! Usually that is the directory asked for. When the server's account cannot reach it (a checkout
//! below `/root`, a mount that keeps its owners), the cluster moves to `/var/lib/tidegate` or `/tmp`
//! under a name made from the path, and the directory asked for becomes a link to it.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::account::Account;
use super::{Result, io_failure};
use crate::error::Failure;

/// Substitutes for a directory that the account cannot use, the lasting one first.
const SUBSTITUTES: [&str; 2] = ["/var/lib/tidegate", "/tmp"];

/// The directories of one cluster.
#[derive(Debug)]
pub(super) struct Place {
    asked: PathBuf,
    home: PathBuf,
}

impl Place {
    /// Finds or makes a home that the account can use.
    pub(super) fn settle(asked: &Path, account: &Account) -> Result<Self> {
        let asked = std::path::absolute(asked).map_err(|e| io_failure("find", asked, &e))?;
        if let Some(place) = Self::existing(&asked).filter(|place| account.can_use(&place.home)) {
            place.make_socket_dir(account)?;
            return Ok(place);
        }
        let home = match make_home(&asked, account) {
            Ok(()) => asked.clone(),
            Err(_) => substitute(&asked, account)?,
        };
        let place = Self { asked, home };
        place.make_socket_dir(account)?;
        Ok(place)
    }

    /// The place of a cluster that was settled before.
    pub(super) fn existing(asked: &Path) -> Option<Self> {
        let asked = std::path::absolute(asked).ok()?;
        let home = fs::canonicalize(&asked).ok()?;
        Some(Self { asked, home })
    }

    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    pub(super) fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    /// `initdb` works here; a cluster is in [`Self::data`] only once it is complete.
    pub(super) fn unfinished_data(&self) -> PathBuf {
        self.home.join("data.unfinished")
    }

    pub(super) fn log_file(&self) -> PathBuf {
        self.home.join("postgres.log")
    }

    pub(super) fn password_file(&self) -> PathBuf {
        self.home.join("password")
    }

    /// A short path, whatever the home's: a socket's name may have 107 bytes at most.
    pub(super) fn socket_dir(&self) -> PathBuf {
        Path::new("/tmp").join(format!("tidegate-{}", name_for(&self.home)))
    }

    pub(super) fn is_initialised(&self) -> bool {
        self.data().join("PG_VERSION").exists()
    }

    /// The major version that made the data.
    pub(super) fn data_version(&self) -> Option<u32> {
        let version = fs::read_to_string(self.data().join("PG_VERSION")).ok()?;
        version.trim().parse().ok()
    }

    /// The superuser's password on 127.0.0.1.
    pub(super) fn password(&self) -> Result<String> {
        let path = self.password_file();
        let password = fs::read_to_string(&path).map_err(|e| io_failure("read", &path, &e))?;
        Ok(password.trim().to_owned())
    }

    pub(super) fn last_port(&self) -> Option<u16> {
        fs::read_to_string(self.home.join("port")).ok()?.trim().parse().ok()
    }

    /// Remembers the port, so that addresses stay the same from run to run. Best effort.
    pub(super) fn remember_port(&self, port: u16) {
        if let Err(error) = fs::write(self.home.join("port"), port.to_string()) {
            tracing::debug!(%error, "the port is not remembered");
        }
    }

    /// Removes what is of no use while no server runs.
    pub(super) fn remove_socket_dir(&self) {
        let _ = fs::remove_dir_all(self.socket_dir());
    }

    pub(super) fn remove(&self) -> Result<()> {
        self.remove_socket_dir();
        fs::remove_dir_all(&self.home).map_err(|e| io_failure("remove", &self.home, &e))?;
        if self.asked != self.home {
            let _ = fs::remove_file(&self.asked);
        }
        Ok(())
    }

    fn make_socket_dir(&self, account: &Account) -> Result<()> {
        let dir = self.socket_dir();
        make_private_dir(&dir, account).map_err(|e| io_failure("make", &dir, &e))
    }
}

const THROWAWAY: &str = "tidegate-throwaway-";

/// A directory name for a throwaway cluster; nobody else's, as the name is random.
pub(super) fn temporary_dir() -> PathBuf {
    std::env::temp_dir().join(format!("{THROWAWAY}{:016x}", rand::random::<u64>()))
}

/// Throwaway clusters whose process was killed before it could remove them have a lock that is free.
pub(super) fn sweep_throwaways() {
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let path = entry.path();
        let named = entry.file_name().to_string_lossy().starts_with(THROWAWAY);
        if named && path.extension().is_some_and(|ending| ending == "lock") && is_old(&path) {
            sweep(&path.with_extension(""));
        }
    }
}

/// A lock made a moment ago may be about to be taken by its maker.
fn is_old(path: &Path) -> bool {
    let age = fs::metadata(path).and_then(|found| found.modified()).map(|made| made.elapsed());
    age.is_ok_and(|age| age.is_ok_and(|age| age > Duration::from_secs(60)))
}

fn sweep(dir: &Path) {
    if super::Cluster::erase(dir).is_ok() {
        let _ = fs::remove_file(super::lock::path_for(dir));
    }
}

fn make_home(home: &Path, account: &Account) -> io::Result<()> {
    make_private_dir(home, account)?;
    if account.can_use(home) {
        return Ok(());
    }
    fs::remove_dir(home)?;
    Err(io::ErrorKind::PermissionDenied.into())
}

fn substitute(asked: &Path, account: &Account) -> Result<PathBuf> {
    let name = format!("pg-{}", name_for(asked));
    let home = SUBSTITUTES
        .iter()
        .map(|root| Path::new(root).join(&name))
        .find(|home| make_home(home, account).is_ok())
        .ok_or_else(|| {
            Failure::environment(
                format!(
                    "the server's account can use neither {} nor {}",
                    asked.display(),
                    SUBSTITUTES.join(", ")
                ),
                "start in a directory that user postgres can reach, or run as an ordinary user",
            )
        })?;
    let _ = fs::remove_file(asked);
    symlink(&home, asked).map_err(|e| io_failure("link", asked, &e))?;
    tracing::info!(home = %home.display(), "user postgres cannot reach {}: the data is kept elsewhere", asked.display());
    Ok(home)
}

/// Makes a directory that is the account's alone, or takes over one that already is.
fn make_private_dir(dir: &Path, account: &Account) -> io::Result<()> {
    if let Some(parent) = dir.parent() {
        fs::create_dir_all(parent)?;
    }
    match fs::DirBuilder::new().mode(0o700).create(dir) {
        Ok(()) => account.own(dir),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => claim(dir, account),
        Err(e) => Err(e),
    }
}

/// In `/tmp` anybody may have made the directory before us: then it is refused.
fn claim(dir: &Path, account: &Account) -> io::Result<()> {
    let found = fs::symlink_metadata(dir)?;
    let trusted = [account.uid().as_raw(), nix::unistd::geteuid().as_raw()];
    if !found.is_dir() || !trusted.contains(&found.uid()) {
        return Err(io::Error::other("it is somebody else's"));
    }
    account.own(dir)?;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
}

/// Twelve letters that stand for a path.
fn name_for(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    hex::encode(&digest[..6])
}
