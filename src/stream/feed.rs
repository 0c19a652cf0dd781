//! The loop that turns commits into ticks and passes them on.
//!
//! Invariant: it knows one position, the last sequence it passed on, and passes on everything after it, once, in
//! order, and only what is committed. Whether the tick was made here or by another node makes no difference: what is
//! between our position and the tick is read from the log. When the past may have changed (another epoch), or the log
//! does not reach back to our position, it says [`News::Turn`] instead of skipping silently.
//!
//! The channel to the publisher is bounded: when it is full the feed waits, and what happens meanwhile stays in the
//! log.

mod state;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span};
use uuid::Uuid;

use self::state::{State, Stopped};
use super::counters::Counters;
use super::doubt;
use super::event::Event;
use super::hub::Hub;
use super::listener::{Alarm, Hearing, retries};
use super::listening::Filter;
use super::log::{self, Log, Ticked};
use super::pace::{Look, Pace, PaceSettings};
use super::settings::LiveSettings;
use crate::db::address::Address;
use crate::features::Switches;
use crate::telemetry;

/// How often settings are read again.
const SETTINGS_EVERY: Duration = Duration::from_secs(3);
/// How long a new connection may take.
const OPENING: Duration = Duration::from_secs(10);
/// Longest distance of attempts to connect: when the database is back, everybody waits for this.
const LONGEST: Duration = Duration::from_secs(1);
/// Distance of attempts while the schema is missing or old.
const MIGRATE_RETRY: Duration = Duration::from_secs(3);
/// Polling without a doorbell.
const DEAF_IDLE: Duration = Duration::from_millis(250);
/// How long someone who only watches leaves the tick to the service.
const GRACE: Duration = Duration::from_millis(150);

/// What the feed tells.
#[derive(Debug)]
pub enum News {
    /// Whole transactions in order, all committed; the last sequence accounted for is `last`.
    Tick {
        /// In order of sequence.
        events: Vec<Event>,
        /// The feed's position after them.
        last: i64,
        /// The topics whose events these are: see [`super::listening`].
        generation: u64,
    },
    /// Positions from before mean nothing any more; it goes on after `sequence` of `epoch`. Always the first news.
    Turn {
        /// The epoch from now on.
        epoch: Uuid,
        /// Where it begins for us.
        sequence: i64,
    },
    /// `tide.settings` says something else than before.
    Settings(LiveSettings),
}

/// Whether the feed works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// No connection to the database.
    Away,
    /// Connected, but `tidegate migrate` is needed.
    OldSchema,
    /// Ticking.
    Fine,
}

/// Who makes ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// As soon as something is committed: a service.
    Tick,
    /// Only if nobody else does: someone who watches.
    Watch,
}

/// The feed's task.
#[derive(Debug)]
pub struct Feed {
    /// Where the log is.
    pub address: Address,
    /// Who ticks.
    pub manner: Manner,
    /// Its distances, until `tide.settings` says something else.
    pub pace: PaceSettings,
    /// Where to begin; `None`: at the head.
    pub from: Option<i64>,
    /// Who wakes it.
    pub alarm: Arc<Alarm>,
    /// Whether it will be woken.
    pub hearing: watch::Receiver<Hearing>,
    /// Who knows what is heard; without it, everything is told.
    pub hub: Option<Arc<Hub>>,
    /// Who gets the news.
    pub news: mpsc::Sender<News>,
    /// Where it puts how features stand; without it, nobody wants to know.
    pub switches: Option<Switches>,
    /// What others may know about it.
    pub health: watch::Sender<Health>,
    /// What it counts.
    pub counters: Arc<Counters>,
}

impl Feed {
    /// Runs until told to stop or until nobody takes the news any more. Survives restarts of the database.
    pub async fn run(self, shutdown: CancellationToken) {
        let state = State::new();
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = self.run_for_ever(state) => {}
        }
    }

    async fn run_for_ever(self, mut state: State) {
        let mut backoff = retries(LONGEST);
        while !self.news.is_closed() {
            let stopped = match timeout(OPENING, Log::open(&self.address)).await {
                Ok(Ok(log)) => self.follow(&log, &mut state).await,
                Ok(Err(error)) => Stopped::Refused(error),
                Err(_) => Stopped::Silent,
            };
            let error = match stopped {
                Stopped::NobodyListens => return,
                Stopped::Silent => {
                    if self.health.send_replace(Health::Away) == Health::Fine {
                        tracing::warn!(
                            "The connection to the database is dead; making others until one answers"
                        );
                    }
                    continue;
                }
                Stopped::Refused(error) => error,
            };
            let old_schema = log::is_old_schema(&error);
            let health = if old_schema { Health::OldSchema } else { Health::Away };
            let was = self.health.send_replace(health);
            if was == Health::Fine {
                backoff = retries(LONGEST);
            }
            let wait = if old_schema { MIGRATE_RETRY } else { backoff.next().unwrap_or(MIGRATE_RETRY) };
            report(&error, was, health);
            sleep(wait).await;
        }
    }

    async fn follow(&self, log: &Log, state: &mut State) -> Stopped {
        match self.follow_until_refused(log, state).await {
            Ok(never) => match never {},
            Err(stopped) => stopped,
        }
    }

    async fn follow_until_refused(
        &self,
        log: &Log,
        state: &mut State,
    ) -> Result<std::convert::Infallible, Stopped> {
        self.alarm.own_pid.store(log.pid(), Ordering::Relaxed);
        let mut pace = Pace::new(self.pace_now(&state.settings));
        let mut settings_due = Instant::now();
        let (mut may_advance, mut rung) = (true, false);
        loop {
            state.heed(*self.hearing.borrow());
            if Instant::now() >= settings_due {
                settings_due = Instant::now() + SETTINGS_EVERY;
                self.refresh_settings(log, state).await?;
                pace.configure(self.pace_now(&state.settings));
            }
            let look = Look { rung, ..self.look(log, state, &mut may_advance).await? };
            if self.health.send_replace(Health::Fine) != Health::Fine && self.manner == Manner::Tick {
                tracing::info!("Following the log");
            }
            let next = pace.after(look, state.now());
            rung = self.wait(state, &pace, next).await;
        }
    }

    /// One look, at what is heard now. Whoever waits to hear a topic is told also when there is nothing else to tell.
    async fn look(&self, log: &Log, state: &mut State, may_advance: &mut bool) -> Result<Look, Stopped> {
        let filter = self.hub.as_ref().map_or(Filter::EVERYTHING, |hub| hub.filter());
        let look = self.look_for(&filter, log, state, may_advance).await?;
        if let Some((_, last)) = state.position.filter(|_| state.told < filter.generation) {
            self.send_tick(state, &filter, vec![], last).await?;
        }
        Ok(look)
    }

    /// What others ticked, then what we tick ourselves.
    async fn look_for(
        &self,
        filter: &Filter,
        log: &Log,
        state: &mut State,
        may_advance: &mut bool,
    ) -> Result<Look, Stopped> {
        if state.position.is_none() || self.manner == Manner::Watch {
            let (epoch, head) = self.ask(log, state, log.position()).await?;
            if state.position.is_none() {
                self.turn(state, epoch, self.from.unwrap_or(head)).await?;
            }
            if state.position != Some((epoch, head)) || !*may_advance {
                let found = self.catch_up(filter, log, state, epoch, head).await?;
                return Ok(Look { found, ..Look::default() });
            }
        }
        let began = Instant::now();
        let known = state.position.map_or(0, |(_, sequence)| sequence);
        let tick = log.tick(filter.topics.as_deref(), state.settings.max_events_per_tick, known);
        match self.ask(log, state, Box::pin(tick)).await {
            Ok(ticked) if ticked.first.is_none() => self.pass_on(filter, log, state, ticked).await,
            Ok(ticked) => {
                let span = self.account_for(&ticked, began.elapsed());
                self.pass_on(filter, log, state, ticked).instrument(span).await
            }
            Err(Stopped::Refused(error)) if self.manner == Manner::Watch && log::is_forbidden(&error) => {
                *may_advance = false;
                Ok(Look::default())
            }
            Err(Stopped::Refused(error)) if log::is_locked(&error) => {
                tracing::info!("The log is locked, as by a migration; looking again");
                Ok(Look { in_flight: true, ..Look::default() })
            }
            Err(stopped) => Err(stopped),
        }
    }

    /// Counts a tick that was made, tells it if it was slow, and answers with the span of what is done with it.
    fn account_for(&self, ticked: &Ticked, took: Duration) -> Span {
        let times = [(&self.counters.fold, ticked.fold), (&self.counters.cascade, ticked.cascade)];
        for (histogram, time) in times {
            time.into_iter().for_each(|time| histogram.observe(time));
        }
        self.counters.ticks.add(1);
        self.counters.tick.observe(took);
        let span = tracing::error_span!("tick", tick.first = ticked.first, tick.sequence = ticked.head);
        if took >= telemetry::slow_call() {
            tracing::warn!(
                parent: &span,
                duration_ms = telemetry::millis(took),
                fold_ms = ticked.fold.map(telemetry::millis),
                cascade_ms = ticked.cascade.map(telemetry::millis),
                "A tick was slow"
            );
        }
        span
    }

    async fn pass_on(
        &self,
        filter: &Filter,
        log: &Log,
        state: &mut State,
        ticked: Ticked,
    ) -> Result<Look, Stopped> {
        let Ticked { events, epoch, head, first, in_flight, .. } = ticked;
        let Some(first) = first else {
            let found = self.catch_up(filter, log, state, epoch, head).await?;
            return Ok(Look { found, in_flight, ..Look::default() });
        };
        self.catch_up(filter, log, state, epoch, first - 1).await?;
        self.send_tick(state, filter, events, head).await?;
        let count = usize::try_from(head - first + 1).unwrap_or_default();
        let full = count * 2 >= usize::try_from(state.settings.max_events_per_tick).unwrap_or(usize::MAX);
        Ok(Look { found: count, full, in_flight, rung: false })
    }

    /// Reads what others ticked, up to `head`; a turn when that is not the continuation of what we know.
    async fn catch_up(
        &self,
        filter: &Filter,
        log: &Log,
        state: &mut State,
        epoch: Uuid,
        head: i64,
    ) -> Result<usize, Stopped> {
        let (known, mut last) = state.position.unwrap_or((epoch, head));
        if known != epoch || head < last {
            self.turn(state, epoch, head).await?;
            return Ok(0);
        }
        let found = usize::try_from(head - last).unwrap_or(0);
        while last < head {
            match self.ask(log, state, Box::pin(log.read(filter.topics.as_deref(), last, head))).await {
                Ok((events, end)) => {
                    self.send_tick(state, filter, events, end).await?;
                    last = end;
                }
                Err(Stopped::Refused(error)) if log::is_lost(&error) => {
                    self.turn(state, epoch, head).await?;
                    last = head;
                }
                Err(stopped) => return Err(stopped),
            }
        }
        Ok(found)
    }

    /// An answer of the log's, unless it will never come.
    async fn ask<T>(
        &self,
        log: &Log,
        state: &State,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Stopped> {
        if !state.is_direct {
            return Ok(answer.await?);
        }
        match doubt::answer_of(&self.address, log.pid(), answer).await {
            Some(answer) => Ok(answer?),
            None => Err(Stopped::Silent),
        }
    }

    async fn send_tick(
        &self,
        state: &mut State,
        filter: &Filter,
        events: Vec<Event>,
        last: i64,
    ) -> Result<(), Stopped> {
        tracing::debug!(tick.sequence = last, tick.events = events.len(), "Passed on");
        state.meet_agents(&events);
        let news = News::Tick { events, last, generation: filter.generation };
        self.news.send(news).await.map_err(|_| Stopped::NobodyListens)?;
        state.told = filter.generation;
        if let Some((_, position)) = &mut state.position {
            self.counters.events.add(u64::try_from(last - *position).unwrap_or_default());
            *position = last;
        }
        Ok(())
    }

    async fn turn(&self, state: &mut State, epoch: Uuid, sequence: i64) -> Result<(), Stopped> {
        if state.position.is_some() && self.manner == Manner::Tick {
            tracing::warn!(%epoch, sequence, "Positions from before mean nothing any more: everyone takes a new snapshot");
        }
        state.position = Some((epoch, sequence));
        self.news.send(News::Turn { epoch, sequence }).await.map_err(|_| Stopped::NobodyListens)
    }

    async fn refresh_settings(&self, log: &Log, state: &mut State) -> Result<(), Stopped> {
        let mut settings = LiveSettings::read(&self.ask(log, state, log.settings()).await?);
        if let Some(switches) = &self.switches {
            settings.gather = self.ask(log, state, switches.refresh(log, &state.agents)).await?;
        }
        if settings != state.settings {
            state.settings = settings.clone();
            self.news.send(News::Settings(settings)).await.map_err(|_| Stopped::NobodyListens)?;
        }
        Ok(())
    }

    fn pace_now(&self, settings: &LiveSettings) -> PaceSettings {
        let deaf = *self.hearing.borrow() != Hearing::Fine;
        PaceSettings {
            tick_interval: settings.tick_interval.unwrap_or(self.pace.tick_interval),
            idle: if deaf { self.pace.idle.min(DEAF_IDLE) } else { self.pace.idle },
            ..self.pace
        }
    }

    /// Until `next`, or until something rings and enough time has passed; true if it rang.
    async fn wait(&self, state: &State, pace: &Pace, next: Duration) -> bool {
        let rung = async {
            tokio::select! {
                () = self.alarm.ticked.notified() => {}
                () = self.alarm.doorbell.notified() => if self.manner == Manner::Watch {
                    tokio::select! {
                        () = sleep(GRACE) => {}
                        () = self.alarm.ticked.notified() => {}
                    }
                },
            }
            let now = state.now();
            let earliest = pace.earliest(now);
            // A timer counts in milliseconds, so none is asked when there is nothing to wait for.
            if earliest > now {
                sleep_until(state.started + earliest).await;
            }
        };
        let new_topics = async {
            match &self.hub {
                Some(hub) => hub.new_topics().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = rung => true,
            () = new_topics => true,
            () = sleep_until(state.started + next) => false,
        }
    }
}

fn report(error: &tokio_postgres::Error, was: Health, is: Health) {
    let error = crate::db::pool::chain(error);
    match is {
        Health::OldSchema if was != is => {
            tracing::error!(%error, "The database's schema is missing or not this program's: run `tidegate migrate`, or the newer program if that has");
        }
        Health::Away if was != is => {
            tracing::warn!(%error, "Lost the database; trying again until it is back");
        }
        _ => tracing::debug!(%error, "Still not following the log"),
    }
}
