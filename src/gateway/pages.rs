//! Pages of the log, read together for everyone who missed something.
//!
//! When a node ends, all its clients come back at once. Those of one topic have missed the same: the first of them reads
//! it, and the others wait for that. Those of other topics missed something of the same stretch: whose turn it is to
//! read reads for others that wait too, since to go through the log once costs most.
//!
//! Invariants:
//! - a page is what the log says: it is shared only between equal ranges of one epoch, and the log does not change;
//! - at most [`READS`] readings go on at a time, so that the database has time for others, and for the arrival of those
//!   who will share them;
//! - who gives up while reading leaves what it took to the next who waits;
//! - a page that somebody waited for is kept for [`LINGER`]: the next to ask are on their way.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, SetOnce};
use tokio::time::sleep;
use uuid::Uuid;

use super::replay::NotRecovered;
use crate::stream::event::Topic;
use crate::stream::message::Message;

/// Readings that go on at the same time.
const READS: usize = 2;
/// Ranges that one reading is for.
const TOGETHER: usize = 8;
/// How long a page is kept that more than one has asked for.
const LINGER: Duration = Duration::from_secs(1);

/// What was missed: events of these topics after one sequence and up to another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "said above")]
pub struct Range {
    pub epoch: Uuid,
    pub topics: Vec<Topic>,
    pub after: i64,
    pub upto: i64,
}

impl Range {
    /// The order of the topics is of no importance.
    pub fn new<'t>(epoch: Uuid, topics: impl Iterator<Item = &'t Topic>, after: i64, upto: i64) -> Self {
        let mut topics: Vec<Topic> = topics.cloned().collect();
        topics.sort_unstable();
        Self { epoch, topics, after, upto }
    }

    /// Whether one way through the log is good for both: at least half of it is of use to each.
    fn goes_with(&self, other: &Self) -> bool {
        let both = self.upto.min(other.upto) - self.after.max(other.after);
        let either = self.upto.max(other.upto) - self.after.min(other.after);
        self.epoch == other.epoch && 2 * both >= either
    }
}

/// Messages in order.
#[derive(Debug)]
pub struct Page {
    /// As they would have been had nobody gathered anything.
    pub messages: Vec<Arc<Message>>,
    /// There is more after this position.
    pub ends_at: Option<i64>,
}

/// What a reading found.
pub type Read = Result<Page, NotRecovered>;

/// One page, for all who wait for it.
#[derive(Debug)]
struct Reading {
    range: Range,
    page: SetOnce<Result<Arc<Page>, NotRecovered>>,
}

/// The pages that somebody waits for, or has just waited for.
#[derive(Debug)]
pub struct Pages {
    known: Mutex<Known>,
    reads: Semaphore,
    given_up: Notify,
}

#[derive(Debug, Default)]
struct Known {
    readings: HashMap<Range, Weak<Reading>>,
    /// Nobody reads these yet.
    waiting: VecDeque<Weak<Reading>>,
}

impl Default for Pages {
    fn default() -> Self {
        Self { known: Mutex::default(), reads: Semaphore::new(READS), given_up: Notify::new() }
    }
}

impl Pages {
    /// The page of a range, by `read` unless somebody else is at it. `read` is asked for the pages of several ranges,
    /// this one among them, and answers in their order.
    ///
    /// # Errors
    /// What `read` answered, to all who waited for it.
    pub async fn page<R: Future<Output = Vec<Read>>>(
        &self,
        range: &Range,
        read: impl Fn(Vec<Range>) -> R,
    ) -> Result<Arc<Page>, NotRecovered> {
        let reading = self.reading(range);
        loop {
            let given_up = self.given_up.notified();
            tokio::select! {
                biased;
                page = reading.page.wait() => return page.clone(),
                () = self.read_in_turn(&reading, &read) => {}
            }
            tokio::select! {
                biased;
                page = reading.page.wait() => return page.clone(),
                () = given_up => {}
            }
        }
    }

    /// Waits for a turn, and reads unless somebody else is at it by then.
    async fn read_in_turn<R: Future<Output = Vec<Read>>>(
        &self,
        reading: &Arc<Reading>,
        read: &impl Fn(Vec<Range>) -> R,
    ) {
        let _turn = self.reads.acquire().await.expect("never closed");
        let taken = Taken { pages: self, readings: self.take(reading) };
        if taken.readings.is_empty() {
            return;
        }
        let ranges: Vec<Range> = taken.readings.iter().map(|reading| reading.range.clone()).collect();
        for (reading, page) in taken.readings.iter().zip(read(ranges).await) {
            if page.is_ok() && Arc::strong_count(reading) > 1 {
                linger(reading.clone());
            }
            let _ = reading.page.set(page.map(Arc::new));
        }
    }

    fn reading(&self, range: &Range) -> Arc<Reading> {
        let mut known = self.lock();
        if let Some(reading) = known.readings.get(range).and_then(Weak::upgrade) {
            return reading;
        }
        known.readings.retain(|_, reading| reading.strong_count() > 0);
        let reading = Arc::new(Reading { range: range.clone(), page: SetOnce::new() });
        known.readings.insert(range.clone(), Arc::downgrade(&reading));
        known.waiting.push_back(Arc::downgrade(&reading));
        reading
    }

    /// What is to be read with `ours`, itself first; nothing if somebody else is reading it.
    fn take(&self, ours: &Arc<Reading>) -> Vec<Arc<Reading>> {
        let mut known = self.lock();
        let Some(at) = known.waiting.iter().position(|waiting| waiting.as_ptr() == Arc::as_ptr(ours)) else {
            return vec![];
        };
        known.waiting.remove(at);
        let mut taken = vec![ours.clone()];
        known.waiting.retain(|waiting| {
            let Some(reading) = waiting.upgrade() else { return false };
            let goes = taken.len() < TOGETHER && reading.range.goes_with(&ours.range);
            if goes {
                taken.push(reading);
            }
            !goes
        });
        taken
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one reader reads; what it leaves unread, somebody else may.
struct Taken<'p> {
    pages: &'p Pages,
    readings: Vec<Arc<Reading>>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let unread = self.readings.iter().filter(|reading| reading.page.get().is_none());
        let unread: Vec<_> = unread.map(Arc::downgrade).collect();
        if !unread.is_empty() {
            self.pages.lock().waiting.extend(unread);
            self.pages.given_up.notify_waiters();
        }
    }
}

fn linger(reading: Arc<Reading>) {
    tokio::spawn(async move {
        sleep(LINGER).await;
        drop(reading);
    });
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::task::yield_now;

    use super::*;

    /// What was missed of one topic after a sequence.
    fn range_of(topic: &str, after: i64) -> Range {
        Range::new(Uuid::nil(), [topic.into()].iter(), after, 100)
    }

    fn range(after: i64) -> Range {
        range_of("p:1", after)
    }

    fn nothing(ranges: &[Range]) -> Vec<Read> {
        ranges.iter().map(|_| Ok(Page { messages: vec![], ends_at: None })).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn who_missed_the_same_shares_one_reading_and_so_do_those_who_come_a_little_later() {
        let (pages, reads, here) = (Pages::default(), AtomicUsize::new(0), range(1));
        let ask = async || {
            let read = async |ranges: Vec<Range>| {
                reads.fetch_add(1, Ordering::Relaxed);
                yield_now().await;
                nothing(&ranges)
            };
            pages.page(&here, read).await
        };
        let together = futures::future::join_all((0..20).map(|_| ask())).await;
        assert!(
            together.iter().all(|page| Arc::ptr_eq(page.as_ref().unwrap(), together[0].as_ref().unwrap()))
        );
        ask().await.unwrap();
        assert_eq!(reads.load(Ordering::Relaxed), 1);
        sleep(2 * LINGER).await;
        ask().await.unwrap();
        assert_eq!(reads.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn who_gives_up_while_reading_leaves_it_to_the_next() {
        let (pages, here) = (Pages::default(), range(1));
        let mut never = Box::pin(pages.page(&here, async |_| std::future::pending().await));
        let mut next = Box::pin(pages.page(&here, async |ranges: Vec<Range>| nothing(&ranges)));
        assert!(futures::poll!(&mut never).is_pending() && futures::poll!(&mut next).is_pending());
        drop(never);
        assert!(next.await.is_ok());
    }

    #[tokio::test]
    async fn a_refusal_is_for_all_who_waited_and_not_for_those_who_come_later() {
        let (pages, here) = (Pages::default(), range(1));
        let too_far = NotRecovered::Because("too_far_behind");
        let refused = async |ranges: Vec<Range>| {
            yield_now().await;
            ranges.iter().map(|_| Err(too_far.clone())).collect()
        };
        let read = async |ranges: Vec<Range>| nothing(&ranges);
        let (first, second) = futures::join!(pages.page(&here, refused), pages.page(&here, read));
        assert_eq!((first.unwrap_err(), second.unwrap_err()), (too_far.clone(), too_far.clone()));
        assert!(pages.page(&here, read).await.is_ok());
    }

    /// Asks for many ranges at once; answers with how many readings it took and the most that went on at a time.
    async fn read_all(ranges: Vec<Range>) -> (usize, usize) {
        let (pages, reading, most, reads) =
            (Pages::default(), AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let read = async |ranges: Vec<Range>| {
            reads.fetch_add(1, Ordering::Relaxed);
            most.fetch_max(1 + reading.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
            assert!(ranges.iter().all(|range| range.goes_with(&ranges[0])));
            yield_now().await;
            reading.fetch_sub(1, Ordering::Relaxed);
            nothing(&ranges)
        };
        let asked = ranges.iter().map(|range| pages.page(range, read));
        futures::future::join_all(asked).await.into_iter().for_each(|page| assert!(page.is_ok()));
        (reads.into_inner(), most.into_inner())
    }

    #[tokio::test]
    async fn few_are_read_at_a_time_and_neighbours_together() {
        let topics = (0..40).map(|topic| range_of(&format!("p:{topic}"), topic % 3)).collect();
        let (reads, most) = read_all(topics).await;
        // The first two find nobody else waiting.
        assert!(reads <= 2 + 40_usize.div_ceil(TOGETHER), "{reads} readings");
        assert_eq!(most, READS);
        let far_apart = (0..20).map(|n| Range { upto: 1000 * n + 100, ..range(1000 * n) }).collect();
        assert_eq!(read_all(far_apart).await, (20, READS));
    }
}
