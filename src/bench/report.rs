//! What people and programs read.

use serde_json::{Value, json};

use super::figures::median;
use super::run::Findings;
use super::saturation::{Course, Step};
use super::scenario::{Goal, Measure, Name, Scenario};

/// A scenario with what its rounds found.
pub(super) struct Answered {
    pub(super) scenario: Scenario,
    pub(super) rounds: Vec<Findings>,
    /// The floor's, in turn with ours.
    pub(super) floor: Vec<Findings>,
}

impl Answered {
    /// Whether every delivery was made once.
    pub(super) fn is_balanced(&self) -> bool {
        self.rounds.iter().all(|found| found.balance.wrong() == 0)
    }

    /// One line per question, as `pgbench/` prints them.
    pub(super) fn lines(&self) -> String {
        let goals = self.scenario.goals.iter().filter_map(|goal| self.line(goal));
        let courses = self.rounds.iter().filter_map(|found| found.course.as_ref()).flat_map(course);
        goals.chain([self.figures()]).chain(courses).map(|line| line + "\n").collect()
    }

    fn line(&self, goal: &Goal) -> Option<String> {
        let measured = self.median(goal.measure)?;
        let aim = goal.aim.map_or("–".to_owned(), |aim| with_unit(goal.measure, aim));
        let verdict = match goal.aim {
            _ if measured > goal.must => "missed",
            None => "met",
            Some(aim) if measured > aim => "must met",
            Some(_) => "aim met",
        };
        let (what, must) = (self.question(goal.measure), with_unit(goal.measure, goal.must));
        let measured = with_unit(goal.measure, measured) + &self.spread(goal.measure);
        Some(format!("{what}: {measured} (must ≤ {must}, aim ≤ {aim}): {verdict}"))
    }

    fn median(&self, measure: Measure) -> Option<f64> {
        median(self.rounds.iter().filter_map(|found| found.measure(measure)).collect())
    }

    /// From the least to the most that the rounds found, when there were several.
    fn spread(&self, measure: Measure) -> String {
        let mut found: Vec<f64> = self.rounds.iter().filter_map(|found| found.measure(measure)).collect();
        found.sort_by(f64::total_cmp);
        match found.as_slice() {
            [least, .., most] => format!(" [{} – {}]", with_unit(measure, *least), with_unit(measure, *most)),
            _ => String::new(),
        }
    }

    fn question(&self, measure: Measure) -> String {
        let Scenario { connections, projects, commits, rows, missed, .. } = &self.scenario;
        let load = match self.scenario.name {
            Name::Connect => format!("{connections} connect at once"),
            Name::Spread => {
                format!(
                    "{connections} connections, {commits} commits/s each heard by {}",
                    connections / projects
                )
            }
            Name::Chain => {
                format!("{commits} commits/s of {rows} rows, each heard by {}", connections / projects)
            }
            Name::Saturation => {
                format!("more and more commits of {rows} rows, each heard by {}", connections / projects)
            }
            Name::Fanout => format!("{connections} clients hear each of {commits} commits/s"),
            Name::Everyone => format!("one change heard by {connections}"),
            Name::Reconnect => format!("{connections} reconnect at once and resume {missed} missed commits"),
        };
        let what = match measure {
            Measure::Memory => "memory of the service",
            Measure::P50 => "commit → client, p50",
            Measure::P95 => "commit → client, p95",
            Measure::P99 => "commit → client, p99",
            Measure::Lost => "deliveries lost, doubled or out of the chain",
            Measure::LastClient => "commit → last client",
            Measure::Connecting => "a newcomer's first snapshot, p99",
            Measure::Recovered => "until the last one has everything",
            Measure::AgainstFloor => "processor time per message, against the floor",
        };
        format!("{load}: {what}")
    }

    /// What is worth knowing beside the goals.
    fn figures(&self) -> String {
        let all = |of: fn(&Findings) -> f64| median(self.rounds.iter().map(of).collect()).unwrap_or_default();
        let floor = median(self.floor.iter().map(|found| found.processor_us_per_message).collect());
        let floor = floor.map_or(String::new(), |us| format!(" (floor {us:.1})"));
        format!(
            "  {:?}: {} of {} deliveries, {:.1} MB idle, {:.1} MB at most, {:.1} µs of processor per message{floor}, \
             {:.0} events/s, database {:.2} cores, connecting p99 {:.0} ms, commit → client p50 {:.1}, p95 {:.1}, p99 {:.1}, max {:.1} ms, \
             a write beside p99 {:.0} ms",
            self.scenario.name,
            self.rounds.iter().map(|found| found.balance.delivered).sum::<usize>(),
            self.rounds.iter().map(|found| found.balance.expected).sum::<usize>(),
            all(|found| found.memory_mb),
            all(|found| found.memory_peak_mb),
            all(|found| found.processor_us_per_message),
            all(|found| found.events_per_second),
            all(|found| found.database_cores),
            all(|found| found.connecting_ms.p99),
            all(|found| found.balance.latency_ms.p50),
            all(|found| found.balance.latency_ms.p95),
            all(|found| found.balance.latency_ms.p99),
            all(|found| found.balance.latency_ms.max),
            all(|found| found.write_meanwhile_ms.p99),
        )
    }

    /// Everything, for programs.
    pub(super) fn json(&self) -> Value {
        let Scenario { name, connections, projects, commits, rows, lasts, missed, .. } = &self.scenario;
        json!({
            "scenario": format!("{name:?}").to_lowercase(),
            "connections": connections,
            "projects": projects,
            "commits_per_second": commits,
            "rows": rows,
            "seconds": lasts.as_secs_f64(),
            "missed": missed,
            "rounds": self.rounds,
            "floor": self.floor,
        })
    }
}

/// How it went until it was too much, and beyond.
fn course(course: &Course) -> Vec<String> {
    let mut lines: Vec<String> = course.steps.iter().map(step).collect();
    lines.push(format!("  beyond:{}", step(&course.beyond)));
    lines.push(format!(
        "  sustained {:.0} events/s; beyond it {} events waited at most, all told {:.1} s after the last commit",
        course.sustained,
        course.waiting,
        course.beyond.behind_ms / 1000.0
    ));
    lines
}

fn step(step: &Step) -> String {
    let cores: Vec<String> = step.cores.iter().map(|(who, share)| format!("{who} {share:.2}")).collect();
    format!(
        "  {:.0} events/s offered, {:.0} committed, p50 {:.1}, p99 {:.1} ms, everything told {:.0} ms after the last \
         commit: {}; cores: {}",
        step.offered,
        step.committed,
        step.latency_ms.p50,
        step.latency_ms.p99,
        step.behind_ms,
        if step.kept_up { "kept up" } else { "too much" },
        cores.join(", ")
    )
}

fn with_unit(measure: Measure, value: f64) -> String {
    match measure {
        Measure::Memory => format!("{value:.0} MB"),
        Measure::Lost => format!("{value:.0}"),
        Measure::AgainstFloor => format!("{value:.2} ×"),
        _ if value < 100.0 => format!("{value:.1} ms"),
        _ => format!("{value:.0} ms"),
    }
}
