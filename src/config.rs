//! The configuration: `tidegate.default.toml`, a file, the environment; later ones win.
//!
//! Invariant: parsing has no side effects. [`Config::load`] gets the environment as a parameter, opens nothing but
//! the file it is told to, and says in one sentence which key is wrong. Every key exists in the embedded default
//! file, which is therefore both the reference documentation and the list of what may be set: the type of a default
//! decides how an environment variable's text is read.

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::path::Path;

use serde::Deserialize;
use toml::{Table, Value};

use layers::{overlay_environment, overlay_file};

mod layers;

/// The embedded defaults, every key commented.
pub const DEFAULTS: &str = include_str!("../tidegate.default.toml");

/// Shorter secrets can be guessed offline from one token.
pub const MIN_SECRET_BYTES: usize = 32;
/// Thirty-two random bytes as hex have about thirteen.
const MIN_DIFFERENT: usize = 8;

/// Everything that can be set. `tidegate.default.toml` explains each key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `[database]`
    pub database: Database,
    /// `[http]`
    pub http: Http,
    /// `[auth]`
    pub auth: Auth,
    /// `[websocket]`
    pub websocket: WebSocket,
    /// `[stream]`
    pub stream: Stream,
    /// `[cache]`
    pub cache: Cache,
    /// `[webhooks]`
    pub webhooks: Webhooks,
    /// `[features]`
    pub features: Features,
    /// `[log]`
    pub log: Log,
    /// `[telemetry]`
    pub telemetry: Telemetry,
}

/// Where Postgres is and how patient we are with it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "tidegate.default.toml documents every key")]
pub struct Database {
    pub url: Secret,
    pub listener_url: Secret,
    pub replica_urls: Vec<Secret>,
    pub sslmode: String,
    pub sslrootcert: String,
    pub sslcert: String,
    pub sslkey: String,
    pub pool_size: usize,
    pub pool_wait_ms: u64,
    pub connect_timeout_ms: u64,
    pub statement_timeout_ms: u64,
    pub wait_seconds: u64,
    pub keepalive_idle_seconds: u64,
    pub keepalive_interval_seconds: u64,
    pub keepalive_retries: u32,
}

/// The listening side and its limits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "tidegate.default.toml documents every key")]
pub struct Http {
    pub listen: SocketAddr,
    pub websocket_port: u16,
    pub allowed_origins: Vec<String>,
    pub max_connections: usize,
    pub max_connections_per_address: usize,
    pub open_metrics: bool,
    pub header_timeout_ms: u64,
    pub request_timeout_ms: u64,
    pub max_body_bytes: usize,
    pub unready_seconds: u64,
    pub drain_seconds: u64,
    pub trust_forwarded_for: bool,
    pub bulk_requests: u32,
    pub bulk_window_seconds: u64,
}

/// Credentials.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "tidegate.default.toml documents every key")]
pub struct Auth {
    pub jwt_secret: Secret,
    pub jwt_key_file: String,
    pub jwt_issuer: String,
    pub jwt_audience: String,
    pub leeway_seconds: u64,
    pub ticket_seconds: u64,
}

/// One socket's manners.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "tidegate.default.toml documents every key")]
pub struct WebSocket {
    pub heartbeat_interval: u64,
    pub connection_timeout: u64,
    pub max_connections: usize,
    pub max_connections_per_user: usize,
    pub auth_timeout: u64,
    pub max_message_bytes: usize,
    pub messages_per_second: u32,
    pub message_burst: u32,
    pub max_topics: usize,
    pub queue_bytes: usize,
}

/// The pace of the stream and what is kept of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "tidegate.default.toml documents every key")]
pub struct Stream {
    pub tick_interval_ms: u64,
    pub look_again_ms: u64,
    pub look_again_max_ms: u64,
    pub idle_interval_ms: u64,
    pub listener_check_seconds: u64,
    pub replay_bytes: usize,
}

/// Answers that are kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "tidegate.default.toml documents every key")]
pub struct Cache {
    pub enabled: bool,
    pub max_bytes: u64,
    pub ttl_seconds: u64,
    pub warm_seconds: u64,
    pub warm_keys: usize,
    pub shared: bool,
}

/// Deliveries by HTTP.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "tidegate.default.toml documents every key")]
pub struct Webhooks {
    pub deliver: bool,
    pub allowed_networks: Vec<String>,
    pub timeout_seconds: u64,
}

/// Switches with the names that older deployments use.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "tidegate.default.toml documents every key")]
pub struct Features {
    pub bulk_api: bool,
    pub ws_cascade: bool,
    pub ai_batch: bool,
}

/// What is logged and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "tidegate.default.toml documents every key")]
pub struct Log {
    pub filter: String,
    pub format: LogFormat,
    pub slow_ms: u64,
}

/// Where spans are sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "tidegate.default.toml documents every key")]
pub struct Telemetry {
    pub otlp_endpoint: String,
}

/// Text for people, JSON for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum LogFormat {
    Text,
    Json,
}

/// A text that no log line and no error may show.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Nothing was set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "(not set)" } else { "(set)" })
    }
}

/// Why the configuration cannot be used. Each sentence names the key as the user wrote it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[allow(missing_docs, reason = "the sentences say it")]
pub enum ConfigError {
    #[error("the configuration file {path} cannot be read: {reason}")]
    Unreadable { path: String, reason: String },
    #[error("{origin} is not valid TOML: {reason}")]
    Syntax { origin: String, reason: String },
    #[error("{origin}: there is no setting {key}")]
    UnknownKey { origin: String, key: String },
    #[error("{key} must be {expected}, not {found:?}")]
    WrongType { key: String, expected: &'static str, found: String },
    #[error("{0}")]
    Invalid(String),
    #[error("no database is configured")]
    NoDatabase,
    #[error("no token secret is configured")]
    NoSecret,
    #[error("auth.jwt_key_file {path} cannot be used: {reason}")]
    KeyFile { path: String, reason: String },
    #[error("the token secret is too short: {bytes} bytes, at least {MIN_SECRET_BYTES} are needed")]
    ShortSecret { bytes: usize },
    #[error("the token secret can be guessed: it has only {different} different characters")]
    DullSecret { different: usize },
}

impl Config {
    /// Reads defaults, then `file`, then `environment`.
    ///
    /// # Errors
    /// A file that cannot be read or parsed, a key that does not exist, a value of the wrong type, values that
    /// contradict each other.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut table: Table = DEFAULTS.parse().expect("a unit test parses the embedded defaults");
        if let Some(path) = file {
            overlay_file(&mut table, path)?;
        }
        overlay_environment(&mut table, environment)?;
        let config: Self = Value::Table(table).try_into().map_err(|e: toml::de::Error| invalid(&e))?;
        config.check()?;
        Ok(config)
    }

    /// The defaults alone, e.g. for tests and for `tidegate dev` to fill in.
    pub fn defaults() -> Self {
        Self::load(None, []).expect("a unit test parses the embedded defaults")
    }

    /// The database's address.
    ///
    /// # Errors
    /// [`ConfigError::NoDatabase`] when none is set.
    pub fn database_url(&self) -> Result<&str, ConfigError> {
        non_empty(&self.database.url).ok_or(ConfigError::NoDatabase)
    }

    /// The address for LISTEN: `listener_url`, or the database's own.
    ///
    /// # Errors
    /// [`ConfigError::NoDatabase`] when neither is set.
    pub fn listener_url(&self) -> Result<&str, ConfigError> {
        non_empty(&self.database.listener_url).map_or_else(|| self.database_url(), Ok)
    }

    /// The token secret, refused when it is missing, short, or a row of x.
    ///
    /// # Errors
    /// [`ConfigError::NoSecret`], [`ConfigError::ShortSecret`], [`ConfigError::DullSecret`].
    pub fn jwt_secret(&self) -> Result<&str, ConfigError> {
        let secret = non_empty(&self.auth.jwt_secret).ok_or(ConfigError::NoSecret)?;
        if secret.len() < MIN_SECRET_BYTES {
            return Err(ConfigError::ShortSecret { bytes: secret.len() });
        }
        let different = secret.bytes().collect::<BTreeSet<_>>().len();
        if different < MIN_DIFFERENT {
            return Err(ConfigError::DullSecret { different });
        }
        Ok(secret)
    }

    /// The file with the public keys of whoever else signs tokens.
    pub fn jwt_key_file(&self) -> Option<&Path> {
        (!self.auth.jwt_key_file.is_empty()).then(|| Path::new(&self.auth.jwt_key_file))
    }

    fn check(&self) -> Result<(), ConfigError> {
        let refuse = |sentence: &str| Err(ConfigError::Invalid(sentence.to_owned()));
        if self.websocket.heartbeat_interval == 0 {
            return refuse("websocket.heartbeat_interval must be at least 1 second");
        }
        if self.websocket.connection_timeout <= self.websocket.heartbeat_interval {
            return refuse("websocket.connection_timeout must be longer than websocket.heartbeat_interval");
        }
        if self.websocket.messages_per_second == 0 || self.websocket.message_burst == 0 {
            return refuse("websocket.messages_per_second and websocket.message_burst must be more than 0");
        }
        if self.http.max_connections_per_address == 0 {
            return refuse("http.max_connections_per_address must be at least 1");
        }
        if self.auth.leeway_seconds > 5 {
            return refuse("auth.leeway_seconds must be at most 5");
        }
        if self.database.pool_size == 0 {
            return refuse("database.pool_size must be at least 1");
        }
        // What is kept is compared with the log, so the log must reach further back.
        if self.cache.ttl_seconds > 3600 {
            return refuse("cache.ttl_seconds must be at most 3600");
        }
        if self.stream.look_again_ms == 0 || self.stream.look_again_max_ms < self.stream.look_again_ms {
            return refuse("stream.look_again_ms must be at least 1 and at most stream.look_again_max_ms");
        }
        Ok(())
    }
}

fn non_empty(secret: &Secret) -> Option<&str> {
    (!secret.is_empty()).then(|| secret.expose())
}

fn invalid(error: &toml::de::Error) -> ConfigError {
    ConfigError::Invalid(error.to_string().trim().replace('\n', "; "))
}

#[cfg(test)]
mod tests;
