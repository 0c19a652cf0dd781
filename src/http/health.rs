//! `/health`: the process answers, and says no more. `/ready`: it can do its work; by parts, for whoever looks after it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::Shared;
use crate::db::problem::Problem;
use crate::stream::feed::Health;
use crate::stream::listener::Hearing;

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
        Health::Fine => Ok(Json(parts(&shared))),
        Health::OldSchema => {
            Err(Problem::new(503, "schema_out_of_date").with_detail("run `tidegate migrate`").retry_after(5))
        }
        Health::Away => Err(Problem::new(503, "database_unavailable").retry_after(1)),
    }
}

/// What its work rests on. Without a listener it polls, so that is no reason to send clients elsewhere.
fn parts(shared: &Shared) -> Value {
    let (hearing, figures) = (*shared.hearing.borrow(), &shared.counters);
    #[allow(clippy::cast_precision_loss, reason = "a figure for people")]
    let round_trip_ms = (hearing == Hearing::Fine).then(|| figures.round_trip.get() as f64 / 1000.0);
    json!({
        "status": "ready",
        "database": "connected",
        "migrations": "current",
        "listener": {
            "state": if hearing == Hearing::Fine { "hears" } else { "polls" },
            "roundTripMs": round_trip_ms,
        },
        "backlog": figures.backlog.get(),
    })
}
