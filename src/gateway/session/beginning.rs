//! Where a session begins that says with its request what it wants: a stream or a poll.
//!
//! Invariant: complete, or told. After a position everything follows; what cannot follow as messages (a project that
//! the caller joined meanwhile) comes as a `sync`, and what they may not hear any more is named.

use std::collections::HashSet;

use super::super::ack::{Ack, Subscribed};
use super::super::protocol::{Goodbye, RefusedTopic, SyncReason};
use super::super::replay::{self, Missed, NotRecovered};
use super::super::store;
use super::{Said, Session};
use crate::db::problem::{FieldError, Problem};
use crate::stream::event::Topic;
use crate::stream::position::Position;

/// The topics of a session: those asked for and allowed, or the caller's projects.
#[derive(Debug, Default)]
pub struct Chosen {
    /// To be heard.
    pub topics: Vec<Topic>,
    /// Not to be heard.
    pub refused: Vec<RefusedTopic>,
}

impl Session {
    /// Which topics it will have. Without names: the caller's projects, also new ones.
    ///
    /// # Errors
    /// `forbidden` when none of them may be heard, `too_many_topics`, or the database's.
    pub async fn choose(&mut self, names: Option<Vec<String>>) -> Result<Chosen, Problem> {
        let Some(names) = names else {
            self.follows_projects = true;
            let topics = store::visible_projects(&self.gateway.pool, self.caller.who.user_id).await?;
            return Ok(Chosen { topics, refused: Vec::new() });
        };
        let (topics, refused) = self.check_topics(names).await?;
        if topics.is_empty() { Err(forbidden(&refused)) } else { Ok(Chosen { topics, refused }) }
    }

    /// Names the topics that were refused, if any were.
    pub fn name_refused(&mut self, chosen: &Chosen) {
        if !chosen.refused.is_empty() {
            let (topics, refused) = (chosen.topics.clone(), chosen.refused.clone());
            self.ack(Ack::Subscribe(Subscribed { topics, refused, positions: None }), None);
        }
    }

    /// From now on, without a snapshot: what is told first is where "now" is.
    ///
    /// # Errors
    /// `database_unavailable`
    pub async fn begin_here(&mut self, chosen: Chosen) -> Result<(), Problem> {
        let Chosen { topics, refused } = chosen;
        self.gateway.listen(&topics).await?;
        self.open.subscriptions().expect(&topics);
        let wanted: Vec<_> = topics.iter().map(|topic| (topic.clone(), i64::MAX)).collect();
        let registration = self.gateway.hub.register(&self.open.subscriber, &wanted);
        // What is handed over from here on is in the outbox, and none of it lies below these.
        let positions = self.gateway.hub.positions(&topics);
        for (topic, position) in &positions {
            self.open.subscriptions().begin(topic.clone(), *position);
        }
        let (_, fed) = self.gateway.hub.head();
        let sequence = positions.values().copied().min().unwrap_or(fed);
        self.position = Position { epoch: registration.epoch, sequence };
        self.ack(Ack::Subscribe(Subscribed { topics, refused, positions: Some(positions) }), None);
        Ok(())
    }

    /// What was missed since a position; nothing of it is said yet.
    ///
    /// # Errors
    /// [`NotRecovered`]. The topics stay registered.
    pub async fn begin_after(
        &mut self,
        topics: &[Topic],
        position: Position,
    ) -> Result<Missed, NotRecovered> {
        let wanted: Vec<_> = topics.iter().map(|topic| (topic.clone(), position.sequence)).collect();
        let ours = (self.own_topic.clone(), position.sequence);
        let epoch = position.epoch.to_string();
        self.heed_features().await;
        let missed = replay::resume(&self.gateway, &self.open, &epoch, &wanted, Some(&ours)).await?;
        self.position = position;
        Ok(missed)
    }

    /// Says missed messages, and what came of the changes of the caller's memberships among them.
    ///
    /// # Errors
    /// Why the session ends.
    pub async fn say_missed(&mut self, missed: Missed) -> Result<(), Goodbye> {
        self.said.extend(missed.messages.into_iter().map(|(message, view)| Said::Missed(message, view)));
        if missed.memberships.is_empty() {
            return Ok(());
        }
        let before = self.subscribed();
        self.recheck().await?;
        if !self.follows_projects {
            return Ok(());
        }
        let after = self.subscribed();
        let (known, unknown): (Vec<Topic>, Vec<Topic>) =
            missed.memberships.into_iter().partition(|topic| before.contains(topic));
        let lost = unknown.iter().filter(|topic| !after.contains(*topic));
        lost.for_each(|topic| self.tell_revoked(topic));
        // Joined while away, as far as anybody can say: messages alone would be about rows never seen.
        let joined: Vec<Topic> = known.into_iter().filter(|topic| after.contains(topic)).collect();
        if joined.is_empty() {
            return Ok(());
        }
        self.sync(joined, SyncReason::Subscribe).await.map_err(|problem| self.give_up(&problem))
    }

    fn subscribed(&self) -> HashSet<Topic> {
        self.open.subscriptions().topics().cloned().collect()
    }
}

fn forbidden(refused: &[RefusedTopic]) -> Problem {
    let names: Vec<&str> = refused.iter().map(|refused| refused.topic.as_str()).collect();
    let detail = format!("none of these topics may be heard: {}", names.join(", "));
    let mut problem = Problem::new(403, "forbidden").with_detail(detail);
    let blame =
        |refused: &RefusedTopic| FieldError { field: refused.topic.clone(), code: refused.code.into() };
    problem.errors = refused.iter().map(blame).collect();
    problem
}
