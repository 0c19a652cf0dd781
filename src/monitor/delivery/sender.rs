//! One attempt: a signed request to an endpoint, and what came of it.
//!
//! Invariant: an attempt ends within its time, whatever the endpoint does, and at most [`REPLY_BYTES`] of what it says
//! are read. Taken is what was answered with 2xx, and nothing else: a redirect is a failure.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::http::{Request, Response, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::ClientConfig;
use serde::Serialize;
use time::OffsetDateTime;
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::guard::Guard;
use super::signature;
use crate::db::pool::chain;
use crate::monitor::store::Lag;
use crate::stream::counters::{Counter, Gauge, Histogram};
use crate::stream::log::epoch_millis;
use crate::trust;

/// So much of a reply is read and kept.
const REPLY_BYTES: usize = 16 * 1024;
/// How long the rest of an answer is waited for that is good already.
const PLEASANTRIES: Duration = Duration::from_secs(1);
/// Idle connections kept for each endpoint.
const KEPT: usize = 8;

/// What attempts came to.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "named as the metrics")]
pub struct Figures {
    pub taken: Counter,
    pub failed: Counter,
    pub duration: Histogram,
    pub pending: Gauge,
    pub dead: Gauge,
    /// In events.
    pub behind: Gauge,
    pub oldest_ms: Gauge,
}

impl Figures {
    /// How far deliveries are behind, of all nodes.
    #[allow(clippy::cast_possible_truncation, reason = "a figure for people")]
    pub fn set_lag(&self, lag: &Lag) {
        self.pending.set(lag.pending);
        self.dead.set(lag.dead);
        self.behind.set(lag.events);
        self.oldest_ms.set((lag.seconds * 1000.0) as i64);
    }
}

/// Sends deliveries.
#[derive(Debug, Clone)]
pub struct Sender {
    /// What they came to.
    pub figures: Arc<Figures>,
    client: Client<HttpsConnector<HttpConnector<Guard>>, Full<Bytes>>,
    guard: Guard,
    limit: Duration,
}

/// What is to be sent.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of monitor.deliveries")]
pub struct Delivery {
    pub id: Uuid,
    pub message_id: String,
    pub topic: String,
    pub body: String,
}

/// What became of an attempt, as `monitor.record_attempts` takes it.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// The delivery.
    pub id: Uuid,
    /// It was answered with 2xx.
    pub is_taken: bool,
    /// Seconds that the endpoint asks for.
    pub retry_after: Option<i32>,
    /// For people.
    pub attempt: Attempt,
}

/// An attempt, as it is kept.
#[derive(Debug, Serialize)]
pub struct Attempt {
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    status: Option<u16>,
    duration_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
}

/// An answer, as far as it was read.
struct Answer {
    status: StatusCode,
    retry_after: Option<i32>,
    reply: Option<String>,
}

impl Sender {
    /// Calls what the guard permits, each attempt within `limit`.
    pub fn new(guard: Guard, limit: Duration) -> Self {
        let mut http = HttpConnector::new_with_resolver(guard.clone());
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(limit));
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls())
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(KEPT)
            .pool_timer(hyper_util::rt::TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .build(https);
        Self { figures: Arc::default(), client, guard, limit }
    }

    /// One attempt.
    pub async fn send(&self, url: &str, secrets: &[String], delivery: &Delivery) -> Outcome {
        let (at, began) = (SystemTime::now(), Instant::now());
        let called = timeout(self.limit, self.call(url, secrets, delivery, at)).await;
        self.figures.duration.observe(began.elapsed());
        let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let answer = called.unwrap_or_else(|_| Err(format!("no answer within {} s", self.limit.as_secs())));
        let attempt = |status, error, reply| Attempt { at: at.into(), status, duration_ms, error, reply };
        let outcome = match answer {
            Ok(Answer { status, retry_after, reply }) => Outcome {
                id: delivery.id,
                is_taken: status.is_success(),
                retry_after,
                attempt: attempt(Some(status.as_u16()), None, reply),
            },
            Err(error) => {
                let attempt = attempt(None, Some(error), None);
                Outcome { id: delivery.id, is_taken: false, retry_after: None, attempt }
            }
        };
        let figure = if outcome.is_taken { &self.figures.taken } else { &self.figures.failed };
        figure.add(1);
        outcome
    }

    async fn call(
        &self,
        url: &str,
        secrets: &[String],
        delivery: &Delivery,
        at: SystemTime,
    ) -> Result<Answer, String> {
        let url = self.guard.read(url).map_err(|forbidden| forbidden.to_string())?;
        let timestamp = epoch_millis(at) / 1000;
        let request = Request::post(url.as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, concat!("Tidegate/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", &delivery.message_id)
            .header("webhook-timestamp", timestamp)
            .header(
                "webhook-signature",
                signature::sign(secrets, &delivery.message_id, timestamp, &delivery.body),
            )
            .body(Full::from(delivery.body.clone()))
            .map_err(|error| error.to_string())?;
        let response = self.client.request(request).await.map_err(|error| chain(&error))?;
        Ok(read(response).await)
    }
}

async fn read(response: Response<Incoming>) -> Answer {
    let status = response.status();
    let retry_after = response.headers().get(header::RETRY_AFTER);
    let retry_after = retry_after.and_then(|after| after.to_str().ok()?.trim().parse().ok());
    let mut reply = Vec::new();
    if status.is_success() {
        // What it says besides is nobody's concern; but a connection whose answer was read is used again.
        let _ = timeout(PLEASANTRIES, read_up_to(response.into_body(), &mut reply)).await;
        return Answer { status, retry_after, reply: None };
    }
    read_up_to(response.into_body(), &mut reply).await;
    reply.truncate(REPLY_BYTES);
    // Postgres has no text with zeros in it.
    let reply = String::from_utf8_lossy(&reply).replace('\0', "\u{fffd}");
    Answer { status, retry_after, reply: (!reply.is_empty()).then_some(reply) }
}

async fn read_up_to(mut body: Incoming, read: &mut Vec<u8>) {
    while read.len() < REPLY_BYTES
        && let Some(Ok(frame)) = body.frame().await
    {
        if let Some(data) = frame.data_ref() {
            read.extend_from_slice(data);
        }
    }
}

fn tls() -> ClientConfig {
    let roots = trust::authorities();
    if roots.is_empty() {
        tracing::warn!(
            "No certificate authorities are installed: webhooks to https:// will fail. Install ca-certificates"
        );
    }
    trust::in_authorities(roots).with_no_client_auth()
}
