//! A client of `/ws` as anybody may write one. Of everything it hears it checks what the protocol promises: the chain
//! of `previous` has no gap, `position` never decreases.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use super::schema;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A busy machine is not a failure.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    promises: Promises,
}

/// What the messages so far promise about the next.
#[derive(Default)]
struct Promises {
    epoch: String,
    /// Everything on a topic up to here is known.
    positions: HashMap<String, i64>,
    /// The last message of a topic.
    last: HashMap<String, i64>,
}

impl Client {
    pub(crate) async fn open(address: SocketAddr, path: &str, token: Option<&str>) -> Self {
        let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
        if let Some(token) = token {
            request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        let (socket, _) = timeout(PATIENCE, connect_async(request)).await.unwrap().unwrap();
        Self { socket, promises: Promises::default() }
    }

    pub(crate) async fn say_text(&mut self, text: &str) {
        self.socket.send(Frame::text(text)).await.unwrap();
    }

    pub(crate) async fn say(&mut self, message: &Value) {
        self.say_text(&message.to_string()).await;
    }

    /// The next message, or the close code.
    pub(crate) async fn hear(&mut self) -> Result<Value, u16> {
        loop {
            let frame = timeout(PATIENCE, self.socket.next()).await.expect("something is heard in time");
            match frame {
                Some(Ok(Frame::Text(text))) => {
                    let message = serde_json::from_str(&text).unwrap();
                    schema::check(&message);
                    self.promises.check(&message);
                    return Ok(message);
                }
                Some(Ok(Frame::Close(frame))) => return Err(frame.map_or(1005, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(1006),
            }
        }
    }

    pub(crate) async fn next(&mut self) -> Value {
        self.hear().await.unwrap_or_else(|code| panic!("closed with {code}"))
    }

    /// The next message, which is of this type.
    pub(crate) async fn expect(&mut self, kind: &str) -> Value {
        let message = self.next().await;
        assert_eq!(message["type"], kind, "{message}");
        message
    }

    /// Says something and hears the answer, which is the next message of that type.
    pub(crate) async fn ask(&mut self, message: &Value, answer: &str) -> Value {
        self.say(message).await;
        self.expect(answer).await
    }

    /// The close code; messages before it do not count.
    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            if let Err(code) = self.hear().await {
                return code;
            }
        }
    }

    /// `resume` from these positions, and its ack.
    pub(crate) async fn resume(&mut self, epoch: &str, positions: &HashMap<String, i64>) -> Value {
        self.promises.positions.clone_from(positions);
        let resume = json!({"type": "resume", "epoch": epoch, "positions": positions, "correlationId": "r"});
        let ack = self.ask(&resume, "ack").await;
        assert_eq!(ack["metadata"]["correlationId"], "r", "{ack}");
        ack
    }

    /// The epoch of the last snapshot.
    pub(crate) fn epoch(&self) -> String {
        self.promises.epoch.clone()
    }

    /// Up to where this client has everything.
    pub(crate) fn positions(&self) -> HashMap<String, i64> {
        self.promises.positions.clone()
    }
}

impl Promises {
    fn check(&mut self, message: &Value) {
        assert_eq!(message["version"], "2.0");
        let epoch = message["metadata"]["epoch"].as_str().unwrap();
        match message["type"].as_str().unwrap() {
            "sync" => self.begin(epoch, &message["payload"]["positions"]),
            "update" | "bulk" => self.check_chain(message),
            "heartbeat" => {
                for (topic, position) in message["payload"]["positions"].as_object().unwrap() {
                    self.advance(topic, position.as_i64().unwrap());
                }
            }
            _ => {}
        }
    }

    fn begin(&mut self, epoch: &str, positions: &Value) {
        epoch.clone_into(&mut self.epoch);
        for (topic, position) in positions.as_object().unwrap() {
            self.positions.insert(topic.clone(), position.as_i64().unwrap());
            self.last.remove(topic);
        }
    }

    fn check_chain(&mut self, message: &Value) {
        let number = |field: &str| message["metadata"][field].as_i64().unwrap();
        let topic = message["metadata"]["topic"].as_str().unwrap();
        let sequence = message["sequence"].as_i64().unwrap();
        let covered = self.positions.get(topic).or(self.positions.values().min()).copied().unwrap_or(0);
        match self.last.insert(topic.to_owned(), sequence) {
            Some(last) => assert_eq!(number("previous"), last, "one was missed: {message}"),
            None => assert!(number("previous") <= covered, "the first of {topic} leaves a gap: {message}"),
        }
        self.advance(topic, number("position"));
    }

    fn advance(&mut self, topic: &str, position: i64) {
        let known = self.positions.entry(topic.to_owned()).or_insert(position);
        assert!(position >= *known, "the position of {topic} went from {known} back to {position}");
        *known = position;
    }
}

/// (entity, action, id) of every event in a message, in order.
pub(crate) fn events(message: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let payload = &message["payload"];
    match payload["updates"].as_array() {
        Some(updates) => {
            updates.iter().map(|u| (text(&u["entity"]), text(&u["action"]), text(&u["id"]))).collect()
        }
        None => {
            let id = text(&payload["data"]["primary"]["id"]);
            vec![(text(&payload["entity"]), text(&payload["action"]), id)]
        }
    }
}

/// The sequences of a message's events.
pub(crate) fn sequences(message: &Value) -> Vec<i64> {
    match message["payload"]["updates"].as_array() {
        Some(updates) => updates.iter().map(|update| update["sequence"].as_i64().unwrap()).collect(),
        None => vec![message["sequence"].as_i64().unwrap()],
    }
}

/// The checker is proved: what it is there for, it finds.
mod proofs {
    use super::{Promises, Value, json};

    fn update(sequence: i64, previous: i64, position: i64) -> Value {
        json!({"type": "update", "version": "2.0", "sequence": sequence,
            "metadata": {"epoch": "e", "topic": "p:1", "previous": previous, "position": position}})
    }

    fn hear(messages: &[Value]) {
        let sync = json!({"type": "sync", "version": "2.0", "metadata": {"epoch": "e"},
            "payload": {"positions": {"p:1": 5}}});
        let mut promises = Promises::default();
        promises.check(&sync);
        messages.iter().for_each(|message| promises.check(message));
    }

    #[test]
    fn a_chain_without_gaps_passes() {
        hear(&[update(6, 4, 6), update(9, 6, 7), update(10, 9, 10)]);
    }

    #[test]
    #[should_panic(expected = "one was missed")]
    fn a_message_that_is_missed_is_found() {
        hear(&[update(6, 4, 6), update(9, 8, 9)]);
    }

    #[test]
    #[should_panic(expected = "leaves a gap")]
    fn a_message_that_is_missed_right_after_the_snapshot_is_found() {
        hear(&[update(9, 8, 9)]);
    }

    #[test]
    #[should_panic(expected = "went from 7 back to 6")]
    fn a_position_that_decreases_is_found() {
        hear(&[update(7, 5, 7), update(8, 7, 6)]);
    }
}
