//! What messages of the stream look like on the wire: the envelope and the payloads of `update` and `bulk`. Their
//! schemas are the AsyncAPI document (`crate::gateway::asyncapi`). Rows, deltas and bodies are the JSON text that
//! Postgres wrote.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::event::{Action, Event, Source, Topic};
use super::merge::Cascade;

/// Version of the envelope.
pub const VERSION: &str = "2.0";

/// The envelope of every message from the server.
#[derive(Debug, Serialize, ToSchema)]
pub struct Envelope<'a, P> {
    /// The same for everyone who gets the same events.
    pub id: Uuid,
    /// "2.0"
    pub version: &'static str,
    /// What the payload is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// When it was made, in milliseconds since 1970.
    pub timestamp: i64,
    /// The highest sequence of an event that it covers.
    pub sequence: i64,
    /// Depends on the type.
    pub payload: P,
    /// Who, where, and how it links to the messages before it.
    pub metadata: Metadata<'a>,
}

/// The envelope's metadata; what does not apply is null.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Metadata<'a> {
    /// Who wrote: a person, an AI agent, or something else.
    pub source: Source,
    /// What the writer calls itself.
    #[schema(required)]
    pub user_id: Option<&'a str>,
    /// The writer's session.
    #[schema(required)]
    pub session_id: Option<&'a str>,
    /// The writer's name for the write, or the client's for its request.
    #[schema(required)]
    pub correlation_id: Option<&'a str>,
    /// The epoch of all sequences in the message.
    pub epoch: Uuid,
    /// The transaction, as answered to whoever wrote.
    #[schema(required)]
    pub txid: Option<&'a str>,
    /// The topic that carries it.
    #[schema(required)]
    pub topic: Option<&'a Topic>,
    /// The `sequence` of the message before it on this topic.
    #[schema(required)]
    pub previous: Option<i64>,
    /// Everything on this topic up to here has been sent: resume from it.
    #[schema(required)]
    pub position: Option<i64>,
    /// How many events a `bulk` holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<usize>,
}

/// The payload of a message of events.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Payload<'a> {
    Update(Update<'a>),
    Bulk(Bulk<'a>),
}

/// The payload of `update`: one event.
#[derive(Serialize, ToSchema)]
pub(crate) struct Update<'a> {
    /// What changed: `task`, `branch`, … as the watch calls it.
    pub(super) entity: &'a str,
    /// What happened to it.
    pub(super) action: Action,
    pub(super) data: UpdateData<'a>,
}

/// A row in `primary`.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Primary<'a> {
    /// The whole row, with `asOf`.
    Row(&'a RawValue),
    /// It is on this topic no more.
    Left(Left<'a>),
}

/// A row that has left the topic that tells it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Left<'a> {
    pub(super) id: &'a str,
    pub(super) left: bool,
    pub(super) as_of: i64,
}

/// The row, what changed in it, and what it moved upstream.
#[derive(Serialize, ToSchema)]
pub(crate) struct UpdateData<'a> {
    /// The row as of its `asOf`; null where it was gone by then; `{id, left: true, asOf}` where it is on this topic no
    /// more.
    #[schema(required, value_type = Option<HashMap<String, Value>>)]
    pub(super) primary: Option<Primary<'a>>,
    #[schema(value_type = Cascade<'a>)]
    pub(super) cascade: CascadeText<'a>,
    /// `{column: [old, new]}`
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<HashMap<String, Vec<Value>>>)]
    pub(super) delta: Option<&'a RawValue>,
}

/// The payload of `bulk`: several events of one topic.
#[derive(Serialize, ToSchema)]
pub(crate) struct Bulk<'a> {
    /// "multiple"
    pub(super) entity: &'static str,
    pub(super) action: Action,
    pub(super) updates: Vec<Entry<'a>>,
    pub(super) data: BulkData<'a>,
    /// Many rows that changed at once and are not listed: fetch them again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) coalesced: Vec<Coalesced<'a>>,
}

/// The rows of a `bulk` and what they moved upstream, each once.
#[derive(Serialize, ToSchema)]
pub(crate) struct BulkData<'a> {
    /// In the order of `updates`.
    #[schema(value_type = Vec<Option<HashMap<String, Value>>>)]
    pub(super) primary: Vec<Option<Primary<'a>>>,
    #[schema(value_type = Cascade<'a>)]
    pub(super) cascade: CascadeText<'a>,
}

/// One event of a `bulk`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Entry<'a> {
    pub(super) entity: &'a str,
    pub(super) action: Action,
    #[schema(required)]
    pub(super) id: Option<&'a str>,
    pub(super) sequence: i64,
    pub(super) txid: &'a str,
    /// `{column: [old, new]}`
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<HashMap<String, Vec<Value>>>)]
    pub(super) delta: Option<&'a RawValue>,
}

impl<'a> Entry<'a> {
    pub(super) fn of(event: &'a Event, delta: Option<&'a RawValue>) -> Self {
        let Event { entity, action, key, sequence, txid, .. } = event;
        Self { entity, action: *action, id: key.as_deref(), sequence: *sequence, txid, delta }
    }
}

/// Many rows of a topic that changed at once.
#[derive(Serialize, ToSchema)]
pub(crate) struct Coalesced<'a> {
    pub(super) entity: &'a str,
    pub(super) action: Action,
    pub(super) topic: Topic,
    pub(super) count: i32,
    pub(super) sequence: i64,
    pub(super) txid: &'a str,
}

impl<'a> Coalesced<'a> {
    pub(super) fn of(event: &'a Event, topic: Topic) -> Self {
        let Event { entity, action, count, sequence, txid, .. } = event;
        Self { entity, action: *action, topic, count: *count, sequence: *sequence, txid }
    }
}

/// Five arrays, always.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum CascadeText<'a> {
    /// As Postgres wrote them.
    AsItIs(&'a RawValue),
    /// Of several events.
    Joined(Cascade<'a>),
}
