//! What Postgres' refusals mean, in one place: SQLSTATE and constraint name → [`Problem`] for the API and
//! [`Failure`] for the command line.
//!
//! A constraint's name is a sentence that is true (`task_parent_is_in_same_project`); broken, it is the problem's
//! code. A function of ours refuses with `raise … using errcode, constraint, column`, and its message reaches the
//! caller. Postgres' own texts never do, and nothing about a 5xx does: those are logged where they are handled.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use tokio_postgres::error::{DbError, SqlState};

use super::pool::{chain, is_standby};
use super::tls;
use crate::error::Failure;

/// An `application/problem+json` body (RFC 9457). Its `type` follows from the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// What exactly, in words for the caller.
    pub detail: Option<String>,
    /// Stable, machine-readable: a constraint's name or a word of ours.
    pub code: String,
    /// Which fields are to blame.
    pub errors: Vec<FieldError>,
    /// Which of several operations was refused, from 0.
    pub operation: Option<u32>,
    /// Seconds after which trying again makes sense (the `Retry-After` header).
    pub retry_after: Option<u32>,
    /// By which name the log speaks of the request.
    pub request_id: Option<String>,
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_map(None)?;
        body.serialize_entry("type", &format!("/docs/errors#{}", self.code))?;
        body.serialize_entry("title", &self.title())?;
        body.serialize_entry("status", &self.status)?;
        if let Some(detail) = &self.detail {
            body.serialize_entry("detail", detail)?;
        }
        body.serialize_entry("code", &self.code)?;
        if !self.errors.is_empty() {
            body.serialize_entry("errors", &self.errors)?;
        }
        if let Some(operation) = &self.operation {
            body.serialize_entry("operation", operation)?;
        }
        if let Some(id) = &self.request_id {
            body.serialize_entry("request_id", id)?;
        }
        body.end()
    }
}

/// One field's part in a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field's name.
    pub field: String,
    /// The broken rule.
    pub code: String,
}

impl Problem {
    /// A problem with a code of ours, e.g. `Problem::new(404, "task_not_found")`.
    pub fn new(status: u16, code: impl Into<String>) -> Self {
        let code = code.into();
        Self {
            status,
            detail: None,
            code,
            errors: Vec::new(),
            operation: None,
            retry_after: None,
            request_id: None,
        }
    }

    /// The code as a sentence.
    pub fn title(&self) -> String {
        sentence(&self.code)
    }

    /// The same with an explanation.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The same, naming a field.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>) -> Self {
        self.errors.push(FieldError { field: field.into(), code: self.code.clone() });
        self
    }

    /// The same, to be tried again after `seconds`.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Our fault or the database's: to be logged, and told without detail.
    pub fn is_internal(&self) -> bool {
        self.status >= 500
    }

    /// The database does not answer now.
    pub fn unavailable() -> Self {
        Self::new(503, "database_unavailable").retry_after(1)
    }
}

impl From<&tokio_postgres::Error> for Problem {
    fn from(error: &tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(refusal) => from_refusal(refusal),
            None if error.is_closed() || is_io(error) => Self::unavailable(),
            None => Self::new(500, "internal"),
        }
    }
}

impl From<&deadpool_postgres::PoolError> for Problem {
    fn from(error: &deadpool_postgres::PoolError) -> Self {
        match error {
            deadpool_postgres::PoolError::Backend(inner) => match Self::from(inner) {
                problem if problem.is_internal() => problem,
                // A refused login is never the caller's fault.
                _ => Self::unavailable(),
            },
            _ => Self::unavailable(),
        }
    }
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if inner.is::<std::io::Error>() {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// What a SQLSTATE means to a caller: status, and a code for when no constraint is named.
fn meaning(state: &str) -> (u16, &'static str) {
    match state {
        "TG410" => (410, "position_not_available"),
        "23505" => (409, "already_exists"),
        "23001" | "2BP01" => (409, "still_in_use"),
        "23P01" => (409, "conflict"),
        "23503" => (422, "refers_to_nothing"),
        "23502" => (422, "value_missing"),
        "23514" | "P0001" => (422, "refused"),
        "22P02" | "22007" | "22008" | "22023" | "22P05" | "22021" => (400, "malformed_value"),
        "P0002" | "02000" => (404, "not_found"),
        // What a number cannot be, such as NaN where whole ones are.
        "0A000" => (422, "unusable_value"),
        "42501" => (403, "forbidden"),
        "28000" | "28P01" => (503, "database_unavailable"),
        "40001" | "40P01" | "55P03" => (503, "try_again"),
        "57014" => (504, "took_too_long"),
        "25006" => (503, "database_read_only"),
        "3F000" | "42P01" | "42883" | "42703" => (500, "schema_out_of_date"),
        _ => by_class(state),
    }
}

fn by_class(state: &str) -> (u16, &'static str) {
    match &state[..state.len().min(2)] {
        "22" => (422, "unusable_value"),
        "23" => (409, "conflict"),
        "08" | "53" | "57" | "58" => (503, "database_unavailable"),
        "TG" => (state[2..].parse().ok().filter(|s| (400..500).contains(s)).unwrap_or(422), "refused"),
        _ => (500, "internal"),
    }
}

fn from_refusal(refusal: &DbError) -> Problem {
    let (status, fallback) = meaning(refusal.code().code());
    if status >= 500 {
        let problem = Problem::new(status, fallback);
        return if status == 503 { problem.retry_after(1) } else { problem };
    }
    let mut problem = Problem::new(status, code_of(status, refusal.constraint(), fallback));
    problem.operation = operation_of(refusal);
    if let Some(operation) = problem.operation {
        // The message repeats that of the operation, which may be Postgres' own.
        problem.detail = Some(format!("operation {operation}: {}", problem.title()));
    } else if raised_by_a_function(refusal) {
        problem.detail = Some(refusal.message().to_owned());
    } else if let Some(column) = refusal.column() {
        problem.detail = Some(format!("{column} is needed"));
    }
    match refusal.column().map(str::to_owned).or_else(|| refusal.constraint().and_then(field_of)) {
        // The rule speaks of the row that is referred to, the field has its id.
        Some(field) if *refusal.code() == SqlState::FOREIGN_KEY_VIOLATION && !field.ends_with("_id") => {
            problem.with_field(format!("{field}_id"))
        }
        Some(field) => problem.with_field(field),
        None => problem,
    }
}

/// A rule's name, except where it would say no more than the status.
fn code_of<'r>(status: u16, constraint: Option<&'r str>, fallback: &'r str) -> &'r str {
    match constraint {
        Some(name) if !matches!(status, 403 | 404) && !name.ends_with("_pkey") => name,
        _ => fallback,
    }
}

/// Which operation of a bulk, as `work.bulk_tasks` says it.
fn operation_of(refusal: &DbError) -> Option<u32> {
    let detail: serde_json::Value = serde_json::from_str(refusal.detail()?).ok()?;
    raised_by_a_function(refusal).then(|| detail.get("operation")?.as_u64()?.try_into().ok()).flatten()
}

/// A message written in SQL for a person, as opposed to Postgres' own text.
fn raised_by_a_function(refusal: &DbError) -> bool {
    refusal.routine() == Some("exec_stmt_raise")
}

/// `task_title_is_not_blank` blames `title`: what stands between the entity and the verb.
fn field_of(constraint: &str) -> Option<String> {
    if constraint.ends_with("_pkey") {
        return Some("id".to_owned());
    }
    const VERBS: [&str; 7] = ["is", "are", "exists", "forms", "names", "has", "of"];
    let (_, rest) = constraint.split_once('_')?;
    let words: Vec<&str> = rest.split('_').collect();
    let verb = words.iter().position(|word| VERBS.contains(word))?;
    (verb > 0).then(|| words[..verb].join("_"))
}

fn sentence(code: &str) -> String {
    let mut text = code.replace('_', " ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(refusal) = error.as_db_error() else {
            return unreachable_database(&error);
        };
        let (what, remedy) = explain(refusal);
        if raised_by_a_function(refusal) || refusal.constraint().is_some() {
            Self::not_so(what, remedy)
        } else {
            Self::environment(what, remedy)
        }
    }
}

fn unreachable_database(error: &tokio_postgres::Error) -> Failure {
    if is_standby(error) {
        return Failure::environment(
            "the database is a standby: it takes no writes",
            "point DATABASE_URL at the primary",
        );
    }
    if let Some(failure) = tls::refusal(error) {
        return failure;
    }
    Failure::environment(
        format!("the database does not answer: {}", chain(error)),
        "check that Postgres is running and that DATABASE_URL names its host and port",
    )
}

/// A refusal for the command line: what, and what to do.
fn explain(refusal: &DbError) -> (String, String) {
    let message = refusal.message();
    if let Some(constraint) = refusal.constraint().filter(|_| !raised_by_a_function(refusal)) {
        let detail = refusal.detail().unwrap_or("the given values break this rule");
        return (
            format!("refused, because it must hold: {}", constraint.replace('_', " ")),
            detail.to_owned(),
        );
    }
    let (what, remedy) = what_and_remedy(refusal.code(), message);
    (what, refusal.hint().map_or_else(|| remedy.to_owned(), str::to_owned))
}

fn what_and_remedy(code: &SqlState, message: &str) -> (String, &'static str) {
    match code {
        &SqlState::INVALID_PASSWORD => {
            ("the password is wrong, or none was given".to_owned(), "check user and password in DATABASE_URL")
        }
        &SqlState::INVALID_AUTHORIZATION_SPECIFICATION => (
            format!("the server refuses this login: {message}"),
            "check the user in DATABASE_URL and pg_hba.conf",
        ),
        &SqlState::INVALID_CATALOG_NAME => (
            format!("there is no such database: {message}"),
            "create it with `createdb NAME`, or correct DATABASE_URL",
        ),
        code if is_of_our_schema(code, message) => (
            format!("the database has no Tidegate schema, or an older one: {message}"),
            "run `tidegate migrate`",
        ),
        &SqlState::UNDEFINED_TABLE => (
            message.to_owned(),
            "check the name, with its schema (shop.orders), and that `tidegate migrate` has run",
        ),
        &SqlState::INSUFFICIENT_PRIVILEGE => (
            format!("the login may not do this: {message}"),
            "use a login with the rights, see docs/operations.md",
        ),
        &SqlState::TOO_MANY_CONNECTIONS => (
            "the server has no free connection".to_owned(),
            "raise max_connections or lower database.pool_size",
        ),
        &SqlState::CANNOT_CONNECT_NOW => {
            (format!("the server is not ready: {message}"), "wait for it, or raise database.wait_seconds")
        }
        _ => (message.to_owned(), "see the server's log for the whole story"),
    }
}

/// Something that `tidegate migrate` makes is not there.
fn is_of_our_schema(code: &SqlState, message: &str) -> bool {
    match code {
        &SqlState::INVALID_SCHEMA_NAME | &SqlState::UNDEFINED_FUNCTION => true,
        &SqlState::UNDEFINED_TABLE => message.contains("\"tide."),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constraints_name_blames_the_field_between_entity_and_verb() {
        assert_eq!(field_of("task_title_is_not_blank").as_deref(), Some("title"));
        assert_eq!(field_of("task_assignee_exists").as_deref(), Some("assignee"));
        assert_eq!(field_of("branch_is_in_one_project"), None);
        assert_eq!(field_of("users_pkey").as_deref(), Some("id"));
    }

    #[test]
    fn a_rule_is_the_code_unless_the_status_says_it_all() {
        assert_eq!(code_of(422, Some("task_title_is_not_blank"), "refused"), "task_title_is_not_blank");
        assert_eq!(code_of(404, Some("task_exists"), "not_found"), "not_found");
        assert_eq!(code_of(409, Some("tasks_pkey"), "already_exists"), "already_exists");
    }

    #[test]
    fn a_code_reads_as_a_sentence() {
        assert_eq!(Problem::new(422, "task_title_is_not_blank").title(), "Task title is not blank");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn states_of_ours_carry_their_http_status() {
        assert_eq!(meaning("TG410"), (410, "position_not_available"));
        assert_eq!(meaning("TG404").0, 404);
        assert_eq!(meaning("TG999").0, 422);
    }

    #[test]
    fn what_the_caller_cannot_help_is_a_5xx() {
        for state in ["40P01", "53300", "57P01", "XX000", "42P01", "25006"] {
            assert!(meaning(state).0 >= 500, "{state}");
        }
        for state in ["23505", "23514", "22P02", "42501", "P0002", "0A000"] {
            assert!(meaning(state).0 < 500, "{state}");
        }
    }

    #[test]
    fn a_problem_is_written_as_problem_json() {
        let problem = Problem::new(409, "user_handle_is_unique").with_field("handle").retry_after(1);
        let expected = serde_json::json!({
            "type": "/docs/errors#user_handle_is_unique",
            "title": "User handle is unique",
            "status": 409,
            "code": "user_handle_is_unique",
            "errors": [{"field": "handle", "code": "user_handle_is_unique"}],
        });
        assert_eq!(serde_json::to_value(&problem).unwrap(), expected);
    }
}
