//! What administrators do to the service by HTTP: features and their rollouts, and the log of who did what.
//!
//! - [`store`] is the SQL functions that are called; each function bears its SQL function's name.
//! - [`model`] is what comes and goes as JSON.
//! - [`routes`] is `/api/v2/admin`; [`engine`] of it what is asked of the database: watches, drift, health.
//!
//! Invariant: what is done here is written as any write ([`crate::rooms::write`]), in one transaction that says who did
//! it and from where; the note in `tide.audit_log` commits with it.

pub mod engine;
pub mod model;
pub mod routes;
pub mod store;
