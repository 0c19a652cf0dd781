//! The live page at `/`: files that `board/` built and the binary carries. It is a client like any other; whoever does
//! not ask for HTML gets a page of text.
//!
//! Invariant: the page runs nothing that it did not bring along, and asks nobody but this service ([`POLICY`]).

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use include_dir::{Dir, include_dir};

use super::Shared;
use crate::db::problem::Problem;

static BUILT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/board/built");

/// Scripts, styles and pictures of this service only, nothing inline, and no frame around it.
const POLICY: &str = "default-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'; object-src 'none'";
/// The page asks each time whether it is still the newest.
const FRESH: &str = "no-cache";
/// Its parts bear a hash of their content in their names.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// The page and its parts.
pub fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(page))
        .route("/tidegate.svg", get(async || file("tidegate.svg", FRESH)))
        .route("/licenses.txt", get(async || file("licenses.txt", FRESH)))
        .route("/assets/{name}", get(part))
}

async fn page(headers: HeaderMap) -> Response {
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut response = if accepts.contains("text/html") {
        file("index.html", FRESH)
    } else {
        include_str!("front_page.txt").into_response()
    };
    response.headers_mut().append(VARY, HeaderValue::from_static("accept"));
    response
}

async fn part(Path(name): Path<String>) -> Response {
    file(&format!("assets/{name}"), FOREVER)
}

fn file(path: &str, keep: &'static str) -> Response {
    let Some(file) = BUILT.get_file(path) else {
        return Problem::new(404, "not_found").into_response();
    };
    let headers = [(CONTENT_TYPE, kind_of(path)), (CACHE_CONTROL, keep), (CONTENT_SECURITY_POLICY, POLICY)];
    (headers, file.contents()).into_response()
}

fn kind_of(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
