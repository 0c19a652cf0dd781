//! Tracing: where log lines go and what they look like, and where spans go ([`traces`]). Never a token, never a payload.

mod traces;

use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{FilterFn, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Config, LogFormat};
use crate::error::Failure;

pub use traces::Exporter;

/// In milliseconds; one for the process, as its log is.
static SLOW_MS: AtomicU64 = AtomicU64::new(100);

/// What takes this long is told in the log: `log.slow_ms`.
pub fn slow_call() -> Duration {
    Duration::from_millis(SLOW_MS.load(Ordering::Relaxed))
}

/// For a field of a log line.
pub fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Starts logging to standard error (standard output belongs to the commands). Spans are sent until the answer is
/// dropped.
///
/// # Errors
/// A filter that cannot be parsed; a collector that cannot be told anything.
pub fn start(config: &Config) -> Result<Exporter, Failure> {
    let (log, endpoint) = (&config.log, config.telemetry.otlp_endpoint.as_str());
    let filter = EnvFilter::try_new(&log.filter).map_err(|e| {
        Failure::environment(
            format!("log.filter {:?} cannot be read: {e}", log.filter),
            "use a level (info) or levels per module (info,tidegate::stream=debug)",
        )
    })?;
    SLOW_MS.store(log.slow_ms, Ordering::Relaxed);
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        // It would be told on standard error that standard error is broken, and panic.
        .log_internal_errors(false);
    // A second start (tests in one process) keeps the first one's settings.
    let exporter = match log.format {
        LogFormat::Text => {
            let (spans, exporter) = traces::start(endpoint)?;
            let _ = lines.with_target(false).finish().with(discretion()).with(spans).try_init();
            exporter
        }
        LogFormat::Json => {
            let (spans, exporter) = traces::start(endpoint)?;
            let _ = lines.json().flatten_event(true).finish().with(discretion()).with(spans).try_init();
            exporter
        }
    };
    Ok(exporter)
}

/// Whatever the filter says: who traces what goes over a socket repeats it, and a token may be in it.
fn discretion() -> FilterFn {
    filter_fn(|metadata| {
        !metadata.target().starts_with("tungstenite") || *metadata.level() < LevelFilter::TRACE
    })
}
