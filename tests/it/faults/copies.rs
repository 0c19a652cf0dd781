//! Another Postgres takes over: a standby that had everything, and one that lacks what came last.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio_postgres::NoTls;

use super::follower::Follower;
use super::report;
use super::sea::{Sea, write_one};
use super::storm::{Manner, Storm};
use crate::support::{eventually, open, skipped};

/// A copy of a cluster that follows it; killed when dropped.
pub(super) struct Standby {
    home: TempDir,
    pub(super) port: u16,
    server: Option<Child>,
}

impl Standby {
    /// `None` where there is no `pg_basebackup` of the server's version.
    pub(super) fn of(sea: &Sea) -> Option<Self> {
        // The programs found may be links to those of the installation, which has more of them.
        let server = std::fs::canonicalize(sea.programs().join("postgres")).unwrap();
        let program = server.with_file_name("pg_basebackup");
        if !program.exists() {
            skipped("pg_basebackup is not beside the server's programs");
            return None;
        }
        let home = tempfile::Builder::new().prefix("tidegate-standby-").tempdir_in("/tmp").unwrap();
        let (primary, _) =
            sea.url().rsplit_once('/').map(|(server, name)| (server.to_owned(), name.to_owned())).unwrap();
        let data = home.path().join("data");
        let copied = Command::new(program)
            .args(["--checkpoint=fast", "--write-recovery-conf", "--no-sync", "--dbname"])
            .arg(format!("{primary}/postgres"))
            .arg("--pgdata")
            .arg(&data)
            .output()
            .unwrap();
        assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        own_like(&sea.data(), home.path());
        let mut standby = Self { home, port, server: None };
        standby.start(sea.programs());
        Some(standby)
    }

    pub(super) fn start(&mut self, programs: &Path) {
        let data = self.home.path().join("data");
        let log = std::fs::File::create(self.home.path().join("log")).unwrap();
        let mut command = as_owner_of(&data, &programs.join("postgres"));
        command
            .arg("-D")
            .arg(&data)
            .args(["-c", &format!("port={}", self.port), "-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories=", "-c", "fsync=off"])
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        self.server = Some(command.spawn().unwrap());
    }

    pub(super) fn url(&self, sea: &Sea) -> String {
        sea.url().replace(&format!(":{}/", sea.port()), &format!(":{}/", self.port))
    }

    pub(super) async fn answers(&self, sea: &Sea, question: &str) -> bool {
        let Ok((client, connection)) = tokio_postgres::connect(&self.url(sea), NoTls).await else {
            return false;
        };
        tokio::spawn(connection);
        client.query_one(question, &[]).await.is_ok_and(|row| row.get(0))
    }

    async fn promote(&self, sea: &Sea) {
        eventually("the standby answers", async || {
            self.answers(sea, "select pg_promote(wait => false)").await
        })
        .await;
        eventually("it is promoted", async || self.answers(sea, "select not pg_is_in_recovery()").await)
            .await;
    }

    pub(super) fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = kill(Pid::from_raw(i32::try_from(server.id()).unwrap()), Signal::SIGINT);
            let _ = server.wait();
        }
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Postgres does not run as root: a copy belongs to whoever the original does.
fn own_like(original: &Path, copy: &Path) {
    let done =
        Command::new("chown").arg("-R").arg(format!("--reference={}", original.display())).arg(copy).status();
    assert!(done.unwrap().success());
}

fn as_owner_of(data: &Path, program: &Path) -> Command {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;
    let owner = std::fs::metadata(data).unwrap();
    let mut command = Command::new(program);
    if nix::unistd::geteuid().as_raw() != owner.uid() {
        command.uid(owner.uid()).gid(owner.gid());
    }
    command
}

/// The addresses of both; whichever takes writes is meant.
fn either(sea: &Sea, standby: &Standby) -> String {
    let (ours, theirs) = (format!("127.0.0.1:{}", sea.port()), format!("127.0.0.1:{}", standby.port));
    let both = sea.url().replace(&ours, &format!("{ours},{theirs}"));
    format!("{both}?target_session_attrs=read-write")
}

/// A task that the follower hears of, in whatever epoch that is: one that came before its snapshot is in that.
async fn told_again(url: &str, follower: &mut Follower) -> String {
    for _ in 0..30 {
        let id = write_one(url).await;
        if follower.hears_soon(&id).await {
            return id;
        }
    }
    panic!("nothing is told any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_has_everything_takes_over_and_its_clients_are_told_of_another_epoch() {
    let mut sea = Sea::new(&[]).await;
    let Some(standby) = Standby::of(&sea) else { return };
    sea.serve_at(&either(&sea, &standby), &[]).await;
    let mut follower = sea.follower().await;
    let storm = Storm::begin(&sea.url(), 2, Manner::default());
    sea.some_time().await;
    let tally = storm.end().await;
    let last = write_one(&sea.url()).await;
    follower.until_heard(&last).await;
    let (url, has_it) =
        (standby.url(&sea), format!("select count(*) > 0 from work.tasks where id = '{last}'"));
    eventually("the standby has it", async || standby.answers(&sea, &has_it).await).await;
    let first_epoch = follower.diary().created[&last].0.clone();

    sea.kill_postgres_only();
    let since = Instant::now();
    standby.promote(&sea).await;
    let id = told_again(&url, &mut follower).await;
    report("a standby promoted, nothing lost", since);
    let diary = follower.diary();
    assert_eq!((diary.snapshots, diary.wrong), (vec!["resync".to_owned()], vec![]));
    assert_ne!(diary.created[&id].0, first_epoch);
    let client = open(&url).await;
    let rows = client.query("select id::text from work.tasks where title = 'storm'", &[]).await.unwrap();
    let written: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(tally.committed.is_subset(&written));
    let told: BTreeSet<String> = diary.created.into_keys().collect();
    assert!(told.is_subset(&written), "nothing was told that is not there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_standby_that_lacks_what_came_last_nobody_goes_on_from_where_they_were() {
    let mut sea = Sea::new(&[]).await;
    let Some(mut standby) = Standby::of(&sea) else { return };
    sea.serve_at(&either(&sea, &standby), &[]).await;
    let mut follower = sea.follower().await;
    let kept = write_one(&sea.url()).await;
    let has_it = format!("select count(*) > 0 from work.tasks where id = '{kept}'");
    eventually("the standby has it", async || standby.answers(&sea, &has_it).await).await;
    standby.stop();
    let mut lost = Vec::new();
    for _ in 0..20 {
        lost.push(write_one(&sea.url()).await);
    }
    follower.until_heard(lost.last().unwrap()).await;

    sea.kill_postgres_only();
    standby.start(sea.programs());
    let since = Instant::now();
    standby.promote(&sea).await;
    let url = standby.url(&sea);
    let before = follower.diary().created.len();
    told_again(&url, &mut follower).await;
    report("a standby promoted, the tail lost", since);
    let diary = follower.diary();
    assert_eq!((diary.snapshots, diary.wrong), (vec!["resync".to_owned()], vec![]));
    let client = open(&url).await;
    let there: i64 =
        client.query_one("select count(*) from work.tasks where title = 'storm'", &[]).await.unwrap().get(0);
    assert!(
        there < i64::try_from(before).unwrap(),
        "the tail is gone from the tables, and everybody was told to look again"
    );
    let drift: i64 = client.query_one("select count(*) from tide.verify()", &[]).await.unwrap().get(0);
    assert_eq!(drift, 0);
}
