//! A name for every request: the caller's `X-Request-Id`, or one of ours. The answer carries it, the log's lines do,
//! and a problem says it, so that whoever reports one can be helped.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use uuid::Uuid;

use crate::db::problem::Problem;

/// The header.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// A longer name is not taken over.
const LONGEST: usize = 128;

/// The name, in a request's extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

/// A header's text, if it is short and can be printed.
pub fn readable(value: &HeaderValue) -> Option<String> {
    value.to_str().ok().filter(|text| !text.is_empty() && text.len() <= LONGEST).map(str::to_owned)
}

/// Names a request, and whatever is said about it.
pub async fn name(mut request: Request, next: Next) -> Response {
    let theirs = request.headers().get(HEADER).and_then(readable);
    let id = theirs.unwrap_or_else(|| Uuid::now_v7().to_string());
    request.extensions_mut().insert(RequestId(id.clone()));
    // The path alone: a query may carry a credential.
    // Of the highest level, so that whatever the filter leaves says whose request it is about.
    let span = tracing::error_span!("request", request.id = %id, method = %request.method(), path = request.uri().path());
    let mut response = next.run(request).instrument(span).await;
    if let Some(mut problem) = response.extensions_mut().remove::<Problem>() {
        problem.request_id = Some(id.clone());
        *response.body_mut() = Body::from(serde_json::to_vec(&problem).unwrap_or_default());
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
