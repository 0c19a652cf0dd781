//! From a request to a [`Write`] or a [`Read`], and from what they found to an answer.
//!
//! Invariant: who writes, and from which source, says the credential.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::read::{Found, Read};
use super::write::{NamedRequest, Write, Written};
use crate::auth::Principal;
use crate::db::problem::Problem;
use crate::db::reader::Reader;
use crate::db::session::Caller;
use crate::http::extract::Look;
use crate::http::request_id::{RequestId, readable};
use crate::http::visitor::Visitor;
use crate::http::{Shared, body, etag, position};
use crate::stream::position::Position;

/// Longest `Idempotency-Key`.
const LONGEST_KEY: usize = 255;

/// A write with what it is to write.
#[derive(Debug)]
pub struct Sent<T> {
    /// Who, and under which conditions.
    pub write: Write,
    /// As it came, for the verb.
    pub raw: Value,
    /// The same, read.
    pub data: T,
}

impl<T: DeserializeOwned> FromRequest<Arc<Shared>> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let headers = request.headers().clone();
        let (write, bytes) = take(request, shared).await?;
        let raw = body::json(&headers, &bytes)?;
        let data = body::read(&raw)?;
        Ok(Self { write, raw, data })
    }
}

impl FromRequest<Arc<Shared>> for Write {
    type Rejection = Problem;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Problem> {
        take(request, shared).await.map(|(write, _)| write)
    }
}

impl FromRequestParts<Arc<Shared>> for Read {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, shared).await?;
        let known = etag::versions(&parts.headers, &IF_NONE_MATCH).unwrap_or_default();
        let Ok(Look(look)) = Look::from_request_parts(parts, shared).await;
        let reader = Reader::new(shared.databases.clone(), position::wanted(&parts.headers)?);
        Ok(Self { reader, caller, known, look })
    }
}

async fn take(request: Request, shared: &Arc<Shared>) -> Result<(Write, Bytes), Problem> {
    let (mut parts, content) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, shared).await?;
    let write =
        Write::new(shared.gateway.pool.clone(), caller).if_version(etag::versions(&parts.headers, &IF_MATCH));
    let key = idempotency_key(&parts.headers)?;
    let address = format!("{} {}\n", parts.method, parts.uri);
    let bytes = body::bytes(Request::from_parts(parts, content), shared).await?;
    let request = key.map(|key| {
        let digest = Sha256::new().chain_update(address).chain_update(&bytes).finalize();
        NamedRequest { key, fingerprint: hex::encode(digest) }
    });
    Ok((write.named(request), bytes))
}

/// Who asks for something, and from where.
impl FromRequestParts<Arc<Shared>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let principal = Principal::from_request_parts(parts, shared).await?;
        let Ok(visitor) = Visitor::from_request_parts(parts, shared).await;
        let correlation = parts.headers.get("x-correlation-id").and_then(readable);
        let source = parts.headers.get("x-tide-source").map(|source| source.to_str().unwrap_or_default());
        let request = parts.extensions.get::<RequestId>().map(|id| id.0.clone());
        Ok(Self {
            user_id: principal.user_id,
            is_admin: principal.is_admin,
            source: principal.source_for(source)?,
            session_id: None,
            correlation_id: correlation.or(request),
            address: visitor.address,
        })
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(header) = headers.get("idempotency-key") else { return Ok(None) };
    match header.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= LONGEST_KEY => Ok(Some(key.to_owned())),
        _ => Err(Problem::new(400, "malformed_value").with_field("Idempotency-Key")),
    }
}

impl Read {
    /// The row, or that the caller has it already.
    pub fn show(&self, found: Found) -> Response {
        let body = Bytes::from(Box::<str>::from(found.body).into_string());
        self.tell(&found.version, found.position, || body)
    }

    /// JSON of this version, as of this position, or that the caller has it already.
    pub fn tell(&self, version: &str, at: Option<Position>, body: impl FnOnce() -> Bytes) -> Response {
        let tag = (ETAG, etag::tag(version).unwrap_or(HeaderValue::from_static("")));
        let is_known = self.known.iter().any(|known| known == version);
        let response = if is_known {
            (StatusCode::NOT_MODIFIED, [tag]).into_response()
        } else {
            let json = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
            ([json, tag], body()).into_response()
        };
        position::told(at, response)
    }
}

impl Written {
    /// The same, of what has no version: it is gone, or it was many.
    #[must_use]
    pub fn without_version(mut self) -> Self {
        self.version = None;
        self
    }

    /// 201, with where it is from now on.
    pub fn created(self, below: &str) -> Response {
        let named = self.named();
        let id = named.id.or(named.user_id).map(|id| id.to_string()).unwrap_or_default();
        let mut response = (StatusCode::CREATED, self).into_response();
        if let Ok(location) = format!("{below}/{id}").parse() {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }
}

impl IntoResponse for Written {
    fn into_response(self) -> Response {
        let json = HeaderValue::from_static("application/json");
        let mut response =
            ([(CONTENT_TYPE, json)], Box::<str>::from(self.body).into_string()).into_response();
        let headers = response.headers_mut();
        if let Some(tag) = self.version.as_deref().and_then(etag::tag) {
            headers.insert(ETAG, tag);
        }
        if self.is_repeated {
            headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
        }
        response
    }
}
