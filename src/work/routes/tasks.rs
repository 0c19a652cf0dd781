//! `/tasks`, and those of a branch

use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Router;
use crate::db::problem::Problem;
use crate::http::body::{Asked, At};
use crate::http::openapi::{IfMatch, ReadHeaders, Reads, WriteHeaders, Writes};
use crate::rooms::model::{ById, Changed, Page};
use crate::rooms::{Read, Sent, Write};
use crate::work::model::{BulkDone, NewTask, Task, TaskMove, TaskOperations, TaskPatch, TaskQuery};
use crate::work::store;

pub(super) fn router() -> Router {
    OpenApiRouter::new()
        .routes(routes!(list_tasks, create_task))
        .routes(routes!(get_task, update_task, delete_task))
        .routes(routes!(move_task))
        .routes(routes!(bulk_tasks))
}

/// The tasks of a branch.
#[utoipa::path(
    get,
    path = "/branches/{id}/tasks",
    tag = "tasks",
    params(ById, TaskQuery, ReadHeaders),
    responses((status = 200, description = "A page", body = Page<Task>), Reads)
)]
async fn list_tasks(
    At(at): At<ById>,
    Asked(asked): Asked<TaskQuery>,
    read: Read,
) -> Result<Response, Problem> {
    let place = asked.place()?;
    Ok(store::list_tasks(&read, at.id, &asked.filter(), place).await?.into_response())
}

/// A new task.
#[utoipa::path(
    post,
    path = "/branches/{id}/tasks",
    tag = "tasks",
    params(ById, WriteHeaders),
    request_body(content = NewTask),
    responses((status = 201, description = "Made", body = Changed<Task>, headers(("Location" = String, description = "Where it is"), ("ETag" = String, description = "Its version"))), Writes)
)]
async fn create_task(At(at): At<ById>, sent: Sent<NewTask>) -> Result<Response, Problem> {
    let written = store::create_task(sent.write, at.id, &sent.raw).await?;
    Ok(written.created("/api/v2/tasks"))
}

/// A task.
#[utoipa::path(
    get,
    path = "/tasks/{id}",
    tag = "tasks",
    params(ById, ReadHeaders),
    responses((status = 200, description = "It is so", body = Task, headers(("ETag" = String, description = "Its version"))), (status = 304, description = "As `If-None-Match` says"), Reads)
)]
async fn get_task(At(at): At<ById>, read: Read) -> Result<Response, Problem> {
    let found = store::get_task(&read, at.id).await?;
    Ok(read.show(found))
}

/// Changes a task.
#[utoipa::path(
    patch,
    path = "/tasks/{id}",
    tag = "tasks",
    params(ById, WriteHeaders, IfMatch),
    request_body(content = TaskPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "As it is now", body = Changed<Task>, headers(("ETag" = String, description = "Its version"))), Writes)
)]
async fn update_task(At(at): At<ById>, sent: Sent<TaskPatch>) -> Result<Response, Problem> {
    let written = store::update_task(sent.write, at.id, &sent.raw).await?;
    Ok(written.into_response())
}

/// Deletes a task with everything below it.
#[utoipa::path(
    delete,
    path = "/tasks/{id}",
    tag = "tasks",
    params(ById, WriteHeaders, IfMatch),
    responses((status = 200, description = "As it was", body = Changed<Task>), Writes)
)]
async fn delete_task(At(at): At<ById>, write: Write) -> Result<Response, Problem> {
    let written = store::delete_task(write, at.id).await?;
    Ok(written.without_version().into_response())
}

/// Moves a task with everything below it to a branch.
#[utoipa::path(
    post,
    path = "/tasks/{id}/move",
    tag = "tasks",
    params(ById, WriteHeaders, IfMatch),
    request_body(content = TaskMove),
    responses((status = 200, description = "As it is now", body = Changed<Task>, headers(("ETag" = String, description = "Its version"))), Writes)
)]
async fn move_task(At(at): At<ById>, sent: Sent<TaskMove>) -> Result<Response, Problem> {
    let TaskMove { git_branch_id, parent_id } = sent.data;
    let written = store::move_task(sent.write, at.id, git_branch_id, parent_id).await?;
    Ok(written.into_response())
}

/// Many writes to tasks in one transaction, all or nothing. A refusal says which `operation`.
#[utoipa::path(
    post,
    path = "/tasks/bulk",
    tag = "tasks",
    params(WriteHeaders),
    request_body(content = TaskOperations),
    responses((status = 200, description = "All of it was done", body = BulkDone), Writes)
)]
async fn bulk_tasks(sent: Sent<TaskOperations>) -> Result<Response, Problem> {
    let written = store::bulk_tasks(sent.write, &sent.raw["operations"]).await?;
    Ok(written.without_version().into_response())
}
