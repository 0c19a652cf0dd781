//! Where a server is, and on which terms it is connected to.
//!
//! Invariant: every connection is opened by an address, and an address is complete. What was demanded of one (TLS, a
//! server that takes writes) is demanded by the pool, the listener, the replicas and the commands alike.

use std::fmt;
use std::time::Duration;

use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::{Client, Connection, Socket};

use super::pool::chain;
use super::tls::{self, Tls, Wishes};
use crate::config::Database;
use crate::error::Failure;

/// A client, and the connection that somebody must drive for it.
pub type Opened = (Client, Connection<Socket, tls::Stream>);

/// A server, and how to come to it.
#[derive(Debug, Clone)]
pub struct Address {
    server: tokio_postgres::Config,
    tls: Tls,
}

impl Address {
    /// The address in `url` with our time limits: connect timeout, keepalives, a server that takes writes.
    /// `purpose` shows in `pg_stat_activity.application_name` as `tidegate <purpose>`.
    ///
    /// # Errors
    /// `url` cannot be parsed, or what it says of TLS cannot be done. The text of `url` is not repeated: it contains a
    /// password.
    pub fn read(database: &Database, url: &str, purpose: &str) -> Result<Self, Failure> {
        let mut wishes = Wishes::of(database);
        let mut server = parse(&wishes.take_from(url))?;
        wishes.hear(&server);
        name_numbers(&mut server);
        let tls = if is_this_machine(&server) { Tls::off() } else { Tls::new(&wishes)? };
        limit(&mut server, database);
        server
            .application_name(format!("tidegate {purpose}"))
            .target_session_attrs(TargetSessionAttrs::ReadWrite);
        if server.get_user().is_none()
            && let Ok(user) = std::env::var("USER")
        {
            server.user(user);
        }
        Ok(Self { server, tls })
    }

    /// The same for something else.
    #[must_use]
    pub fn named(mut self, purpose: &str) -> Self {
        self.server.application_name(format!("tidegate {purpose}"));
        self
    }

    /// The same where a standby will do, and must be there within this time.
    #[must_use]
    pub fn of_a_standby(mut self, patience: Duration) -> Self {
        self.server.target_session_attrs(TargetSessionAttrs::Any).connect_timeout(patience);
        self
    }

    /// The same with a limit for each statement, unless the address sets another one itself.
    #[must_use]
    pub fn limiting_statements(&self, patience: Duration) -> Self {
        let ours = format!("-c statement_timeout={}", patience.as_millis());
        let options = match self.server.get_options() {
            Some(theirs) => format!("{ours} {theirs}"),
            None => ours,
        };
        let mut limited = self.clone();
        limited.server.options(options);
        limited
    }

    /// Connects once.
    ///
    /// # Errors
    /// Whatever Postgres or the network says; of two attempts, what was said to the one with TLS.
    pub async fn open(&self) -> Result<Opened, tokio_postgres::Error> {
        let (first, second) = self.tls.attempts();
        match (self.attempt(first).await, second) {
            (Err(error), Some(second)) if tls::may_do_without(&error) => {
                let again = self.attempt(second).await;
                again.map_err(|other| if second == SslMode::Disable { error } else { other })
            }
            (outcome, _) => outcome,
        }
    }

    async fn attempt(&self, mode: SslMode) -> Result<Opened, tokio_postgres::Error> {
        let mut server = self.server.clone();
        server.ssl_mode(mode);
        // A handshake is large, and part of every future that may connect.
        Box::pin(server.connect(self.tls.connector())).await
    }
}

/// For people: host, port and database, never the password.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = match self.server.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            Some(Host::Unix(path)) => path.display().to_string(),
            None => "localhost".to_owned(),
        };
        let port = self.server.get_ports().first().copied().unwrap_or(5432);
        let name = self.server.get_dbname().or(self.server.get_user()).unwrap_or("postgres");
        write!(f, "{host}:{port}/{name}")
    }
}

fn parse(url: &str) -> Result<tokio_postgres::Config, Failure> {
    url.parse().map_err(|e: tokio_postgres::Error| {
        Failure::environment(
            format!("the database address cannot be read: {}", chain(&e)),
            "it looks like postgres://user:password@host:5432/dbname",
        )
    })
}

/// A number without a name is the name that a certificate must have.
fn name_numbers(server: &mut tokio_postgres::Config) {
    if server.get_hosts().is_empty() {
        for number in server.get_hostaddrs().to_vec() {
            server.host(number.to_string());
        }
    }
}

/// Whoever is behind a socket's path is on this machine, and Postgres has no TLS there.
fn is_this_machine(server: &tokio_postgres::Config) -> bool {
    server.get_hosts().iter().all(|host| matches!(host, Host::Unix(_)))
}

fn limit(server: &mut tokio_postgres::Config, database: &Database) {
    let seconds = Duration::from_secs;
    let idle = seconds(database.keepalive_idle_seconds);
    let interval = seconds(database.keepalive_interval_seconds);
    server
        .connect_timeout(Duration::from_millis(database.connect_timeout_ms))
        .keepalives(true)
        .keepalives_idle(idle)
        .keepalives_interval(interval)
        .keepalives_retries(database.keepalive_retries)
        .tcp_user_timeout(idle + interval * database.keepalive_retries);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn read(url: &str) -> Result<Address, Failure> {
        Address::read(&Config::defaults().database, url, "test")
    }

    #[test]
    fn an_address_that_cannot_be_read_is_refused_without_repeating_it() {
        let failure = read("postgres://u:hush@h:port/d").unwrap_err();
        assert!(!failure.to_string().contains("hush"), "{failure}");
    }

    #[test]
    fn an_address_is_described_without_its_password() {
        let address = read("postgres://u:hush@db.example.com:6432/shop?sslmode=require").unwrap();
        assert_eq!(address.to_string(), "db.example.com:6432/shop");
        assert!(!format!("{address:?}").contains("hush"));
    }

    #[test]
    fn the_users_own_options_win_over_our_statement_timeout() {
        let address = read("postgres://h/d?options=-c%20statement_timeout%3D1").unwrap();
        let limited = address.limiting_statements(Duration::from_secs(15));
        assert_eq!(limited.server.get_options(), Some("-c statement_timeout=15000 -c statement_timeout=1"));
    }

    #[test]
    fn a_socket_of_this_machine_never_has_tls_and_a_number_is_a_name() {
        let socket = read("postgres:///d?host=%2Frun%2Fpostgresql&sslmode=verify-full").unwrap();
        assert_eq!(socket.tls.attempts(), (SslMode::Disable, None));
        let numbered = read("postgres:///d?hostaddr=127.0.0.1&sslmode=require").unwrap();
        assert_eq!(numbered.tls.attempts(), (SslMode::Require, None));
        assert_eq!(numbered.server.get_hosts(), [Host::Tcp("127.0.0.1".to_owned())]);
    }
}
