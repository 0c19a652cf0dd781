//! A Postgres of a test's own, that may be killed, and the service in front of it, that may be too. Clients reach the
//! service by a wire, so that they find it wherever it is started again.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tempfile::TempDir;
use tidegate::db::embedded::{Cluster, ClusterOptions};
use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, NoTls};

use super::follower::Follower;
use super::report;
use super::storm::TITLE;
use super::wire::Wire;
use crate::service::node::Process;
use crate::service::world::{FURNITURE, MAIN};
use crate::support::{eventually, open};

const DATABASE: &str = "sea";
/// Heartbeats come often, so that a broken wire is noticed soon; the log is read from after a restart.
pub(super) const SETTINGS: [(&str, &str); 3] = [
    ("WEBSOCKET_HEARTBEAT_INTERVAL", "1"),
    ("WEBSOCKET_CONNECTION_TIMEOUT", "3"),
    ("TIDEGATE_WEBSOCKET__MESSAGES_PER_SECOND", "100"),
];

pub(super) struct Sea {
    home: TempDir,
    settings: Vec<(String, String)>,
    cluster: Option<Cluster>,
    process: Option<Process>,
    wire: Option<Wire>,
    random: StdRng,
}

impl Sea {
    /// A database with a project, and nobody who serves it yet.
    pub(super) async fn new(settings: &[(&str, &str)]) -> Self {
        Self::at(place(), settings).await
    }

    /// The same in a directory.
    pub(super) async fn at(home: TempDir, settings: &[(&str, &str)]) -> Self {
        Self::filled_by(env!("CARGO_BIN_EXE_tidegate").as_ref(), home, settings).await
    }

    /// The same with the schema of another program.
    pub(super) async fn migrated_by(program: &OsStr) -> Self {
        Self::filled_by(program, place(), &[]).await
    }

    async fn filled_by(program: &OsStr, home: TempDir, settings: &[(&str, &str)]) -> Self {
        let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let random = StdRng::seed_from_u64(seed());
        let mut sea = Self { home, settings, cluster: None, process: None, wire: None, random };
        sea.start_postgres();
        let client = open(&sea.cluster().url("postgres")).await;
        client.batch_execute(&format!("create database {DATABASE}")).await.unwrap();
        migrate_by(program, &sea.url());
        sea.run(FURNITURE).await;
        sea
    }

    fn cluster(&self) -> &Cluster {
        self.cluster.as_ref().expect("Postgres was started")
    }

    pub(super) fn url(&self) -> String {
        self.cluster().url(DATABASE)
    }

    /// Where the cluster keeps its data.
    pub(super) fn data(&self) -> PathBuf {
        self.cluster().home().join("data")
    }

    pub(super) fn port(&self) -> u16 {
        self.cluster().port()
    }

    pub(super) fn programs(&self) -> &Path {
        self.cluster().programs()
    }

    pub(super) async fn sql(&self) -> Client {
        open(&self.url()).await
    }

    pub(super) async fn run(&self, statements: &str) {
        self.sql().await.batch_execute(statements).await.unwrap();
    }

    pub(super) async fn text(&self, question: &str) -> String {
        self.sql().await.query_one(question, &[]).await.unwrap().get(0)
    }

    pub(super) async fn sql_answers(&self) -> bool {
        let answer = async {
            let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await?;
            tokio::spawn(connection);
            client.batch_execute("select 1").await
        };
        matches!(timeout(Duration::from_secs(2), answer).await, Ok(Ok(())))
    }

    /// The storm's tasks that are in the table.
    pub(super) async fn written(&self) -> std::collections::BTreeSet<String> {
        let sql = format!("select id::text from work.tasks where title = '{TITLE}'");
        self.sql().await.query(&sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
    }

    /// No node has anything left to number.
    pub(super) async fn everything_is_told(&self) {
        let pending = "select tide.pending_count()::text";
        eventually("everything is told", async || self.text(pending).await == "0").await;
    }

    pub(super) async fn assert_exact(&self) {
        let drift = "select coalesce(string_agg(to_jsonb(v)::text, e'\n'), 'exact') from tide.verify() v";
        assert_eq!(self.text(drift).await, "exact");
    }

    /// Starts the service, with further settings, and leads the wire to it.
    pub(super) async fn serve(&mut self, settings: &[(&str, &str)]) {
        let url = self.url();
        self.serve_at(&url, settings).await;
    }

    /// The same for a database that is somewhere else.
    pub(super) async fn serve_at(&mut self, url: &str, settings: &[(&str, &str)]) {
        self.serve_by(program(env!("CARGO_BIN_EXE_tidegate")), url, settings).await;
    }

    /// The same by another program, or by one that leads to it.
    pub(super) async fn serve_by(
        &mut self,
        program: tokio::process::Command,
        url: &str,
        settings: &[(&str, &str)],
    ) {
        let settings: Vec<_> = SETTINGS.iter().chain(settings).copied().collect();
        let process = Process::start_as(program, url, &settings).await;
        self.lead_to(process.address()).await;
        self.process = Some(process);
    }

    /// From now on clients that come find this service.
    pub(super) async fn lead_to(&mut self, address: SocketAddr) {
        match &self.wire {
            Some(wire) => wire.lead_to(address),
            None => self.wire = Some(Wire::to(address).await),
        }
    }

    pub(super) fn service(&self) -> &Process {
        self.process.as_ref().expect("the service was started")
    }

    /// The process itself, for who ends it.
    pub(super) fn take_service(&mut self) -> Process {
        self.process.take().expect("the service was started")
    }

    pub(super) fn wire(&self) -> &Wire {
        self.wire.as_ref().expect("the service was started")
    }

    pub(super) async fn follower(&self) -> Follower {
        Follower::begin(self.wire().address()).await
    }

    /// Starts Postgres, again on the same port.
    pub(super) fn start_postgres(&mut self) {
        let mut options = ClusterOptions::kept(self.home.path().join("pg"));
        options.settings.clone_from(&self.settings);
        self.cluster = Some(Cluster::start(options).unwrap());
    }

    /// `kill -9`: what was not flushed is gone.
    pub(super) fn kill_postgres(&mut self) {
        self.kill_postgres_only();
        self.cluster = None;
    }

    /// The same, and nobody will start it again.
    pub(super) fn kill_postgres_only(&self) {
        let file = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let pid = file.lines().next().unwrap().parse().unwrap();
        kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    }

    /// Stops it in order.
    pub(super) fn stop_postgres(&mut self) {
        self.cluster.take().expect("Postgres was started").stop().unwrap();
    }

    pub(super) fn postgres_is_running(&self) -> bool {
        self.cluster.as_ref().is_some_and(Cluster::is_running)
    }

    /// Some time, by the seed of the run: faults come at any moment.
    pub(super) async fn some_time(&mut self) {
        let millis = self.random.random_range(200..1200);
        sleep(Duration::from_millis(millis)).await;
    }

    /// Writes one more task and waits until the follower has heard of it; notes how long that took since the fault was
    /// over.
    pub(super) async fn recovers(&self, fault: &str, follower: &mut Follower, since: Instant) {
        let url = self.url();
        let id = write_one(&url).await;
        follower.until_heard(&id).await;
        report(fault, since);
    }
}

/// A task of the storm's, as soon as Postgres takes it.
pub(super) async fn write_one(url: &str) -> String {
    let id = uuid::Uuid::now_v7().to_string();
    let insert = format!(
        "insert into work.tasks (id, git_branch_id, title) values ('{id}', '{MAIN}', '{TITLE}') on conflict do nothing"
    );
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        let attempt = async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
            tokio::spawn(connection);
            client.batch_execute(&insert).await
        };
        if matches!(timeout(Duration::from_secs(5), attempt).await, Ok(Ok(()))) {
            return id;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("Postgres took nothing for a minute");
}

/// A program that serves when it is told `serve`.
pub(super) fn program(path: impl AsRef<OsStr>) -> tokio::process::Command {
    tokio::process::Command::new(path)
}

fn place() -> TempDir {
    tempfile::Builder::new().prefix("tidegate-sea-").tempdir_in("/tmp").unwrap()
}

/// As a person does it.
pub(super) fn migrate(url: &str) {
    migrate_by(env!("CARGO_BIN_EXE_tidegate"), url);
}

/// The same by another program.
pub(super) fn migrate_by(program: impl AsRef<OsStr>, url: &str) {
    let output = Command::new(program).arg("migrate").env("DATABASE_URL", url).output();
    let output = output.expect("tidegate is built before its tests");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// `TIDEGATE_FAULTS_SEED`; the same seed breaks things at the same moments, as far as the machine does.
fn seed() -> u64 {
    std::env::var("TIDEGATE_FAULTS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}
