//! How much goes through the whole chain, from trigger to client: steps that ask for more until it no longer keeps up;
//! then more than it bears, for a while; then nothing, until everybody has everything.
//!
//! What is offered beyond what it bears must wait in the log, and none of it may be lost: the ledger counts every step.

use std::time::Duration;

use serde::Serialize;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::census::{self, Shares};
use super::crowd::Crowd;
use super::figures::Percentiles;
use super::ledger::{self, Commit, Diary, Moment};
use super::run::{Bench, Costs, Findings, POLITE, REST, expected, rate, snapshots};
use super::scenario::Scenario;
use super::service::Service;
use super::stage::Cast;
use super::writers::{self, Plan};
use crate::error::Failure;

/// Each step asks for so much more, until one is too much.
const STEEP: f64 = 1.5;
/// Then so often the middle between the best and the worst.
const HALVINGS: usize = 2;
/// Not more steps than these, whatever it bears.
const MOST: usize = 14;
/// Of the rate that was too much, for so many times a step.
const BEYOND: f64 = 1.5;
const BEYOND_LASTS: u32 = 2;
/// The last of a step's commits is told so late where the chain keeps up.
const BEHIND: Duration = Duration::from_millis(300);
/// Writers that commit so much less than they were asked to are at their own end.
const COMMITTED: f64 = 0.97;
/// The course of an overload is told in such pieces.
const MOMENT: Duration = Duration::from_millis(250);

/// One rate that was offered, in events per second.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Step {
    pub(super) offered: f64,
    pub(super) committed: f64,
    /// Whether everything was committed as offered and told soon after.
    pub(super) kept_up: bool,
    /// From the last commit until everybody had everything.
    pub(super) behind_ms: f64,
    pub(super) latency_ms: Percentiles,
    pub(super) cores: Shares,
    #[serde(skip)]
    commits: Vec<Commit>,
}

/// What saturation looked like.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Course {
    /// In the order in which they were tried.
    pub(super) steps: Vec<Step>,
    /// Events per second of the best that kept up.
    pub(super) sustained: f64,
    /// The last one, which was offered more than the chain bears.
    pub(super) beyond: Step,
    /// How that went.
    pub(super) moments: Vec<Moment>,
    /// The most events that waited.
    pub(super) waiting: usize,
}

/// One service, one crowd, and its writers.
struct Trial<'t> {
    bench: &'t Bench<'t>,
    scenario: &'t Scenario,
    cast: &'t Cast,
    service: &'t Service,
    crowd: &'t Crowd,
    clock: Instant,
    /// Deliveries that the steps so far have made.
    expected: usize,
}

impl Bench<'_> {
    /// The scenario's rate is that of the first step, and `lasts` the length of each.
    pub(super) async fn saturate(
        &self,
        scenario: &Scenario,
        cast: &Cast,
        service: &Service,
    ) -> Result<Findings, Failure> {
        let clock = Instant::now();
        let guests = self.guests(scenario, cast, service)?;
        let crowd = Crowd::gather(snapshots(&guests), clock, POLITE, self.drops_one).await?;
        sleep(REST).await;
        let before = self.costs(service).await;
        let mut trial = Trial { bench: self, scenario, cast, service, crowd: &crowd, clock, expected: 0 };
        let mut steps: Vec<Step> = Vec::new();
        let tried = |steps: &[Step]| steps.iter().map(|s| (s.offered, s.kept_up)).collect::<Vec<_>>();
        while let Some(events) = next(trial.offered(scenario.commits), &tried(&steps)) {
            steps.push(trial.offer(events, scenario.lasts).await?);
        }
        let worst =
            steps.iter().filter(|step| !step.kept_up).map(|step| step.offered).fold(f64::MAX, f64::min);
        let most = if worst < f64::MAX { worst } else { steps.last().map_or(0.0, |step| step.offered) };
        let beyond = trial.offer(most * BEYOND, scenario.lasts * BEYOND_LASTS).await?;
        let after = self.costs(service).await;
        let diaries: Vec<Diary> = crowd.dismiss().await.into_iter().map(|(diary, _)| diary).collect();
        Ok(found(scenario, steps, beyond, &diaries, (&before, &after)))
    }
}

impl Trial<'_> {
    fn offered(&self, commits: f64) -> f64 {
        commits * f64::from(u16::try_from(self.scenario.rows).unwrap_or(u16::MAX))
    }

    async fn offer(&mut self, events: f64, lasts: Duration) -> Result<Step, Failure> {
        let per_second = events / self.offered(1.0);
        let scenario = Scenario { commits: per_second, lasts, ..*self.scenario };
        let plan = Plan {
            projects: &self.cast.projects,
            commits: scenario.commit_count(),
            rows: scenario.rows,
            distance: Some(Duration::from_secs_f64(1.0 / per_second)),
            clock: self.clock,
        };
        let over = CancellationToken::new();
        let writing = async {
            let commits = writers::write(self.bench.stage, plan).await;
            over.cancel();
            (commits, Instant::now())
        };
        let counting = census::take(self.bench.stage, self.service.pid(), &over);
        let ((commits, ended), cores) = futures::join!(writing, counting);
        let commits = commits?;
        self.expected += expected(&scenario, &commits);
        self.crowd.has_heard(self.expected).await;
        let behind = ended.elapsed();
        let committed = self.offered(rate(&commits));
        Ok(Step {
            offered: events,
            committed,
            kept_up: behind <= BEHIND && committed >= COMMITTED * events,
            behind_ms: behind.as_secs_f64() * 1000.0,
            latency_ms: Percentiles::default(),
            cores: cores?,
            commits,
        })
    }
}

/// The rate to try after these.
fn next(first: f64, tried: &[(f64, bool)]) -> Option<f64> {
    let best = tried.iter().filter(|(_, kept_up)| *kept_up).map(|(rate, _)| *rate).fold(0.0, f64::max);
    let worst = tried.iter().filter(|(_, kept_up)| !kept_up).map(|(rate, _)| *rate).fold(f64::MAX, f64::min);
    let steep = tried.iter().position(|(_, kept_up)| !kept_up);
    match steep {
        _ if tried.len() >= MOST => None,
        None => Some(tried.last().map_or(first, |(rate, _)| rate * STEEP)),
        Some(at) if tried.len() - at - 1 < HALVINGS => Some(best.midpoint(worst)),
        Some(_) => None,
    }
}

fn found(
    scenario: &Scenario,
    mut steps: Vec<Step>,
    mut beyond: Step,
    diaries: &[Diary],
    (before, after): (&Costs, &Costs),
) -> Findings {
    let mut commits = Vec::new();
    for step in steps.iter_mut().chain([&mut beyond]) {
        step.latency_ms = ledger::balance(&step.commits, diaries).latency_ms;
        commits.extend(step.commits.iter().copied());
    }
    let moments = ledger::course(&beyond.commits, diaries, scenario.rows, MOMENT);
    let kept = steps.iter().filter(|step| step.kept_up);
    let course = Course {
        sustained: kept.map(|step| step.committed).fold(0.0, f64::max),
        waiting: moments.iter().map(|moment| moment.waiting).max().unwrap_or(0),
        moments,
        steps,
        beyond,
    };
    let balance = ledger::balance(&commits, diaries);
    let found = Findings { events_per_second: course.sustained, course: Some(course), ..Findings::default() };
    found.with(balance, before, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(bears: f64) -> Vec<f64> {
        let mut tried = Vec::new();
        while let Some(rate) = next(1000.0, &tried) {
            tried.push((rate, rate <= bears));
        }
        tried.into_iter().map(|(rate, _)| rate).collect()
    }

    #[test]
    fn steps_rise_until_one_is_too_much_and_then_close_in() {
        assert_eq!(rates(2000.0), [1000.0, 1500.0, 2250.0, 1875.0, 2062.5]);
    }

    #[test]
    fn a_first_step_that_is_too_much_is_halved() {
        assert_eq!(rates(300.0), [1000.0, 500.0, 250.0]);
    }

    #[test]
    fn what_bears_everything_is_not_asked_for_ever() {
        assert_eq!(rates(f64::MAX).len(), MOST);
    }
}
