//! Pages of the log, read once for everyone who missed the same.
//!
//! When a node ends, all its clients come back at once, and those of one topic have missed the same. The first of them
//! reads it, and the others wait for that.
//!
//! Invariants:
//! - a page is what the log says: it is shared only between equal ranges of one epoch, and the log does not change;
//! - at most [`READS`] pages are read at a time, so that the database has time for others, and for the arrival of those
//!   who will share them;
//! - a page that somebody waited for is kept for [`LINGER`]: the next to ask are on their way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OnceCell, Semaphore};
use tokio::time::sleep;
use uuid::Uuid;

use super::replay::{NotRecovered, Reach};
use crate::stream::event::Topic;
use crate::stream::message::Message;

/// Pages that are read at the same time.
const READS: usize = 2;
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
    pub reach: Reach,
}

impl Range {
    /// The order of the topics is of no importance.
    pub fn new<'t>(
        epoch: Uuid,
        topics: impl Iterator<Item = &'t Topic>,
        after: i64,
        upto: i64,
        reach: Reach,
    ) -> Self {
        let mut topics: Vec<Topic> = topics.cloned().collect();
        topics.sort_unstable();
        Self { epoch, topics, after, upto, reach }
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

/// One reading, for all who wait for it.
type Reading = OnceCell<Result<Arc<Page>, NotRecovered>>;

/// The pages that somebody waits for, or has just waited for.
#[derive(Debug)]
pub struct Pages {
    readings: Mutex<HashMap<Range, Weak<Reading>>>,
    reads: Semaphore,
}

impl Default for Pages {
    fn default() -> Self {
        Self { readings: Mutex::default(), reads: Semaphore::new(READS) }
    }
}

impl Pages {
    /// The page of a range, by `read` unless somebody else is at it. Who gives up while reading leaves that to the next
    /// who waits.
    ///
    /// # Errors
    /// What `read` answered, to all who waited for it.
    pub async fn page<R: Future<Output = Result<Page, NotRecovered>>>(
        &self,
        range: &Range,
        read: impl FnOnce() -> R,
    ) -> Result<Arc<Page>, NotRecovered> {
        let reading = self.reading(range);
        let begin = || async {
            let _turn = self.reads.acquire().await.expect("never closed");
            let page = read().await.map(Arc::new);
            if page.is_ok() && Arc::strong_count(&reading) > 1 {
                linger(reading.clone());
            }
            page
        };
        reading.get_or_init(begin).await.clone()
    }

    fn reading(&self, range: &Range) -> Arc<Reading> {
        let mut readings = self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reading) = readings.get(range).and_then(Weak::upgrade) {
            return reading;
        }
        readings.retain(|_, reading| reading.strong_count() > 0);
        let reading = Arc::<Reading>::default();
        readings.insert(range.clone(), Arc::downgrade(&reading));
        reading
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

    fn range(after: i64) -> Range {
        Range::new(Uuid::nil(), ["p:1".into()].iter(), after, 10, Reach::All)
    }

    fn nothing() -> Result<Page, NotRecovered> {
        Ok(Page { messages: vec![], ends_at: None })
    }

    #[tokio::test(start_paused = true)]
    async fn who_missed_the_same_shares_one_reading_and_so_do_those_who_come_a_little_later() {
        let (pages, reads, here) = (Pages::default(), AtomicUsize::new(0), range(1));
        let ask = || {
            pages.page(&here, || async {
                reads.fetch_add(1, Ordering::Relaxed);
                yield_now().await;
                nothing()
            })
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
        let mut never = Box::pin(pages.page(&here, std::future::pending));
        let mut next = Box::pin(pages.page(&here, || async { nothing() }));
        assert!(futures::poll!(&mut never).is_pending() && futures::poll!(&mut next).is_pending());
        drop(never);
        assert!(next.await.is_ok());
    }

    #[tokio::test]
    async fn a_refusal_is_for_all_who_waited_and_not_for_those_who_come_later() {
        let (pages, here) = (Pages::default(), range(1));
        let too_far = NotRecovered::Because("too_far_behind");
        let refused = || async {
            yield_now().await;
            Err(too_far.clone())
        };
        let (first, second) =
            futures::join!(pages.page(&here, refused), pages.page(&here, || async { nothing() }));
        assert_eq!((first.unwrap_err(), second.unwrap_err()), (too_far.clone(), too_far.clone()));
        assert!(pages.page(&here, || async { nothing() }).await.is_ok());
    }

    #[tokio::test]
    async fn few_are_read_at_a_time() {
        let (pages, reading) = (Pages::default(), AtomicUsize::new(0));
        let ask = async |after: i64| {
            let read = || async {
                assert!(reading.fetch_add(1, Ordering::Relaxed) < READS);
                yield_now().await;
                reading.fetch_sub(1, Ordering::Relaxed);
                nothing()
            };
            pages.page(&range(after), read).await
        };
        futures::future::join_all((0..20).map(ask)).await.into_iter().for_each(|page| assert!(page.is_ok()));
    }
}
