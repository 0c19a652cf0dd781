//! The SQL functions of `sql/tide` that administrators call. Each function here bears its SQL function's name.

use postgres_types::Type;
use serde_json::Value;
use serde_json::value::RawValue;

use super::model::NewRollout;
use crate::db::pool::Pool;
use crate::db::problem::Problem;
use crate::db::session::{self, Caller, Param};
use crate::http::page::{Listed, Place};
use crate::rooms::{Write, Written};
use crate::stream::log::JsonText;

/// The outcome of a write.
type Outcome = Result<Written, Problem>;

/// All of `tide.features`.
pub async fn features(pool: &Pool) -> Result<Box<RawValue>, Problem> {
    const SQL: &str = "select jsonb_build_object('items', coalesce(jsonb_agg(f order by f.name), '[]'))
        from tide.features f";
    let JsonText(all) = session::ask(pool, None, SQL, &[]).await?.get(0);
    Ok(all)
}

/// `tide.show_feature`
pub async fn show_feature(pool: &Pool, name: &str) -> Result<Box<RawValue>, Problem> {
    let row = session::ask(pool, None, "select tide.show_feature($1)", &[(&name, Type::TEXT)]).await?;
    let JsonText(feature) = row.get(0);
    Ok(feature)
}

/// `tide.update_feature`
pub async fn update_feature(write: Write, name: &str, patch: &Value) -> Outcome {
    let params: [Param<'_>; 2] = [(&name, Type::TEXT), (patch, Type::JSONB)];
    write.call("tide.update_feature($1, $2)", &params).await
}

/// `tide.override_feature`; `None` takes the override back.
pub async fn override_feature(write: Write, name: &str, user: &str, enabled: Option<bool>) -> Outcome {
    let params: [Param<'_>; 3] = [(&name, Type::TEXT), (&user, Type::TEXT), (&enabled, Type::BOOL)];
    write.call("tide.override_feature($1, $2, $3)", &params).await
}

/// `tide.disable_all_features`
pub async fn disable_all_features(write: Write) -> Outcome {
    write.call("jsonb_build_object('disabled', tide.disable_all_features())", &[]).await
}

/// `tide.begin_rollout`
pub async fn begin_rollout(write: Write, name: &str, rollout: &NewRollout) -> Outcome {
    const VERB: &str = "tide.begin_rollout($1, coalesce($2, '{10,25,50,100}'), coalesce($3, 1440),
        coalesce($4::float8, 0.001)::numeric, coalesce($5, 200), coalesce($6, 100))";
    let params: [Param<'_>; 6] = [
        (&name, Type::TEXT),
        (&rollout.percentages, Type::INT4_ARRAY),
        (&rollout.soak_minutes, Type::INT4),
        (&rollout.max_error_rate, Type::FLOAT8),
        (&rollout.max_latency_ms, Type::INT4),
        (&rollout.min_requests, Type::INT4),
    ];
    write.call(VERB, &params).await
}

/// `tide.advance_rollout`
pub async fn advance_rollout(write: Write, name: &str) -> Outcome {
    let verb = "jsonb_build_object('outcome', tide.advance_rollout($1))";
    write.call(verb, &[(&name, Type::TEXT)]).await
}

/// `tide.set_rollout_state`
pub async fn set_rollout_state(write: Write, name: &str, state: &str, reason: Option<&str>) -> Outcome {
    let params: [Param<'_>; 3] = [(&name, Type::TEXT), (&state, Type::TEXT), (&reason, Type::TEXT)];
    write.call("tide.set_rollout_state($1, $2, coalesce($3, 'by hand'))", &params).await
}

/// `tide.list_audit`
pub async fn list_audit(pool: &Pool, filter: &Value, place: Place<i64>) -> Result<Listed<i64>, Problem> {
    const SQL: &str = "select l.items, l.next_id from tide.list_audit($1, $2, $3) l";
    let params: [Param<'_>; 3] =
        [(filter, Type::JSONB), (&place.after, Type::INT8), (&place.max_rows, Type::INT4)];
    let row = session::ask(pool, None, SQL, &params).await?;
    let JsonText(items) = row.get(0);
    Ok(Listed { items, next: row.get(1), position: None })
}

/// `tide.audit`, for what happens outside of the database.
pub async fn audit(
    pool: &Pool,
    caller: &Caller,
    action: &str,
    target: &str,
    detail: &Value,
) -> Result<(), Problem> {
    const SQL: &str = "select tide.audit($1, $2, $3)";
    let mut client = session::connection(pool).await?;
    let transaction = session::begin(&mut client, caller).await?;
    let params: [Param<'_>; 3] = [(&action, Type::TEXT), (&target, Type::TEXT), (detail, Type::JSONB)];
    transaction.query_typed(SQL, &params).await.map_err(|error| session::problem(SQL, &error))?;
    transaction.commit().await.map_err(|error| session::problem("commit", &error))
}
