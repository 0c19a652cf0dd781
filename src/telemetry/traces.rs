//! Spans of requests and ticks, sent to a collector by OTLP over HTTP: `[telemetry] otlp_endpoint`, and the program built
//! with `--features otlp`.
//!
//! Invariant: nothing waits for the collector. Spans are gathered and sent by a thread of their own; when the collector
//! is away they are dropped.

use tracing::Subscriber;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::LookupSpan;

use crate::error::Failure;

/// Layers of the log that are told of spans.
pub(super) type Boxed<S> = Box<dyn Layer<S> + Send + Sync>;

/// What sends spans, until it is dropped.
#[derive(Debug, Default)]
pub struct Exporter {
    #[cfg(feature = "otlp")]
    provider: Option<opentelemetry_sdk::trace::SdkTracerProvider>,
}

/// A layer for this endpoint; none for no endpoint.
#[cfg(feature = "otlp")]
pub(super) fn start<S>(endpoint: &str) -> Result<(Option<Boxed<S>>, Exporter), Failure>
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
    use opentelemetry_sdk::Resource;
    use opentelemetry_sdk::trace::SdkTracerProvider;

    if endpoint.is_empty() {
        return Ok((None, Exporter::default()));
    }
    let address = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
    let exporter = SpanExporter::builder().with_http().with_endpoint(address).build().map_err(|error| {
        Failure::environment(
            format!("telemetry.otlp_endpoint cannot be used: {error}"),
            "it is the address of a collector, e.g. http://127.0.0.1:4318",
        )
    })?;
    let resource = Resource::builder().with_service_name("tidegate").build();
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("tidegate"));
    Ok((Some(Box::new(layer)), Exporter { provider: Some(provider) }))
}

/// This program cannot send spans: whoever wants it to is told so.
#[cfg(not(feature = "otlp"))]
pub(super) fn start<S>(endpoint: &str) -> Result<(Option<Boxed<S>>, Exporter), Failure>
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    if endpoint.is_empty() {
        return Ok((None, Exporter::default()));
    }
    Err(Failure::environment(
        "telemetry.otlp_endpoint is set, and this program was built without it",
        "build with `cargo build --release --features otlp`, or leave it empty",
    ))
}

#[cfg(feature = "otlp")]
impl Drop for Exporter {
    /// Sends what waits.
    fn drop(&mut self) {
        if let Some(provider) = self.provider.take()
            && let Err(error) = provider.shutdown()
        {
            tracing::debug!(%error, "Not all spans were sent");
        }
    }
}
