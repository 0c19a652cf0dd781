//! The messages of WebSocket protocol 2.0, as types. What `update` and `bulk` look like is in
//! [`crate::stream::message`]: those are encoded once for everybody; what is here goes to one client.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::Snapshot;
use crate::config::Secret;
use crate::db::problem::Problem;
use crate::stream::envelope::{Envelope, Metadata, VERSION};
use crate::stream::event::{Source, Topic};

pub use super::goodbye::Goodbye;

/// What a client may say.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
#[allow(missing_docs, reason = "the contract's names")]
pub enum Request {
    /// Who it is, or a new credential for the same person.
    Auth {
        #[schema(value_type = String)]
        token: Secret,
    },
    /// Topics to be heard from now on.
    Subscribe { topics: Vec<String> },
    /// Topics to be heard no more.
    Unsubscribe { topics: Vec<String> },
    /// Topics to be heard again, with what was missed.
    Resume(Resume),
    /// A write.
    Update { payload: Change },
    /// A sign of life.
    Heartbeat {},
}

impl Request {
    /// Its type, as the client wrote it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Auth { .. } => "auth",
            Self::Subscribe { .. } => "subscribe",
            Self::Unsubscribe { .. } => "unsubscribe",
            Self::Resume(_) => "resume",
            Self::Update { .. } => "update",
            Self::Heartbeat {} => "heartbeat",
        }
    }
}

/// Where a client stopped: per topic, or one sequence for several topics.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "the contract's names")]
pub struct Resume {
    pub epoch: String,
    #[serde(default)]
    pub positions: HashMap<String, i64>,
    #[serde(default)]
    pub sequence: Option<i64>,
    #[serde(default)]
    pub topics: Vec<String>,
}

impl Resume {
    /// Topics with the positions up to which the client has everything.
    pub fn wanted(&self) -> Vec<(Topic, i64)> {
        let common = self.sequence.unwrap_or(0);
        let listed = self.topics.iter().filter(|topic| !self.positions.contains_key(*topic));
        let listed = listed.map(|topic| (topic.as_str().into(), common));
        self.positions
            .iter()
            .map(|(topic, position)| (topic.as_str().into(), *position))
            .chain(listed)
            .collect()
    }
}

/// A write through the socket.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "the contract's names")]
pub struct Change {
    pub entity: String,
    pub action: String,
    pub data: ChangeData,
}

/// Its data.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "the contract's names")]
pub struct ChangeData {
    #[schema(value_type = HashMap<String, Value>)]
    pub primary: serde_json::Map<String, Value>,
}

/// One text frame of a client.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// Echoed in the answer.
    pub correlation_id: Option<String>,
    /// What it asks, or the `of` and the message of the error that it gets.
    pub request: Result<Request, (Option<String>, String)>,
}

/// Reads a frame.
///
/// # Errors
/// It is not a JSON object: the connection is closed with 4400.
pub fn read(text: &str) -> Result<Incoming, serde_json::Error> {
    let object: serde_json::Map<String, Value> = serde_json::from_str(text)?;
    let correlation_id = object
        .get("correlationId")
        .or_else(|| object.get("metadata").and_then(|metadata| metadata.get("correlationId")))
        .and_then(|id| id.as_str().map(str::to_owned));
    let name = object.get("type").and_then(Value::as_str).map(str::to_owned);
    let request = serde_json::from_value(Value::Object(object))
        .map_err(|error: serde_json::Error| (name, error.to_string()));
    Ok(Incoming { correlation_id, request })
}

/// Why a `sync` was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the contract's names")]
pub enum SyncReason {
    Connect,
    Subscribe,
    NotRecovered,
    Resync,
}

/// The payload of `error`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Complaint {
    /// Stable word.
    pub code: String,
    /// For people.
    pub message: String,
    /// Trying again may help.
    pub retryable: bool,
    /// After this long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The type of the message that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

impl Complaint {
    /// One that trying again does not help.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            retryable: false,
            retry_after_ms: None,
            of: None,
        }
    }

    /// More messages than a client may send.
    pub fn rate_limited(after: Duration) -> Self {
        let retry_after_ms = u64::try_from(after.as_millis()).ok();
        let message = "too many messages: this one was not looked at";
        Self { retryable: true, retry_after_ms, ..Self::new("rate_limited", message) }
    }

    /// Why a stream ends that has no close code.
    pub fn goodbye(goodbye: Goodbye) -> Self {
        let retryable = goodbye.reason().contains("resume");
        Self { retryable, ..Self::new(goodbye.word(), goodbye.reason()) }
    }

    /// From what Postgres or the pool said.
    pub fn from_problem(problem: &Problem) -> Self {
        let retry_after_ms = problem.retry_after.map(|seconds| u64::from(seconds) * 1000);
        Self {
            code: problem.code.clone(),
            message: problem.detail.clone().unwrap_or_else(|| problem.title()),
            retryable: matches!(problem.status, 503 | 504),
            retry_after_ms,
            of: None,
        }
    }
}

/// A topic that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RefusedTopic {
    /// Its name.
    pub topic: String,
    /// Why.
    pub code: &'static str,
}

/// The payload of `heartbeat`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the contract's names")]
pub struct HeartbeatPayload {
    pub epoch: Uuid,
    pub sequence: i64,
    pub positions: HashMap<Topic, i64>,
    pub server_time: i64,
}

/// What an answer's envelope needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The type.
    pub kind: &'static str,
    /// The epoch.
    pub epoch: Uuid,
    /// The sequence it is as of.
    pub sequence: i64,
    /// Epoch milliseconds.
    pub timestamp: i64,
    /// The caller.
    pub user_id: Option<&'a str>,
    /// The socket.
    pub session_id: Option<&'a str>,
    /// The client's.
    pub correlation_id: Option<&'a str>,
}

impl Frame<'_> {
    /// The text of a message to one client.
    pub fn encode(&self, payload: impl Serialize) -> String {
        let envelope = Envelope {
            id: Uuid::new_v4(),
            version: VERSION,
            kind: self.kind,
            timestamp: self.timestamp,
            sequence: self.sequence,
            payload,
            metadata: Metadata {
                source: Source::System,
                user_id: self.user_id,
                session_id: self.session_id,
                correlation_id: self.correlation_id,
                epoch: self.epoch,
                txid: None,
                topic: None,
                previous: None,
                position: None,
                batch_size: None,
            },
        };
        serde_json::to_string(&envelope).expect("texts, numbers and JSON texts always encode")
    }
}

/// The payload of `sync`: what `work.sync` answered, and what is now subscribed to. (The SQL function knows what a
/// user may hear, not what an administrator listens to besides.)
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncPayload<'a> {
    /// The epoch of its sequences.
    pub epoch: Uuid,
    /// As of this sequence all of it is true.
    pub sequence: i64,
    /// What is heard from now on.
    pub topics: &'a [Topic],
    /// What lies behind these positions will be sent.
    pub positions: HashMap<&'a Topic, i64>,
    /// Branch summaries by id.
    #[schema(value_type = HashMap<String, Value>)]
    pub summaries: &'a RawValue,
    /// Project summaries by id.
    #[schema(value_type = HashMap<String, Value>)]
    pub projects: &'a RawValue,
    /// Why it was sent.
    pub reason: SyncReason,
}

impl<'a> SyncPayload<'a> {
    /// Of a snapshot of these topics.
    ///
    /// # Errors
    /// `snapshot` is not what `work.sync` answers.
    pub fn new(
        snapshot: &'a Snapshot,
        topics: &'a [Topic],
        reason: SyncReason,
    ) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Bodies<'a> {
            #[serde(borrow)]
            summaries: &'a RawValue,
            #[serde(borrow)]
            projects: &'a RawValue,
        }
        let Bodies { summaries, projects } = serde_json::from_str(snapshot.text.get())?;
        let (epoch, sequence) = (snapshot.epoch, snapshot.sequence);
        let positions = topics.iter().map(|topic| (topic, sequence)).collect();
        Ok(Self { epoch, sequence, topics, positions, summaries, projects, reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> Request {
        read(text).unwrap().request.unwrap()
    }

    #[test]
    fn every_message_of_the_contract_is_understood() {
        assert_eq!(request(r#"{"type":"auth","token":"t"}"#), Request::Auth { token: Secret::new("t") });
        assert_eq!(request(r#"{"type":"subscribe","topics":["a"],"version":"2.0"}"#).name(), "subscribe");
        assert_eq!(request(r#"{"type":"unsubscribe","topics":[]}"#).name(), "unsubscribe");
        assert_eq!(request(r#"{"type":"heartbeat"}"#), Request::Heartbeat {});
        let update = r#"{"type":"update","payload":{"entity":"task","action":"update","data":{"primary":{"id":"x"}}}}"#;
        assert_eq!(request(update).name(), "update");
    }

    #[test]
    fn both_forms_of_resume_mean_topics_with_positions() {
        let Request::Resume(one) = request(r#"{"type":"resume","epoch":"e","positions":{"p:1":7}}"#) else {
            panic!()
        };
        assert_eq!(one.wanted(), [("p:1".into(), 7)]);
        let other = r#"{"type":"resume","epoch":"e","sequence":9,"topics":["p:1","p:2"]}"#;
        let Request::Resume(other) = request(other) else { panic!() };
        assert_eq!(other.wanted(), [("p:1".into(), 9), ("p:2".into(), 9)]);
    }

    #[test]
    fn an_unknown_type_or_a_missing_field_is_an_error_with_the_correlation_echoed() {
        let incoming = read(r#"{"type":"dance","correlationId":"c"}"#).unwrap();
        assert_eq!(incoming.correlation_id.as_deref(), Some("c"));
        assert_eq!(incoming.request.unwrap_err().0.as_deref(), Some("dance"));
        let incoming = read(r#"{"type":"subscribe","metadata":{"correlationId":"d"}}"#).unwrap();
        assert_eq!(incoming.correlation_id.as_deref(), Some("d"));
        assert!(incoming.request.unwrap_err().1.contains("topics"));
    }

    #[test]
    fn what_is_not_a_json_object_is_malformed() {
        assert!(read("hello").is_err() && read("[1]").is_err() && read("\"x\"").is_err());
    }

    #[test]
    fn codes_below_4450_with_resume_in_the_text_invite_to_come_back() {
        let inviting: Vec<u16> =
            Goodbye::ALL.into_iter().filter(|g| g.reason().contains("resume")).map(Goodbye::code).collect();
        assert_eq!(inviting, [1012, 1002, 4408, 4409, 1011]);
    }

    #[test]
    fn a_sync_is_the_snapshot_with_its_topics_and_its_reason() {
        let text =
            RawValue::from_string(r#"{"epoch":"e","summaries":{"b":{"n":1}},"projects":{}}"#.into()).unwrap();
        let snapshot = Snapshot { epoch: Uuid::nil(), sequence: 7, text };
        let topics = ["p:1".into()];
        let payload = SyncPayload::new(&snapshot, &topics, SyncReason::NotRecovered).unwrap();
        let value = serde_json::to_value(payload).unwrap();
        assert_eq!((&value["reason"], &value["summaries"]["b"]["n"]), (&"not_recovered".into(), &1.into()));
        assert_eq!((&value["positions"]["p:1"], &value["topics"][0]), (&7.into(), &"p:1".into()));
    }
}
