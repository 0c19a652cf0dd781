//! What every request passes through on its way in and out.
//!
//! ```text
//! security headers ─> CORS ─> gzip ─> request id ─> panics caught
//!   ─> for the API alone: count and time ─> time limit ─> who calls ─> route
//! ```

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_MATCH,
    IF_NONE_MATCH, LOCATION, REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::{Shared, position, request_id};
use crate::db::problem::Problem;

/// Smaller answers gain nothing by being compressed.
const WORTH_COMPRESSING: u64 = 1024;
/// How long a browser may remember what it may send.
const PREFLIGHT: Duration = Duration::from_secs(600);

/// Headers that a page of an allowed origin may send …
const MAY_SEND: [HeaderName; 10] = [
    AUTHORIZATION,
    CONTENT_TYPE,
    IF_MATCH,
    IF_NONE_MATCH,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("last-event-id"),
    HeaderName::from_static("x-correlation-id"),
    HeaderName::from_static("x-tide-source"),
    position::HEADER,
    request_id::HEADER,
];
/// … and may read.
const MAY_READ: [HeaderName; 9] = [
    ETAG,
    LOCATION,
    RETRY_AFTER,
    HeaderName::from_static("idempotent-replayed"),
    HeaderName::from_static("ratelimit-limit"),
    HeaderName::from_static("ratelimit-remaining"),
    HeaderName::from_static("ratelimit-reset"),
    position::HEADER,
    request_id::HEADER,
];

/// Around all routes.
pub fn around(router: Router, shared: &Arc<Shared>) -> Router {
    let worthwhile = SizeAbove::new(WORTH_COMPRESSING).and(NotForContentType::SSE);
    router
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(request_id::name))
        .layer(CompressionLayer::new().compress_when(worthwhile))
        .layer(cors(shared.clone()))
        .layer(middleware::map_response(harden))
}

/// Requests that take longer are given up; what they began is rolled back.
pub async fn limit_time(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(shared.settings.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!("A request was given up: it took too long");
            Problem::new(504, "took_too_long").into_response()
        }
    }
}

fn cors(shared: Arc<Shared>) -> CorsLayer {
    let allowed = AllowOrigin::predicate(move |_, request| shared.origins.allow(&request.headers));
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(MAY_SEND)
        .expose_headers(MAY_READ)
        .vary([HeaderName::from_static("origin"), ACCEPT_ENCODING])
        .max_age(PREFLIGHT)
}

#[allow(clippy::needless_pass_by_value, reason = "as CatchPanicLayer calls it")]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    tracing::error!(panic = said, "A request's handler panicked");
    Problem::new(500, "internal").into_response()
}

/// What no answer of ours should be taken for; a route that knows better has said so.
async fn harden(mut response: Response) -> Response {
    let defaults = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (CACHE_CONTROL, "private, no-cache"),
    ];
    for (name, value) in defaults {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
