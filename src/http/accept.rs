//! The accept loop.
//!
//! Invariants: whoever connects and does not send a complete header in time is closed; at most so many connections are
//! open, further ones wait in the kernel's queue; on a shutdown no new one is accepted and the open requests are
//! finished. An upgraded socket keeps its place until it ends. An address with too many connections gets an answer that
//! says so, and whoever does not read for too long is closed.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::upgrade::Upgraded;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Layer;

use super::addresses::{Addresses, Seat};
use super::patience::Patient;
use super::visitor::too_many_of_address;

/// After an error of accept (no file descriptors left, for instance).
const BREATH: Duration = Duration::from_millis(50);

/// The limits.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Places for connections, shared by all listeners.
    pub places: Arc<Semaphore>,
    /// From the connection to the last byte of the header.
    pub header_timeout: Duration,
    /// How long the other side may leave what is written unread.
    pub write_timeout: Duration,
    /// How long open requests may take to finish after a shutdown.
    pub finish: Duration,
    /// Where clients connect directly: how many of one address.
    pub addresses: Option<Arc<Addresses>>,
}

/// What requests are read from, and what an upgrade takes over.
type Connection = TokioIo<Patient<TcpStream>>;

/// The connection itself, once it is upgraded, and what was read of it beyond the request.
pub fn bare(upgraded: Upgraded) -> Option<(TcpStream, Vec<u8>)> {
    let Ok(parts) = upgraded.downcast::<Connection>() else {
        tracing::error!("An upgraded connection is not what was accepted");
        return None;
    };
    // A copy of the little that there is: the buffer itself is 8 KiB, and the socket would keep it for good.
    Some((parts.io.into_inner().into_inner(), parts.read_buf.to_vec()))
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
            connections.spawn(serve(stream, place, router.clone(), limits.clone(), shutdown.clone()));
        }
    }
    drop(listener);
    connections.close();
    if timeout(limits.finish, connections.wait()).await.is_err() {
        tracing::warn!("Requests were still open at the end of the grace period");
    }
}

async fn next(listener: &TcpListener, limits: &Limits) -> Option<(TcpStream, Place)> {
    let held = limits.places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            let seat = limits.addresses.as_ref().map(|addresses| addresses.enter(peer.ip()));
            let is_one_too_many = matches!(seat, Some(None));
            let held = Arc::new((held, seat.flatten()));
            Some((stream, Place { peer: peer.ip(), is_one_too_many, _held: held }))
        }
        Err(error) => {
            tracing::warn!(%error, "A connection could not be accepted");
            sleep(BREATH).await;
            None
        }
    }
}

async fn serve(stream: TcpStream, place: Place, router: Router, limits: Limits, shutdown: CancellationToken) {
    // Frames are small and must not wait for more.
    let _ = stream.set_nodelay(true);
    let is_one_too_many = place.is_one_too_many;
    let router = if is_one_too_many { refusal() } else { router };
    // Around the router as a whole: a layer within it would be a copy of every route, for each connection.
    let service = TowerToHyperService::new(axum::Extension(place).layer(router));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .keep_alive(!is_one_too_many)
        .serve_connection(Connection::new(Patient::new(stream, limits.write_timeout)), service)
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

/// Whatever is asked: the address has as many connections as it may.
fn refusal() -> Router {
    Router::new().fallback(|| async { too_many_of_address() })
}

/// The place of a connection; whoever takes the connection over (an upgrade) keeps it.
#[derive(Debug, Clone)]
pub struct Place {
    /// The other side's address.
    pub peer: IpAddr,
    is_one_too_many: bool,
    _held: Arc<(OwnedSemaphorePermit, Option<Seat>)>,
}
