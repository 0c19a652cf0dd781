//! Many clients at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::client::{self, Beginning, Hall, Place, Seat};
use super::figures::Micros;
use super::ledger::Diary;
use crate::error::Failure;

/// How long nothing may happen before we stop waiting for it.
const PATIENCE: Duration = Duration::from_secs(30);
const GLANCE: Duration = Duration::from_millis(20);

/// Clients that listen until they are dismissed.
pub(super) struct Crowd {
    clients: JoinSet<(Diary, Place)>,
    stop: CancellationToken,
    heard: Arc<AtomicUsize>,
    /// How long each took to be ready.
    pub(super) ready: Vec<Micros>,
}

impl Crowd {
    /// Lets the clients in, at most so many unready ones at a time, and waits until all are ready.
    pub(super) async fn gather(
        guests: Vec<(Seat, Beginning)>,
        clock: Instant,
        at_once: usize,
        drops_one: Option<usize>,
    ) -> Result<Self, Failure> {
        let (stop, heard) = (CancellationToken::new(), Arc::<AtomicUsize>::default());
        let all = guests.len();
        let (ready, mut arrivals) = mpsc::channel(all.max(1));
        let hall = Hall { clock, stop: stop.clone(), heard: heard.clone(), ready, drops_one };
        let mut crowd = Self { clients: JoinSet::new(), stop, heard, ready: Vec::with_capacity(all) };
        let mut waiting = guests.into_iter();
        for (seat, beginning) in waiting.by_ref().take(at_once) {
            crowd.clients.spawn(client::attend(seat, beginning, hall.clone()));
        }
        while crowd.ready.len() < all {
            let arrival = timeout(PATIENCE, arrivals.recv()).await.ok().flatten();
            let Some((number, took)) = arrival else { return Err(crowd.stuck(all)) };
            crowd.ready.push(took.map_err(|reason| lost(number, &reason))?);
            if let Some((seat, beginning)) = waiting.next() {
                crowd.clients.spawn(client::attend(seat, beginning, hall.clone()));
            }
        }
        Ok(crowd)
    }

    /// Waits until so much was heard, or nothing has been for a while.
    pub(super) async fn has_heard(&self, expected: usize) {
        let (mut known, mut since) = (0, Instant::now());
        loop {
            let heard = self.heard.load(Ordering::Relaxed);
            if heard != known {
                (known, since) = (heard, Instant::now());
            }
            if heard >= expected || since.elapsed() > PATIENCE / 6 {
                return;
            }
            sleep(GLANCE).await;
        }
    }

    /// Ends all of them.
    pub(super) async fn dismiss(mut self) -> Vec<(Diary, Place)> {
        self.stop.cancel();
        let mut diaries = Vec::with_capacity(self.clients.len());
        while let Some(ended) = self.clients.join_next().await {
            diaries.extend(ended);
        }
        diaries
    }

    fn stuck(&self, all: usize) -> Failure {
        let seconds = PATIENCE.as_secs();
        Failure::not_so(
            format!("{} of {all} clients were ready when nothing happened for {seconds} s", self.ready.len()),
            "look at the service's log; try fewer --connections",
        )
    }
}

fn lost(number: usize, reason: &str) -> Failure {
    Failure::not_so(
        format!("client {number} was not let in: {reason}"),
        "look at the service's log and its limits for connections",
    )
}
