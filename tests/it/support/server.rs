//! The server of a test run.
//!
//! `scripts/test.sh` starts one for all test processes and names it in `TIDEGATE_TEST_DATABASE_URL`. Without it the
//! test process has one of its own: a child that stops the server when its standard input ends, so that however
//! this process ends, nothing is left running.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use tokio_postgres::{Client, NoTls};

const ADDRESS_VARIABLE: &str = "TIDEGATE_TEST_DATABASE_URL";

/// A running server.
pub(crate) struct Server {
    url: String,
    /// Holds the other end of the keeper's standard input.
    _keeper: Option<Child>,
}

impl Server {
    /// The superuser's address of its database `postgres`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

static SERVER: OnceLock<Server> = OnceLock::new();

/// The superuser's address of a database on the server of this run.
pub(super) fn address(database: &str) -> String {
    let url = &SERVER.get_or_init(start).url;
    let (server, _) = url.rsplit_once('/').expect("the address names a database");
    format!("{server}/{database}")
}

pub(super) async fn connect(database: &str) -> Client {
    open(&address(database)).await
}

/// A connection whose messages are carried for as long as the client lives.
pub(crate) async fn open(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the test server answers");
    tokio::spawn(connection);
    client
}

fn start() -> Server {
    if let Ok(url) = std::env::var(ADDRESS_VARIABLE) {
        return Server { url, _keeper: None };
    }
    another()
}

/// A server of one test's own, beside the run's; gone with its keeper.
pub(crate) fn another() -> Server {
    let mut keeper = Command::new(env!("CARGO_BIN_EXE_tidegate"))
        .args(["dev", "postgres", "--", "sh", "-c", &format!("echo \"${ADDRESS_VARIABLE}\"; exec cat")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("tidegate is built before its tests");
    let mut url = String::new();
    let stdout = keeper.stdout.take().expect("it is piped");
    BufReader::new(stdout).read_line(&mut url).expect("the keeper says the address");
    assert!(url.starts_with("postgresql://"), "the test server did not start: see above");
    Server { url: url.trim().to_owned(), _keeper: Some(keeper) }
}
