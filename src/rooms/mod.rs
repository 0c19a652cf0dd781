//! What every room's routes are made of, so that rooms need not know each other.
//!
//! - [`write`](mod@write): one write, in one transaction, answered once however often it is sent.
//! - [`read`](mod@read): one question of a caller's.
//! - [`extract`]: from a request to either, and from what they found to an answer.
//! - [`model`]: what all of them say in the same words: an id in an address, a page, what a write answers.
//!
//! Invariant: no room is named here. What must be so before a verb, the room says itself ([`Write::only_if`]).

pub mod extract;
pub mod model;
pub mod read;
pub mod write;

pub use extract::Sent;
pub use read::{Found, Read};
pub use write::{Write, Written};
