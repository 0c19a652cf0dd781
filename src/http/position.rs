//! `X-Tide-Position`: up to where a client has seen everything, and up to where an answer has.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;

use crate::db::problem::Problem;
use crate::stream::position::Position;

/// `<epoch>:<sequence>`
pub const HEADER: HeaderName = HeaderName::from_static("x-tide-position");

/// What the client wants to see at least; `None`: everything.
///
/// # Errors
/// `malformed_value` for what is no position.
pub fn wanted(headers: &HeaderMap) -> Result<Option<Position>, Problem> {
    let Some(header) = headers.get(HEADER) else { return Ok(None) };
    let position = header.to_str().ok().and_then(|text| text.parse().ok());
    let problem = || Problem::new(400, "malformed_value").with_field("X-Tide-Position");
    position.map(Some).ok_or_else(|| problem().with_detail("a position is <epoch>:<sequence>"))
}

/// The answer, saying what is in it.
pub fn told(position: Option<Position>, mut response: Response) -> Response {
    let value = position.and_then(|position| HeaderValue::from_str(&position.to_string()).ok());
    if let Some(value) = value {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
