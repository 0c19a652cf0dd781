//! What requests of the API came to: counted, timed, and told when they were slow.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

use super::Shared;
use crate::db::stopwatch;
use crate::stream::counters::{Counter, Histogram};
use crate::telemetry;

/// The route that has a figure of its own.
const BULK: &str = "/api/v2/branches/summaries/bulk";

/// Figures of the API.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the names of /metrics")]
pub struct Traffic {
    pub requests: Counter,
    /// Those that failed by our fault, or the database's.
    pub errors: Counter,
    /// Those that took longer than `log.slow_ms`.
    pub slow: Counter,
    pub latency: Histogram,
    pub bulk: Histogram,
}

impl Traffic {
    fn count(&self, status: StatusCode, took: Duration, is_bulk: bool) {
        self.requests.add(1);
        self.errors.add(u64::from(status.is_server_error()));
        self.latency.observe(took);
        if is_bulk {
            self.bulk.observe(took);
        }
    }
}

/// Around routes that are answered at once: streams and long polls take as long as they like.
pub async fn observe(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("", MatchedPath::as_str);
    let began = Instant::now();
    let (response, spent) = stopwatch::measured(next.run(request)).await;
    let (took, status) = (began.elapsed(), response.status());
    shared.traffic.count(status, took, route == BULK);
    if took >= telemetry::slow_call() {
        shared.traffic.slow.add(1);
        // Within the request's span, which says its id and address.
        tracing::warn!(
            duration_ms = telemetry::millis(took),
            sql_ms = telemetry::millis(spent.total),
            statement = spent.statement,
            status = status.as_u16(),
            "A request was slow"
        );
    }
    response
}
