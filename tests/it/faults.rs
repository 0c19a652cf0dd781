//! The service, Postgres and the wire between them killed, hung, cut, cloned and misled, under people who go on writing.
//! Nothing is lost, nothing comes twice or out of order, nothing is told that was not committed, and it comes back by
//! itself.
//!
//! - [`sea`]: a Postgres of a test's own that may be killed, and the service in front of it;
//! - [`wire`]: a proxy between client and service, or service and Postgres, that misbehaves on command;
//! - [`storm`]: writers who never give up, and what they were told is committed;
//! - [`follower`]: a client that always comes back, with a diary that is compared with the tables;
//! - [`soak`]: hours of all that, and what of it grows;
//! - [`service`], [`postgres`], [`log`], [`retention`], [`long`], [`copies`], [`replicas`], [`network`], [`cable`],
//!   [`machine`], [`upgrade`]: the faults.
//!
//! `make faults` prints how long each recovery took, by several seeds, and what lasts for minutes lasts that long once
//! ([`in_full`]); `make test` runs all of them once.

mod cable;
mod copies;
mod follower;
mod log;
mod long;
mod machine;
mod network;
mod postgres;
mod replicas;
mod retention;
mod sea;
mod service;
mod soak;
mod storm;
mod upgrade;
mod wire;

use std::fs::OpenOptions;
use std::io::Write;
use std::time::{Duration, Instant};

/// No recovery may take longer; what `make faults` prints is held against 5 s.
const LONGEST: Duration = Duration::from_secs(30);

/// Whether what lasts for minutes in life does so here: `TIDEGATE_FAULTS_FULL`.
fn in_full() -> bool {
    std::env::var_os("TIDEGATE_FAULTS_FULL").is_some_and(|full| !full.is_empty())
}

/// Notes how long a recovery took, in the file that `make faults` prints.
fn report(fault: &str, since: Instant) {
    let took = since.elapsed();
    println!("{fault}: {:.2} s", took.as_secs_f64());
    if let Some(path) = std::env::var_os("TIDEGATE_FAULTS_REPORT") {
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        writeln!(file, "{fault}\t{:.2}", took.as_secs_f64()).unwrap();
    }
    assert!(took < LONGEST, "{fault}: it took {took:?}");
}
