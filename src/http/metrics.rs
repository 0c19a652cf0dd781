//! `/metrics`, in Prometheus' text format.

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::response::IntoResponse;

use super::Shared;
use super::visitor::Visitor;
use crate::auth::Principal;
use crate::db::problem::Problem;
use crate::gateway::protocol::Goodbye;
use crate::stream::counters::Histogram;
use crate::stream::feed::Health;
use crate::stream::listener::Hearing;

/// How fast a counter grows: measured between two looks at it that lie some time apart.
#[derive(Debug)]
pub struct Rate(Mutex<(Instant, u64, f64)>);

impl Default for Rate {
    fn default() -> Self {
        Self(Mutex::new((Instant::now(), 0, 0.0)))
    }
}

impl Rate {
    #[allow(clippy::cast_precision_loss, reason = "a figure for people")]
    /// So many each second; the same until a second has passed since the last look.
    pub fn per_second(&self, count: u64) -> f64 {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, before, rate) = *last;
        let elapsed = at.elapsed();
        if elapsed < Duration::from_secs(1) {
            return rate;
        }
        let rate = count.saturating_sub(before) as f64 / elapsed.as_secs_f64();
        *last = (Instant::now(), count, rate);
        rate
    }
}

/// `GET /metrics`: for this machine and for administrators, unless everybody may.
///
/// # Errors
/// `forbidden`, or what is wrong with the credential.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "service",
    responses((status = 200, description = "Figures, in Prometheus' text format", body = String), (status = 403, description = "Not for you"))
)]
pub async fn show(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    who: Result<Principal, Problem>,
) -> Result<impl IntoResponse, Problem> {
    if !visitor.is_local && !shared.visitors.open_metrics && !who?.is_admin {
        return Err(Problem::new(403, "forbidden").with_detail("figures are shown to administrators"));
    }
    Ok(([("content-type", "text/plain; version=0.0.4; charset=utf-8")], render(&shared)))
}

fn render(shared: &Shared) -> String {
    let mut page = Page::default();
    stream(&mut page, shared);
    ticks(&mut page, shared);
    requests(&mut page, shared);
    sockets(&mut page, shared);
    cache(&mut page, shared);
    webhooks(&mut page, shared);
    page.0
}

fn stream(page: &mut Page, shared: &Shared) {
    let figures = &shared.counters;
    page.counter("tide_ticks_total", "Ticks made by this node", figures.ticks.get());
    page.counter("tide_events_total", "Events passed on by this node", figures.events.get());
    page.gauge("tide_backlog_events", "Events committed and not yet told", figures.backlog.get());
    page.gauge(
        "tide_notify_queue_usage",
        "Share of the server's notification queue in use",
        ratio(u64::try_from(figures.notify_queue.get()).unwrap_or(0), 1_000_000),
    );
    page.counter("tide_messages_total", "Messages made of events", figures.messages.get());
    page.gauge(
        "tide_feed_healthy",
        "1 while the log is followed",
        i32::from(*shared.health.borrow() == Health::Fine),
    );
    let hears = i32::from(*shared.hearing.borrow() == Hearing::Fine);
    page.gauge("tide_listener_healthy", "1 while the doorbell is heard; 0: polling", hears);
    page.gauge(
        "tide_listener_round_trip_seconds",
        "How long the listener's last notification to itself took",
        ratio(u64::try_from(figures.round_trip.get()).unwrap_or(0), 1_000_000),
    );
    page.gauge(
        "ai_batch_efficiency",
        "AI events per message they left in",
        ratio(figures.ai_events.get(), figures.ai_batches.get()),
    );
}

fn ticks(page: &mut Page, shared: &Shared) {
    let figures = &shared.counters;
    page.histogram("tide_tick_seconds", "How long ticks take in the database", &figures.tick);
    page.histogram(
        "materialized_view_refresh_time",
        "Seconds of a tick that went into adding its events to the stored summaries",
        &figures.fold,
    );
    page.histogram(
        "cascade_calculation_time",
        "Seconds of a tick that went into what its changes moved upstream",
        &figures.cascade,
    );
    const UPDATE: &str = "From the start of a person's transaction to handing its events to the sockets";
    page.histogram("tide_commit_to_send_seconds", UPDATE, &figures.commit_to_send);
    let same = format!("{UPDATE}, in seconds: tide_commit_to_send_seconds by another name");
    page.histogram("user_update_latency", &same, &figures.commit_to_send);
}

fn requests(page: &mut Page, shared: &Shared) {
    let figures = &shared.traffic;
    page.counter("http_requests_total", "Requests of the API that were answered", figures.requests.get());
    page.counter(
        "http_request_errors_total",
        "Those of them that failed by our fault or the database's (5xx)",
        figures.errors.get(),
    );
    page.counter(
        "http_slow_requests_total",
        "Those of them that took longer than log.slow_ms",
        figures.slow.get(),
    );
    page.histogram("http_request_seconds", "How long requests of the API take", &figures.latency);
    page.histogram(
        "api_bulk_endpoint_latency",
        "How long POST /api/v2/branches/summaries/bulk takes, in seconds",
        &figures.bulk,
    );
    reads(page, shared);
    let pool = shared.gateway.pool.status();
    page.gauge("database_pool_connections", "Pooled connections to the database", pool.size);
    page.gauge("database_pool_max_connections", "As many as there may be", pool.max_size);
    page.gauge("database_pool_waiting", "Requests that wait for a pooled connection", pool.waiting);
}

fn reads(page: &mut Page, shared: &Shared) {
    let reads = &shared.databases.reads;
    let primary = reads.primary.get() + shared.cache.figures.tables.get();
    page.head("database_reads_total", "Reads of the API that a database answered, by which one", "counter");
    for (from, count) in [("primary", primary), ("replica", reads.replica.get())] {
        let _ = writeln!(page.0, "database_reads_total{{from=\"{from}\"}} {count}");
    }
}

fn sockets(page: &mut Page, shared: &Shared) {
    let figures = &shared.gateway.counters;
    page.counter("websocket_connections_total", "Sockets opened", figures.connections_ever.get());
    page.gauge("websocket_connections", "Sockets open now", figures.connections.get());
    page.gauge("sse_connections", "Event streams open now", figures.streams.get());
    page.gauge("poll_connections", "Long polls waiting now", figures.polls.get());
    page.counter("websocket_messages_total", "Messages sent to sockets", figures.sent.get());
    page.counter(
        "websocket_messages_received_total",
        "Messages received from sockets",
        figures.received.get(),
    );
    let rate = shared.rate.per_second(figures.sent.get());
    page.gauge("websocket_messages_per_second", "Messages sent to sockets, since the last look", rate);
    page.counter(
        "websocket_slow_closes_total",
        "Sockets closed with 4409",
        figures.closes(Goodbye::TooSlow.code()),
    );
    page.head("websocket_closes_total", "Sockets closed by this side, by close code", "counter");
    for code in Goodbye::codes() {
        let _ = writeln!(page.0, "websocket_closes_total{{code=\"{code}\"}} {}", figures.closes(code));
    }
}

fn cache(page: &mut Page, shared: &Shared) {
    let figures = &shared.cache.figures;
    let levels = [("memory", &figures.memory), ("shared", &figures.shared), ("tables", &figures.tables)];
    let [memory, shelf, tables] = levels.map(|(_, counter)| counter.get());
    let hits = memory + shelf;
    page.gauge("cache_hit_ratio", "Answers that were kept, of all that may be", ratio(hits, hits + tables));
    page.head("cache_answers_total", "Answers that may be kept, by where they came from", "counter");
    for (level, counter) in levels {
        let _ = writeln!(page.0, "cache_answers_total{{level=\"{level}\"}} {}", counter.get());
    }
    page.counter("cache_warmed_total", "Answers made again before somebody asked", figures.warmed.get());
    let (entries, bytes) = shared.cache.size();
    page.gauge("cache_entries", "Answers kept in memory", entries);
    page.gauge("cache_bytes", "What they occupy, roughly", bytes);
    page.histogram(
        "cache_check_seconds",
        "How long Postgres takes to say what was committed since the last check",
        &shared.cache.freshness.took,
    );
}

fn webhooks(page: &mut Page, shared: &Shared) {
    let figures = shared.monitor.figures();
    let (taken, failed) = (figures.taken.get(), figures.failed.get());
    page.counter("webhook_attempts_total", "Requests to webhooks' endpoints by this node", taken + failed);
    page.counter("webhook_deliveries_total", "Those of them that were taken (2xx)", taken);
    page.counter("webhook_failures_total", "Those of them that failed", failed);
    page.histogram("webhook_attempt_seconds", "How long endpoints take to answer", &figures.duration);
    page.gauge("webhook_pending_deliveries", "Deliveries that wait, of all nodes", figures.pending.get());
    page.gauge("webhook_dead_letters", "Dead letters that are kept, of all nodes", figures.dead.get());
    page.gauge(
        "webhook_lag_events",
        "Events by which the slowest active webhook's queue is behind the log",
        figures.behind.get(),
    );
    let oldest = ratio(u64::try_from(figures.oldest_ms.get()).unwrap_or(0), 1000);
    page.gauge("webhook_lag_seconds", "For how long the oldest delivery waits", oldest);
}

#[allow(clippy::cast_precision_loss, reason = "a figure for people")]
fn ratio(of: u64, to: u64) -> f64 {
    if to == 0 { 0.0 } else { of as f64 / to as f64 }
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, help: &str, kind: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, help, "counter");
        let _ = writeln!(self.0, "{name} {value}");
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, help, "gauge");
        let _ = writeln!(self.0, "{name} {value}");
    }

    fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram) {
        self.head(name, help, "histogram");
        let (buckets, count, sum) = histogram.read();
        for (bound, below) in buckets {
            let _ = writeln!(self.0, "{name}_bucket{{le=\"{bound}\"}} {below}");
        }
        let _ =
            writeln!(self.0, "{name}_bucket{{le=\"+Inf\"}} {count}\n{name}_sum {sum}\n{name}_count {count}");
    }
}
