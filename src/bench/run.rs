//! One run of a scenario, and what came of it.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::client::{Beginning, Place, Seat};
use super::crowd::Crowd;
use super::figures::{self, Micros, Percentiles};
use super::floor;
use super::ledger::{self, Balance, Diary};
use super::process;
use super::saturation::Course;
use super::scenario::{Measure, Name, Scenario};
use super::service::{Cost, Service};
use super::stage::{Cast, Stage};
use super::writers::{self, Plan};
use crate::error::Failure;

/// Unready clients at a time, where the connecting is not what is asked about.
pub(super) const POLITE: usize = 64;
/// What everyone's arrival has stirred up settles.
pub(super) const REST: Duration = Duration::from_secs(2);
/// Nobody measures how long it takes to notice that everyone is gone.
const GONE: Duration = Duration::from_secs(2);
const MEGABYTE: f64 = 1_000_000.0;

/// What a run needs beside its scenario.
pub(super) struct Bench<'b> {
    pub(super) stage: &'b Stage,
    pub(super) program: &'b Path,
    /// A service that runs already.
    pub(super) given: Option<(std::net::SocketAddr, Option<u32>)>,
    pub(super) drops_one: Option<usize>,
}

/// What was found.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Findings {
    /// With everyone connected and nothing to do, in megabytes.
    pub(super) memory_mb: f64,
    pub(super) memory_peak_mb: f64,
    /// Of the service, while commits were told.
    pub(super) processor_us_per_message: f64,
    /// Of the database: its share of one core meanwhile.
    pub(super) database_cores: f64,
    pub(super) connecting_ms: Percentiles,
    /// Rows changed, from the first commit to the last.
    pub(super) events_per_second: f64,
    /// Newcomers' under load.
    pub(super) newcomers_ms: Percentiles,
    pub(super) recovered_ms: Percentiles,
    /// A write beside the recovery of everyone.
    pub(super) write_meanwhile_ms: Percentiles,
    pub(super) balance: Balance,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) against_floor: Option<f64>,
    /// What saturation looked like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) course: Option<Course>,
}

impl Findings {
    /// One of them; `None` when this run did not look for it.
    pub(super) fn measure(&self, measure: Measure) -> Option<f64> {
        let latency = |of: f64| (self.balance.latency_ms.count > 0).then_some(of);
        let some = |of: f64| (of > 0.0).then_some(of);
        match measure {
            Measure::Memory => some(self.memory_mb),
            Measure::P50 => latency(self.balance.latency_ms.p50),
            Measure::P95 => latency(self.balance.latency_ms.p95),
            Measure::P99 => latency(self.balance.latency_ms.p99),
            #[allow(clippy::cast_precision_loss, reason = "a count that should be 0")]
            Measure::Lost => Some(self.balance.wrong() as f64),
            Measure::LastClient => latency(self.balance.last_client_ms.p50),
            Measure::Connecting => some(self.newcomers_ms.p99),
            Measure::Recovered => some(self.recovered_ms.max),
            Measure::AgainstFloor => self.against_floor,
        }
    }
}

/// Commits per second.
#[allow(clippy::cast_precision_loss, reason = "a count of commits")]
pub(super) fn rate(commits: &[ledger::Commit]) -> f64 {
    let first = commits.iter().map(|commit| commit.begun).min().unwrap_or(0);
    let last = commits.iter().map(|commit| commit.acknowledged).max().unwrap_or(0);
    commits.len() as f64 / ((last - first) as f64 / 1e6).max(1e-6)
}

impl Bench<'_> {
    /// The service in this scenario.
    pub(super) async fn measure(&self, scenario: &Scenario) -> Result<Findings, Failure> {
        let cast = self.stage.furnish(scenario).await?;
        let service = match self.given {
            Some((address, pid)) => Service::given(address, pid),
            None => Service::start(self.program, self.stage, scenario.connections).await?,
        };
        self.stage.settled().await?;
        let found = match scenario.name {
            Name::Reconnect => self.come_back(scenario, &cast, &service).await,
            Name::Saturation => self.saturate(scenario, &cast, &service).await,
            _ => self.listen(scenario, &cast, &service).await,
        };
        service.stop().await;
        self.stage.clear(&cast).await?;
        found
    }

    async fn listen(&self, scenario: &Scenario, cast: &Cast, service: &Service) -> Result<Findings, Failure> {
        let clock = Instant::now();
        let guests = self.guests(scenario, cast, service)?;
        let at_once = if scenario.name == Name::Connect { usize::MAX } else { POLITE };
        let mut crowd = Crowd::gather(snapshots(&guests), clock, at_once, self.drops_one).await?;
        let connecting_ms = figures::percentiles(&mut crowd.ready);
        sleep(REST).await;
        let before = self.costs(service).await;
        let plan = Plan {
            projects: &cast.projects,
            commits: scenario.commit_count(),
            rows: scenario.rows,
            distance: Some(Duration::from_secs_f64(1.0 / scenario.commits.max(0.01))),
            clock,
        };
        let over = CancellationToken::new();
        let newcomers = newcomers(&guests, scenario, clock, over.clone());
        let writing = async {
            let commits = writers::write(self.stage, plan).await;
            if let Ok(commits) = &commits {
                crowd.has_heard(expected(scenario, commits)).await;
            }
            over.cancel();
            commits
        };
        let (commits, mut newcomers) = futures::join!(writing, newcomers);
        let commits = commits?;
        let after = self.costs(service).await;
        let diaries: Vec<Diary> = crowd.dismiss().await.into_iter().map(|(diary, _)| diary).collect();
        let balance = ledger::balance(&commits, &diaries);
        let found = Findings {
            connecting_ms,
            newcomers_ms: figures::percentiles(&mut newcomers),
            events_per_second: rate(&commits) * f64::from(u16::try_from(scenario.rows).unwrap_or(u16::MAX)),
            ..Findings::default()
        };
        Ok(found.with(balance, &before, &after))
    }

    async fn come_back(
        &self,
        scenario: &Scenario,
        cast: &Cast,
        service: &Service,
    ) -> Result<Findings, Failure> {
        let clock = Instant::now();
        let guests = self.guests(scenario, cast, service)?;
        let crowd = Crowd::gather(snapshots(&guests), clock, POLITE, None).await?;
        let memory = service.cost();
        let mut places = vec![Place::default(); guests.len()];
        for (_, place) in crowd.dismiss().await {
            let client = place.client;
            places[client] = place;
        }
        sleep(GONE).await;
        let commits = scenario.missed * scenario.projects;
        let plan = Plan { projects: &cast.projects, commits, rows: 1, distance: None, clock };
        let commits = writers::write(self.stage, plan).await?;
        self.stage.settled().await?;

        let before =
            Costs { service: Cost { memory: memory.memory, ..service.cost() }, ..self.costs(service).await };
        let over = CancellationToken::new();
        let returning = guests.iter().zip(places).map(|(seat, place)| {
            let Place { epoch, position, .. } = place;
            (seat.clone(), Beginning::Resume { epoch, position, missed: scenario.missed })
        });
        let recovery = async {
            let crowd = Crowd::gather(returning.collect(), clock, usize::MAX, self.drops_one).await;
            over.cancel();
            crowd
        };
        let (crowd, writes) = futures::join!(recovery, self.write_beside(&over));
        let (mut crowd, mut writes) = (crowd?, writes?);
        let after = self.costs(service).await;
        let recovered_ms = figures::percentiles(&mut crowd.ready);
        let diaries: Vec<Diary> = crowd.dismiss().await.into_iter().map(|(diary, _)| diary).collect();
        let balance = Balance { latency_ms: Percentiles::default(), ..ledger::balance(&commits, &diaries) };
        let write_meanwhile_ms = figures::percentiles(&mut writes);
        let found = Findings { recovered_ms, write_meanwhile_ms, ..Findings::default() };
        Ok(found.with(balance, &before, &after))
    }

    /// A small write again and again: how the database feels to others meanwhile.
    async fn write_beside(&self, over: &CancellationToken) -> Result<Vec<Micros>, Failure> {
        let client = self.stage.connect().await?;
        let mut took = Vec::new();
        while !over.is_cancelled() {
            let began = Instant::now();
            client.batch_execute("create temp table if not exists probe (at timestamptz); insert into probe values (now())").await?;
            took.push(Micros::try_from(began.elapsed().as_micros()).unwrap_or(Micros::MAX));
            sleep(Duration::from_millis(50)).await;
        }
        Ok(took)
    }

    pub(super) fn guests(
        &self,
        scenario: &Scenario,
        cast: &Cast,
        service: &Service,
    ) -> Result<Vec<Seat>, Failure> {
        let seat = |(number, person): (usize, &uuid::Uuid)| {
            let project = scenario.project_of(number);
            let topic = cast.projects[project].topic.clone();
            Ok(Seat { number, address: service.address, token: self.stage.token(*person)?, project, topic })
        };
        cast.people.iter().enumerate().map(seat).collect()
    }

    pub(super) async fn costs(&self, service: &Service) -> Costs {
        let database = self.stage.postmaster().await.and_then(process::processor_of_family);
        Costs { at: Instant::now(), service: service.cost(), database: database.unwrap_or_default() }
    }
}

/// The floor in this scenario, with messages of so many bytes.
pub(super) async fn measure_floor(
    program: &Path,
    scenario: &Scenario,
    bytes: usize,
) -> Result<Findings, Failure> {
    let floor = Service::start_floor(program).await?;
    let clock = Instant::now();
    let seat = |number| {
        let project = scenario.project_of(number);
        Seat { number, address: floor.address, token: String::new(), project, topic: String::new() }
    };
    let guests: Vec<Seat> = (0..scenario.connections).map(seat).collect();
    let crowd = Crowd::gather(snapshots(&guests), clock, POLITE, None).await?;
    sleep(REST).await;
    let cost = || Costs { at: Instant::now(), service: floor.cost(), database: Duration::ZERO };
    let before = cost();
    let commits = floor::publish_to(&floor, scenario, bytes, clock).await?;
    crowd.has_heard(expected(scenario, &commits)).await;
    let after = cost();
    let diaries: Vec<Diary> = crowd.dismiss().await.into_iter().map(|(diary, _)| diary).collect();
    floor.stop().await;
    Ok(Findings::default().with(ledger::balance(&commits, &diaries), &before, &after))
}

/// Processor time and memory at one moment.
pub(super) struct Costs {
    at: Instant,
    service: Cost,
    database: Duration,
}

impl Findings {
    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    pub(super) fn with(self, balance: Balance, before: &Costs, after: &Costs) -> Self {
        let took = (after.at - before.at).as_secs_f64();
        let service = after.service.processor.saturating_sub(before.service.processor);
        let database = after.database.saturating_sub(before.database);
        Self {
            memory_mb: before.service.memory as f64 / MEGABYTE,
            memory_peak_mb: after.service.memory_peak as f64 / MEGABYTE,
            processor_us_per_message: service.as_secs_f64() * 1e6 / balance.messages.max(1) as f64,
            database_cores: database.as_secs_f64() / took,
            balance,
            ..self
        }
    }
}

pub(super) fn snapshots(seats: &[Seat]) -> Vec<(Seat, Beginning)> {
    seats.iter().map(|seat| (seat.clone(), Beginning::Snapshot)).collect()
}

pub(super) fn expected(scenario: &Scenario, commits: &[ledger::Commit]) -> usize {
    let (each, more) = (scenario.connections / scenario.projects, scenario.connections % scenario.projects);
    commits.iter().map(|commit| each + usize::from(commit.project < more)).sum()
}

/// Others who come, take their snapshot and go, at the scenario's rate: how long each waited for it.
async fn newcomers(
    seats: &[Seat],
    scenario: &Scenario,
    clock: Instant,
    over: CancellationToken,
) -> Vec<Micros> {
    let mut waited = Vec::new();
    if scenario.newcomers <= 0.0 {
        return waited;
    }
    let mut distance = tokio::time::interval(Duration::from_secs_f64(1.0 / scenario.newcomers));
    let mut visits = tokio::task::JoinSet::new();
    for seat in seats.iter().cycle() {
        tokio::select! {
            _ = distance.tick() => {}
            () = over.cancelled() => break,
        }
        let guest = vec![(seat.clone(), Beginning::Snapshot)];
        visits.spawn(async move {
            let crowd = Crowd::gather(guest, clock, 1, None).await.ok()?;
            let waited = crowd.ready.first().copied();
            crowd.dismiss().await;
            waited
        });
    }
    while let Some(visit) = visits.join_next().await {
        // Who was not let in has waited for ever.
        waited.push(visit.ok().flatten().unwrap_or(Micros::MAX / 2));
    }
    waited
}
