//! Clients of the HTTP side as anybody may write them: single requests, polls, event streams.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use tokio::time::timeout;

use super::node::{Node, sign_as};

/// A busy machine is not a failure.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody with a credential.
pub(crate) struct Web {
    address: SocketAddr,
    client: reqwest::Client,
    token: Option<String>,
}

/// An answer with a JSON body, or none.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Value,
}

impl Web {
    pub(crate) fn new(node: &Node, handle: &str) -> Self {
        Self::with_token(node, Some(sign_as(handle, 3600, None)))
    }

    pub(crate) fn admin(node: &Node, handle: &str) -> Self {
        Self::with_token(node, Some(sign_as(handle, 3600, Some("admin"))))
    }

    pub(crate) fn with_token(node: &Node, token: Option<String>) -> Self {
        Self::at(node.address, token)
    }

    pub(crate) fn at(address: SocketAddr, token: Option<String>) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { address, client, token }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("http://{}{path}", self.address));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    /// A page of `/api/v2/changes`, with these parameters.
    pub(crate) async fn poll(&self, query: &str) -> Value {
        let answer = self.get(&format!("/api/v2/changes?{query}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    /// The page after a position.
    pub(crate) async fn poll_after(&self, page: &Value, query: &str) -> Value {
        let (epoch, position) = (page["epoch"].as_str().unwrap(), &page["position"]);
        self.poll(&format!("epoch={epoch}&after={position}&{query}")).await
    }

    /// `/api/v2/stream` with these parameters, from its beginning or after an event.
    pub(crate) async fn stream(&self, query: &str, last_event_id: Option<&str>) -> EventStream {
        let mut request = self.request(Method::GET, &format!("/api/v2/stream?{query}"));
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = timeout(PATIENCE, request.send()).await.unwrap().unwrap();
        assert_eq!(response.status().as_u16(), 200, "{}", response.text().await.unwrap());
        assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
        EventStream { response, buffer: String::new(), id: None }
    }
}

pub(crate) async fn answer(request: RequestBuilder) -> Answer {
    let response = timeout(Duration::from_secs(90), request.send()).await.unwrap().unwrap();
    let status = response.status().as_u16();
    let retry_after = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    let text = response.text().await.unwrap();
    Answer { status, retry_after, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}

/// An event stream. Its ids never go back within an epoch.
pub(crate) struct EventStream {
    response: Response,
    buffer: String,
    id: Option<String>,
}

impl EventStream {
    /// The id of the last event.
    pub(crate) fn id(&self) -> String {
        self.id.clone().expect("an event has come")
    }

    /// The position in it.
    pub(crate) fn position(&self) -> i64 {
        position(&self.id())
    }

    /// The next message; `None` at the end of the stream.
    pub(crate) async fn hear(&mut self) -> Option<Value> {
        loop {
            while let Some((event, rest)) = self.buffer.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.buffer = rest;
                if let Some(message) = self.read(&event) {
                    return Some(message);
                }
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await.expect("something is heard in time");
            self.buffer.push_str(std::str::from_utf8(&chunk.ok()??).unwrap());
        }
    }

    fn read(&mut self, event: &str) -> Option<Value> {
        let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim_start);
        let data = field("data:")?;
        let id = field("id:").expect("every event has an id").to_owned();
        if let Some(before) = &self.id
            && before.split(':').next() == id.split(':').next()
        {
            assert!(position(&id) >= position(before), "from {before} back to {id}");
        }
        self.id = Some(id);
        Some(serde_json::from_str(data).unwrap())
    }

    pub(crate) async fn next(&mut self) -> Value {
        self.hear().await.expect("the stream goes on")
    }

    pub(crate) async fn expect(&mut self, kind: &str) -> Value {
        let message = self.next().await;
        assert_eq!(message["type"], kind, "{message}");
        message
    }
}

fn position(id: &str) -> i64 {
    id.rsplit_once(':').unwrap().1.parse().unwrap()
}
