//! The loader of `sql/`: functions, views, triggers, watches and grants, brought to the present.
//!
//! Where `migrations/` is history, `sql/` is the present: a file is loaded whenever its text differs from what was
//! loaded last, in one transaction, under the migrators' advisory lock, and an object whose file is gone is dropped.
//! Invariants:
//!
//! - Nothing changed: one read-only look, no lock, no write.
//! - Nothing that a user made is lost: never `cascade`, and an object that was changed in the database since we
//!   installed it stops the load until somebody chooses (`--keep`, `--take-ours`).
//! - All or nothing: whoever reads sees the old set of definitions or the new one.
//!
//! `tide.definitions` ([`memory`]) remembers what was installed, as Postgres reported it. [`files`] is what we have,
//! [`catalog`] what the database has, [`state`] what follows from both, [`load`] makes it so, [`diff`] only shows it.

pub mod catalog;
pub mod diff;
pub mod files;
pub mod load;
pub mod memory;
pub mod state;

#[cfg(test)]
mod tests;

pub use catalog::Object;
pub use load::Loaded;
pub use state::{Choices, State};
