//! `/api/v2`: a handler extracts, calls the store function of its own name, and answers.

mod branches;
mod contexts;
mod members;
mod projects;
mod subtasks;
mod summaries;
mod tasks;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::http::Shared;

/// Routes with their descriptions.
type Router = OpenApiRouter<Arc<Shared>>;

/// Every route of the room.
pub fn router() -> Router {
    OpenApiRouter::new()
        .merge(projects::router())
        .merge(members::router())
        .merge(branches::router())
        .merge(tasks::router())
        .merge(subtasks::router())
        .merge(contexts::router())
        .merge(summaries::router())
}
