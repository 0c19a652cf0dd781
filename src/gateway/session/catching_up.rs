//! Who missed more than one look into the log brings is told it page by page, each when the one before has been taken.
//!
//! Invariant: between two pages the topics are held. Nothing that comes live overtakes what was missed, their positions
//! say how far they were told, and no page is read before its reader has room for it.

use super::super::protocol::{Goodbye, SyncReason};
use super::super::replay::{self, Missed, NotRecovered};
use super::Session;
use crate::stream::event::Topic;
use crate::stream::position::Position;

/// What is still to be told.
#[derive(Debug)]
pub(super) struct Behind {
    epoch: String,
    topics: Vec<Topic>,
    after: i64,
    /// Changes of memberships are looked for in it.
    minds_memberships: bool,
}

impl Session {
    /// There is more to be told than was said.
    pub fn is_behind(&self) -> bool {
        self.behind.is_some()
    }

    /// Holds the topics if a page of what they missed is not the last.
    pub(super) fn hold_after(
        &mut self,
        epoch: String,
        topics: Vec<Topic>,
        page: &Missed,
        minds_memberships: bool,
    ) {
        let Some(after) = page.ends_at else { return };
        topics.iter().for_each(|topic| self.open.subscriptions().hold(topic, after));
        // Our own topic stays registered: it tells about membership.
        let left = topics.iter().filter(|topic| **topic != self.own_topic);
        self.gateway.hub.leave(&self.open.subscriber, left);
        self.behind = Some(Box::new(Behind { epoch, topics, after, minds_memberships }));
    }

    /// The same for a stream that begins after a position.
    pub fn hold_all(&mut self, position: Position, topics: Vec<Topic>, page: &Missed) {
        self.hold_after(position.epoch.to_string(), topics, page, true);
    }

    /// Says the next page, and goes on live after the last one.
    ///
    /// # Errors
    /// Why the session ends.
    pub async fn catch_up(&mut self) -> Result<(), Goodbye> {
        let Some(behind) = self.behind.take() else { return Ok(()) };
        let Behind { epoch, mut topics, after, minds_memberships } = *behind;
        // What waits of these topics is dropped while they are held; it is in the log.
        self.deliver_waiting(usize::MAX).await?;
        topics.retain(|topic| self.open.subscriptions().is_held(topic));
        if topics.is_empty() {
            return Ok(());
        }
        let wanted: Vec<_> = topics.iter().map(|topic| (topic.clone(), after)).collect();
        let ours = minds_memberships.then(|| (self.own_topic.clone(), after));
        let page = replay::resume(&self.gateway, &self.open, &epoch, &wanted, ours.as_ref()).await;
        match page {
            Ok(page) => {
                self.hold_after(epoch, topics, &page, minds_memberships);
                self.say_missed(page).await
            }
            Err(NotRecovered::Because(_)) => {
                let sync = self.sync(topics, SyncReason::NotRecovered).await;
                sync.map_err(|problem| self.give_up(&problem))
            }
            Err(NotRecovered::Problem(problem)) => Err(self.give_up(&problem)),
        }
    }
}
