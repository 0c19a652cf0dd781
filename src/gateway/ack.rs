//! The payload of `ack`: what became of a request.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::protocol::RefusedTopic;
use crate::stream::event::Topic;

/// What became of a request; `of` names its type.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "of", rename_all = "lowercase")]
pub enum Ack {
    /// The credential counts.
    Auth(Welcome),
    /// What is heard from now on.
    Subscribe(Subscribed),
    /// What is heard no more.
    Unsubscribe {
        /// Those that were subscribed to.
        topics: Vec<Topic>,
    },
    /// What follows: what was missed, or a `sync`.
    Resume(Resumed),
    /// The write was committed.
    Update {
        /// The transaction; the event that it makes bears it too.
        txid: String,
        /// The row.
        id: String,
    },
    /// The sign of life was heard.
    #[serde(rename_all = "camelCase")]
    Heartbeat {
        /// In milliseconds since 1970.
        server_time: i64,
    },
}

/// Whose the connection is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Welcome {
    /// The user's id.
    pub user_id: Uuid,
}

/// What is heard from now on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Subscribed {
    /// Topics that were allowed.
    pub topics: Vec<Topic>,
    /// Topics that were not.
    pub refused: Vec<RefusedTopic>,
    /// What lies behind these positions will be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub positions: Option<HashMap<Topic, i64>>,
}

/// Whether messages bring the client up to date.
#[derive(Debug, Serialize, ToSchema)]
pub struct Resumed {
    /// Everything that was missed follows. Otherwise a `sync` does.
    pub recovered: bool,
    /// How many messages follow at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replayed: Option<usize>,
    /// That many are not all: the rest follows them, page by page, and then what comes live.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// `epoch_changed`, `position_not_available`, `position_unknown`, `too_far_behind` or `restarting`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// Topics that were allowed.
    pub topics: Vec<Topic>,
    /// Topics that were not.
    pub refused: Vec<RefusedTopic>,
}

/// The whole payload.
#[derive(Debug, Serialize, ToSchema)]
pub struct AckPayload {
    /// Always true; what failed is an `error`.
    pub ok: bool,
    /// What became of it.
    #[serde(flatten)]
    pub ack: Ack,
}
