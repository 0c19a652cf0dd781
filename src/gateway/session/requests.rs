//! What a client may ask, one method each. Every request gets an `ack` or an `error` with its correlation id.

use serde_json::json;

use super::super::protocol::{Change, Complaint, Goodbye, RefusedTopic, Request, Resume, SyncReason};
use super::super::replay::{self, NotRecovered};
use super::super::socket::End;
use super::super::store;
use super::Session;
use crate::db::problem::Problem;
use crate::stream::event::Topic;
use crate::stream::log::epoch_millis;

/// A request was answered, or is to be refused with a problem; the socket lives on either way. What ends the socket is
/// an [`End`] around it.
type Answered = Result<(), Problem>;

/// Longest name of a topic.
const MAX_TOPIC: usize = 200;

impl Session {
    pub(super) async fn answer(&mut self, request: Request, correlation_id: Option<&str>) -> Result<(), End> {
        let name = request.name();
        let answered = match request {
            Request::Auth { token } => self.renew(&token, correlation_id).await?,
            Request::Subscribe { topics } => self.subscribe(topics, correlation_id).await?,
            Request::Unsubscribe { topics } => self.unsubscribe(&topics, correlation_id).await?,
            Request::Resume(resume) => self.resume(&resume, correlation_id).await?,
            Request::Update { payload } => self.write(payload, correlation_id).await?,
            Request::Heartbeat {} => {
                let now = epoch_millis(std::time::SystemTime::now());
                self.ack("heartbeat", correlation_id, json!({"serverTime": now})).await?;
                Ok(())
            }
        };
        match answered {
            Ok(()) => Ok(()),
            Err(problem) => {
                self.complain(Complaint::from_problem(&problem), Some(name), correlation_id).await
            }
        }
    }

    /// A fresh credential for the same person.
    async fn renew(&mut self, token: &str, correlation_id: Option<&str>) -> Result<Answered, End> {
        let who = match self.gateway.authenticator.authenticate(token).await {
            Ok(who) => who,
            Err(problem) if problem.status == 401 => return Err(Goodbye::Unauthenticated.into()),
            Err(problem) => return Ok(Err(problem)),
        };
        if who.user_id != self.caller.who.user_id {
            return Err(Goodbye::Forbidden.into());
        }
        let was_admin = std::mem::replace(&mut self.caller.who, who).is_admin;
        self.ack("auth", correlation_id, json!({"userId": self.user_id})).await?;
        if was_admin && !self.caller.who.is_admin {
            self.recheck().await?;
        }
        Ok(Ok(()))
    }

    async fn subscribe(
        &mut self,
        topics: Vec<String>,
        correlation_id: Option<&str>,
    ) -> Result<Answered, End> {
        let (allowed, refused) = match self.check_topics(topics).await {
            Ok(checked) => checked,
            Err(problem) => return Ok(Err(problem)),
        };
        if allowed.is_empty() {
            self.ack("subscribe", correlation_id, json!({"topics": allowed, "refused": refused})).await?;
            return Ok(Ok(()));
        }
        // The position is fixed by the snapshot; the ack follows it, and the topics' messages follow the ack.
        if let Err(problem) = self.sync(allowed.clone(), SyncReason::Subscribe).await? {
            return Ok(Err(problem));
        }
        let positions = self.positions_of(&allowed);
        let payload = json!({"topics": allowed, "refused": refused, "positions": positions});
        self.ack("subscribe", correlation_id, payload).await.map(Ok)
    }

    async fn unsubscribe(
        &mut self,
        topics: &[String],
        correlation_id: Option<&str>,
    ) -> Result<Answered, End> {
        let mut ended = Vec::new();
        for topic in topics.iter().filter(|topic| self.subscriptions.contains(topic)) {
            ended.push(Topic::from(topic.as_str()));
        }
        self.end(&ended);
        self.ack("unsubscribe", correlation_id, json!({"topics": ended})).await.map(Ok)
    }

    async fn resume(&mut self, resume: &Resume, correlation_id: Option<&str>) -> Result<Answered, End> {
        let mut wanted = resume.wanted();
        let names = wanted.iter().map(|(topic, _)| topic.to_string()).collect();
        let (allowed, refused) = match self.check_topics(names).await {
            Ok(checked) => checked,
            Err(problem) => return Ok(Err(problem)),
        };
        wanted.retain(|(topic, _)| allowed.contains(topic));
        let missed =
            replay::resume(&self.gateway, &self.subscriber, &mut self.subscriptions, &resume.epoch, &wanted)
                .await;
        match missed {
            Ok(missed) => {
                let payload = json!({"recovered": true, "replayed": missed.len(), "topics": allowed, "refused": refused});
                self.ack("resume", correlation_id, payload).await?;
                for (message, view) in missed {
                    self.gateway.counters.sent.add(1);
                    self.mouth.say(message.text(&view), &self.subscriber.outbox).await?;
                }
                Ok(Ok(()))
            }
            Err(NotRecovered::Problem(problem)) => {
                self.end(&allowed);
                Ok(Err(problem))
            }
            Err(NotRecovered::Because(reason)) => {
                let payload =
                    json!({"recovered": false, "reason": reason, "topics": allowed, "refused": refused});
                self.ack("resume", correlation_id, payload).await?;
                self.sync(allowed, SyncReason::NotRecovered).await
            }
        }
    }

    async fn write(&mut self, change: Change, correlation_id: Option<&str>) -> Result<Answered, End> {
        let write = store::Write {
            user: self.caller.who.user_id,
            is_admin: self.caller.who.is_admin,
            session_id: &self.id,
            correlation_id,
            entity: &change.entity,
            action: &change.action,
            primary: change.data.primary,
        };
        match store::write(&self.gateway.pool, write).await {
            Ok((txid, id)) => {
                self.ack("update", correlation_id, json!({"txid": txid, "id": id})).await.map(Ok)
            }
            Err(problem) => Ok(Err(problem)),
        }
    }

    /// The first message by this carrier: if the caller may not hear it, some narrower topic may have moved there, and
    /// ends before anything of it is shown.
    pub(super) async fn may_hear(&mut self, carrier: &Topic) -> Result<bool, End> {
        let asked = [carrier.to_string()];
        match store::can_subscribe(&self.gateway.pool, self.caller.who.user_id, &asked).await {
            Ok(allowed) if allowed.contains(carrier) => {
                self.trusted.insert(carrier.clone());
                Ok(true)
            }
            Ok(_) => self.recheck().await.map(|()| false),
            // Who cannot be checked may not go on listening.
            Err(problem) => self.give_up(&problem).await.map(|()| false),
        }
    }

    /// Membership or role changed: what may not be heard any more ends now, and new projects begin.
    pub(super) async fn recheck(&mut self) -> Result<(), End> {
        self.trusted.clear();
        match store::user(&self.gateway.pool, &self.user_id).await {
            Ok(Some(_)) => {}
            Ok(None) => return Err(Goodbye::Unauthenticated.into()),
            Err(problem) => return self.give_up(&problem).await,
        }
        if self.caller.who.is_admin {
            return Ok(());
        }
        let names = self.subscriptions.topics().map(Topic::to_string).collect();
        let (_, refused) = match self.check_topics(names).await {
            Ok(checked) => checked,
            // Who cannot be checked may not go on listening.
            Err(problem) => return self.give_up(&problem).await,
        };
        let revoked: Vec<Topic> = refused.iter().map(|refused| refused.topic.as_str().into()).collect();
        self.end(&revoked);
        for topic in revoked {
            let complaint = Complaint::new("topic_revoked", format!("{topic} may not be heard any more"));
            self.complain(complaint, None, None).await?;
        }
        if self.follows_projects { self.follow_new_projects().await } else { Ok(()) }
    }

    async fn follow_new_projects(&mut self) -> Result<(), End> {
        let visible = match store::visible_projects(&self.gateway.pool, self.caller.who.user_id).await {
            Ok(topics) => topics,
            Err(problem) => return self.give_up(&problem).await,
        };
        let new: Vec<Topic> =
            visible.into_iter().filter(|topic| !self.subscriptions.contains(topic.as_str())).collect();
        if new.is_empty() {
            return Ok(());
        }
        match self.sync(new, SyncReason::Subscribe).await? {
            Ok(()) => Ok(()),
            Err(problem) => self.give_up(&problem).await,
        }
    }

    fn end(&mut self, topics: &[Topic]) {
        for topic in topics {
            self.subscriptions.end(topic.as_str());
        }
        // Our own topic stays registered: it tells about membership.
        let leave = topics.iter().filter(|topic| **topic != self.own_topic);
        self.gateway.hub.leave(&self.subscriber, leave);
    }

    fn positions_of(&self, topics: &[Topic]) -> serde_json::Map<String, serde_json::Value> {
        let all = self.positions();
        topics.iter().filter_map(|topic| all.get(topic).map(|at| (topic.to_string(), (*at).into()))).collect()
    }

    /// Splits topics into those the caller may hear and those not; an administrator may hear everything.
    async fn check_topics(&self, mut names: Vec<String>) -> Result<(Vec<Topic>, Vec<RefusedTopic>), Problem> {
        names.sort();
        names.dedup();
        let room = self.gateway.manners.max_topics.saturating_sub(self.subscriptions.len());
        let new = names.iter().filter(|name| !self.subscriptions.contains(name)).count();
        if new > room {
            return Err(Problem::new(422, "too_many_topics")
                .with_detail(format!("a socket may have {} topics", self.gateway.manners.max_topics)));
        }
        let (well_formed, malformed): (Vec<_>, Vec<_>) =
            names.into_iter().partition(|name| !name.is_empty() && name.len() <= MAX_TOPIC);
        let allowed = if self.caller.who.is_admin {
            well_formed.iter().map(|name| name.as_str().into()).collect()
        } else {
            store::can_subscribe(&self.gateway.pool, self.caller.who.user_id, &well_formed).await?
        };
        let is_allowed = |name: &String| allowed.iter().any(|topic: &Topic| topic.as_str() == name);
        let mut refused: Vec<RefusedTopic> = well_formed
            .iter()
            .filter(|name| !is_allowed(name))
            .map(|name| RefusedTopic { topic: name.clone(), code: "forbidden" })
            .collect();
        refused.extend(malformed.into_iter().map(|topic| RefusedTopic { topic, code: "malformed" }));
        Ok((allowed, refused))
    }
}
