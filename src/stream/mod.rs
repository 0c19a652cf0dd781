//! The path of a change through the service, told once:
//!
//! ```text
//! tide_doorbell ──> listener ── wakes ──> feed: begin; tide.advance(); commit
//!                                           │  ticks, in order, after the COMMIT was acknowledged
//!                                           v
//!                                       publisher: batch (people at once, AI agents gathered) ──> message
//!                                           │
//!                                           v
//!                                         hub: topics ──> outboxes of subscribers ──> sockets
//!                                           └──> replay: recent messages for those who come back
//! ```
//!
//! - [`event`] and [`message`] are what travels, [`envelope`] is how it looks on the wire; [`log`] reads it, [`publisher`] is the only one that hands it on.
//! - [`listener`] is only an alarm clock: losing it costs latency, never a message.
//! - [`feed`] knows one number, the last sequence it passed on; whatever happens it continues after that one. An answer
//!   that does not come is one it has to [`doubt`].
//! - [`batch`], [`merge`], [`pace`], [`replay`] are pure: no clock, no I/O, tested by property.
//! - [`hub`] has the only lock that everyone shares, and holds it for moments; an [`outbox`] is bounded.
//! - [`listening`] is what the hub lets the feed know: a tick makes messages only of what somebody hears.
//! - [`position`] is what a client carries from one transport, and from one request, to the next.
//! - [`tail`] is the same feed with a terminal at its end.
//! - [`upkeep`] is beside the path: partitions made ahead, figures that warn. So are [`settings`] and [`counters`].

pub mod batch;
pub mod counters;
mod doubt;
pub mod envelope;
pub mod event;
pub mod feed;
pub mod hub;
pub mod listener;
pub mod listening;
pub mod log;
pub mod merge;
pub mod message;
pub mod outbox;
pub mod pace;
pub mod position;
pub mod publisher;
pub mod replay;
pub mod settings;
pub mod tail;
pub mod upkeep;
