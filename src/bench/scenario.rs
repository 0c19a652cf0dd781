//! The questions, as data: how many, how often, and what is to be reached.

use std::time::Duration;

/// What a preset asks; each is one shape of load with its own goals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Name {
    /// All connect at once.
    Connect,
    /// Many projects, each commit heard by a few; meanwhile others come and go.
    Spread,
    /// Commits of many rows, as many as the whole chain from trigger to client takes.
    Chain,
    /// The same, more and more of it until it no longer keeps up; then too much of it; then nothing.
    Saturation,
    /// Every commit is heard by everyone, at a steady rate.
    Fanout,
    /// One change now and then, heard by very many.
    Everyone,
    /// All lose their connection, come back at once and resume what they missed.
    Reconnect,
}

/// One shape of load.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scenario {
    pub(super) name: Name,
    pub(super) connections: usize,
    pub(super) projects: usize,
    /// Commits per second.
    pub(super) commits: f64,
    /// Rows that each of them changes: so many events.
    pub(super) rows: usize,
    pub(super) lasts: Duration,
    /// Connections that come and go per second, beside the others.
    pub(super) newcomers: f64,
    /// Commits per project that are missed before everyone comes back.
    pub(super) missed: usize,
    /// The preset's own; none when its size was changed.
    pub(super) goals: &'static [Goal],
}

/// What is to be reached, in the unit of the measure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Goal {
    pub(super) measure: Measure,
    pub(super) must: f64,
    pub(super) aim: Option<f64>,
}

/// What can be measured; all of them: the less the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Memory,
    P50,
    P95,
    P99,
    Lost,
    LastClient,
    Connecting,
    Recovered,
    AgainstFloor,
}

const fn must(measure: Measure, must: f64) -> Goal {
    Goal { measure, must, aim: None }
}

const fn goal(measure: Measure, must: f64, aim: f64) -> Goal {
    Goal { measure, must, aim: Some(aim) }
}

const SPREAD: &[Goal] = &[
    goal(Measure::Memory, 200.0, 100.0),
    must(Measure::P50, 20.0),
    must(Measure::P95, 50.0),
    goal(Measure::P99, 100.0, 40.0),
    must(Measure::Lost, 0.0),
    must(Measure::Connecting, 1000.0),
];
const CHAIN: &[Goal] = &[must(Measure::P99, 100.0), must(Measure::Lost, 0.0)];
const SATURATION: &[Goal] = &[must(Measure::Lost, 0.0)];
const FANOUT: &[Goal] = &[
    goal(Measure::P50, 7.0, 3.0),
    goal(Measure::P95, 11.0, 6.0),
    goal(Measure::P99, 16.0, 10.0),
    must(Measure::Lost, 0.0),
    goal(Measure::AgainstFloor, 2.0, 1.3),
];
const EVERYONE: &[Goal] = &[goal(Measure::LastClient, 250.0, 100.0), must(Measure::Lost, 0.0)];
const RECONNECT: &[Goal] = &[goal(Measure::Recovered, 60_000.0, 15_000.0), must(Measure::Lost, 0.0)];
const CONNECT: &[Goal] = &[goal(Measure::Memory, 200.0, 100.0)];

impl Scenario {
    /// The preset of that name.
    pub(super) fn preset(name: Name) -> Self {
        let nothing = Self {
            name,
            connections: 10_000,
            projects: 200,
            commits: 0.0,
            rows: 1,
            lasts: Duration::from_secs(10),
            newcomers: 0.0,
            missed: 0,
            goals: &[],
        };
        match name {
            Name::Connect => Self { goals: CONNECT, ..nothing },
            Name::Spread => Self { commits: 50.0, newcomers: 20.0, goals: SPREAD, ..nothing },
            Name::Chain => {
                Self { connections: 100, projects: 20, commits: 500.0, rows: 20, goals: CHAIN, ..nothing }
            }
            Name::Saturation => Self {
                connections: 80,
                projects: 16,
                commits: 125.0,
                rows: 20,
                lasts: Duration::from_secs(3),
                goals: SATURATION,
                ..nothing
            },
            Name::Fanout => Self { connections: 1000, projects: 1, commits: 20.0, goals: FANOUT, ..nothing },
            Name::Everyone => Self { projects: 1, commits: 2.0, goals: EVERYONE, ..nothing },
            Name::Reconnect => Self { missed: 1000, goals: RECONNECT, ..nothing },
        }
    }

    /// The project that a client belongs to.
    pub(super) fn project_of(&self, client: usize) -> usize {
        client % self.projects
    }

    /// How many commits it takes.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small product of two options"
    )]
    pub(super) fn commit_count(&self) -> usize {
        (self.commits * self.lasts.as_secs_f64()).round() as usize
    }
}
