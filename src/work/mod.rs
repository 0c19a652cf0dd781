//! The room of projects, branches, tasks, subtasks and contexts, as `sql/work` keeps it.
//!
//! - [`write`](mod@write) is one write, however it came: attribution, the right, the version, the verb, in one transaction.
//! - [`store`] is the SQL functions that are called; each function bears its SQL function's name.
//! - [`model`] is what comes and goes as JSON.
//! - [`extract`] goes from a request to a [`Write`] or a [`Read`](store::Read).
//! - [`routes`] is `/api/v2`.
//! - [`change`](mod@change) calls the same verbs, as a socket's `update` names them.
//!
//! Invariant: no rule of the room is decided here. Who may do what, and what is a valid row, says `sql/work`.

pub mod change;
pub mod extract;
pub mod model;
pub mod routes;
pub mod store;
pub mod write;

pub use change::change;
pub use write::{Write, Written};
