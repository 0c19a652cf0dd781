//! What a session may hear, and when that is asked again.

use super::super::protocol::{Complaint, Goodbye, RefusedTopic, SyncReason};
use super::super::store;
use super::Session;
use crate::db::problem::Problem;
use crate::stream::event::Topic;

/// Longest name of a topic.
const MAX_TOPIC: usize = 200;

/// Postgres has no text with a zero in it: asked about one, it would answer nobody.
fn is_well_formed(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_TOPIC && !name.contains('\0')
}

impl Session {
    /// Splits topics into those the caller may hear and those not; an administrator may hear everything.
    ///
    /// # Errors
    /// `too_many_topics`, or the database's.
    pub async fn check_topics(
        &self,
        mut names: Vec<String>,
    ) -> Result<(Vec<Topic>, Vec<RefusedTopic>), Problem> {
        names.sort();
        names.dedup();
        self.check_room(&names)?;
        let (well_formed, malformed): (Vec<_>, Vec<_>) =
            names.into_iter().partition(|name| is_well_formed(name));
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

    fn check_room(&self, names: &[String]) -> Result<(), Problem> {
        let subscriptions = self.open.subscriptions();
        let most = self.gateway.manners.max_topics;
        let new = names.iter().filter(|name| !subscriptions.contains(name)).count();
        if new <= most.saturating_sub(subscriptions.len()) {
            return Ok(());
        }
        Err(Problem::new(422, "too_many_topics").with_detail(format!("a session may have {most} topics")))
    }

    /// A narrower topic (a branch, a task) may have moved to where the caller may not follow it.
    pub(super) fn is_strange(&self, carrier: &Topic) -> bool {
        let subscriptions = self.open.subscriptions();
        !self.caller.who.is_admin
            && !subscriptions.is_empty()
            && *carrier != self.own_topic
            && !subscriptions.contains(carrier.as_str())
            && !self.trusted.contains(carrier)
    }

    /// The first message by this carrier: if the caller may not hear it, some narrower topic may have moved there, and
    /// ends before anything of it is shown.
    pub(super) async fn may_hear(&mut self, carrier: &Topic) -> Result<bool, Goodbye> {
        let asked = [carrier.to_string()];
        match store::can_subscribe(&self.gateway.pool, self.caller.who.user_id, &asked).await {
            Ok(allowed) if allowed.contains(carrier) => {
                self.trusted.insert(carrier.clone());
                Ok(true)
            }
            Ok(_) => self.recheck().await.map(|()| false),
            // Who cannot be checked may not go on listening.
            Err(problem) => Err(self.give_up(&problem)),
        }
    }

    /// Membership, role or credential changed: what may not be heard any more ends now, and new projects begin.
    pub(super) async fn recheck(&mut self) -> Result<(), Goodbye> {
        self.trusted.clear();
        match self.gateway.authenticator.again(&self.caller.who).await {
            Ok(who) => self.caller.who = who,
            Err(problem) if problem.status == 401 => return Err(self.dismiss(&problem)),
            Err(problem) => return Err(self.give_up(&problem)),
        }
        if self.caller.who.is_admin {
            return Ok(());
        }
        let names = self.open.subscriptions().topics().map(Topic::to_string).collect();
        let (_, refused) = match self.check_topics(names).await {
            Ok(checked) => checked,
            // Who cannot be checked may not go on listening.
            Err(problem) => return Err(self.give_up(&problem)),
        };
        let revoked: Vec<Topic> = refused.iter().map(|refused| refused.topic.as_str().into()).collect();
        self.end(&revoked);
        revoked.iter().for_each(|topic| self.tell_revoked(topic));
        if self.follows_projects { self.follow_new_projects().await } else { Ok(()) }
    }

    pub(super) fn tell_revoked(&mut self, topic: &Topic) {
        let complaint = Complaint::new("topic_revoked", format!("{topic} may not be heard any more"));
        self.complain(complaint, None, None);
    }

    async fn follow_new_projects(&mut self) -> Result<(), Goodbye> {
        let visible = match store::visible_projects(&self.gateway.pool, self.caller.who.user_id).await {
            Ok(topics) => topics,
            Err(problem) => return Err(self.give_up(&problem)),
        };
        let new: Vec<Topic> = {
            let subscriptions = self.open.subscriptions();
            visible.into_iter().filter(|topic| !subscriptions.contains(topic.as_str())).collect()
        };
        if new.is_empty() {
            return Ok(());
        }
        self.sync(new, SyncReason::Subscribe).await.map_err(|problem| self.give_up(&problem))
    }

    pub(super) fn end(&mut self, topics: &[Topic]) {
        {
            let mut subscriptions = self.open.subscriptions();
            topics.iter().for_each(|topic| subscriptions.end(topic.as_str()));
        }
        // Our own topic stays registered: it tells about membership.
        let leave = topics.iter().filter(|topic| **topic != self.own_topic);
        self.gateway.hub.leave(&self.open.subscriber, leave);
    }
}
