//! An endpoint that answers as it is told, and remembers what it heard.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    pub(super) headers: HeaderMap,
    pub(super) raw: Bytes,
    pub(super) body: Value,
}

impl Heard {
    pub(super) fn id(&self) -> &str {
        self.headers["webhook-id"].to_str().unwrap()
    }

    pub(super) fn sequence(&self) -> i64 {
        self.body["sequence"].as_i64().unwrap()
    }

    /// The independent library takes it as signed with this secret.
    pub(super) fn is_signed_with(&self, secret: &str) -> bool {
        standardwebhooks::Webhook::new(secret).unwrap().verify(&self.raw, &self.headers).is_ok()
    }
}

#[derive(Debug, Default)]
struct State {
    heard: Mutex<Vec<Heard>>,
    /// What to answer next; 204 when nothing is said.
    answers: Mutex<VecDeque<(u16, HeaderMap)>>,
}

pub(super) struct Receiver {
    pub(super) url: String,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl Receiver {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/in", listener.local_addr().unwrap());
        let state = Arc::<State>::default();
        let shared = state.clone();
        let router = Router::new().fallback(async move |headers, raw| answer(&shared, headers, raw));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, state, task }
    }

    /// The next answers.
    pub(super) fn will_answer(&self, statuses: impl IntoIterator<Item = u16>) {
        let answers = statuses.into_iter().map(|status| (status, HeaderMap::new()));
        self.state.answers.lock().unwrap().extend(answers);
    }

    pub(super) fn will_answer_with(&self, status: u16, name: header::HeaderName, value: &str) {
        let headers = HeaderMap::from_iter([(name, value.parse().unwrap())]);
        self.state.answers.lock().unwrap().push_back((status, headers));
    }

    pub(super) fn heard(&self) -> Vec<Heard> {
        self.state.heard.lock().unwrap().clone()
    }

    /// Once so many requests have come.
    pub(super) async fn hears(&self, count: usize) -> Vec<Heard> {
        crate::support::eventually(&format!("{count} requests have come"), async || {
            self.heard().len() >= count
        })
        .await;
        self.heard()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn answer(state: &State, headers: HeaderMap, raw: Bytes) -> Response {
    let body = serde_json::from_slice(&raw).unwrap();
    state.heard.lock().unwrap().push(Heard { headers, raw, body });
    let (status, headers) = state.answers.lock().unwrap().pop_front().unwrap_or((204, HeaderMap::new()));
    (StatusCode::from_u16(status).unwrap(), headers).into_response()
}
