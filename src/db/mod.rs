//! Postgres: connections, what its refusals mean, and how our schema gets into it.

pub mod address;
pub mod definitions;
pub mod embedded;
pub mod history;
pub mod migrate;
pub mod pool;
pub mod problem;
pub mod reader;
pub mod replicas;
pub mod session;
pub mod stopwatch;
pub mod tls;
mod way;

/// The oldest Postgres that has everything we use: `create or replace trigger`, `xid8`.
pub const OLDEST_SERVER: i32 = 14;
