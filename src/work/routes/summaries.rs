//! Summaries: of one, and of many at once.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{ETAG, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::Router;
use crate::db::problem::Problem;
use crate::features::Feature;
use crate::http::Shared;
use crate::http::body::{At, Body};
use crate::http::etag;
use crate::http::openapi::{Limited, Reads};
use crate::work::model::{BranchSummary, BulkMetadata, BulkRequest, BulkSummaries, ById, ProjectSummary};
use crate::work::store::{self, Read, Summaries};

pub(super) fn router() -> Router {
    OpenApiRouter::new()
        .routes(routes!(get_branch_summary))
        .routes(routes!(get_project_summary))
        .routes(routes!(bulk_summaries))
}

/// The sums of a branch.
#[utoipa::path(
    get,
    path = "/branches/{id}/summary",
    tag = "summaries",
    params(ById),
    responses((status = 200, description = "Exact at this moment", body = BranchSummary), Reads)
)]
async fn get_branch_summary(At(at): At<ById>, read: Read) -> Result<Response, Problem> {
    let found = store::get_branch_summary(&read, at.id).await?;
    Ok(read.show(found))
}

/// The sums of a project.
#[utoipa::path(
    get,
    path = "/projects/{id}/summary",
    tag = "summaries",
    params(ById),
    responses((status = 200, description = "Exact at this moment", body = ProjectSummary), Reads)
)]
async fn get_project_summary(At(at): At<ById>, read: Read) -> Result<Response, Problem> {
    let found = store::get_project_summary(&read, at.id).await?;
    Ok(read.show(found))
}

/// The sums of all branches of many projects, in one snapshot.
///
/// So many requests per user in a while: `http.bulk_requests` in `http.bulk_window_seconds`.
#[utoipa::path(
    post,
    path = "/branches/summaries/bulk",
    tag = "summaries",
    request_body(content = BulkRequest),
    responses(
        (status = 200, description = "Exact at this moment", body = BulkSummaries, headers(
            ("ETag" = String, description = "Stands for the summaries"),
            ("RateLimit-Limit" = u32, description = "Requests in the window"),
            ("RateLimit-Remaining" = u32, description = "What is left of them"),
            ("RateLimit-Reset" = u32, description = "Seconds until all are there again")
        )),
        (status = 304, description = "As `If-None-Match` says"),
        Limited
    )
)]
async fn bulk_summaries(
    State(shared): State<Arc<Shared>>,
    read: Read,
    Body(request): Body<BulkRequest>,
) -> Result<Response, Problem> {
    if !shared.gateway.features.is_on(Feature::BulkApi, read.caller.user_id).await? {
        let problem = Problem::new(404, "feature_is_off");
        return Err(problem.with_detail("bulk_api is off for you: ask project by project"));
    }
    let allowance = match shared.bulk_limit.take(read.caller.user_id) {
        Ok(allowance) => allowance,
        Err(refusal) => return Ok(*refusal),
    };
    Ok(match answer(&read, request).await {
        Ok(response) => allowance.on(response),
        Err(problem) => allowance.on(problem.into_response()),
    })
}

async fn answer(read: &Read, mut request: BulkRequest) -> Result<Response, Problem> {
    let caller = &read.caller;
    let user = request.user_id.unwrap_or(caller.user_id);
    if user != caller.user_id && !caller.is_admin {
        return Err(Problem::new(403, "forbidden").with_field("user_id"));
    }
    if let Some(projects) = &mut request.project_ids {
        projects.sort_unstable();
        projects.dedup();
    }
    let projects = request.project_ids.as_deref();
    let found = store::bulk_summaries_at(read, user, projects, request.include_archived).await?;
    let version = digest([found.summaries.get(), found.projects.get()]);
    let headers = [(ETAG, etag::tag(&version).unwrap_or(HeaderValue::from_static("")))];
    if read.known.contains(&version) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let cache_key = cache_key(user, &request);
    Ok((headers, Json(body(found, cache_key))).into_response())
}

/// Stands for whose summaries were asked for, whatever the order of the projects.
fn cache_key(user: Uuid, request: &BulkRequest) -> String {
    let projects =
        request.project_ids.as_ref().map(|ids| ids.iter().map(Uuid::to_string).collect::<Vec<_>>());
    let projects = projects.map_or_else(|| "all".to_owned(), |ids| ids.join(","));
    digest([&user.to_string(), &projects, if request.include_archived { "archived too" } else { "" }])
}

fn digest<const N: usize>(parts: [&str; N]) -> String {
    let each = parts.iter().fold(Sha256::new(), |digest, part| digest.chain_update(part).chain_update("\n"));
    hex::encode(&each.finalize()[..16])
}

/// [`BulkSummaries`], with what Postgres wrote as it is.
#[derive(Serialize)]
struct Written {
    summaries: Box<RawValue>,
    projects: Box<RawValue>,
    metadata: BulkMetadata,
    cache_key: String,
    timestamp: String,
}

fn body(found: Summaries, cache_key: String) -> Written {
    let timestamp = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
    let Summaries { summaries, projects, count, epoch, sequence } = found;
    let metadata = BulkMetadata { count, cached: false, timestamp: timestamp.clone(), epoch, sequence };
    Written { summaries, projects, metadata, cache_key, timestamp }
}
