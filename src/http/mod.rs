//! The HTTP side: the router, its accept loop, health and figures.
//!
//! - [`accept`]: our own loop on hyper: time limits for headers, a cap on connections, a graceful end.
//! - [`openapi`]: every route with its description, and the pages that show it; [`asyncapi`]: what sockets say;
//!   [`layers`]: what is around them.
//! - [`websocket`]: the upgrade to [`crate::gateway`]; [`listen`]: the same as an event stream or by polling.
//! - [`visitor`]: from where a request comes, and whether one more may listen; [`addresses`], [`patience`].
//! - [`stats`]: who listens; [`board`]: the live page.
//! - [`extract`]: who calls; [`tickets`]: for those who cannot say it in a header.
//! - [`body`], [`page`], [`etag`], [`position`]: what they send and ask for; [`request_id`], [`limits`].
//! - [`health`]: is the process up, can it do its work.
//! - [`traffic`]: what requests came to; [`metrics`]: what was counted, in Prometheus' text format.
//!
//! A handler extracts, calls, answers; what it calls is elsewhere.

pub mod accept;
pub mod addresses;
pub mod asyncapi;
pub mod board;
pub mod body;
pub mod etag;
pub mod extract;
pub mod health;
pub mod layers;
pub mod limits;
pub mod listen;
pub mod metrics;
pub mod openapi;
pub mod origin;
pub mod page;
pub mod patience;
pub mod position;
pub mod request_id;
pub mod stats;
pub mod tickets;
pub mod traffic;
pub mod visitor;
pub mod websocket;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::cache::Cache;
use crate::config::Config;
use crate::db::problem::Problem;
use crate::db::reader::Databases;
use crate::gateway::Gateway;
use crate::monitor::Monitor;
use crate::stream::counters::Counters;
use crate::stream::feed::Health;
use crate::stream::listener::Hearing;
use limits::PerUser;
use metrics::Rate;
use origin::Origins;
use traffic::Traffic;
use visitor::Visitors;

/// What handlers share.
#[derive(Debug)]
pub struct Shared {
    /// The sockets' side.
    pub gateway: Arc<Gateway>,
    /// Where reads go.
    pub databases: Arc<Databases>,
    /// Answers that are kept.
    pub cache: Arc<Cache>,
    /// The stream's figures.
    pub counters: Arc<Counters>,
    /// The API's.
    pub traffic: Arc<Traffic>,
    /// Whether the feed works.
    pub health: watch::Receiver<Health>,
    /// Whether the doorbell is heard.
    pub hearing: watch::Receiver<Hearing>,
    /// Who may call from a browser.
    pub origins: Origins,
    /// Cancelled when the service has been told to stop.
    pub leaving: CancellationToken,
    /// From where they call.
    pub visitors: Visitors,
    /// Messages per second, between two looks at it.
    pub rate: Rate,
    /// Limits of requests.
    pub settings: Settings,
    /// So many bulk summaries for each user.
    pub bulk_limit: PerUser,
    /// The monitor room.
    pub monitor: Arc<Monitor>,
}

/// Limits of requests, as durations and sizes.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "tidegate.default.toml explains them")]
pub struct Settings {
    pub request_timeout: Duration,
    pub max_body_bytes: usize,
}

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        Self {
            request_timeout: Duration::from_millis(config.http.request_timeout_ms),
            max_body_bytes: config.http.max_body_bytes,
        }
    }
}

/// All routes.
pub fn router(shared: &Arc<Shared>) -> Router {
    let (routes, document) = openapi::routes(shared);
    let router = routes
        .merge(openapi::pages(document))
        .merge(board::router())
        .route("/asyncapi.json", get(async || axum::Json(asyncapi::asyncapi())))
        .fallback(async || Problem::new(404, "not_found").with_detail("there is nothing at this address"))
        .method_not_allowed_fallback(async || Problem::new(405, "method_not_allowed"))
        .layer(DefaultBodyLimit::max(shared.settings.max_body_bytes))
        .with_state(shared.clone());
    layers::around(router, shared)
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
        // For request_id::name, which says whose request it was.
        response.extensions_mut().insert(self);
        response
    }
}
