//! Tidegate: a Postgres database as a live backend. This file is the map.
//!
//! Postgres decides, Rust carries: no business rule lives here, no transport knowledge lives in `sql/`.
//!
//! The path of a change, top to bottom:
//!
//! ```text
//! any writer ──> trigger appends to tide.events ──> COMMIT        (sql/tide, nothing of ours on this path)
//!   db::pool, db::problem        connections, and what Postgres' refusals mean
//!   stream                       listener ─> feed (tide.advance) ─> batch ─> hub ─> replay
//!   gateway                      sockets: one message, encoded once for all of them
//!   http, auth                   the router, limits, credentials
//!   cache                        answers that are kept, never older than what the asker knows
//!   rooms                        what every room's routes are made of: a write, a read
//!   work                         the first room: model, store, routes of `/api/v2`
//!   monitor                      the second: alerts, webhooks, metrics, `/api/v1`; a reader of the log like any other
//! ```
//!
//! Around it: `config`, `error`, `telemetry`; `features` is what is switched on, `admin` where that is done,
//! `pulse` what decides whether it goes on; `db::migrate` and `db::definitions` put `migrations/` and `sql/`
//! into a database; `cli` has one file per command; `app` is the running service, `dev` a playground around it,
//! `bench` a crowd of clients in front of it. `descriptors` makes room for its sockets, `trust` is the TLS stack,
//! `terminal` what a person or a pipe is told.

pub mod admin;
pub mod app;
pub mod auth;
pub mod bench;
pub mod cache;
pub mod cli;
pub mod config;
pub mod db;
pub mod descriptors;
pub mod dev;
pub mod error;
pub mod features;
pub mod gateway;
pub mod http;
pub mod monitor;
pub mod pulse;
pub mod rooms;
pub mod stream;
pub mod telemetry;
pub mod terminal;
pub mod trust;
pub mod work;
