//! `/health`: the process answers. `/ready`: it can do its work. Neither says more to the public.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::Shared;
use crate::db::problem::Problem;
use crate::stream::feed::Health;

/// `GET /health`
#[utoipa::path(get, path = "/health", tag = "service", security(()), responses((status = 200, description = "It answers")))]
pub async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// `GET /ready`
#[utoipa::path(
    get,
    path = "/ready",
    tag = "service",
    security(()),
    responses((status = 200, description = "It can do its work"), (status = 503, description = "Not now"))
)]
pub async fn ready(State(shared): State<Arc<Shared>>) -> Result<Json<Value>, Problem> {
    let health = *shared.health.borrow();
    match health {
        _ if shared.leaving.is_cancelled() => Err(Problem::new(503, "restarting").retry_after(5)),
        Health::Fine => Ok(Json(json!({"status": "ready"}))),
        Health::OldSchema => {
            Err(Problem::new(503, "schema_out_of_date").with_detail("run `tidegate migrate`").retry_after(5))
        }
        Health::Away => Err(Problem::new(503, "database_unavailable").retry_after(1)),
    }
}
