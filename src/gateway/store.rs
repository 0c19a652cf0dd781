//! The SQL functions that the gateway asks. Each function here bears its SQL function's name and is one call, with an
//! unnamed statement: see [`crate::db::pool`]. What a client writes goes through [`crate::work`].

use postgres_types::Type;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::db::pool::Pool;
use crate::db::problem::Problem;
use crate::db::session::{self, Param, patient_connection as client, problem};
use crate::stream::event::{Event, Topic};
use crate::stream::log::{self, JsonText};

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
    const SQL: &str = "select t from unnest($2) t where tide.can_subscribe($1, t)";
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
    let JsonText(text) =
        session::ask_on(&client(pool).await?, user, "select work.sync($1, $2)", &params).await?.get(0);
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
