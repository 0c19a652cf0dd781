//! Postgres: connections, what its refusals mean, and how our schema gets into it.

pub mod definitions;
pub mod embedded;
pub mod history;
pub mod migrate;
pub mod pool;
pub mod problem;
