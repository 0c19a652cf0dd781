//! What happens to the cache without being asked for: answers go to the second level, and the most used ones are asked
//! again before somebody waits for them.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::Cache;

/// How long an answer stays in memory alone.
const SHELVE_EVERY: Duration = Duration::from_secs(1);

/// The keeper's task: runs until told to stop, and puts what waits on the shelf before it ends.
pub async fn run(cache: Arc<Cache>, shutdown: CancellationToken) {
    let mut rounds = interval(SHELVE_EVERY);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut warm_at = Instant::now() + cache.settings.warm_every;
    let mut era = None;
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            _ = rounds.tick() => {}
        }
        let present = cache.freshness.era();
        if era.is_some() && era != present {
            cache.answers.clear();
        }
        era = present;
        shelve(&cache).await;
        if Instant::now() >= warm_at {
            warm_at = Instant::now() + cache.settings.warm_every;
            warm(&cache).await;
        }
    }
    shelve(&cache).await;
}

/// What was loaded since the last round and still holds.
async fn shelve(cache: &Cache) {
    let (Some(shelf), Some(era)) = (&cache.shelf, cache.freshness.era()) else { return };
    for (key, kind) in shelf.take_waiting() {
        let held = cache.answers.get(&key).await;
        if let Some(held) = held
            && shelf.put(era, &key, kind, &held).await.is_err()
        {
            return;
        }
    }
}

/// The most used questions of the last while, whose answers hold no more or end before the next round.
async fn warm(cache: &Cache) {
    let mut used: Vec<_> =
        cache.answers.entries().into_iter().map(|(key, held)| (held.take_uses(), key, held)).collect();
    used.retain(|(uses, ..)| *uses > 0);
    used.sort_unstable_by_key(|(uses, ..)| Reverse(*uses));
    used.truncate(cache.settings.warm_keys);
    if used.is_empty() || cache.freshness.look().await.is_none() {
        return;
    }
    for (_, key, held) in used {
        let holds = cache.answers.holds(&held);
        if holds && held.lifetime() > cache.settings.warm_every {
            continue;
        }
        // Whoever may not ask any more is told so when they ask.
        if cache.fetch(&held.value.question, &key, holds).await.is_ok() {
            cache.figures.warmed.add(1);
        }
    }
}
