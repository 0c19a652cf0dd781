//! On whose behalf a request speaks to Postgres.
//!
//! Every question and every transaction of a request begins here, as the person who asks (`work.become`): should a
//! function forget to ask for a right, the policies of the tables still hold (`docs/adr/0013-a-second-wall.md`).
//!
//! Invariant: a transaction says who writes before it writes anything.

use std::net::IpAddr;
use std::time::Duration;

use deadpool_postgres::Timeouts;
use postgres_types::{ToSql, Type};
use tokio_postgres::Row;
use uuid::Uuid;

use super::pool::{self, Pool};
use super::problem::Problem;
use super::stopwatch;
use crate::stream::event::Source;
use crate::stream::log;
use crate::stream::position::Position;

/// How long one who listens waits for a connection.
const IN_LINE: Duration = Duration::from_secs(20);

/// A parameter with its type: statements of requests are unnamed, see [`super::pool`].
pub type Param<'p> = (&'p (dyn ToSql + Sync), Type);

/// Who asks or writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The user.
    pub user_id: Uuid,
    /// May see and do everything.
    pub is_admin: bool,
    /// `user`, `mcp-ai` or `system`: what the credential allows, never just what a client says.
    pub source: Source,
    /// By which socket, if by one.
    pub session_id: Option<String>,
    /// The client's name for what it does.
    pub correlation_id: Option<String>,
    /// From where, as far as it is known.
    pub address: Option<IpAddr>,
}

impl Caller {
    /// Whose rights count; `None` is whoever may do everything, in every SQL function that takes a user.
    pub fn subject(&self) -> Option<Uuid> {
        (!self.is_admin).then_some(self.user_id)
    }
}

/// Acts for a user until the end of the transaction; for whoever may do everything (null) nothing changes.
const BECOME: &str = "select work.become($1) where $1 is not null";

/// One statement that reads, as a user (`None`: who may see everything).
///
/// # Errors
/// What the statement refused, or the database's.
pub async fn ask(
    pool: &Pool,
    subject: Option<Uuid>,
    sql: &'static str,
    params: &[Param<'_>],
) -> Result<Row, Problem> {
    ask_on(&connection(pool).await?, subject, sql, params).await
}

/// The same on a connection that is there.
///
/// # Errors
/// What the statement refused, or the database's.
pub async fn ask_on(
    client: &deadpool_postgres::Object,
    subject: Option<Uuid>,
    sql: &'static str,
    params: &[Param<'_>],
) -> Result<Row, Problem> {
    let acting: [Param<'_>; 1] = [(&subject, Type::UUID)];
    // All of it is on its way with the first poll, the end of the transaction too: nobody can leave it open.
    let answers = async {
        futures::join!(
            client.batch_execute("begin"),
            client.query_typed(BECOME, &acting),
            client.query_typed_one(sql, params),
            client.batch_execute("commit"),
        )
    };
    let (begun, became, row, ended) = stopwatch::timed(sql, answers).await;
    let row = begun.and(became.map(|_| ())).and(row).and_then(|row| ended.map(|()| row));
    row.map_err(|error| problem(sql, &error))
}

/// One snapshot, in which nothing is written: all of it may be asked of a standby.
const BEGIN_SNAPSHOT: &str = "begin isolation level repeatable read read only";

/// The same on a connection that is there, with where the log stands in the snapshot of the answer; there is no position
/// before the first tick ever.
///
/// # Errors
/// What the statement refused, or the database's.
pub async fn ask_at(
    client: &deadpool_postgres::Object,
    subject: Option<Uuid>,
    sql: &'static str,
    params: &[Param<'_>],
) -> Result<(Row, Option<Position>), tokio_postgres::Error> {
    let acting: [Param<'_>; 1] = [(&subject, Type::UUID)];
    let answers = async {
        futures::join!(
            client.batch_execute(BEGIN_SNAPSHOT),
            client.query_typed_one(log::POSITION, &[]),
            client.query_typed(BECOME, &acting),
            client.query_typed_one(sql, params),
            client.batch_execute("commit"),
        )
    };
    let (begun, position, became, row, ended) = stopwatch::timed(sql, answers).await;
    begun?;
    let position = position?;
    became?;
    let row = row?;
    ended?;
    let epoch: Option<Uuid> = position.get(0);
    Ok((row, epoch.map(|epoch| Position { epoch, sequence: position.get(1) })))
}

/// A transaction of a caller's, as themselves; rolled back unless it is committed.
///
/// # Errors
/// The database's.
pub async fn begin<'c>(
    client: &'c mut deadpool_postgres::Object,
    caller: &Caller,
) -> Result<deadpool_postgres::Transaction<'c>, Problem> {
    const ACT_AS: &str =
        "select tide.act_as($1, $2, $3, $4), set_config('tide.client_address', coalesce($5, ''), true)";
    let transaction = client.transaction().await.map_err(|error| problem("begin", &error))?;
    let (source, actor) = (caller.source.as_str(), caller.user_id.to_string());
    let address = caller.address.map(|address| address.to_string());
    let who: [Param<'_>; 5] = [
        (&source, Type::TEXT),
        (&actor, Type::TEXT),
        (&caller.session_id, Type::TEXT),
        (&caller.correlation_id, Type::TEXT),
        (&address, Type::TEXT),
    ];
    transaction.query_typed(ACT_AS, &who).await.map_err(|error| problem(ACT_AS, &error))?;
    let acting: [Param<'_>; 1] = [(&caller.subject(), Type::UUID)];
    transaction.query_typed(BECOME, &acting).await.map_err(|error| problem(BECOME, &error))?;
    Ok(transaction)
}

/// A connection for a request.
///
/// # Errors
/// `database_unavailable` when there is none in time.
pub async fn connection(pool: &Pool) -> Result<deadpool_postgres::Object, Problem> {
    connection_within(pool, pool.timeouts()).await
}

/// The same for who listens. After a restart everyone comes back at once and waits in line for the database: longer
/// than a request would.
///
/// # Errors
/// `database_unavailable` when there is none in time.
pub async fn patient_connection(pool: &Pool) -> Result<deadpool_postgres::Object, Problem> {
    let timeouts = Timeouts { wait: Some(IN_LINE), ..pool.timeouts() };
    connection_within(pool, timeouts).await
}

async fn connection_within(pool: &Pool, timeouts: Timeouts) -> Result<deadpool_postgres::Object, Problem> {
    pool.timeout_get(&timeouts).await.map_err(|error| {
        tracing::warn!(error = %pool::chain(&error), "No database connection for a request");
        Problem::from(&error)
    })
}

/// What an error means to the caller; logged if it is ours or the database's.
pub fn problem(during: &str, error: &tokio_postgres::Error) -> Problem {
    let problem = Problem::from(error);
    if problem.is_internal() {
        tracing::error!(error = %pool::chain(error), during, "A question to the database failed");
    }
    problem
}
