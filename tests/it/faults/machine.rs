//! The service's own machine: a clock that jumps, an upgrade under load, a batch that was waiting when it was killed.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tokio::time::sleep;

use super::sea::{Sea, migrate};
use super::storm::{Manner, Storm};
use crate::support::skipped;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_and_hung_while_an_agents_changes_wait_it_loses_none() {
    let mut sea = Sea::new(&[]).await;
    sea.serve(&[]).await;
    let mut follower = sea.follower().await;
    let storm = Storm::begin(&sea.url(), 2, Manner { agent: true, ..Manner::default() });
    for _ in 0..3 {
        sea.some_time().await;
        sea.take_service().kill().await;
        sea.serve(&[]).await;
        sea.recovers("killed in the middle of a batch", &mut follower, Instant::now()).await;
    }
    sea.some_time().await;
    sea.service().signal(Signal::SIGSTOP);
    sleep(Duration::from_secs(6)).await;
    sea.service().signal(Signal::SIGCONT);
    sea.recovers("hung for six seconds", &mut follower, Instant::now()).await;
    let tally = storm.end().await;
    assert_eq!((tally.refused, tally.unknown.len()), (vec![], 0), "no writer noticed");
    let written = sea.written().await;
    follower.assert_complete(&written).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_are_replaced_and_the_schema_loaded_anew_under_load_and_nobody_misses_anything() {
    let mut sea = Sea::new(&[]).await;
    sea.serve(&[]).await;
    let mut follower = sea.follower().await;
    let storm = Storm::begin(&sea.url(), 3, Manner::default());
    for _ in 0..2 {
        sea.some_time().await;
        // As after an upgrade: what is loaded is not what the new version brings.
        sea.run("comment on function tide.position() is 'of another version'").await;
        let url = sea.url();
        tokio::task::spawn_blocking(move || migrate(&url)).await.unwrap();
        let old = sea.take_service();
        sea.serve(&[]).await;
        old.end().await;
        sea.recovers("a node replaced by the next version's", &mut follower, Instant::now()).await;
    }
    let tally = storm.end().await;
    assert_eq!((tally.refused, tally.unknown.len()), (vec![], 0), "no writer noticed");
    let written = sea.written().await;
    follower.assert_complete(&written).await;
    sea.assert_exact().await;
}

fn faketime() -> Option<PathBuf> {
    let places =
        ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib/faketime"];
    let library =
        places.iter().map(|place| PathBuf::from(place).join("libfaketimeMT.so.1")).find(|path| path.exists());
    if library.is_none() {
        skipped("libfaketime is not installed");
    }
    library
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_back_and_forth_holds_up_nobody() {
    let Some(library) = faketime() else { return };
    let mut sea = Sea::new(&[]).await;
    let clock = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(clock.path(), "+0").unwrap();
    sea.serve(&[
        ("LD_PRELOAD", library.to_str().unwrap()),
        ("FAKETIME_TIMESTAMP_FILE", clock.path().to_str().unwrap()),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ])
    .await;
    let mut follower = sea.follower().await;
    let storm = Storm::begin(&sea.url(), 2, Manner::default());
    for jump in ["+20m", "-20m", "+0"] {
        sea.some_time().await;
        std::fs::write(clock.path(), jump).unwrap();
        sea.recovers("the clock jumped", &mut follower, Instant::now()).await;
    }
    storm.end().await;
    let written = sea.written().await;
    let diary = follower.assert_complete(&written).await;
    assert_eq!(diary.connections, 1, "nobody was thrown out");
}
