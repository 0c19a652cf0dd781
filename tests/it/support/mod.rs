//! What every test stands on: a server, a database of its own, and a way to wait without sleeping.

mod database;
pub(crate) mod files;
pub(crate) mod program;
mod server;
mod skip;
mod wait;

pub(crate) use database::TestDatabase;
pub(crate) use server::{Server, another as another_server, open};
pub(crate) use skip::skipped;
pub(crate) use wait::eventually;
