//! What a client may ask, one method each. Every request gets an `ack` or an `error` with its correlation id.

use serde_json::json;

use super::super::protocol::{Change, Complaint, Goodbye, Request, Resume, SyncReason};
use super::super::replay::{self, Missed, NotRecovered, Reach};
use super::super::store;
use super::{Said, Session};
use crate::db::problem::Problem;
use crate::stream::event::Topic;
use crate::stream::log::epoch_millis;

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
                let now = epoch_millis(std::time::SystemTime::now());
                self.ack("heartbeat", correlation_id, json!({"serverTime": now}));
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
            self.ack("subscribe", correlation_id, json!({"topics": allowed, "refused": refused}));
            return Ok(());
        }
        // The position is fixed by the snapshot; the ack follows it, and the topics' messages follow the ack.
        self.sync(allowed.clone(), SyncReason::Subscribe).await?;
        let positions = self.positions_of(&allowed);
        let payload = json!({"topics": allowed, "refused": refused, "positions": positions});
        self.ack("subscribe", correlation_id, payload);
        Ok(())
    }

    fn unsubscribe(&mut self, topics: &[String], correlation_id: Option<&str>) {
        let ended: Vec<Topic> = {
            let subscriptions = self.open.subscriptions();
            let ours = topics.iter().filter(|topic| subscriptions.contains(topic));
            ours.map(|topic| topic.as_str().into()).collect()
        };
        self.end(&ended);
        self.ack("unsubscribe", correlation_id, json!({"topics": ended}));
    }

    async fn resume(&mut self, resume: &Resume, correlation_id: Option<&str>) -> Answered {
        let mut wanted = resume.wanted();
        let names = wanted.iter().map(|(topic, _)| topic.to_string()).collect();
        let (allowed, refused) = self.check_topics(names).await?;
        wanted.retain(|(topic, _)| allowed.contains(topic));
        match replay::resume(&self.gateway, &self.open, &resume.epoch, &wanted, None, Reach::All).await {
            Ok(Missed { messages, .. }) => {
                let payload = json!({"recovered": true, "replayed": messages.len(), "topics": allowed, "refused": refused});
                self.ack("resume", correlation_id, payload);
                self.said.extend(messages.into_iter().map(|(message, view)| Said::Missed(message, view)));
                Ok(())
            }
            Err(NotRecovered::Problem(problem)) => {
                self.end(&allowed);
                Err(problem)
            }
            Err(NotRecovered::Because(reason)) => {
                let payload =
                    json!({"recovered": false, "reason": reason, "topics": allowed, "refused": refused});
                self.ack("resume", correlation_id, payload);
                self.sync(allowed, SyncReason::NotRecovered).await
            }
        }
    }

    async fn write(&mut self, change: Change, correlation_id: Option<&str>) -> Answered {
        let session_id = self.open.id.to_string();
        let write = store::Write {
            user: self.caller.who.user_id,
            is_admin: self.caller.who.is_admin,
            source: self.caller.who.sources.default(),
            session_id: &session_id,
            correlation_id,
            entity: &change.entity,
            action: &change.action,
            primary: change.data.primary,
        };
        let (txid, id) = store::write(&self.gateway.pool, write).await?;
        self.ack("update", correlation_id, json!({"txid": txid, "id": id}));
        Ok(())
    }

    fn positions_of(&self, topics: &[Topic]) -> serde_json::Map<String, serde_json::Value> {
        let all = self.positions_said();
        topics.iter().filter_map(|topic| all.get(topic).map(|at| (topic.to_string(), (*at).into()))).collect()
    }
}
