//! Connections: the pool for requests, and single ones for the listener, the ticker and the commands.
//!
//! Invariant: a connection carries no session state. Whatever a request needs is `set local` in its transaction, so
//! that a connection may be shared, recycled, or sit behind a transaction pooler. The statement timeout is given when
//! connecting; a pooler that refuses start-up options leaves it to the server. Statements of requests are unnamed
//! (`query_typed`): named ones belong to a server process, and behind a pooler the next one is another's.
//!
//! A pooled connection never listens: the listener has its own, through [`connect`] or through
//! [`address`] and its own loop.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use deadpool_postgres::{Connect, Manager, ManagerConfig, RecyclingMethod, Runtime};
use futures::future::BoxFuture;
use tokio::task::JoinHandle;
use tokio_postgres::config::{SslMode, TargetSessionAttrs};
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::{AsyncMessage, Client, NoTls};

use crate::config::{Config, Database};
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
    open_at(address(database, config.database_url()?, "requests")?, database.pool_size, &patience)
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
pub fn open_at(address: tokio_postgres::Config, size: usize, patience: &Patience) -> Result<Pool, Failure> {
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let dial = Dial { statement_timeout_ms: patience.statement.as_millis() };
    Pool::builder(Manager::from_connect(address, dial, recycling))
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
    statement_timeout_ms: u128,
}

impl Connect for Dial {
    fn connect(
        &self,
        address: &tokio_postgres::Config,
    ) -> BoxFuture<'_, Result<Dialled, tokio_postgres::Error>> {
        let (plain, mut limited) = (address.clone(), address.clone());
        limit_statements(&mut limited, self.statement_timeout_ms);
        Box::pin(async move {
            match connect_and_carry(&limited).await {
                Err(error) if refuses_options(&error) => connect_and_carry(&plain).await,
                other => other,
            }
        })
    }
}

/// What poolers say to start-up options.
fn refuses_options(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|refusal| refusal.message().contains("startup parameter"))
}

/// The address in `url` with our time limits: connect timeout, keepalives, a server that takes writes.
/// `purpose` shows in `pg_stat_activity.application_name` as `tidegate <purpose>`.
///
/// # Errors
/// `url` cannot be parsed. The text of `url` is not repeated: it contains a password.
pub fn address(database: &Database, url: &str, purpose: &str) -> Result<tokio_postgres::Config, Failure> {
    let mut address: tokio_postgres::Config = url.parse().map_err(|e: tokio_postgres::Error| {
        Failure::environment(
            format!("the database address cannot be read: {}", chain(&e)),
            "it looks like postgres://user:password@host:5432/dbname",
        )
    })?;
    if address.get_ssl_mode() == SslMode::Require {
        return Err(Failure::environment(
            "sslmode=require: this program does not speak TLS to Postgres yet",
            "connect through a socket, a private network or a local TLS proxy, without sslmode=require",
        ));
    }
    let seconds = Duration::from_secs;
    let idle = seconds(database.keepalive_idle_seconds);
    let interval = seconds(database.keepalive_interval_seconds);
    address
        .application_name(format!("tidegate {purpose}"))
        .connect_timeout(Duration::from_millis(database.connect_timeout_ms))
        .keepalives(true)
        .keepalives_idle(idle)
        .keepalives_interval(interval)
        .keepalives_retries(database.keepalive_retries)
        .tcp_user_timeout(idle + interval * database.keepalive_retries)
        .target_session_attrs(TargetSessionAttrs::ReadWrite);
    if address.get_user().is_none()
        && let Ok(user) = std::env::var("USER")
    {
        address.user(user);
    }
    Ok(address)
}

/// Connects once. The connection's task ends with the client.
///
/// # Errors
/// Whatever Postgres or the network says; [`Failure::from`] turns it into a sentence.
pub async fn connect(address: &tokio_postgres::Config) -> Result<Client, tokio_postgres::Error> {
    connect_and_carry(address).await.map(|(client, _)| client)
}

/// A client, and the task that carries its messages.
type Dialled = (Client, JoinHandle<()>);

async fn connect_and_carry(address: &tokio_postgres::Config) -> Result<Dialled, tokio_postgres::Error> {
    let (client, mut connection) = address.connect(NoTls).await?;
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
/// no such database, a standby) is told at once.
///
/// # Errors
/// As [`connect`], with where it tried.
pub async fn wait_for(address: &tokio_postgres::Config, seconds: u64) -> Result<Client, Failure> {
    let patience = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(Duration::from_secs(1))
        .without_max_times()
        .with_total_delay(Some(Duration::from_secs(seconds)));
    let mut told = false;
    let attempt = || connect(address);
    let outcome = attempt.retry(patience).when(is_not_there_yet).notify(|error, _| {
        if !std::mem::replace(&mut told, true) {
            let place = describe(address);
            tracing::info!("waiting up to {seconds} s for the database at {place}: {}", chain(error));
        }
    });
    outcome.await.map_err(|error| Failure::from(error).at(&describe(address)))
}

fn is_not_there_yet(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        Some(code) => [SqlState::CANNOT_CONNECT_NOW, SqlState::TOO_MANY_CONNECTIONS].contains(code),
        None => !is_standby(error),
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
    let address = address(&config.database, config.database_url()?, purpose)?;
    connect(&address).await.map_err(|error| Failure::from(error).at(&describe(&address)))
}

/// Where `address` points, for people: host, port and database, never the password.
pub fn describe(address: &tokio_postgres::Config) -> String {
    use tokio_postgres::config::Host;
    let host = match address.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        Some(Host::Unix(path)) => path.display().to_string(),
        None => "localhost".to_owned(),
    };
    let port = address.get_ports().first().copied().unwrap_or(5432);
    let name = address.get_dbname().or(address.get_user()).unwrap_or("postgres");
    format!("{host}:{port}/{name}")
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

fn limit_statements(address: &mut tokio_postgres::Config, milliseconds: u128) {
    let ours = format!("-c statement_timeout={milliseconds}");
    let options = match address.get_options() {
        Some(theirs) => format!("{ours} {theirs}"),
        None => ours,
    };
    address.options(options);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configured(url: &str) -> Config {
        Config::load(None, [("DATABASE_URL".to_owned(), url.to_owned())]).unwrap()
    }

    #[test]
    fn an_address_that_cannot_be_read_is_refused_without_repeating_it() {
        let config = configured("postgres://u:hush@h:port/d");
        let failure = open(&config).unwrap_err();
        assert!(!failure.to_string().contains("hush"), "{failure}");
    }

    #[test]
    fn a_demand_for_tls_is_refused_and_never_ignored() {
        let failure = open(&configured("postgres://h/d?sslmode=require")).unwrap_err();
        assert!(failure.what().contains("TLS"), "{failure}");
    }

    #[test]
    fn an_address_is_described_without_its_password() {
        let config = configured("postgres://u:hush@db.example.com:6432/shop");
        let address = address(&config.database, config.database_url().unwrap(), "test").unwrap();
        assert_eq!(describe(&address), "db.example.com:6432/shop");
    }

    #[test]
    fn the_users_own_options_win_over_our_statement_timeout() {
        let config = configured("postgres://h/d?options=-c%20statement_timeout%3D1");
        let mut address = address(&config.database, config.database_url().unwrap(), "test").unwrap();
        limit_statements(&mut address, 15_000);
        assert_eq!(address.get_options(), Some("-c statement_timeout=15000 -c statement_timeout=1"));
    }
}
