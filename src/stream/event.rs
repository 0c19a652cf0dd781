//! What travels: one committed change as the log tells it, and the names it travels under.
//!
//! Place in the path: the feed makes [`Event`]s out of rows of `tide.message`; batch, hub and sockets share them
//! behind an `Arc` and never change them. Rows and deltas stay the JSON text that Postgres wrote.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A JSON text, checked once when it was read, never parsed on its way to a client.
pub type Json = Box<RawValue>;

/// The name of an audience: `project:<id>`, `branch:<id>`, `table:<schema.table>`, `system` …
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, example = "project:01a1fec9-0000-7000-8000-000000000000")]
pub struct Topic(Arc<str>);

impl Topic {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the first colon: `project` of `project:<id>`.
    pub fn kind(&self) -> &str {
        self.0.split_once(':').map_or(&*self.0, |(kind, _)| kind)
    }
}

impl From<&str> for Topic {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl From<String> for Topic {
    fn from(name: String) -> Self {
        Self(name.into())
    }
}

impl Borrow<str> for Topic {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What happened to the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It came into being.
    Create,
    /// It changed.
    Update,
    /// It is gone.
    Delete,
}

impl Action {
    /// Reads the log's word; an unknown one is an update, which makes clients look at the row.
    pub fn from_log(word: &str) -> Self {
        match word {
            "create" => Self::Create,
            "delete" => Self::Delete,
            _ => Self::Update,
        }
    }

    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// Who wrote: decided by the database, never by what a client claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum Source {
    /// A person.
    #[serde(rename = "user")]
    User,
    /// An AI agent; its events wait to be gathered.
    #[serde(rename = "mcp-ai")]
    McpAi,
    /// A job, a migration, anything else.
    #[serde(rename = "system")]
    System,
}

impl Source {
    /// Reads the log's word; an unknown one is nobody's in particular.
    pub fn from_log(word: &str) -> Self {
        Self::parse(word).unwrap_or(Self::System)
    }

    /// Reads the contract's word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::User, Self::McpAi, Self::System].into_iter().find(|source| source.as_str() == word)
    }

    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::McpAi => "mcp-ai",
            Self::System => "system",
        }
    }
}

/// One change. `key` is `None` for a table without a key, which tells whole rows; and, together with `record`, when a
/// large statement was coalesced: refetch those `count` rows.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of tide.message, explained in sql/tide")]
pub struct Event {
    pub sequence: i64,
    pub txid: Arc<str>,
    pub entity: Arc<str>,
    pub action: Action,
    pub key: Option<Box<str>>,
    pub topics: Vec<Topic>,
    pub source: Source,
    pub actor: Option<Arc<str>>,
    pub session_id: Option<Arc<str>>,
    pub correlation_id: Option<Arc<str>>,
    /// Epoch milliseconds.
    pub at: i64,
    pub record: Option<Json>,
    pub delta: Option<Json>,
    pub cascade: Option<Json>,
    pub as_of: i64,
    pub count: i32,
    /// The topics of `record`: the row may have moved on since the event.
    pub record_topics: Option<Vec<Topic>>,
}

impl Event {
    /// The topics whose messages carry this event: the first one, and every other of the same kind (a row that
    /// moved is told on the old and on the new one). The remaining topics are narrower views of these.
    pub fn carriers(&self) -> impl Iterator<Item = &Topic> {
        let kind = self.topics.first().map_or("", Topic::kind);
        self.topics.iter().filter(move |topic| topic.kind() == kind)
    }

    /// The topics under which a subscriber gets this event in a message of `carrier`: the carrier, and the narrower
    /// topics with the first carrier only, so that nobody gets one event by two messages who did not subscribe to
    /// both carriers.
    pub fn addressed<'e>(&'e self, carrier: &'e Topic) -> impl Iterator<Item = &'e Topic> {
        let is_first = self.topics.first() == Some(carrier);
        let narrower = self.topics.iter().filter(move |topic| is_first && topic.kind() != carrier.kind());
        std::iter::once(carrier).chain(narrower)
    }

    /// It moved from one carrier to another: what it tells of both is for nobody who may hear only one of them.
    pub fn has_moved(&self) -> bool {
        self.carriers().nth(1).is_some()
    }

    /// The row is not where this carrier's audience may see it, not any more or not yet.
    pub fn has_left(&self, carrier: &Topic) -> bool {
        self.record_topics.as_ref().is_some_and(|topics| !topics.contains(carrier))
    }

    /// Many rows in one event: there is no row to show.
    pub fn is_coalesced(&self) -> bool {
        self.key.is_none() && self.record.is_none()
    }

    /// It cannot be told which row it is of: any of its entity, perhaps many.
    pub fn may_be_any_row(&self) -> bool {
        self.key.is_none()
    }

    /// Roughly what it occupies, in bytes.
    pub fn weight(&self) -> usize {
        let json = |part: &Option<Json>| part.as_ref().map_or(0, |json| json.get().len());
        let topics: usize = self.topics.iter().map(|topic| topic.as_str().len() + 16).sum();
        let said = |text: &Option<Arc<str>>| text.as_ref().map_or(0, |text| text.len());
        let who = said(&self.actor) + said(&self.session_id) + said(&self.correlation_id);
        200 + topics + who + json(&self.record) + json(&self.delta) + json(&self.cascade)
    }
}

#[cfg(test)]
pub(crate) mod sample {
    //! Events for tests.
    use super::*;

    /// An event of a person on one entity of one topic.
    pub(crate) fn event(sequence: i64, txid: u64, topic: &str, key: &str) -> Event {
        Event {
            sequence,
            txid: txid.to_string().into(),
            entity: "task".into(),
            action: Action::Update,
            key: Some(key.into()),
            topics: vec![topic.into(), format!("task:{key}").into()],
            source: Source::User,
            actor: Some("ann".into()),
            session_id: None,
            correlation_id: None,
            at: 0,
            record: Some(raw(&format!(r#"{{"id":"{key}","asOf":{sequence}}}"#))),
            delta: Some(raw(r#"{"status":["todo","done"]}"#)),
            cascade: None,
            as_of: sequence,
            count: 1,
            record_topics: None,
        }
    }

    /// The same by an agent.
    pub(crate) fn ai(sequence: i64, txid: u64, topic: &str, key: &str) -> Event {
        Event { source: Source::McpAi, ..event(sequence, txid, topic, key) }
    }

    /// A JSON text.
    pub(crate) fn raw(text: &str) -> Json {
        RawValue::from_string(text.to_owned()).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_moved_is_carried_by_the_old_and_the_new_topic() {
        let mut event = sample::event(1, 1, "project:a", "t");
        event.topics = ["project:b", "branch:y", "task:t", "project:a", "branch:x"].map(Topic::from).to_vec();
        let carriers: Vec<&str> = event.carriers().map(Topic::as_str).collect();
        assert_eq!(carriers, ["project:b", "project:a"]);
        let addressed =
            |carrier: &str| event.addressed(&carrier.into()).map(Topic::to_string).collect::<Vec<_>>();
        assert_eq!(addressed("project:b"), ["project:b", "branch:y", "task:t", "branch:x"]);
        assert_eq!(addressed("project:a"), ["project:a"]);
    }
}
