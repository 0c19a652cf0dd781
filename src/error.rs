//! What a command answers when it cannot do what it was asked: one line what, one line what to do.
//!
//! The command line's error type; HTTP has [`crate::db::problem::Problem`]. Both learn what Postgres meant in
//! [`crate::db::problem`].

use std::fmt;
use std::process::ExitCode;

use crate::config::ConfigError;

/// A command's failure. Printed as two lines; carries the exit status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    what: String,
    remedy: String,
    status: Status,
}

/// Exit statuses of the contract (0 is success).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// 1: the thing asked about is not so.
    NotSo,
    /// 2: usage or environment.
    Environment,
}

impl Failure {
    /// The thing asked about is not so: exit status 1.
    pub fn not_so(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into(), status: Status::NotSo }
    }

    /// Usage or environment: exit status 2.
    pub fn environment(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into(), status: Status::Environment }
    }

    /// The database is older than this program, or was never migrated.
    pub fn old_schema() -> Self {
        Self::environment("the database's schema is missing or not this program's", "run `tidegate migrate`")
    }

    /// No answer from the database for so many seconds.
    pub fn silent_database(seconds: u64) -> Self {
        Self::environment(
            format!("the database did not answer within {seconds} s"),
            "check DATABASE_URL and that Postgres runs; database.wait_seconds sets how long to wait",
        )
    }

    /// The same, saying where.
    #[must_use]
    pub fn at(mut self, place: &str) -> Self {
        self.what = format!("{place}: {}", self.what);
        self
    }

    /// What happened.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do about it.
    pub fn remedy(&self) -> &str {
        &self.remedy
    }

    /// Which of the exit statuses.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The same for the operating system.
    pub fn exit_code(&self) -> ExitCode {
        match self.status {
            Status::NotSo => ExitCode::from(1),
            Status::Environment => ExitCode::from(2),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}\n  {}", self.what, self.remedy)
    }
}

impl std::error::Error for Failure {}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let remedy = match &error {
            ConfigError::NoDatabase => {
                "set DATABASE_URL=postgres://user:password@host:5432/dbname, or run `tidegate dev` for a private one"
            }
            ConfigError::NoSecret | ConfigError::ShortSecret { .. } | ConfigError::DullSecret { .. } => {
                "set TIDEGATE_JWT_SECRET, e.g. to the output of `openssl rand -base64 48`"
            }
            ConfigError::KeyFile { .. } => "name a JWKS, or a PEM file with an RSA or Ed25519 public key",
            ConfigError::Unreadable { .. } => "check the path given to --config and its permissions",
            _ => "tidegate.default.toml explains every setting",
        };
        Self::environment(error.to_string(), remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_prints_what_happened_and_what_to_do() {
        let failure = Failure::from(ConfigError::NoDatabase);
        let lines: Vec<String> = failure.to_string().lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0], "error: no database is configured");
        assert!(lines[1].contains("DATABASE_URL"));
        assert_eq!(failure.status(), Status::Environment);
    }
}
