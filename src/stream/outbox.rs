//! What waits for one connection. Bounded in bytes.
//!
//! A tick may bring more than the limit at once, and that is not the reader's fault: being over the limit is forgiven
//! for [`GRACE`], being over it [`BURST`] times is not. Then the content is dropped and it says [`Ended`] for good:
//! the socket closes with 4409 and the client resumes from its position. Nobody else waits: putting in never blocks.
//! What waits is shared with the other connections and with the recent messages, so it costs a pointer, not a copy.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::{Duration, Instant};

use super::message::Message;

/// How long a reader may be over the limit.
const GRACE: Duration = Duration::from_secs(1);
/// How many times the limit it may never exceed.
const BURST: usize = 64;

/// A queue that a burst has made longer than this is not kept.
const KEPT: usize = 64;

/// What the stream tells a connection.
#[derive(Debug, Clone)]
pub enum Item {
    /// Something happened on a topic.
    Message(Arc<Message>),
    /// Positions have become meaningless (another epoch, or the log was lost): take a new snapshot.
    Resync,
}

/// Why nothing more will come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The reader was too slow.
    Overflow,
    /// Somebody closed it.
    Closed,
}

/// The queue.
#[derive(Debug)]
pub struct Outbox {
    limit: usize,
    queue: Mutex<Queue>,
    ring: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Item>,
    bytes: usize,
    over_since: Option<Instant>,
    ended: Option<Ended>,
}

impl Outbox {
    /// Empty, for `limit` bytes (a single larger message still fits when nothing else waits).
    pub fn new(limit: usize) -> Self {
        Self { limit, queue: Mutex::default(), ring: Notify::new() }
    }

    /// Puts something in.
    pub fn push(&self, item: Item) {
        let mut queue = self.lock();
        if queue.ended.is_some() {
            return;
        }
        let after = queue.bytes + weight(&item);
        let is_over = queue.bytes > 0 && after > self.limit;
        let too_long = is_over && queue.over_since.is_some_and(|since| since.elapsed() > GRACE);
        if too_long || (is_over && after > self.limit.saturating_mul(BURST)) {
            queue.end(Ended::Overflow);
        } else {
            if is_over && queue.over_since.is_none() {
                queue.over_since = Some(Instant::now());
            }
            queue.bytes = after;
            queue.items.push_back(item);
        }
        drop(queue);
        self.ring.notify_one();
    }

    /// Waits until there is something and takes the first; the rest keeps counting against the limit.
    ///
    /// # Errors
    /// [`Ended`], for good.
    pub async fn next(&self) -> Result<Item, Ended> {
        loop {
            if let Some(item) = self.take()? {
                return Ok(item);
            }
            self.ring.notified().await;
        }
    }

    /// The first thing, if there is one.
    ///
    /// # Errors
    /// [`Ended`], for good.
    pub fn take(&self) -> Result<Option<Item>, Ended> {
        let mut queue = self.lock();
        if let Some(ended) = queue.ended {
            return Err(ended);
        }
        let item = queue.items.pop_front();
        queue.bytes -= item.as_ref().map_or(0, weight);
        if queue.bytes <= self.limit {
            queue.over_since = None;
        }
        if queue.items.is_empty() && queue.items.capacity() > KEPT {
            queue.items = VecDeque::new();
        }
        Ok(item)
    }

    /// Waits until nothing more will come out.
    pub async fn ended(&self) -> Ended {
        loop {
            if let Some(ended) = self.lock().ended {
                return ended;
            }
            self.ring.notified().await;
        }
    }

    /// Drops what waits, and takes nothing more.
    pub fn close(&self) {
        self.lock().end(Ended::Closed);
        self.ring.notify_one();
    }

    /// Nothing waits.
    pub fn is_empty(&self) -> bool {
        self.lock().items.is_empty()
    }

    /// The lowest sequence of anything that waits, or the highest there can be; `None`: sequences are about to mean
    /// something else.
    pub fn first(&self) -> Option<i64> {
        self.lock().items.iter().try_fold(i64::MAX, |lowest, item| match item {
            Item::Message(message) => Some(lowest.min(message.first)),
            Item::Resync => None,
        })
    }

    /// How much waits.
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn end(&mut self, why: Ended) {
        if self.ended.is_none() {
            *self = Self { ended: Some(why), ..Self::default() };
        }
    }
}

fn weight(item: &Item) -> usize {
    match item {
        Item::Message(message) => message.size(),
        Item::Resync => 64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(outbox: &Outbox, items: usize) {
        (0..items).for_each(|_| outbox.push(Item::Resync));
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_stays_behind_loses_everything_and_is_told() {
        let outbox = Outbox::new(100);
        fill(&outbox, 3);
        tokio::time::advance(GRACE * 2).await;
        outbox.push(Item::Resync);
        assert_eq!(outbox.ended().await, Ended::Overflow);
        assert_eq!(outbox.take().map(|_| ()), Err(Ended::Overflow));
        outbox.push(Item::Resync);
        assert!(outbox.next().await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_forgiven_to_a_reader_that_catches_up_but_not_any_burst() {
        let outbox = Outbox::new(100);
        fill(&outbox, 20);
        for _ in 0..19 {
            assert!(outbox.next().await.is_ok());
        }
        tokio::time::advance(GRACE * 2).await;
        fill(&outbox, 3);
        assert!(outbox.next().await.is_ok());
        fill(&outbox, 2 * BURST);
        assert!(outbox.next().await.is_err());
    }

    #[tokio::test]
    async fn one_large_message_fits_an_empty_outbox() {
        let outbox = Outbox::new(1);
        outbox.push(Item::Resync);
        assert!(outbox.next().await.is_ok());
    }
}
