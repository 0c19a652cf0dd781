//! `/openapi.json`, made from the handlers themselves, and `/docs`, a page to read and try it (no outside requests).
//!
//! Invariant: a route is registered with its description or not at all ([`OpenApiRouter`]); what every route may answer
//! besides is told here, with the problems that it really sends.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use utoipa::openapi::response::{Response as Described, ResponseBuilder};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr};
use utoipa::{IntoParams, IntoResponses, Modify, OpenApi, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::{Shared, extract, health, layers, listen, metrics, stats, tickets, traffic, websocket};
use crate::db::problem::Problem;
use crate::{admin, monitor, work};

/// Swagger UI sets styles as it goes, and shows pictures that it brings along.
const PAGE_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                           frame-ancestors 'none'";

/// What the document says before the routes.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Tidegate",
        description = "A Postgres database as a live backend: this is how to read and write its first room by HTTP. \
            Every write answers with `txid`, which the events of that write carry as `metadata.txid` on `/ws`. \
            Refusals are `application/problem+json`; their codes are explained below `/docs/errors`."
    ),
    tags(
        (name = "projects", description = "What members share"),
        (name = "branches", description = "Lines of work, the unit of summaries"),
        (name = "tasks", description = "Pieces of work, which may stand below one another"),
        (name = "subtasks", description = "Steps of a task"),
        (name = "contexts", description = "What is known of a project, a branch or a task"),
        (name = "summaries", description = "Sums that are exact at the moment of the answer"),
        (name = "webhooks", description = "What a socket hears, delivered by HTTP"),
        (name = "alerts", description = "What somebody should look at"),
        (name = "dashboard", description = "How all of it does"),
        (name = "admin", description = "Features, rollouts, and who did what: for administrators"),
        (name = "service", description = "The node itself, and its stream")
    ),
    components(schemas(ProblemDocument)),
    security(("bearer" = [])),
    modifiers(&Credentials)
)]
struct Introduction;

struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut Document) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").description(Some(
            "A token (`tidegate token --user HANDLE`): `sub` is the user's id or handle, `exp` is required.",
        ));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
    }
}

/// A refusal (RFC 9457).
#[derive(Debug, ToSchema)]
#[schema(as = Problem)]
#[allow(dead_code, reason = "a description: `Problem` writes itself")]
struct ProblemDocument {
    /// Where the code is explained.
    r#type: String,
    /// The code as a sentence.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What exactly.
    #[schema(nullable = false)]
    detail: Option<String>,
    /// Stable, for programs: a rule's name or a word of ours.
    code: String,
    /// Which fields are to blame.
    #[schema(nullable = false)]
    errors: Option<Vec<FieldErrorDocument>>,
    /// Which of several operations was refused, from 0.
    #[schema(nullable = false)]
    operation: Option<u64>,
    /// By which name the log speaks of the request.
    #[schema(nullable = false)]
    request_id: Option<String>,
}

/// One field's part in a problem.
#[derive(Debug, ToSchema)]
#[schema(as = FieldError)]
#[allow(dead_code, reason = "a description")]
struct FieldErrorDocument {
    /// The field's name.
    field: String,
    /// The broken rule.
    code: String,
}

/// Headers that every write takes.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "a description: crate::rooms::extract reads them")]
pub struct WriteHeaders {
    /// A name of your own for this request. Sent again within 24 hours, it is answered as before and not performed
    /// again (`Idempotent-Replayed: true`); with another request it is refused.
    #[param(
        rename = "Idempotency-Key",
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 255
    )]
    idempotency_key: Option<String>,
    /// Comes back as the event's `metadata.correlationId`; the request's id when it is left out.
    #[param(rename = "X-Correlation-Id", required = false, nullable = false)]
    correlation_id: Option<String>,
    /// From which source it is written: `user` unless the credential allows another.
    #[param(rename = "X-Tide-Source", required = false, nullable = false)]
    source: Option<String>,
}

/// The header that a write to something with a version takes as well.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "a description: crate::rooms::extract reads it")]
pub struct IfMatch {
    /// The `ETag` that was read: if somebody has changed it since, nothing happens and the answer is 412.
    #[param(rename = "If-Match", required = false, nullable = false)]
    if_match: Option<String>,
}

/// The header that a read takes.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "a description: crate::rooms::extract reads it")]
pub struct ReadHeaders {
    /// `<epoch>:<sequence>`, a position up to which you have seen everything: a replica that has too may answer. Without
    /// it the primary does. The answer may say by the same header what is in it.
    #[param(rename = "X-Tide-Position", required = false, nullable = false)]
    position: Option<String>,
}

/// A refusal that a route may send: status, code, when.
type Refusal = (u16, &'static str, &'static str);

const OF_ALL: [Refusal; 5] = [
    (400, "malformed_value", "Something cannot be read; `errors` names the field"),
    (401, "credential_missing", "No credential, an expired or an unknown one"),
    (500, "internal", "Our fault; the log says more under `request_id`"),
    (
        503,
        "database_unavailable",
        "The database does not answer, or two transactions got in each other's way",
    ),
    (504, "took_too_long", "Given up after http.request_timeout_ms; nothing happened"),
];
const OF_NAMED: [Refusal; 2] = [
    (404, "not_found", "It does not exist, or you may not know that it does"),
    (422, "unusable_value", "A value that is not possible"),
];
const OF_ADMINISTRATORS: [Refusal; 1] = [(403, "forbidden", "Only for administrators")];
const OF_WRITES: [Refusal; 6] = [
    (403, "forbidden", "You may see it, and not change it"),
    (409, "already_exists", "A unique value is taken"),
    (412, "version_is_current", "Somebody has changed it since you read it"),
    (413, "body_too_large", "More than http.max_body_bytes"),
    (415, "media_type_not_supported", "The body is JSON"),
    (422, "task_title_is_not_blank", "A rule of the data is broken; the code is its name"),
];
const OF_LIMITED: [Refusal; 5] = [
    (403, "forbidden", "Somebody else's: only for administrators"),
    (413, "body_too_large", "More than http.max_body_bytes"),
    (415, "media_type_not_supported", "The body is JSON"),
    (422, "value_missing", "Something is needed"),
    (429, "too_many_requests", "Too many in a while: `Retry-After` says when"),
];

/// What a route that reads may answer besides.
#[derive(Debug)]
pub struct Reads;
/// What a route for administrators may answer besides.
#[derive(Debug)]
pub struct AdminReads;
/// What a route that writes may answer besides.
#[derive(Debug)]
pub struct Writes;
/// What the route with a limit may answer besides.
#[derive(Debug)]
pub struct Limited;

impl IntoResponses for Reads {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        describe(&[&OF_ALL, &OF_NAMED])
    }
}

impl IntoResponses for AdminReads {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        describe(&[&OF_ALL, &OF_NAMED, &OF_ADMINISTRATORS])
    }
}

impl IntoResponses for Writes {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        describe(&[&OF_ALL, &OF_NAMED, &OF_WRITES])
    }
}

impl IntoResponses for Limited {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        describe(&[&OF_ALL, &OF_NAMED, &OF_LIMITED])
    }
}

fn describe(sets: &[&[Refusal]]) -> BTreeMap<String, RefOr<Described>> {
    let each = sets.iter().flat_map(|set| set.iter());
    each.map(|(status, code, when)| {
        let example = json!(Problem::new(*status, *code).with_detail(*when));
        let mut content = Content::new(Some(Ref::from_schema_name("Problem")));
        content.example = Some(example);
        let described =
            ResponseBuilder::new().description(*when).content("application/problem+json", content);
        (status.to_string(), RefOr::T(described.build()))
    })
    .collect()
}

/// Every route, and the document that describes them.
pub fn routes(shared: &Arc<Shared>) -> (Router<Arc<Shared>>, Document) {
    let limit_time = middleware::from_fn_with_state(shared.clone(), layers::limit_time);
    let known_people = middleware::from_fn_with_state(shared.clone(), extract::known_people_only);
    let observe = middleware::from_fn_with_state(shared.clone(), traffic::observe);
    let api = OpenApiRouter::new()
        .nest("/api/v2", work::routes::router())
        .nest("/api/v2/admin", admin::routes::router(shared))
        .nest("/api/v1", monitor::routes::router())
        .layer(known_people)
        .layer(limit_time)
        .layer(observe);
    OpenApiRouter::with_openapi(Introduction::openapi())
        .merge(api)
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
        .routes(routes!(metrics::show))
        .routes(routes!(listen::changes))
        .routes(routes!(listen::stream))
        .routes(routes!(tickets::create_ticket))
        .routes(routes!(stats::show))
        .routes(routes!(stats::disconnect))
        .routes(routes!(websocket::open))
        .routes(routes!(websocket::open_dashboard))
        .routes(routes!(websocket::open_for))
        .split_for_parts()
}

/// `/openapi.json`, `/docs`, `/docs/errors`.
pub fn pages(document: Document) -> Router<Arc<Shared>> {
    let page = SwaggerUi::new("/docs").config(Config::from("/openapi.json").persist_authorization(true));
    let page = Router::from(page).layer(middleware::map_response(allow_page));
    page.route("/openapi.json", get(async || Json(document)))
        .route("/docs/errors", get(async || ([(CONTENT_TYPE, "text/markdown; charset=utf-8")], ERRORS)))
}

/// What the codes mean.
const ERRORS: &str = include_str!("../../docs/errors.md");

async fn allow_page(mut response: Response) -> Response {
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    if response.status() == StatusCode::NOT_FOUND {
        Problem::new(404, "not_found").into_response()
    } else {
        response
    }
}
