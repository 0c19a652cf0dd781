//! The room of projects, branches, tasks, subtasks and contexts, as `sql/work` keeps it.
//!
//! - [`store`] is the SQL functions that are called; each function bears its SQL function's name.
//! - [`model`] is what comes and goes as JSON.
//! - [`routes`] is `/api/v2`.
//! - [`change`](mod@change) calls the same verbs, as a socket's `update` names them.
//!
//! Invariant: no rule of the room is decided here. Who may do what, and what is a valid row, says `sql/work`.

pub mod change;
pub mod model;
pub mod routes;
pub mod store;

pub use change::change;
