//! A private Postgres cluster: made, started and stopped by us, from the binaries that are installed.
//!
//! `tidegate dev` keeps one in `./.tidegate/pg`; the tests start one that leaves no trace. Nothing
//! of it is on the path of a change: once it runs, it is a Postgres like any other.
//!
//! Invariants:
//! - one process owns a directory at a time (a file lock, released by the kernel if we die);
//! - whatever ended the last run, the next start succeeds: a half-made cluster is made again, a
//!   server left behind is stopped first, a stale `postmaster.pid` is cleared;
//! - only the owner reaches the socket without a password; 127.0.0.1 asks for a random one;
//! - the server dies with us, where the platform can promise that (Linux), and on `stop` anywhere.
//!
//! Postgres refuses to run as root, so for root the server runs as user `postgres`.

mod account;
mod binaries;
mod leftovers;
mod lock;
mod place;
mod server;

use std::path::{Path, PathBuf};

use account::Account;
use binaries::Binaries;
use lock::DirectoryLock;
use place::Place;
use server::Server;

use crate::error::Failure;

type Result<T, E = Failure> = std::result::Result<T, E>;

fn io_failure(doing: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::environment(
        format!("could not {doing} {}: {error}", path.display()),
        "check who owns the directory and whether the disk is full",
    )
}

#[allow(clippy::disallowed_methods, reason = "a cluster is started and stopped on a blocking thread")]
fn wait_a_moment(moment: std::time::Duration) {
    std::thread::sleep(moment);
}

/// Whether the data outlives the process, and a crash of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Flushed to disk like production; the directory stays.
    Kept,
    /// Nothing is flushed; the directory is removed when the cluster is dropped. For tests.
    Throwaway,
}

/// What to start, and where.
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    /// The directory of the cluster; made if absent. See [`Cluster::home`] for where it really is.
    pub dir: PathBuf,
    /// The TCP port on 127.0.0.1; `None` takes the one of the last run, or any free one.
    pub port: Option<u16>,
    /// Whether the data is worth a flush.
    pub durability: Durability,
    /// `max_connections` of the server.
    pub max_connections: u32,
    /// Further settings, passed as `-c name=value`; they win over ours.
    pub settings: Vec<(String, String)>,
}

impl ClusterOptions {
    /// A cluster that is kept in `dir`.
    pub fn kept(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            port: None,
            durability: Durability::Kept,
            max_connections: 100,
            settings: Vec::new(),
        }
    }

    /// A fast cluster for tests, in a new temporary directory.
    pub fn throwaway() -> Self {
        Self {
            dir: place::temporary_dir(),
            port: None,
            durability: Durability::Throwaway,
            max_connections: 300,
            settings: vec![("max_prepared_transactions".to_owned(), "64".to_owned())],
        }
    }
}

/// A running private Postgres. Dropping it stops the server.
#[derive(Debug)]
pub struct Cluster {
    place: Place,
    binaries: Binaries,
    server: Server,
    durability: Durability,
    password: String,
    made: bool,
    stopped: bool,
    // Last, so that the directory is free only when the server is gone.
    lock: DirectoryLock,
}

impl Cluster {
    /// Makes the cluster if it is not there yet, and starts it. Blocks until it accepts connections.
    ///
    /// # Errors
    /// When no usable Postgres is installed, another process owns the directory, or the server does
    /// not come up; each says what to do.
    #[allow(clippy::needless_pass_by_value, reason = "options are made for one start")]
    pub fn start(options: ClusterOptions) -> Result<Self> {
        if options.durability == Durability::Throwaway {
            place::sweep_throwaways();
        }
        let lock = DirectoryLock::take(&options.dir)?;
        let account = Account::for_server()?;
        let place = Place::settle(&options.dir, &account)?;
        leftovers::clear(&place)?;

        let binaries = Binaries::find(place.data_version())?;
        let made = !place.is_initialised();
        if made {
            server::initialise(&binaries, &account, &place, options.durability)?;
        }
        let password = place.password()?;
        let server = Server::start(&binaries, &account, &place, &options)?;
        Ok(Self {
            place,
            binaries,
            server,
            durability: options.durability,
            password,
            made,
            stopped: false,
            lock,
        })
    }

    /// Removes a stopped cluster and everything in it.
    ///
    /// # Errors
    /// When another process runs it, or the directory cannot be removed.
    pub fn erase(dir: &Path) -> Result<()> {
        let _lock = DirectoryLock::take(dir)?;
        let Some(place) = Place::existing(dir) else {
            return Ok(());
        };
        leftovers::clear(&place)?;
        place.remove()
    }

    /// Whether this start made the cluster, so that it is still empty.
    pub fn is_new(&self) -> bool {
        self.made
    }

    /// Where the cluster really is: the asked-for directory, or a substitute when the server's
    /// account cannot reach that.
    pub fn home(&self) -> &Path {
        self.place.home()
    }

    /// The server's log.
    pub fn log_file(&self) -> PathBuf {
        self.place.log_file()
    }

    /// The TCP port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// The address of a database for any driver: 127.0.0.1, superuser `postgres`, password included.
    pub fn url(&self, database: &str) -> String {
        format!("postgresql://postgres:{}@127.0.0.1:{}/{database}", self.password, self.port())
    }

    /// The same through the socket: no password, for the owner of the cluster (and root) only.
    pub fn socket_url(&self, database: &str) -> String {
        format!(
            "postgresql:///{database}?host={}&port={}&user=postgres",
            self.place.socket_dir().display(),
            self.port()
        )
    }

    /// The superuser's password on 127.0.0.1.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// The directory with `psql` and the like, of the server's own version.
    pub fn programs(&self) -> &Path {
        self.binaries.dir()
    }

    /// Whether the server still runs; false once it crashed or was stopped by someone else.
    pub fn is_running(&self) -> bool {
        self.server.is_running()
    }

    /// Stops the server: open transactions are rolled back, the data is flushed.
    ///
    /// # Errors
    /// When it does not end within half a minute; it is killed then, and recovers at the next start.
    pub fn stop(mut self) -> Result<()> {
        self.shut_down()
    }

    fn shut_down(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.stopped, true) {
            return Ok(());
        }
        let stopped = self.server.stop(self.durability);
        match self.durability {
            Durability::Kept => {
                self.place.remove_socket_dir();
                stopped
            }
            Durability::Throwaway => {
                self.lock.remove();
                self.place.remove()
            }
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.shut_down() {
            tracing::warn!(%error, "the private Postgres did not stop cleanly");
        }
    }
}

#[cfg(test)]
mod tests;
