//! `/api/v1`: a handler extracts, calls the store function of its own name, and answers.

mod alerts;
mod dashboard;
mod deliveries;
mod webhooks;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::http::Shared;

/// Routes with their descriptions.
type Router = OpenApiRouter<Arc<Shared>>;

/// Every route of the room.
pub fn router() -> Router {
    OpenApiRouter::new()
        .merge(webhooks::router())
        .merge(deliveries::router())
        .merge(alerts::router())
        .merge(dashboard::router())
}
