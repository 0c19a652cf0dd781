//! Between feed and hub: batches what the feed brings, makes messages, hands them over.
//!
//! Invariant: it is the only one that publishes, so the chain of `previous` on a topic has no forks. It ends when the
//! feed ends, and before that sends everything that waits: on a shutdown nothing stays behind.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::batch::{Batch, Departure, Kind, Millis};
use super::counters::Counters;
use super::event::{Event, Source, Topic};
use super::feed::News;
use super::hub::Hub;
use super::log::epoch_millis;
use super::message::Message;
use super::settings::LiveSettings;

/// The publisher's task.
#[derive(Debug)]
pub struct Publisher {
    /// Where messages go.
    pub hub: Arc<Hub>,
    /// What it counts.
    pub counters: Arc<Counters>,
}

impl Publisher {
    /// Runs until the feed ends.
    pub async fn run(self, mut news: mpsc::Receiver<News>) {
        let started = Instant::now();
        let now = || Millis::try_from(started.elapsed().as_millis()).unwrap_or(Millis::MAX);
        let mut settings = LiveSettings::default();
        let mut batch = Batch::new(settings.batch(), 0);
        let mut fed = 0;
        let mut generation = 0;
        loop {
            let deadline = batch.deadline().map(|at| started + Duration::from_millis(at));
            let next = tokio::select! {
                next = news.recv() => next,
                () = until(deadline) => {
                    self.publish(batch.due(now()), &batch, fed, generation);
                    continue;
                }
            };
            match next {
                Some(News::Tick { events, last, generation: told }) => {
                    let _span = tracing::info_span!("publish", tick.sequence = last).entered();
                    (fed, generation) = (last, told);
                    let departures = self.accept(&mut batch, events, last, now());
                    self.publish(departures, &batch, fed, generation);
                }
                Some(News::Turn { epoch, sequence }) => {
                    fed = sequence;
                    batch = Batch::new(settings.batch(), sequence);
                    self.hub.turn(epoch, sequence);
                }
                Some(News::Settings(new)) => {
                    batch.configure(new.batch());
                    settings = new;
                }
                None => break,
            }
        }
        self.publish(batch.flush(), &batch, fed, generation);
    }

    fn accept(&self, batch: &mut Batch, events: Vec<Event>, last: i64, now: Millis) -> Vec<Departure> {
        batch.accept(events.into_iter().map(Arc::new).collect(), last, now)
    }

    fn publish(&self, departures: Vec<Departure>, batch: &Batch, fed: i64, generation: u64) {
        let (epoch, _) = self.hub.head();
        let messages = self.make(departures, epoch);
        self.hub.publish(messages, fed, batch.held(), generation);
    }

    fn make(&self, departures: Vec<Departure>, epoch: Uuid) -> Vec<Arc<Message>> {
        let mut chain: HashMap<Topic, i64> = HashMap::new();
        let at = epoch_millis(SystemTime::now());
        departures
            .into_iter()
            .map(|departure| {
                self.count(&departure, at);
                let topic = departure.topic.clone();
                let previous = chain.get(&topic).copied().unwrap_or_else(|| self.hub.previous(&topic));
                let message = Message::new(departure, epoch, previous, at);
                chain.insert(topic, message.sequence);
                Arc::new(message)
            })
            .collect()
    }

    fn count(&self, departure: &Departure, at: i64) {
        self.counters.messages.add(1);
        if let Kind::AiBatch { gathered } = departure.kind {
            self.counters.ai_events.add(gathered as u64);
            self.counters.ai_batches.add(1);
        }
        for event in departure.events.iter().filter(|event| event.source == Source::User) {
            let millis = u64::try_from(at - event.at).unwrap_or(0);
            self.counters.commit_to_send.observe(Duration::from_millis(millis));
        }
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
