//! The HTTP side: the router, its accept loop, health and figures.
//!
//! - [`accept`]: our own loop on hyper: time limits for headers, a cap on connections, a graceful end.
//! - [`websocket`]: the upgrade to [`crate::gateway`]; [`listen`]: the same as an event stream or by polling.
//! - [`visitor`]: from where a request comes, and whether one more may listen; [`addresses`], [`patience`].
//! - [`stats`]: who listens.
//! - [`extract`]: who calls; [`tickets`]: for those who cannot say it in a header.
//! - [`health`]: is the process up, can it do its work.
//! - [`metrics`]: what was counted, in Prometheus' text format.
//!
//! A handler extracts, calls, answers; what it calls is elsewhere.

pub mod accept;
pub mod addresses;
pub mod extract;
pub mod health;
pub mod listen;
pub mod metrics;
pub mod origin;
pub mod patience;
pub mod stats;
pub mod tickets;
pub mod visitor;
pub mod websocket;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use tokio::sync::watch;

use crate::db::problem::Problem;
use crate::gateway::{Gateway, asyncapi};
use crate::stream::counters::Counters;
use crate::stream::feed::Health;
use crate::stream::listener::Hearing;
use metrics::Rate;
use origin::Origins;
use visitor::Visitors;

/// What handlers share.
#[derive(Debug)]
pub struct Shared {
    /// The sockets' side.
    pub gateway: Arc<Gateway>,
    /// The stream's figures.
    pub counters: Arc<Counters>,
    /// Whether the feed works.
    pub health: watch::Receiver<Health>,
    /// Whether the doorbell is heard.
    pub hearing: watch::Receiver<Hearing>,
    /// Who may call from a browser.
    pub origins: Origins,
    /// From where they call.
    pub visitors: Visitors,
    /// Messages per second, between two looks at it.
    pub rate: Rate,
}

/// All routes.
pub fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(front_page))
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .route("/metrics", get(metrics::show))
        .route("/api/v2/ws-ticket", post(tickets::create_ticket))
        .route("/asyncapi.json", get(|| async { axum::Json(asyncapi::asyncapi()) }))
        .route("/ws", get(websocket::open))
        .route("/ws/stats", get(stats::show))
        .route("/ws/connections/{id}", delete(stats::disconnect))
        .route("/api/v2/stream", get(listen::stream))
        .route("/api/v2/changes", get(listen::changes))
        .route("/ws/{user_id}", get(websocket::open_for))
        .fallback(|| async { Problem::new(404, "not_found") })
        .with_state(shared)
}

async fn front_page() -> &'static str {
    "Tidegate: a Postgres database as a live backend.\n\
     \n\
     ws://<this address>/ws   WebSocket. Authorization: Bearer <token or key>, ?ticket=…, or a first message\n\
     \x20                        {\"type\":\"auth\",\"token\":\"…\"}. You get a `sync`, then every change.\n\
     /api/v2/ws-ticket        POST: a ticket for one handshake, for browsers\n\
     /api/v2/stream           the same as Server-Sent Events; /api/v2/changes by polling\n\
     /health  /ready          is it up, can it do its work\n\
     /metrics                 figures for Prometheus\n\
     \n\
     A token:      tidegate token --user HANDLE\n\
     A change:     psql -c \"insert into work.tasks(git_branch_id, title) values (…, 'Hello')\"\n\
     Watch it:     tidegate tail\n"
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self).unwrap_or_default();
        let mut response = (status, [("content-type", "application/problem+json")], body).into_response();
        if self.status == 401 {
            response.headers_mut().insert("www-authenticate", HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert("retry-after", seconds.into());
        }
        response
    }
}
