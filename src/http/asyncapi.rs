//! `/asyncapi.json`: the protocol for machines, from the types that are serialised.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::gateway::ack::AckPayload;
use crate::gateway::protocol::{Complaint, Goodbye, HeartbeatPayload, Request, SyncPayload};
use crate::monitor::socket::{NodeFigures, WholePayload};
use crate::stream::envelope::{Bulk, Envelope, Update};

const SCHEMAS: &str = "#/components/schemas/";

static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

/// The document, an AsyncAPI 3.0 description of `/ws` and `/ws/dashboard`, seen from the service: it sends what clients receive.
pub fn asyncapi() -> &'static Value {
    &DOCUMENT
}

/// Adds the schema of a type; answers with a reference to it.
type AddSchema = fn(&mut Schemas) -> Value;

/// Something that the service says: the type in the envelope, what it is for, its payload.
type Said = (&'static str, &'static str, AddSchema);

/// What `/ws` says.
const SENT: [Said; 6] = [
    ("sync", "Where everything stands: start from it", Schemas::add::<SyncPayload<'static>>),
    ("update", "One change, with what it moved upstream", Schemas::add::<Update<'static>>),
    ("bulk", "Several changes of one topic", Schemas::add::<Bulk<'static>>),
    ("heartbeat", "After some silence", Schemas::add::<HeartbeatPayload>),
    ("ack", "A request was done", Schemas::add::<AckPayload>),
    ("error", "A request was refused, or something ended", Schemas::add::<Complaint>),
];

/// What `/ws/dashboard` says that `/ws` does not.
const SHOWN: [Said; 5] = [
    ("dashboard", "All parts of the dashboard: start from it", Schemas::add::<WholePayload>),
    ("metrics_update", "The node's figures that changed, every second at most", Schemas::add::<NodeFigures>),
    ("alert_new", "An alert was raised", Schemas::add::<Update<'static>>),
    ("webhook_status_changed", "A webhook was made, changed or deleted", Schemas::add::<Update<'static>>),
    ("anomaly", "A metric is not as usual, or is again", Schemas::add::<Update<'static>>),
];
/// What it says as `/ws` does.
const SHOWN_TOO: [&str; 4] = ["update", "heartbeat", "ack", "error"];
/// What it hears.
const ASKED: [&str; 2] = ["client-heartbeat", "resume"];

fn document() -> Value {
    let mut schemas = Schemas::default();
    schemas.add::<Value>();
    let envelope = schemas.add::<Envelope<'static, Value>>();
    let mut say = |said: &[Said]| -> Messages {
        let one = |&(kind, summary, payload): &Said| {
            let own = json!({"properties": {"type": {"const": kind}, "payload": payload(&mut schemas)}});
            message(kind, summary, &json!({"allOf": [envelope, own]}))
        };
        said.iter().map(one).collect()
    };
    let (sent, shown) = (say(&SENT), say(&SHOWN));
    let heard = requests(&mut schemas);
    let messages: Map<String, Value> =
        sent.iter().chain(&shown).chain(&heard).map(|(id, message)| (id.clone(), message.clone())).collect();
    let (sent, heard): (Vec<&str>, Vec<&str>) = (ids(&sent), ids(&heard));
    let shown: Vec<&str> = ids(&shown).into_iter().chain(SHOWN_TOO).collect();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tidegate",
            "version": env!("CARGO_PKG_VERSION"),
            "description": format!("WebSocket protocol 2.0; docs/protocol.md tells it as a story. Close codes: {}.", closes()),
            "license": {"name": "MIT OR Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": channels(&sent, &heard, &shown),
        "operations": {
            "tell": operation("send", "What clients are told", "ws", &sent),
            "hear": operation("receive", "What clients may ask", "ws", &heard),
            "show": operation("send", "What operators are shown", "dashboard", &shown),
            "beAsked": operation("receive", "What operators may ask", "dashboard", &ASKED),
        },
        "components": {"messages": messages, "schemas": schemas.0},
    })
}

fn channels(sent: &[&str], heard: &[&str], shown: &[&str]) -> Value {
    let ticket = json!({"type": "string", "description": "Of POST /api/v2/ws-ticket"});
    let stream = json!({
        "ticket": ticket,
        "sync": {"type": "string", "enum": ["none"], "description": "No snapshot, for who is about to resume"},
    });
    let dashboard = json!({
        "ticket": ticket,
        "epoch": {"type": "string", "format": "uuid", "description": "Of the sequence after which to go on"},
        "after": {"type": "integer", "description": "The last sequence that is known"},
    });
    json!({
        "ws": channel("/ws", "Also /ws/{user_id}.", &stream, &[sent, heard]),
        "dashboard": channel("/ws/dashboard", "For administrators.", &dashboard, &[shown, &ASKED]),
    })
}

/// Messages by their id in the document.
type Messages = BTreeMap<String, Value>;

fn message(kind: &str, summary: &str, payload: &Value) -> (String, Value) {
    (kind.to_owned(), json!({"name": kind, "summary": summary, "payload": payload}))
}

fn ids(messages: &Messages) -> Vec<&str> {
    messages.keys().map(String::as_str).collect()
}

fn channel(address: &str, description: &str, query: &Value, messages: &[&[&str]]) -> Value {
    let mention = |id: &&str| ((*id).to_owned(), json!({"$ref": format!("#/components/messages/{id}")}));
    let messages: Map<String, Value> = messages.iter().flat_map(|ids| ids.iter()).map(mention).collect();
    json!({
        "address": address,
        "description": format!("{description} Credentials: the header Authorization, ?ticket=, or a first message `auth`."),
        "messages": messages,
        "bindings": {"ws": {"method": "GET", "query": {"type": "object", "properties": query}}},
    })
}

fn operation(action: &str, summary: &str, channel: &str, messages: &[&str]) -> Value {
    let mention = |id: &&str| json!({"$ref": format!("#/channels/{channel}/messages/{id}")});
    let messages: Vec<Value> = messages.iter().map(mention).collect();
    let channel = json!({"$ref": format!("#/channels/{channel}")});
    json!({"action": action, "summary": summary, "channel": channel, "messages": messages})
}

/// What clients may ask: each variant of [`Request`] is a message. Where the service says something by the same name,
/// the id says that a client does.
fn requests(schemas: &mut Schemas) -> Messages {
    schemas.add::<Request>();
    let request = schemas.0.remove(&*<Request as ToSchema>::name()).unwrap_or_default();
    let variants = request["oneOf"].as_array().cloned().unwrap_or_default();
    variants
        .into_iter()
        .filter_map(|variant| {
            let kind = named(&variant)?.to_owned();
            let summary = variant["description"].as_str().unwrap_or_default().to_owned();
            let is_taken = SENT.iter().any(|(sent, ..)| *sent == kind);
            let id = if is_taken { format!("client-{kind}") } else { kind.clone() };
            Some((id, message(&kind, &summary, &with_correlation(&variant)).1))
        })
        .collect()
}

/// The type of a variant of a tagged enum.
fn named(variant: &Value) -> Option<&str> {
    let own = variant["properties"]["type"]["enum"][0].as_str();
    own.or_else(|| variant["allOf"].as_array()?.iter().find_map(named))
}

fn with_correlation(variant: &Value) -> Value {
    let correlation = json!({"properties": {"correlationId": {
        "type": "string", "description": "Comes back in the metadata of the answer",
    }}});
    json!({"allOf": [variant, correlation]})
}

fn closes() -> String {
    let close = |goodbye: Goodbye| format!("{} {}", goodbye.code(), goodbye.reason());
    Goodbye::ALL.into_iter().map(close).collect::<Vec<_>>().join("; ")
}

/// Schemas by name.
#[derive(Default)]
struct Schemas(Map<String, Value>);

impl Schemas {
    /// Adds a type and what it is made of; answers with a reference to it.
    fn add<T: ToSchema>(&mut self) -> Value {
        let mut parts = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut parts);
        for (name, schema) in parts {
            self.0.insert(name, serde_json::to_value(schema).expect("a schema is JSON"));
        }
        json!({"$ref": format!("{SCHEMAS}{}", T::name())})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_described_and_every_reference_leads_somewhere() {
        let document = asyncapi();
        for id in [
            "sync",
            "update",
            "bulk",
            "heartbeat",
            "ack",
            "error",
            "auth",
            "subscribe",
            "unsubscribe",
            "resume",
            "client-update",
            "client-heartbeat",
            "dashboard",
            "metrics_update",
            "alert_new",
            "webhook_status_changed",
            "anomaly",
        ] {
            assert!(document["components"]["messages"][id]["payload"].is_object(), "{id}");
        }
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }
}
