//! Programs at the other end of a pipe that leave before everything was said.

use std::fs::File;
use std::process::{Command, Stdio};

use tokio::io::{AsyncBufReadExt, BufReader};

use crate::service::client::Client;
use crate::service::node::{SECRET, sign};
use crate::service::world::World;
use crate::support::TestDatabase;

fn tidegate(database: &TestDatabase, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
    command.args(line.split(' ')).env("DATABASE_URL", database.url()).env("TIDEGATE_JWT_SECRET", SECRET);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[tokio::test]
async fn who_reads_no_further_ends_no_command() {
    let world = World::new().await;
    let lines = [
        ("watches", 0),
        ("flag list", 0),
        ("key list", 0),
        ("token --user ann", 0),
        ("verify", 0),
        ("sql diff", 0),
        ("doctor", 1),
        ("migrate --check", 0),
        ("flag rollout bulk_api", 1),
    ];
    for (line, status) in lines {
        let mut child = tidegate(&world.database, line).spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        let complained = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(status), "{line}: {complained}");
        assert!(!complained.contains("panicked"), "{line}: {complained}");
    }
}

#[tokio::test]
async fn a_complaint_that_nobody_hears_leaves_the_status() {
    let world = World::new().await;
    let mut child = tidegate(&world.database, "unwatch no.table").spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[tokio::test]
async fn an_answer_that_cannot_be_written_is_a_failure() {
    let world = World::new().await;
    let full = File::options().write(true).open("/dev/full").unwrap();
    let ended = tidegate(&world.database, "watches").stdout(full).output().unwrap();
    let complained = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(2), "{complained}");
    assert!(complained.starts_with("error: cannot print: "), "{complained}");
}

#[tokio::test]
async fn a_service_whose_log_nobody_takes_goes_on() {
    let world = World::new().await;
    let mut command = tokio::process::Command::from(tidegate(&world.database, "serve"));
    command.env("RUST_LOG", "debug").env("TIDEGATE_LISTEN", "127.0.0.1:0").kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    drop(child.stderr.take());
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = said.next_line().await.unwrap().expect("it says where it serves");
    drop(said);
    let (_, rest) = line.split_once("http://").unwrap();
    let address = rest.split_whitespace().next().unwrap().parse().unwrap();
    let mut client = Client::open(address, "/ws", Some(&sign("ann", 3600))).await;
    client.expect("sync").await;
    assert_eq!(child.try_wait().unwrap(), None);
}
