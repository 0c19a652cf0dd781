//! The SQL functions that the gateway asks. Each function here bears its SQL function's name and is one call, with an
//! unnamed statement: see [`crate::db::pool`].

use postgres_types::{ToSql, Type};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::db::pool::Pool;
use crate::db::problem::Problem;
use crate::stream::event::{Event, Source, Topic};
use crate::stream::log::{self, JsonText};

/// Acts for a user until the end of the transaction; for an administrator (null) nothing changes.
const BECOME: &str = "select work.become($1) where $1 is not null";

/// A parameter with its type.
pub(crate) type Param<'p> = (&'p (dyn ToSql + Sync), Type);

/// A user of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Id.
    pub id: Uuid,
    /// Name in credentials.
    pub handle: String,
}

/// What `work.sync` answered.
#[derive(Debug)]
pub struct Snapshot {
    /// Its epoch.
    pub epoch: Uuid,
    /// The sequence as of which it is true.
    pub sequence: i64,
    /// The whole of it.
    pub text: Box<RawValue>,
}

/// A problem, logged if it is ours or the database's.
pub(crate) fn problem(during: &'static str, error: &tokio_postgres::Error) -> Problem {
    let problem = Problem::from(error);
    if problem.is_internal() {
        tracing::error!(error = %crate::db::pool::chain(error), during, "A question to the database failed");
    }
    problem
}

/// A connection for one call.
pub(crate) async fn client(pool: &Pool) -> Result<deadpool_postgres::Object, Problem> {
    pool.get().await.map_err(|error| {
        tracing::warn!(error = %crate::db::pool::chain(&error), "No database connection for a request");
        Problem::from(&error)
    })
}

/// The user with this id or handle.
///
/// # Errors
/// The database's.
pub async fn user(pool: &Pool, id_or_handle: &str) -> Result<Option<User>, Problem> {
    const BY_ID: &str = "select u.id, u.handle from work.users u where u.id = $1";
    const BY_HANDLE: &str = "select u.id, u.handle from work.users u where u.handle = $1";
    let client = client(pool).await?;
    let row = match Uuid::parse_str(id_or_handle) {
        Ok(id) => client.query_typed_opt(BY_ID, &[(&id, Type::UUID)]).await,
        Err(_) => client.query_typed_opt(BY_HANDLE, &[(&id_or_handle, Type::TEXT)]).await,
    };
    let row = row.map_err(|error| problem("user", &error))?;
    Ok(row.map(|row| User { id: row.get(0), handle: row.get(1) }))
}

/// The topics of the projects a user may see.
///
/// # Errors
/// The database's.
pub async fn visible_projects(pool: &Pool, user: Uuid) -> Result<Vec<Topic>, Problem> {
    const SQL: &str = "select 'project:' || p from work.visible_projects($1) p";
    let rows = client(pool).await?.query_typed(SQL, &[(&user, Type::UUID)]).await;
    let rows = rows.map_err(|error| problem("visible_projects", &error))?;
    Ok(rows.iter().map(|row| row.get::<_, &str>(0).into()).collect())
}

/// Which of the topics a user may subscribe to.
///
/// # Errors
/// The database's.
pub async fn can_subscribe(pool: &Pool, user: Uuid, topics: &[String]) -> Result<Vec<Topic>, Problem> {
    const SQL: &str = "select t from unnest($2) t where work.can_subscribe($1, t)";
    let params: [Param<'_>; 2] = [(&user, Type::UUID), (&topics, Type::TEXT_ARRAY)];
    let rows = client(pool).await?.query_typed(SQL, &params).await;
    let rows = rows.map_err(|error| problem("can_subscribe", &error))?;
    Ok(rows.iter().map(|row| row.get::<_, &str>(0).into()).collect())
}

/// The snapshot for these topics, read as that user; `None` is an administrator, who may see everything.
///
/// # Errors
/// The database's; also when the answer is not what the contract says.
pub async fn sync(pool: &Pool, user: Option<Uuid>, topics: &[Topic]) -> Result<Snapshot, Problem> {
    #[derive(serde::Deserialize)]
    struct Head {
        epoch: Option<Uuid>,
        sequence: i64,
    }
    let topics: Vec<&str> = topics.iter().map(Topic::as_str).collect();
    let params: [Param<'_>; 2] = [(&user, Type::UUID), (&topics, Type::TEXT_ARRAY)];
    let client = client(pool).await?;
    // All of it is on its way with the first poll, the end of the transaction too: nobody can leave it open.
    let (begun, became, row, ended) = futures::join!(
        client.batch_execute("begin"),
        client.query_typed(BECOME, &params[..1]),
        client.query_typed_one("select work.sync($1, $2)", &params),
        client.batch_execute("commit"),
    );
    let row = begun.and(became.map(|_| ())).and(row).and_then(|row| ended.map(|()| row));
    let JsonText(text) = row.map_err(|error| problem("sync", &error))?.get(0);
    let head: Head = serde_json::from_str(text.get()).map_err(|error| {
        tracing::error!(%error, "work.sync answered something else than a snapshot");
        Problem::new(500, "internal")
    })?;
    Ok(Snapshot { epoch: head.epoch.unwrap_or(Uuid::nil()), sequence: head.sequence, text })
}

/// The highest position that a snapshot may have said: ahead of the log in the middle of a backlog.
///
/// # Errors
/// The database's.
pub async fn as_of_head(pool: &Pool) -> Result<i64, Problem> {
    let row = client(pool).await?.query_typed_one("select tide.as_of_head()", &[]).await;
    Ok(row.map_err(|error| problem("as_of_head", &error))?.get(0))
}

/// Events of topics after a sequence, oldest first.
///
/// # Errors
/// The database's; `position_not_available` when the log does not reach back that far.
pub async fn read(pool: &Pool, after: i64, max_events: i32, topics: &[Topic]) -> Result<Vec<Event>, Problem> {
    let topics: Vec<&str> = topics.iter().map(Topic::as_str).collect();
    let sql = format!("select {} from tide.read($1, $2, $3) m", log::message_columns());
    let params: [Param<'_>; 3] =
        [(&after, Type::INT8), (&max_events, Type::INT4), (&topics, Type::TEXT_ARRAY)];
    let rows = client(pool).await?.query_typed(&sql, &params).await;
    Ok(rows.map_err(|error| problem("read", &error))?.iter().map(log::read_event).collect())
}

/// The highest end of a tick at or before a sequence: no transaction is told by two ticks.
///
/// # Errors
/// The database's.
pub async fn end_of_tick(pool: &Pool, upto: i64) -> Result<Option<i64>, Problem> {
    const SQL: &str = "select max(t.last_sequence) from tide.ticks t where t.last_sequence <= $1";
    let row = client(pool).await?.query_typed_one(SQL, &[(&upto, Type::INT8)]).await;
    Ok(row.map_err(|error| problem("end_of_tick", &error))?.get(0))
}

/// A write on behalf of a user.
#[derive(Debug)]
pub struct Write<'a> {
    /// Who.
    pub user: Uuid,
    /// May write everything.
    pub is_admin: bool,
    /// As which kind of writer.
    pub source: Source,
    /// By which socket.
    pub session_id: &'a str,
    /// The client's name for it.
    pub correlation_id: Option<&'a str>,
    /// `task`, `subtask`, `branch`.
    pub entity: &'a str,
    /// `create`, `update`, `delete`.
    pub action: &'a str,
    /// The row, or what changes in it.
    pub primary: Map<String, Value>,
}

/// Where a new entity is put: the field that names its parent, and the parent's entity.
fn parent_of(entity: &str) -> Option<(&'static str, &'static str)> {
    match entity {
        "task" => Some(("git_branch_id", "branch")),
        "subtask" => Some(("task_id", "task")),
        "branch" => Some(("project_id", "project")),
        _ => None,
    }
}

/// Performs a write by its SQL verb (`work.update_task` …) in one transaction; answers with txid and id.
///
/// # Errors
/// `not_supported`, `not_found`, `forbidden`, or what the verb refused.
pub async fn write(pool: &Pool, mut write: Write<'_>) -> Result<(String, String), Problem> {
    let Some((parent_field, parent)) = parent_of(write.entity) else {
        return Err(
            Problem::new(422, "not_supported").with_detail("tasks, subtasks and branches can be written")
        );
    };
    // Known words only, so the verb's name is one of nine.
    let (verb, about, about_field) = match write.action {
        "create" => (format!("work.create_{}", write.entity), parent, parent_field),
        "update" => (format!("work.update_{}", write.entity), write.entity, "id"),
        "delete" => (format!("work.delete_{}", write.entity), write.entity, "id"),
        _ => return Err(Problem::new(422, "not_supported").with_detail("action is create, update or delete")),
    };
    let about_id = match write.primary.get(about_field).and_then(Value::as_str).map(Uuid::parse_str) {
        Some(Ok(id)) => id,
        Some(Err(_)) => return Err(Problem::new(400, "malformed_value").with_field(about_field)),
        None => return Err(Problem::new(422, "value_missing").with_field(about_field)),
    };
    write.primary.retain(|field, _| field != "asOf" && field != about_field);
    let mut client = client(pool).await?;
    let transaction = client.transaction().await.map_err(|error| problem("write", &error))?;
    check_right(&transaction, &write, about, about_id).await?;
    let data = Value::Object(write.primary);
    let id = (&about_id as &(dyn ToSql + Sync), Type::UUID);
    let row = if write.action == "delete" {
        let sql = format!("select {verb}($1), pg_current_xact_id()::text");
        transaction.query_typed_one(&sql, &[id]).await
    } else {
        let sql = format!("select {verb}($1, $2), pg_current_xact_id()::text");
        transaction.query_typed_one(&sql, &[id, (&data, Type::JSONB)]).await
    };
    let row = row.map_err(|error| problem("write", &error))?;
    transaction.commit().await.map_err(|error| problem("write", &error))?;
    let written: Option<Value> = row.get(0);
    let id = written.as_ref().and_then(|row| row.get("id")).and_then(Value::as_str);
    let id = id.ok_or_else(|| Problem::new(404, "not_found"))?.to_owned();
    Ok((row.get(1), id))
}

/// Attribution first, so that whatever the verb writes bears it; then the right to do so.
async fn check_right(
    transaction: &deadpool_postgres::Transaction<'_>,
    write: &Write<'_>,
    about: &str,
    about_id: Uuid,
) -> Result<(), Problem> {
    let actor = write.user.to_string();
    let source = write.source.as_str();
    let act_as = "select tide.act_as($1, $2, $3, $4)";
    let who: [Param<'_>; 4] = [
        (&source, Type::TEXT),
        (&actor, Type::TEXT),
        (&write.session_id, Type::TEXT),
        (&write.correlation_id, Type::TEXT),
    ];
    transaction.query_typed(act_as, &who).await.map_err(|error| problem("act_as", &error))?;
    if write.is_admin {
        return Ok(());
    }
    let acting = transaction.query_typed(BECOME, &[(&write.user, Type::UUID)]).await;
    acting.map_err(|error| problem("become", &error))?;
    let may = "select work.may($1, 'write', $2, $3)";
    let what: [Param<'_>; 3] = [(&write.user, Type::UUID), (&about, Type::TEXT), (&about_id, Type::UUID)];
    let row = transaction.query_typed_one(may, &what).await;
    match row.map_err(|error| problem("may", &error))?.get::<_, Option<bool>>(0) {
        Some(true) => Ok(()),
        Some(false) => Err(Problem::new(403, "forbidden")),
        None => Err(Problem::new(404, "not_found")),
    }
}
