//! Summaries: of one, and of many at once.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Router;
use crate::cache::{Found, Question};
use crate::db::problem::Problem;
use crate::db::reader::Source;
use crate::features::Feature;
use crate::http::Shared;
use crate::http::body::{At, Body};
use crate::http::openapi::{Limited, ReadHeaders, Reads};
use crate::rooms::Read;
use crate::rooms::model::ById;
use crate::work::model::{BranchSummary, BulkMetadata, BulkRequest, BulkSummaries, ProjectSummary};
use crate::work::store::summaries::{Summaries, SummaryQuestion};

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
    params(ById, ReadHeaders),
    responses((status = 200, description = "Exact at this moment", body = BranchSummary), Reads)
)]
async fn get_branch_summary(
    State(shared): State<Arc<Shared>>,
    At(at): At<ById>,
    read: Read,
) -> Result<Response, Problem> {
    one(&shared, &read, Summaries::Branch(at.id)).await
}

/// The sums of a project.
#[utoipa::path(
    get,
    path = "/projects/{id}/summary",
    tag = "summaries",
    params(ById, ReadHeaders),
    responses((status = 200, description = "Exact at this moment", body = ProjectSummary), Reads)
)]
async fn get_project_summary(
    State(shared): State<Arc<Shared>>,
    At(at): At<ById>,
    read: Read,
) -> Result<Response, Problem> {
    one(&shared, &read, Summaries::Project(at.id)).await
}

/// The sums of all branches of many projects, in one snapshot.
///
/// So many requests per user in a while: `http.bulk_requests` in `http.bulk_window_seconds`.
#[utoipa::path(
    post,
    path = "/branches/summaries/bulk",
    tag = "summaries",
    params(ReadHeaders),
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
    Ok(match many(&shared, &read, request).await {
        Ok(response) => allowance.on(response),
        Err(problem) => allowance.on(problem.into_response()),
    })
}

async fn one(shared: &Shared, read: &Read, of: Summaries) -> Result<Response, Problem> {
    let found = ask(shared, read, of, false).await?;
    let answer = found.answer();
    Ok(read.tell(&answer.version, found.position(), || answer.body.clone()))
}

async fn many(shared: &Shared, read: &Read, mut request: BulkRequest) -> Result<Response, Problem> {
    let caller = &read.caller;
    let user = request.user_id.unwrap_or(caller.user_id);
    if user != caller.user_id && !caller.is_admin {
        return Err(Problem::new(403, "forbidden").with_field("user_id"));
    }
    if let Some(projects) = &mut request.project_ids {
        projects.sort_unstable();
        projects.dedup();
    }
    let of = Summaries::Bulk { user, projects: request.project_ids, archived: request.include_archived };
    let cache_key = of.key();
    let found = ask(shared, read, of, request.force_refresh).await?;
    Ok(read.tell(&found.answer().version, found.position(), || body(&found, cache_key)))
}

async fn ask(shared: &Shared, read: &Read, of: Summaries, anew: bool) -> Result<Found, Problem> {
    let question = Arc::new(SummaryQuestion { subject: read.caller.subject(), of });
    // What a replica says is kept by nobody: the cache's checks are the primary's.
    if !anew && let Ok(answer) = question.ask(Source::Replica(&read.reader)).await {
        return Ok(Found::unkept(question, answer));
    }
    let question: Arc<dyn Question> = question;
    shared.cache.answer(&question, read.look, anew).await
}

/// The end of a [`BulkSummaries`], after what Postgres wrote.
#[derive(Serialize)]
struct End {
    metadata: BulkMetadata,
    cache_key: String,
    timestamp: String,
}

fn body(found: &Found, cache_key: String) -> Bytes {
    let timestamp = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
    let metadata = BulkMetadata {
        count: found.answer().count,
        cached: found.is_cached,
        timestamp: timestamp.clone(),
        epoch: found.epoch,
        sequence: found.sequence,
    };
    let end = serde_json::to_string(&End { metadata, cache_key, timestamp }).unwrap_or_default();
    let begin = &found.answer().body;
    let mut body = BytesMut::with_capacity(begin.len() + end.len());
    body.extend_from_slice(begin);
    body.extend_from_slice(end.replacen('{', ",", 1).as_bytes());
    body.freeze()
}
