//! Tracing: where log lines go and what they look like. Never a token, never a payload.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};
use crate::error::Failure;

/// Starts logging to standard error (standard output belongs to the commands).
///
/// # Errors
/// A filter that cannot be parsed.
pub fn start(log: &Log) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&log.filter).map_err(|e| {
        Failure::environment(
            format!("log.filter {:?} cannot be read: {e}", log.filter),
            "use a level (info) or levels per module (info,tidegate::stream=debug)",
        )
    })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // A second start (tests in one process) keeps the first one's settings.
    let _ = match log.format {
        LogFormat::Text => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    Ok(())
}
