//! The accept loop.
//!
//! Invariants: whoever connects and does not send a complete header in time is closed; at most so many connections are
//! open, further ones wait in the kernel's queue; on a shutdown no new one is accepted and the open requests are
//! finished. An upgraded socket keeps its place until it ends.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long open requests may take to finish after a shutdown.
const FINISH: Duration = Duration::from_secs(5);
/// After an error of accept (no file descriptors left, for instance).
const BREATH: Duration = Duration::from_millis(50);

/// The limits.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Places for connections, shared by all listeners.
    pub places: Arc<Semaphore>,
    /// From the connection to the last byte of the header.
    pub header_timeout: Duration,
}

/// Accepts until told to stop, then lets requests finish.
pub async fn run(listener: TcpListener, router: Router, limits: Limits, shutdown: CancellationToken) {
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = next(&listener, &limits) => accepted,
        };
        if let Some((stream, place)) = accepted {
            connections.spawn(serve(stream, place, router.clone(), limits.header_timeout, shutdown.clone()));
        }
    }
    drop(listener);
    connections.close();
    if timeout(FINISH, connections.wait()).await.is_err() {
        tracing::warn!("Requests were still open at the end of the grace period");
    }
}

async fn next(listener: &TcpListener, limits: &Limits) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let place = limits.places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, place)),
        Err(error) => {
            tracing::warn!(%error, "A connection could not be accepted");
            sleep(BREATH).await;
            None
        }
    }
}

async fn serve(
    stream: TcpStream,
    place: OwnedSemaphorePermit,
    router: Router,
    header_timeout: Duration,
    shutdown: CancellationToken,
) {
    // Frames are small and must not wait for more.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router.layer(axum::Extension(Place { _held: Arc::new(place) })));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "A connection ended early");
    }
}

/// The place of a connection; whoever takes the connection over (an upgrade) keeps it.
#[derive(Debug, Clone)]
pub struct Place {
    _held: Arc<OwnedSemaphorePermit>,
}
