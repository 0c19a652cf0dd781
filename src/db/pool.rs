//! Connections: the pool for requests, and single ones for the listener, the ticker and the commands.
//!
//! Invariant: a connection carries no session state. Whatever a request needs is `set local` in its transaction, so
//! that a connection may be shared, recycled, or sit behind a transaction pooler. The statement timeout is given when
//! connecting; a pooler that refuses start-up options leaves it to the server. Statements of requests are unnamed
//! (`query_typed`): named ones belong to a server process, and behind a pooler the next one is another's.
//!
//! A pooled connection never listens: the listener has its own, which it opens by its [`Address`].

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use deadpool_postgres::{Connect, Manager, ManagerConfig, RecyclingMethod, Runtime};
use futures::future::BoxFuture;
use tokio::task::JoinHandle;
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::{AsyncMessage, Client};

use super::address::Address;
use super::tls;
use crate::config::Config;
use crate::error::Failure;

/// The pool of connections for requests.
pub type Pool = deadpool_postgres::Pool;

/// Opens the pool. Connects to nothing yet: the first request does.
///
/// # Errors
/// No address, or one that cannot be parsed.
pub fn open(config: &Config) -> Result<Pool, Failure> {
    let database = &config.database;
    let patience = Patience {
        place: Duration::from_millis(database.pool_wait_ms),
        connecting: Duration::from_millis(database.connect_timeout_ms),
        statement: Duration::from_millis(database.statement_timeout_ms),
    };
    let address = Address::read(database, config.database_url()?, "requests")?;
    open_at(address, database.pool_size, &patience)
}

/// How long a pool waits.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a connection that is free.
    pub place: Duration,
    /// For a new one.
    pub connecting: Duration,
    /// For the answer to a statement.
    pub statement: Duration,
}

/// A pool of so many connections to `address`.
///
/// # Errors
/// Settings that contradict each other.
pub fn open_at(address: Address, size: usize, patience: &Patience) -> Result<Pool, Failure> {
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let dial = Dial { limited: address.limiting_statements(patience.statement), plain: address };
    // The manager has no address of its own: it would know of no TLS.
    Pool::builder(Manager::from_connect(tokio_postgres::Config::new(), dial, recycling))
        .max_size(size)
        .wait_timeout(Some(patience.place))
        .create_timeout(Some(patience.connecting))
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|e| Failure::environment(format!("the pool cannot be built: {e}"), "check [database]"))
}

/// How the pool connects.
#[derive(Debug)]
struct Dial {
    limited: Address,
    plain: Address,
}

impl Connect for Dial {
    fn connect(&self, _: &tokio_postgres::Config) -> BoxFuture<'_, Result<Dialled, tokio_postgres::Error>> {
        Box::pin(async move {
            match connect_and_carry(&self.limited).await {
                Err(error) if refuses_options(&error) => connect_and_carry(&self.plain).await,
                other => other,
            }
        })
    }
}

/// What poolers say to start-up options.
fn refuses_options(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|refusal| refusal.message().contains("startup parameter"))
}

/// Connects once. The connection's task ends with the client.
///
/// # Errors
/// Whatever Postgres or the network says; [`Failure::from`] turns it into a sentence.
pub async fn connect(address: &Address) -> Result<Client, tokio_postgres::Error> {
    connect_and_carry(address).await.map(|(client, _)| client)
}

/// A client, and the task that carries its messages.
type Dialled = (Client, JoinHandle<()>);

async fn connect_and_carry(address: &Address) -> Result<Dialled, tokio_postgres::Error> {
    let (client, mut connection) = address.open().await?;
    let carrier = tokio::spawn(async move {
        while let Some(message) = std::future::poll_fn(|context| connection.poll_message(context)).await {
            match message {
                Ok(AsyncMessage::Notice(notice)) => tell(&notice),
                Ok(_) => {}
                Err(error) => return tracing::debug!(error = %error, "a database connection ended"),
            }
        }
    });
    Ok((client, carrier))
}

/// What a function of ours remarks is for the person at the keyboard; Postgres' own remarks are not.
fn tell(notice: &DbError) {
    let hint = notice.hint().unwrap_or_default();
    if notice.routine() == Some("exec_stmt_raise") {
        tracing::info!("{} {hint}", notice.message());
    } else {
        tracing::debug!("{}", notice.message());
    }
}

/// Connects, waiting up to `seconds` for a server that is not there yet. What waiting cannot mend (a wrong password,
/// no such database, a standby, a certificate that proves nothing) is told at once.
///
/// # Errors
/// As [`connect`], with where it tried.
pub async fn wait_for(address: &Address, seconds: u64) -> Result<Client, Failure> {
    let patience = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(Duration::from_secs(1))
        .without_max_times()
        .with_total_delay(Some(Duration::from_secs(seconds)));
    let mut told = false;
    let attempt = || connect(address);
    let outcome = attempt.retry(patience).when(is_not_there_yet).notify(|error, _| {
        if !std::mem::replace(&mut told, true) {
            tracing::info!("waiting up to {seconds} s for the database at {address}: {}", chain(error));
        }
    });
    outcome.await.map_err(|error| Failure::from(error).at(&address.to_string()))
}

fn is_not_there_yet(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        Some(code) => [SqlState::CANNOT_CONNECT_NOW, SqlState::TOO_MANY_CONNECTIONS].contains(code),
        None => !is_standby(error) && tls::refusal(error).is_none(),
    }
}

/// The server answered, and takes no writes.
pub(crate) fn is_standby(error: &tokio_postgres::Error) -> bool {
    chain(error).contains("database does not allow writes")
}

/// Connects once to the configured database, for a command.
///
/// # Errors
/// No database is configured, or it cannot be reached.
pub async fn connect_for(config: &Config, purpose: &str) -> Result<Client, Failure> {
    let address = Address::read(&config.database, config.database_url()?, purpose)?;
    connect(&address).await.map_err(|error| Failure::from(error).at(&address.to_string()))
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !line.contains(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        cause = inner.source();
    }
    line
}
