//! `tidegate dev` from outside, as a person starts and ends it: what it brings up works, and nothing outlives it.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the runner shows it of a test that fails")]

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const PATIENCE: Duration = Duration::from_secs(60);

/// A playground in a directory of its own, on any free port.
struct Playground {
    process: Child,
    dir: PathBuf,
    greeting: String,
}

impl Playground {
    fn start(dir: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_tidegate"))
            .arg("dev")
            .current_dir(dir)
            .env("TIDEGATE_LISTEN", "127.0.0.1:0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut greeting = String::new();
        for line in lines {
            greeting.push_str(&line);
            if line.contains("project_summaries") {
                return Self { process, dir: dir.to_owned(), greeting };
            }
        }
        panic!("it did not come up: {:?} {greeting}", process.wait());
    }

    fn pid(&self) -> i32 {
        i32::try_from(self.process.id()).unwrap()
    }

    /// Postgres and the simulated writers.
    fn children(&self) -> Vec<i32> {
        processes().filter(|pid| parent(*pid) == Some(self.pid())).collect()
    }

    fn end(mut self, signal: Signal) -> ExitStatus {
        kill(Pid::from_raw(self.pid()), signal).unwrap();
        self.process.wait().unwrap()
    }

    fn variable(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.dir.join(".tidegate/env")).unwrap();
        let (_, rest) = text.split_once(&format!("export {name}='")).unwrap();
        rest.split_once('\'').unwrap().0.to_owned()
    }
}

/// A test that fails leaves nothing running either.
impl Drop for Playground {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn processes() -> impl Iterator<Item = i32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The fourth field of `/proc/<pid>/stat`, counted after the name in parentheses; none for the dead.
fn parent(pid: i32) -> Option<i32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    (fields.next()? != "Z").then_some(())?;
    fields.next()?.parse().ok()
}

fn is_alive(pid: i32) -> bool {
    parent(pid).is_some()
}

#[allow(clippy::disallowed_methods, reason = "nothing else runs on this thread")]
fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Below /tmp, where user postgres gets to when the tests run as root.
fn scratch() -> tempfile::TempDir {
    let dir = tempfile::Builder::new().prefix("tidegate-playground-").tempdir_in("/tmp").unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

async fn count(url: &str, question: &str) -> i64 {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.query_one(question, &[]).await.unwrap().get(0)
}

#[test]
fn it_comes_up_with_somebody_living_in_it_and_a_stop_leaves_nothing_running() {
    let dir = scratch();
    let playground = Playground::start(dir.path());
    assert!(playground.greeting.contains(&playground.variable("TIDEGATE_URL")), "{}", playground.greeting);
    assert!(
        playground.greeting.contains(&playground.variable("TIDEGATE_ADMIN_TOKEN")),
        "{}",
        playground.greeting
    );

    let runtime = tokio::runtime::Runtime::new().unwrap();
    let url = playground.variable("DATABASE_URL");
    let by_people = "select count(*) from tide.read(0, 100000) r where r.source = 'user'";
    eventually("a person's change is numbered", || runtime.block_on(count(&url, by_people)) > 0);

    let children = playground.children();
    assert_eq!(children.len(), 4, "Postgres, a person, an agent, an import");
    assert!(playground.end(Signal::SIGTERM).success());
    assert!(!children.iter().any(|pid| is_alive(*pid)), "something outlived it");
}

#[test]
fn killed_with_kill_9_it_leaves_nothing_running_and_starts_again() {
    let dir = scratch();
    let playground = Playground::start(dir.path());
    let (url, children) = (playground.variable("DATABASE_URL"), playground.children());
    playground.end(Signal::SIGKILL);
    eventually("its children are gone", || !children.iter().any(|pid| is_alive(*pid)));

    let again = Playground::start(dir.path());
    assert_eq!(again.variable("DATABASE_URL"), url, "the address stays the same");
    assert!(again.end(Signal::SIGINT).success());
}
