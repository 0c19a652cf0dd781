//! `/projects`

use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Router;
use crate::db::problem::Problem;
use crate::http::body::{Asked, At};
use crate::http::openapi::{IfMatch, ReadHeaders, Reads, WriteHeaders, Writes};
use crate::rooms::model::{ById, Changed, Page};
use crate::rooms::{Read, Sent, Write};
use crate::work::model::{Archiving, ListQuery, NewProject, Project, ProjectPatch};
use crate::work::store;

pub(super) fn router() -> Router {
    OpenApiRouter::new()
        .routes(routes!(list_projects, create_project))
        .routes(routes!(get_project, update_project, delete_project))
        .routes(routes!(archive_project))
}

/// The projects that you are a member of; all of them for administrators.
#[utoipa::path(
    get,
    path = "/projects",
    tag = "projects",
    params(ListQuery, ReadHeaders),
    responses((status = 200, description = "A page", body = Page<Project>), Reads)
)]
async fn list_projects(Asked(asked): Asked<ListQuery>, read: Read) -> Result<Response, Problem> {
    let place = asked.place()?;
    Ok(store::list_projects(&read, asked.include_archived, place).await?.into_response())
}

/// A new project; you become its admin.
#[utoipa::path(
    post,
    path = "/projects",
    tag = "projects",
    params(WriteHeaders),
    request_body(content = NewProject),
    responses((status = 201, description = "Made", body = Changed<Project>, headers(("Location" = String, description = "Where it is"), ("ETag" = String, description = "Its version"))), Writes)
)]
async fn create_project(sent: Sent<NewProject>) -> Result<Response, Problem> {
    let written = store::create_project(sent.write, &sent.raw).await?;
    Ok(written.created("/api/v2/projects"))
}

/// A project.
#[utoipa::path(
    get,
    path = "/projects/{id}",
    tag = "projects",
    params(ById, ReadHeaders),
    responses((status = 200, description = "It is so", body = Project, headers(("ETag" = String, description = "Its version"))), (status = 304, description = "As `If-None-Match` says"), Reads)
)]
async fn get_project(At(at): At<ById>, read: Read) -> Result<Response, Problem> {
    let found = store::get_project(&read, at.id).await?;
    Ok(read.show(found))
}

/// Changes a project. Its admins may.
#[utoipa::path(
    patch,
    path = "/projects/{id}",
    tag = "projects",
    params(ById, WriteHeaders, IfMatch),
    request_body(content = ProjectPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "As it is now", body = Changed<Project>, headers(("ETag" = String, description = "Its version"))), Writes)
)]
async fn update_project(At(at): At<ById>, sent: Sent<ProjectPatch>) -> Result<Response, Problem> {
    let written = store::update_project(sent.write, at.id, &sent.raw).await?;
    Ok(written.into_response())
}

/// Deletes a project with everything in it. Its admins may.
#[utoipa::path(
    delete,
    path = "/projects/{id}",
    tag = "projects",
    params(ById, WriteHeaders, IfMatch),
    responses((status = 200, description = "As it was", body = Changed<Project>), Writes)
)]
async fn delete_project(At(at): At<ById>, write: Write) -> Result<Response, Problem> {
    let written = store::delete_project(write, at.id).await?;
    Ok(written.without_version().into_response())
}

/// Archives a project, or brings it back. Its admins may.
#[utoipa::path(
    post,
    path = "/projects/{id}/archive",
    tag = "projects",
    params(ById, WriteHeaders, IfMatch),
    request_body(content = Archiving),
    responses((status = 200, description = "As it is now", body = Changed<Project>, headers(("ETag" = String, description = "Its version"))), Writes)
)]
async fn archive_project(At(at): At<ById>, sent: Sent<Archiving>) -> Result<Response, Problem> {
    let written = store::archive_project(sent.write, at.id, sent.data.archived).await?;
    Ok(written.into_response())
}
