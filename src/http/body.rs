//! Reading what a client sent: JSON bodies, queries, ids in addresses. What cannot be read is a problem that names the
//! field.

use axum::body::Bytes;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::db::problem::Problem;

/// What an address names: `/tasks/{id}`.
#[derive(Debug)]
pub struct At<T>(pub T);

/// What an address asks for: `?limit=20`. Unknown names are refused.
#[derive(Debug)]
pub struct Asked<T>(pub T);

/// A JSON body.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Path::from_request_parts(parts, state).await.map(|Path(named)| Self(named)).map_err(|rejection| {
            let PathRejection::FailedToDeserializePathParams(failed) = rejection else {
                return Problem::new(404, "not_found");
            };
            let problem = Problem::new(400, "malformed_value");
            match failed.kind() {
                ErrorKind::ParseErrorAtKey { key, .. }
                | ErrorKind::DeserializeError { key, .. }
                | ErrorKind::InvalidUtf8InPathParam { key } => problem.with_field(key),
                _ => problem,
            }
        })
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let asked = Query::from_request_parts(parts, state).await;
        asked.map(|Query(asked)| Self(asked)).map_err(|rejection: QueryRejection| {
            // "Failed to deserialize query string: limit: invalid digit found in string"
            let text = rejection.body_text();
            let (_, text) = text.split_once(": ").unwrap_or(("", &text));
            match text.split_once(": ") {
                Some((field, reason)) => blame(field, reason),
                None => blame("", text),
            }
        })
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let headers = request.headers().clone();
        let bytes = bytes(request, state).await?;
        read(&json(&headers, &bytes)?).map(Self)
    }
}

/// The whole body.
///
/// # Errors
/// `body_too_large`, or `malformed_json` when it broke off.
pub async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(failed) if failed.status() == 413 => {
            Problem::new(413, "body_too_large").with_detail("http.max_body_bytes is the limit")
        }
        _ => Problem::new(400, "malformed_json").with_detail("the body broke off"),
    })
}

/// A body as JSON.
///
/// # Errors
/// `media_type_not_supported`, `malformed_json`.
pub fn json(headers: &HeaderMap, bytes: &[u8]) -> Result<Value, Problem> {
    let kind = headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind != "application/json" && !(kind.starts_with("application/") && kind.ends_with("+json")) {
        let problem = Problem::new(415, "media_type_not_supported");
        return Err(problem.with_detail("send JSON with Content-Type: application/json"));
    }
    serde_json::from_slice(bytes)
        .map_err(|error| Problem::new(400, "malformed_json").with_detail(error.to_string()))
}

/// JSON as a type.
///
/// # Errors
/// `value_missing`, `field_not_known` or `malformed_value`, with the field.
pub fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Problem> {
    // A struct could be read from an array as well, by position.
    if !value.is_object() {
        return Err(Problem::new(400, "malformed_value").with_detail("a JSON object is expected"));
    }
    serde_path_to_error::deserialize(value)
        .map_err(|error| blame(&error.path().to_string(), &error.inner().to_string()))
}

/// What serde complains of, as a problem.
fn blame(path: &str, reason: &str) -> Problem {
    let named = |start: &str| reason.strip_prefix(start)?.split('`').next();
    let path = if path == "." { "" } else { path };
    let within = |field: &str| match path {
        "" => field.to_owned(),
        path if path.rsplit('.').next() == Some(field) => path.to_owned(),
        path => format!("{path}.{field}"),
    };
    if let Some(field) = named("missing field `") {
        return Problem::new(422, "value_missing").with_field(within(field));
    }
    if let Some(field) = named("unknown field `") {
        return Problem::new(400, "field_not_known").with_detail(reason).with_field(within(field));
    }
    let problem = Problem::new(400, "malformed_value").with_detail(reason);
    if path.is_empty() { problem } else { problem.with_field(path) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only read")]
    struct Outer {
        title: String,
        #[serde(default)]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only read")]
    struct Inner {
        count: u8,
    }

    fn refusal(value: &Value) -> (u16, String, Option<String>) {
        let problem = read::<Outer>(value).unwrap_err();
        (problem.status, problem.code, problem.errors.first().map(|error| error.field.clone()))
    }

    #[test]
    fn what_cannot_be_read_names_its_field() {
        let field = |name: &str| Some(name.to_owned());
        assert_eq!(refusal(&json!({})), (422, "value_missing".to_owned(), field("title")));
        assert_eq!(refusal(&json!({"title": 5})), (400, "malformed_value".to_owned(), field("title")));
        assert_eq!(
            refusal(&json!({"title": "a", "titel": 1})),
            (400, "field_not_known".to_owned(), field("titel"))
        );
        assert_eq!(
            refusal(&json!({"title": "a", "inner": [{"count": 1}, {"count": 999}]})),
            (400, "malformed_value".to_owned(), field("inner[1].count"))
        );
        for other in [json!(["a", []]), json!("a"), json!(null)] {
            assert_eq!(refusal(&other), (400, "malformed_value".to_owned(), None));
        }
    }

    #[test]
    fn only_json_is_read() {
        let headers =
            |kind: &str| HeaderMap::from_iter([("content-type".parse().unwrap(), kind.parse().unwrap())]);
        assert!(json(&headers("application/merge-patch+json; charset=utf-8"), b"{}").is_ok());
        assert_eq!(json(&headers("text/plain"), b"{}").unwrap_err().status, 415);
        assert_eq!(json(&headers("application/json"), b"{").unwrap_err().code, "malformed_json");
    }
}
