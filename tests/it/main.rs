//! Every test that needs a database, in one binary: one Postgres, one migrated template, a clone per test.
//!
//! - `support` starts the server, makes the clones and waits for conditions;
//! - `service` is `/ws` from outside, in peace; `faults` is all of it when something breaks;
//! - `rest` is `/api/v2` from outside, a file for what is below an address;
//! - `sql` runs `tests/sql/<room>/<object>/<behaviour>.sql`;
//! - `ticks` is what ticks tell across commits, `workload` all of the engine at once, under a seeded
//!   storm, `broken` the proof that the storm's checkers catch what they are there for;
//! - `bench` is `tidegate bench` in small, with a loss that it must find;
//! - `poison` is what nobody should write and somebody does: it must not stop the stream for everybody else;
//! - `terminal` is the command line at a pipe that somebody closes;
//! - `tls` is TLS to Postgres, by every `sslmode`;
//! - `migrate`, `restore` and `conventions` are about the schema itself.

#![allow(clippy::unwrap_used, reason = "a panic is how a test says no, in its support too")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the runner shows it of a test that fails")]

mod bench;
mod broken;
mod conventions;
mod faults;
mod migrate;
mod poison;
mod rest;
mod restore;
mod service;
mod sql;
mod support;
mod terminal;
mod ticks;
mod tls;
mod workload;
