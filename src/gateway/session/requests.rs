//! What a client may ask, one method each. Every request gets an `ack` or an `error` with its correlation id.

use std::collections::HashMap;

use super::super::ack::{Ack, Resumed, Subscribed};
use super::super::protocol::{Change, Complaint, Goodbye, Request, Resume, SyncReason};
use super::super::replay::{self, NotRecovered};
use super::{Said, Session};
use crate::db::problem::Problem;
use crate::db::session::Caller;
use crate::rooms::Write;
use crate::stream::event::Topic;
use crate::stream::log::epoch_millis;
use crate::work;

/// A request was answered, or is to be refused with a problem; the session lives on either way. What ends it is a
/// [`Goodbye`] around it.
type Answered = Result<(), Problem>;

impl Session {
    /// Does what a client asks, and says what became of it.
    ///
    /// # Errors
    /// Why the session ends.
    pub async fn answer(&mut self, request: Request, correlation_id: Option<&str>) -> Result<(), Goodbye> {
        let name = request.name();
        let answered = match request {
            Request::Auth { token } => self.renew(token.expose(), correlation_id).await?,
            Request::Subscribe { topics } => self.subscribe(topics, correlation_id).await,
            Request::Unsubscribe { topics } => {
                self.unsubscribe(&topics, correlation_id);
                Ok(())
            }
            Request::Resume(resume) => self.resume(&resume, correlation_id).await,
            Request::Update { payload } => self.write(payload, correlation_id).await,
            Request::Heartbeat {} => {
                let server_time = epoch_millis(std::time::SystemTime::now());
                self.ack(Ack::Heartbeat { server_time }, correlation_id);
                Ok(())
            }
        };
        if let Err(problem) = answered {
            self.complain(Complaint::from_problem(&problem), Some(name), correlation_id);
        }
        Ok(())
    }

    /// A fresh credential for the same person.
    async fn renew(&mut self, token: &str, correlation_id: Option<&str>) -> Result<Answered, Goodbye> {
        let who = match self.gateway.authenticator.authenticate(token).await {
            Ok(who) => who,
            Err(problem) if problem.status == 401 => return Err(self.dismiss(&problem)),
            Err(problem) => return Ok(Err(problem)),
        };
        if who.user_id != self.caller.who.user_id {
            return Err(Goodbye::Forbidden);
        }
        let was_admin = std::mem::replace(&mut self.caller.who, who).is_admin;
        self.ack_auth(correlation_id);
        if was_admin && !self.caller.who.is_admin {
            self.recheck().await?;
        }
        Ok(Ok(()))
    }

    async fn subscribe(&mut self, topics: Vec<String>, correlation_id: Option<&str>) -> Answered {
        let (allowed, refused) = self.check_topics(topics).await?;
        if allowed.is_empty() {
            let nothing = Subscribed { topics: allowed, refused, positions: None };
            self.ack(Ack::Subscribe(nothing), correlation_id);
            return Ok(());
        }
        // The position is fixed by the snapshot; the ack follows it, and the topics' messages follow the ack.
        self.sync(allowed.clone(), SyncReason::Subscribe).await?;
        let positions = self.positions_of(&allowed);
        self.ack(
            Ack::Subscribe(Subscribed { topics: allowed, refused, positions: Some(positions) }),
            correlation_id,
        );
        Ok(())
    }

    fn unsubscribe(&mut self, topics: &[String], correlation_id: Option<&str>) {
        let ended: Vec<Topic> = {
            let subscriptions = self.open.subscriptions();
            let ours = topics.iter().filter(|topic| subscriptions.contains(topic));
            ours.map(|topic| topic.as_str().into()).collect()
        };
        self.end(&ended);
        self.ack(Ack::Unsubscribe { topics: ended }, correlation_id);
    }

    async fn resume(&mut self, resume: &Resume, correlation_id: Option<&str>) -> Answered {
        let mut wanted = resume.wanted();
        let names = wanted.iter().map(|(topic, _)| topic.to_string()).collect();
        let (allowed, refused) = self.check_topics(names).await?;
        wanted.retain(|(topic, _)| allowed.contains(topic));
        self.heed_features().await;
        match replay::resume(&self.gateway, &self.open, &resume.epoch, &wanted, None).await {
            Ok(missed) => {
                self.hold_after(resume.epoch.clone(), allowed.clone(), &missed, false);
                let (replayed, more) = (Some(missed.messages.len()), missed.ends_at.is_some());
                let resumed =
                    Resumed { recovered: true, replayed, more, reason: None, topics: allowed, refused };
                self.ack(Ack::Resume(resumed), correlation_id);
                let messages = missed.messages.into_iter();
                self.said.extend(messages.map(|(message, view)| Said::Missed(message, view)));
                Ok(())
            }
            Err(NotRecovered::Problem(problem)) => {
                self.end(&allowed);
                Err(problem)
            }
            Err(NotRecovered::Because(reason)) => {
                let reason = Some(reason);
                let topics = allowed.clone();
                let resumed =
                    Resumed { recovered: false, replayed: None, more: false, reason, topics, refused };
                self.ack(Ack::Resume(resumed), correlation_id);
                self.sync(allowed, SyncReason::NotRecovered).await
            }
        }
    }

    async fn write(&mut self, change: Change, correlation_id: Option<&str>) -> Answered {
        let who = &self.caller.who;
        let caller = Caller {
            user_id: who.user_id,
            is_admin: who.is_admin,
            source: who.sources.default(),
            session_id: Some(self.open.id.to_string()),
            correlation_id: correlation_id.map(str::to_owned),
            address: self.open.guest.address,
        };
        let Change { entity, action, data } = change;
        let write = Write::new(self.gateway.pool.clone(), caller);
        let written = work::change(write, &entity, &action, data.primary).await?.named();
        let id = written.id.map(|id| id.to_string()).unwrap_or_default();
        self.ack(Ack::Update { txid: written.txid, id }, correlation_id);
        Ok(())
    }

    fn positions_of(&self, topics: &[Topic]) -> HashMap<Topic, i64> {
        let mut positions = self.positions_said();
        positions.retain(|topic, _| topics.contains(topic));
        positions
    }
}
