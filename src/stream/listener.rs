//! The alarm clock: one dedicated connection that hears `tide_doorbell` and `tide_events` and wakes the feed.
//!
//! Invariant: nothing depends on it but latency. It proves itself by a notification on a channel of its own, at once
//! and then every few seconds; when that does not arrive the connection is dead (it is made anew, with jitter) or a
//! transaction pooler stands between (LISTEN seems to succeed there and nothing ever arrives; the log says so and
//! polling carries on). The notification is sent by a second connection, as a writer would: one that a connection
//! sends to itself comes back with its answer, through a pooler too.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::{AsyncMessage, Client, Connection, Notification, Socket};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::counters::Counters;
use crate::db::address::Address;
use crate::db::{pool, tls};

/// How long the notification may take.
const ROUND_TRIP: Duration = Duration::from_secs(5);
/// Longest distance of attempts to connect.
const LONGEST: Duration = Duration::from_secs(10);
/// Distance of attempts while a pooler seems to be in the way.
const DEAF_RETRY: Duration = Duration::from_secs(60);

/// What wakes the feed.
#[derive(Debug, Default)]
pub struct Alarm {
    /// Somebody committed.
    pub doorbell: Notify,
    /// Somebody ticked.
    pub ticked: Notify,
    /// The feed's own server process, whose ticks are no news.
    pub own_pid: AtomicI32,
}

/// Whether doorbells are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hearing {
    /// Not connected (yet, or any more).
    Away,
    /// Connected; the last notification arrived.
    Fine,
    /// Connected, but notifications do not arrive: a transaction pooler, most likely.
    Deaf,
}

/// The listener's task.
#[derive(Debug)]
pub struct Listener {
    /// Where to listen.
    pub address: Address,
    /// How often it proves itself.
    pub check: Duration,
    /// Whom it wakes.
    pub alarm: Arc<Alarm>,
    /// What others may know about it.
    pub hearing: watch::Sender<Hearing>,
    /// Where the time goes that a notification took.
    pub counters: Arc<Counters>,
}

impl Listener {
    /// Listens until told to stop; reconnects for ever.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut backoff = retries(LONGEST);
        loop {
            let ended = tokio::select! {
                () = shutdown.cancelled() => return,
                ended = self.listen() => ended,
            };
            let was = self.hearing.send_replace(if ended.is_deaf() { Hearing::Deaf } else { Hearing::Away });
            if was == Hearing::Fine {
                backoff = retries(LONGEST);
            }
            let wait = match &ended {
                Ended::Deaf => DEAF_RETRY,
                Ended::Lost(_) => backoff.next().unwrap_or(LONGEST),
            };
            self.report(&ended, was, wait);
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = sleep(wait) => {}
            }
        }
    }

    fn report(&self, ended: &Ended, was: Hearing, wait: Duration) {
        let retry_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        match ended {
            Ended::Deaf if was != Hearing::Deaf => tracing::warn!(
                retry_ms,
                "LISTEN succeeds but notifications do not arrive: a transaction pooler is in the way. Set \
                 LISTENER_DATABASE_URL to a direct address. Polling carries on"
            ),
            Ended::Lost(why) if was == Hearing::Fine => {
                tracing::warn!(error = %why, retry_ms, "The listening connection was lost. Polling carries on");
            }
            Ended::Deaf => tracing::debug!(retry_ms, "Notifications still do not arrive"),
            Ended::Lost(why) => {
                tracing::info!(error = %why, retry_ms, "Cannot listen yet. Polling carries on");
            }
        }
    }

    async fn listen(&self) -> Ended {
        let (client, connection) = match self.address.open().await {
            Ok(pair) => pair,
            Err(error) => return Ended::Lost(pool::chain(&error)),
        };
        let writer = match pool::connect(&self.address.clone().named("bell")).await {
            Ok(writer) => writer,
            Err(error) => return Ended::Lost(pool::chain(&error)),
        };
        let own_channel = format!("tide_listener_{}", Uuid::new_v4().simple());
        let heard = Arc::new(Notify::new());
        let hearing = hear(connection, self.alarm.clone(), own_channel.clone(), heard.clone());
        tokio::select! {
            why = hearing => Ended::Lost(why),
            ended = self.prove(&client, &writer, &own_channel, &heard) => ended,
        }
    }

    /// Listens, then lets `writer` notify it again and again; ends when a notification does not arrive.
    async fn prove(&self, client: &Client, writer: &Client, own_channel: &str, heard: &Notify) -> Ended {
        let listen = format!("listen tide_doorbell; listen tide_events; listen {own_channel}");
        if let Err(error) = client.batch_execute(&listen).await {
            return Ended::Lost(pool::chain(&error));
        }
        let notify = format!("notify {own_channel}");
        loop {
            let rung = Instant::now();
            match timeout(ROUND_TRIP, writer.batch_execute(&notify)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return Ended::Lost(pool::chain(&error)),
                Err(_) => return Ended::Lost("the server did not answer".to_owned()),
            }
            if timeout(ROUND_TRIP, heard.notified()).await.is_err() {
                return Ended::Deaf;
            }
            let micros = i64::try_from(rung.elapsed().as_micros()).unwrap_or(i64::MAX);
            self.counters.round_trip.set(micros);
            if self.hearing.send_replace(Hearing::Fine) != Hearing::Fine {
                tracing::debug!("Listening for the doorbell");
                // Whatever rang before this moment was not heard.
                self.alarm.doorbell.notify_one();
            }
            sleep(self.check).await;
        }
    }
}

#[derive(Debug)]
enum Ended {
    Lost(String),
    Deaf,
}

impl Ended {
    fn is_deaf(&self) -> bool {
        matches!(self, Self::Deaf)
    }
}

/// Drives the connection and wakes whoever a notification is for; answers with why it ended.
async fn hear(
    mut connection: Connection<Socket, tls::Stream>,
    alarm: Arc<Alarm>,
    own_channel: String,
    heard: Arc<Notify>,
) -> String {
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notification(note))) => wake(&note, &alarm, &own_channel, &heard),
            Some(Ok(_)) => {}
            Some(Err(error)) => return pool::chain(&error),
            None => return "the connection was closed".to_owned(),
        }
    }
}

fn wake(note: &Notification, alarm: &Alarm, own_channel: &str, heard: &Notify) {
    match note.channel() {
        "tide_doorbell" => alarm.doorbell.notify_one(),
        "tide_events" if note.process_id() != alarm.own_pid.load(Ordering::Relaxed) => {
            alarm.ticked.notify_one();
        }
        channel if channel == own_channel => heard.notify_one(),
        _ => {}
    }
}

/// 50 ms doubling to the longest, each with jitter that at most doubles it, for ever.
pub(super) fn retries(longest: Duration) -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(50))
        .with_max_delay(longest)
        .with_jitter()
        .without_max_times()
        .build()
}
