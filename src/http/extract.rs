//! What handlers take from a request.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::Shared;
use crate::auth::{self, Principal, Refusal};
use crate::db::problem::Problem;

/// `Authorization: Bearer …`, and the person behind it.
impl FromRequestParts<Arc<Shared>> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let header = parts.headers.get("authorization").ok_or(Refusal::Missing)?;
        let credential = auth::bearer(header.to_str().map_err(|_| Refusal::Invalid)?)?;
        shared.gateway.authenticator.authenticate(credential).await
    }
}
