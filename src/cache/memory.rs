//! The first level: what this process keeps, bounded in bytes. Several askers of the same load it once.
//!
//! Invariant: what [`Memory::get`] and [`Memory::fetch`] return holds as of the last check that has ended, so as of
//! every look that the caller has taken before.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::future::Cache;
use moka::ops::compute::{CompResult, Op};
use tokio::time::Instant;

use super::freshness::{Freshness, Seen};
use crate::db::problem::Problem;
use crate::stream::event::Topic;

/// What an entry costs beside its value: the key, the tables of it.
const OVERHEAD: usize = 256;

/// What can be kept.
pub trait Keep: Send + Sync + 'static {
    /// What it occupies, roughly.
    fn bytes(&self) -> usize;

    /// What it depends on: without an event on one of these it stays as it is.
    fn topics(&self) -> &[Topic];
}

/// A value with what is known of its truth.
#[derive(Debug)]
pub struct Held<V> {
    /// What is kept.
    pub value: V,
    /// The last check before it was read.
    read_after: u64,
    /// It was found to hold at this check.
    held_at: AtomicU64,
    expires: Instant,
    uses: AtomicU64,
}

impl<V> Held<V> {
    /// Of nothing that anybody may use again.
    pub fn unkept(value: V) -> Self {
        Self::new(value, 0, Duration::ZERO)
    }

    fn new(value: V, read_after: u64, lifetime: Duration) -> Self {
        Self {
            value,
            read_after,
            held_at: AtomicU64::new(read_after),
            expires: Instant::now() + lifetime,
            uses: AtomicU64::new(0),
        }
    }

    /// It was read after that look's check had ended.
    pub fn is_later_than(&self, seen: Seen) -> bool {
        self.read_after >= seen.check
    }

    /// What is left of its life.
    pub fn lifetime(&self) -> Duration {
        self.expires.saturating_duration_since(Instant::now())
    }

    /// Somebody was told it.
    pub fn count_use(&self) {
        self.uses.fetch_add(1, Ordering::Relaxed);
    }

    /// How often it was told since this was asked last.
    pub fn take_uses(&self) -> u64 {
        self.uses.swap(0, Ordering::Relaxed)
    }
}

/// Where a value was found.
#[derive(Debug)]
pub enum Fetched<V> {
    /// It was there.
    Kept(Arc<Held<V>>),
    /// This caller has loaded it.
    Loaded(Arc<Held<V>>),
}

/// The first level.
pub struct Memory<V> {
    held: Cache<Arc<str>, Arc<Held<V>>>,
    freshness: Arc<Freshness>,
}

impl<V> fmt::Debug for Memory<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

impl<V: Keep> Memory<V> {
    /// Empty. What was not used for longest goes when it is full.
    pub fn new(max_bytes: u64, ttl: Duration, freshness: Arc<Freshness>) -> Self {
        let weigh = |key: &Arc<str>, held: &Arc<Held<V>>| {
            u32::try_from(key.len() + held.value.bytes() + OVERHEAD).unwrap_or(u32::MAX)
        };
        let held = Cache::builder().max_capacity(max_bytes).weigher(weigh).time_to_live(ttl).build();
        Self { held, freshness }
    }

    /// What is kept under a key and holds.
    pub async fn get(&self, key: &Arc<str>) -> Option<Arc<Held<V>>> {
        self.held.get(key).await.filter(|held| self.holds(held))
    }

    /// The same, loaded if it is not there (with `anew`, in any case): once, however many ask for it at this moment.
    /// `load` says what was read and for how long it is kept at most.
    ///
    /// # Errors
    /// Why it could not be loaded.
    pub async fn fetch<L>(&self, key: &Arc<str>, anew: bool, load: L) -> Result<Fetched<V>, Problem>
    where
        L: Future<Output = Result<(V, Duration), Problem>>,
    {
        let compute = async |entry: Option<moka::Entry<Arc<str>, Arc<Held<V>>>>| {
            let former = entry.map(moka::Entry::into_value);
            if let Some(former) = &former
                && !anew
                && self.holds(former)
            {
                return Ok(Op::Nop);
            }
            // Before the question: what it reads has seen all that this check saw.
            let read_after = self.freshness.latest();
            let (value, lifetime) = load.await?;
            let held = Held::new(value, read_after, lifetime);
            held.uses.fetch_add(former.map_or(0, |former| former.take_uses()), Ordering::Relaxed);
            Ok::<_, Problem>(Op::Put(Arc::new(held)))
        };
        // It is large, and most do not get here.
        let outcome = Box::pin(self.held.entry_by_ref(key).and_try_compute_with(compute)).await?;
        let loaded = matches!(outcome, CompResult::Inserted(_) | CompResult::ReplacedWith(_));
        let held = outcome.into_entry().map(moka::Entry::into_value).ok_or_else(Problem::unavailable)?;
        Ok(if loaded { Fetched::Loaded(held) } else { Fetched::Kept(held) })
    }

    /// Everything, true or not.
    pub fn entries(&self) -> Vec<(Arc<str>, Arc<Held<V>>)> {
        self.held.iter().map(|(key, held)| ((*key).clone(), held)).collect()
    }

    /// Whether it is as true as at the latest check.
    pub fn holds(&self, held: &Held<V>) -> bool {
        if Instant::now() >= held.expires {
            return false;
        }
        match self.freshness.holds(held.held_at.load(Ordering::Relaxed), held.value.topics()) {
            Some(check) => {
                held.held_at.fetch_max(check, Ordering::Relaxed);
                true
            }
            None => false,
        }
    }

    /// Entries and bytes, roughly.
    pub fn size(&self) -> (u64, u64) {
        (self.held.entry_count(), self.held.weighted_size())
    }

    /// Lets go of everything.
    pub fn clear(&self) {
        self.held.invalidate_all();
    }
}
