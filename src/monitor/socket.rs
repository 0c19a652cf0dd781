//! `/ws/dashboard`: what operators see change, while it changes. For administrators.
//!
//! ```text
//! register and buffer ─> `dashboard` (or what was missed since `after`) ─> what came later ─> …
//! ```
//!
//! It speaks as `/ws` does: the same credentials, envelope, sequences and close codes. `alert_new`,
//! `webhook_status_changed` and `anomaly` are the events of this room's tables, `update` what else happens to them, and
//! `metrics_update` the node's own figures, every second, as far as they changed. A client comes back with
//! `?epoch=…&after=…`, or says `resume`, and misses nothing.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use uuid::Uuid;

use super::Monitor;
use super::store;
use crate::auth::{Principal, Refusal};
use crate::db::problem::Problem;
use crate::gateway::protocol::{Complaint, Frame, Goodbye, Request, read};
use crate::gateway::session::admission::{Caller, Hello, admit};
use crate::gateway::socket::{self, Ear, End, Heard, Mouth, Socket};
use crate::gateway::{Counted, Gateway, store as gateway_store};
use crate::stream::batch::{Departure, Kind};
use crate::stream::counters::Counters;
use crate::stream::event::{Action, Event, Topic};
use crate::stream::hub::Subscriber;
use crate::stream::log::epoch_millis;
use crate::stream::message::{Message, View};
use crate::stream::outbox::Item;
use figures::Figures;

pub use figures::NodeFigures;

mod figures;

/// What is heard.
const TOPICS: [&str; 3] = ["monitor:alerts", "monitor:webhooks", "monitor:anomalies"];
const HEARTBEAT: Duration = Duration::from_secs(30);
const FIGURES_EVERY: Duration = Duration::from_secs(1);
/// Events that one who comes back may have missed; beyond it there is a new dashboard.
const MAX_MISSED: i32 = 1000;

/// Where a client stopped.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Since {
    /// The epoch of its sequence.
    pub epoch: Option<Uuid>,
    /// The last sequence that it has.
    pub after: Option<i64>,
}

/// `dashboard`: what `GET /api/v1/dashboard` answers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[allow(missing_docs, reason = "the parts of monitor.dashboard")]
pub struct WholePayload {
    overview: Value,
    webhooks: Value,
    performance: Value,
    anomalies: Value,
    /// Everything up to here is in it.
    #[serde(rename = "asOf")]
    as_of: i64,
}

/// Serves one socket until it ends.
pub async fn serve(
    gateway: Arc<Gateway>,
    counters: Arc<Counters>,
    monitor: Arc<Monitor>,
    socket: Socket,
    (hello, since): (Hello, Since),
    counted: Counted,
) {
    let (mut mouth, mut ear) = socket::split(socket, gateway.manners.timeout);
    let end = match admit(&gateway, &mut ear, &hello).await {
        Ok((caller, _)) if caller.who().is_admin => {
            let figures = Figures::new(gateway.clone(), counters, monitor);
            let mut show = Show::new(gateway.clone(), caller, figures).await;
            let Err(end) = show.run(&mut mouth, &mut ear, since).await;
            end
        }
        Ok(_) => Goodbye::Forbidden.into(),
        Err(end) => end,
    };
    drop(counted);
    if let End::Goodbye(goodbye) = end {
        socket::close(mouth, ear, goodbye).await;
    }
}

/// One who looks on.
struct Show {
    gateway: Arc<Gateway>,
    caller: Caller,
    who: Principal,
    figures: Figures,
    ears: Arc<Subscriber>,
    topics: Vec<Topic>,
    /// Told up to here.
    told: i64,
    last_heard: Instant,
    last_said: Instant,
}

impl Drop for Show {
    fn drop(&mut self) {
        self.gateway.hub.leave(&self.ears, &self.topics);
    }
}

impl Show {
    /// Registered: from here on nothing is missed.
    async fn new(gateway: Arc<Gateway>, caller: Caller, figures: Figures) -> Self {
        let who = caller.who().clone();
        let own: Topic = format!("user:{}", who.user_id).into();
        let topics: Vec<Topic> = TOPICS.into_iter().map(Topic::from).chain([own]).collect();
        gateway.hub.listen(&topics).await;
        let ears = gateway.hub.subscriber(gateway.manners.queue_bytes);
        let wanted: Vec<_> = topics.iter().map(|topic| (topic.clone(), i64::MAX)).collect();
        gateway.hub.register(&ears, &wanted);
        let now = Instant::now();
        Self { gateway, caller, who, figures, ears, topics, told: 0, last_heard: now, last_said: now }
    }

    async fn run(
        &mut self,
        mouth: &mut Mouth,
        ear: &mut Ear,
        since: Since,
    ) -> Result<std::convert::Infallible, End> {
        self.begin(mouth, &since).await?;
        let mut seconds = interval(FIGURES_EVERY);
        seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let draining = self.gateway.draining.clone();
        loop {
            mouth.flush(&self.ears.outbox).await?;
            let ears = self.ears.clone();
            tokio::select! {
                heard = ear.next() => self.hear(mouth, heard?).await?,
                item = ears.outbox.next() => self.pass_on(mouth, item?).await?,
                _ = seconds.tick() => self.on_second(mouth).await?,
                () = sleep_until(self.who.expires) => return Err(Goodbye::Unauthenticated(Refusal::Expired).into()),
                () = draining.cancelled() => return Err(Goodbye::Restart.into()),
            }
        }
    }

    /// What was missed, or a dashboard and what came after it.
    async fn begin(&mut self, mouth: &mut Mouth, since: &Since) -> Result<(), End> {
        let (epoch, _) = self.gateway.hub.head();
        if let (Some(theirs), Some(after)) = (since.epoch, since.after)
            && theirs == epoch
            && self.catch_up(mouth, after).await?
        {
            return Ok(());
        }
        let cache = &self.figures.monitor.cache;
        let whole = match store::whole_dashboard(cache, None, cache.freshness.look().await).await {
            Ok(whole) => whole,
            Err(problem) => return Err(self.give_up(mouth, &problem).await),
        };
        let as_of = whole.as_of;
        self.say(mouth, "dashboard", as_of, whole.value()).await?;
        if self.catch_up(mouth, as_of).await? {
            return Ok(());
        }
        // Older than the log, or more than anybody wants to be told: what is shown is what there is.
        self.told = self.gateway.hub.head().1;
        Ok(())
    }

    /// Says what the log tells after a sequence; false when it cannot.
    async fn catch_up(&mut self, mouth: &mut Mouth, after: i64) -> Result<bool, End> {
        let topics = &self.topics[..TOPICS.len()];
        let read = gateway_store::read(&self.gateway.pool, after, MAX_MISSED + 1, topics).await;
        let Ok(missed) = read else { return Ok(false) };
        if missed.len() > usize::try_from(MAX_MISSED).unwrap_or(usize::MAX) {
            return Ok(false);
        }
        self.told = after;
        for event in missed {
            self.tell(mouth, Arc::new(event)).await?;
        }
        Ok(true)
    }

    async fn pass_on(&mut self, mouth: &mut Mouth, item: Item) -> Result<(), End> {
        let Item::Message(message) = item else {
            // Another epoch.
            return self.begin(mouth, &Since::default()).await;
        };
        if message.is_for(&self.topics[TOPICS.len()]) {
            self.check_credential(mouth).await?;
        }
        for event in &message.events {
            let is_ours = event.topics.iter().any(|topic| TOPICS.contains(&topic.as_str()));
            if is_ours && event.sequence > self.told {
                self.tell(mouth, event.clone()).await?;
            }
        }
        Ok(())
    }

    /// One event, by the name that it has here.
    async fn tell(&mut self, mouth: &mut Mouth, event: Arc<Event>) -> Result<(), End> {
        let kind = kind_of(&event);
        let (epoch, _) = self.gateway.hub.head();
        let departure = Departure {
            topic: event.topics[0].clone(),
            first: event.sequence,
            position: event.sequence,
            kind: Kind::Transaction,
            events: vec![event.clone()],
        };
        let message = Message::new(departure, epoch, self.told, event.at);
        self.told = event.sequence;
        let text = message.text(&View { cascade: false, ..message.whole() });
        // The envelope's type is the first that stands in it.
        let text = text.replacen("\"type\":\"update\"", &format!("\"type\":\"{kind}\""), 1);
        self.last_said = Instant::now();
        mouth.say(text.into(), &self.ears.outbox).await
    }

    async fn say(
        &mut self,
        mouth: &mut Mouth,
        kind: &'static str,
        sequence: i64,
        payload: Value,
    ) -> Result<(), End> {
        let (epoch, _) = self.gateway.hub.head();
        let timestamp = epoch_millis(SystemTime::now());
        let user_id = self.who.user_id.to_string();
        let frame = Frame {
            kind,
            epoch,
            sequence,
            timestamp,
            user_id: Some(&user_id),
            session_id: None,
            correlation_id: None,
        };
        self.last_said = Instant::now();
        mouth.say(frame.encode(payload).into(), &self.ears.outbox).await
    }

    async fn on_second(&mut self, mouth: &mut Mouth) -> Result<(), End> {
        let now = Instant::now();
        if now - self.last_heard > HEARTBEAT + self.gateway.manners.timeout {
            return Err(Goodbye::Silent.into());
        }
        if let Some(changed) = self.figures.changed() {
            self.say(mouth, "metrics_update", self.told, changed).await?;
        }
        if now - self.last_said >= HEARTBEAT {
            let (epoch, sequence) = self.gateway.hub.head();
            let server_time = epoch_millis(SystemTime::now());
            let payload = json!({"epoch": epoch, "sequence": sequence, "serverTime": server_time});
            self.say(mouth, "heartbeat", self.told, payload).await?;
        }
        if now - self.last_heard > HEARTBEAT {
            mouth.ping(&self.ears.outbox).await?;
        }
        Ok(())
    }

    async fn hear(&mut self, mouth: &mut Mouth, heard: Heard) -> Result<(), End> {
        self.last_heard = Instant::now();
        let Heard::Text(text) = heard else { return Ok(()) };
        let incoming = read(&text).map_err(|_| Goodbye::Malformed)?;
        match incoming.request {
            Ok(Request::Heartbeat {}) => {
                let payload =
                    json!({"ok": true, "of": "heartbeat", "serverTime": epoch_millis(SystemTime::now())});
                self.say(mouth, "ack", self.told, payload).await
            }
            Ok(Request::Resume(resume)) => {
                let since = Since { epoch: resume.epoch.parse().ok(), after: resume.sequence };
                self.begin(mouth, &since).await
            }
            Ok(other) => {
                let complaint = Complaint::new("not_supported", "this socket only shows the dashboard");
                let complaint = Complaint { of: Some(other.name().to_owned()), ..complaint };
                self.say(mouth, "error", self.told, json!(complaint)).await
            }
            Err((of, message)) => {
                let complaint = Complaint { of, ..Complaint::new("malformed_message", message) };
                self.say(mouth, "error", self.told, json!(complaint)).await
            }
        }
    }

    /// Something about this person changed: whoever is no administrator any more sees nothing more.
    async fn check_credential(&mut self, mouth: &mut Mouth) -> Result<(), End> {
        match self.gateway.authenticator.again(self.caller.who()).await {
            Ok(who) if who.is_admin => self.who = who,
            Ok(_) => return Err(Goodbye::Forbidden.into()),
            Err(problem) if problem.status == 401 => return Err(Goodbye::refusing(&problem).into()),
            Err(problem) => return Err(self.give_up(mouth, &problem).await),
        }
        Ok(())
    }

    async fn give_up(&mut self, mouth: &mut Mouth, problem: &Problem) -> End {
        let _ = self.say(mouth, "error", self.told, json!(Complaint::from_problem(problem))).await;
        let _ = mouth.flush(&self.ears.outbox).await;
        Goodbye::Internal.into()
    }
}

fn kind_of(event: &Event) -> &'static str {
    match (&*event.entity, event.action) {
        ("alert", Action::Create) => "alert_new",
        ("webhook", _) => "webhook_status_changed",
        ("anomaly", _) => "anomaly",
        _ => "update",
    }
}
