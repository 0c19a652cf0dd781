//! A running service: in this process, or as the real program that can be stopped, killed and started again.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tidegate::app::{App, Running};
use tidegate::cli::token;
use tidegate::config::Config;
use tidegate::gateway::Gateway;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::client::Client;
use crate::support::TestDatabase;

/// What signs tokens.
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// The service in this process.
pub(crate) struct Node {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: CancellationToken,
    running: Running,
}

impl Node {
    /// Follows the log when it returns.
    pub(crate) async fn start(database: &TestDatabase, settings: &[(&str, &str)]) -> Self {
        Self::start_at(&database.service_url(), settings).await
    }

    /// The same on any database.
    pub(crate) async fn start_at(url: &str, settings: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shutdown = CancellationToken::new();
        let running = App::start(&config(url, settings), listener, shutdown.clone()).unwrap();
        running.ready().await.unwrap();
        Self { address: running.local_addr(), shutdown, running }
    }

    /// A client of that person's, with the first message still to come.
    pub(crate) async fn client(&self, handle: &str) -> Client {
        Client::open(self.address, "/ws", Some(&sign(handle, 3600))).await
    }

    /// A client whose snapshot has come.
    pub(crate) async fn synced(&self, handle: &str) -> Client {
        let mut client = self.client(handle).await;
        client.expect("sync").await;
        client
    }

    /// A client that wants no snapshot.
    pub(crate) async fn silent(&self, handle: &str) -> Client {
        Client::open(self.address, "/ws?sync=none", Some(&sign(handle, 3600))).await
    }

    /// Its gateway, for a look inside.
    pub(crate) fn gateway(&self) -> &Gateway {
        self.running.gateway()
    }

    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        self.running.stopped().await;
    }
}

/// A token of ours, valid for so many seconds.
pub(crate) fn sign(handle: &str, seconds: u64) -> String {
    sign_as(handle, seconds, None)
}

/// The same, of an administrator for instance.
pub(crate) fn sign_as(handle: &str, seconds: u64, role: Option<&str>) -> String {
    let config = Config::load(None, [("TIDEGATE_JWT_SECRET".to_owned(), SECRET.to_owned())]).unwrap();
    token::sign(&config, handle, Duration::from_secs(seconds), role).unwrap()
}

fn config(url: &str, settings: &[(&str, &str)]) -> Config {
    let ours = [("DATABASE_URL", url.to_owned()), ("TIDEGATE_JWT_SECRET", SECRET.to_owned())];
    let theirs = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let ours = ours.into_iter().map(|(key, value)| (key.to_owned(), value));
    Config::load(None, ours.chain(theirs)).unwrap()
}

/// The service as the program that people start. Killed when dropped.
pub(crate) struct Process {
    child: Child,
    address: SocketAddr,
    log: JoinHandle<String>,
}

impl Process {
    /// Follows the log when it returns.
    pub(crate) async fn start(database: &TestDatabase) -> Self {
        Self::start_with(database, &[]).await
    }

    /// The same with another filter of its log.
    pub(crate) async fn start_logging(database: &TestDatabase, filter: &str) -> Self {
        Self::start_with(database, &[("RUST_LOG", filter)]).await
    }

    /// The same with settings of the environment.
    pub(crate) async fn start_with(database: &TestDatabase, settings: &[(&str, &str)]) -> Self {
        Self::start_at(&database.service_url(), settings).await
    }

    /// The same on any database.
    pub(crate) async fn start_at(url: &str, settings: &[(&str, &str)]) -> Self {
        Self::start_as(Command::new(env!("CARGO_BIN_EXE_tidegate")), url, settings).await
    }

    /// The same by another program, or by one that leads to it.
    pub(crate) async fn start_as(mut program: Command, url: &str, settings: &[(&str, &str)]) -> Self {
        let mut child = program
            .arg("serve")
            .env("DATABASE_URL", url)
            .env("TIDEGATE_JWT_SECRET", SECRET)
            .env("TIDEGATE_LISTEN", "127.0.0.1:0")
            .env("RUST_LOG", "error")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().expect("it says where it serves");
        let (_, rest) = line.split_once("http://").unwrap();
        let address = rest.split_whitespace().next().unwrap().parse().unwrap();
        let mut said = child.stderr.take().unwrap();
        let log = tokio::spawn(async move {
            let mut log = String::new();
            said.read_to_string(&mut log).await.unwrap();
            log
        });
        Self { child, address, log }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) async fn client(&self, path: &str) -> Client {
        self.client_of("ann", path).await
    }

    pub(crate) async fn client_of(&self, handle: &str, path: &str) -> Client {
        Client::open(self.address, path, Some(&sign(handle, 3600))).await
    }

    /// Stops it in order; answers with its log.
    pub(crate) async fn end(mut self) -> String {
        self.signal(Signal::SIGTERM);
        self.child.wait().await.unwrap();
        self.log.await.unwrap()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.pid()).unwrap()), signal).unwrap();
    }

    /// `kill -9`
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}
