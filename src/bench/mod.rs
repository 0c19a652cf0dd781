//! `tidegate bench`: how the service bears many listeners.
//!
//! ```text
//! bench ── starts ──> a private Postgres, `tidegate serve` (a process of its own: its memory, its processor time)
//!   ├─ crowd: clients on /ws, each with a diary of what it was told
//!   ├─ writers: commits by SQL, each with the moment before COMMIT was sent
//!   └─ ledger: every commit against every diary: lost, doubled, out of the chain, how late
//! ```
//!
//! - [`scenario`] is the questions as data, [`run`] asks one, [`report`] tells the answer.
//! - [`ledger`], [`envelope`] and [`figures`] are pure.
//! - [`saturation`] asks for more and more; [`census`] says whose the processor time is.
//! - [`asking`] loads an address with requests, for `pgbench/bulk_summaries`.
//! - [`floor`] is the same fan-out without any of what the service is for: the least it could cost.
//!
//! Clients and writers share this process and its clock, and the machine with what they measure: figures are those of
//! a machine that bears the load generator too.

mod asking;
mod census;
mod client;
mod crowd;
mod envelope;
mod figures;
mod floor;
mod ledger;
mod process;
mod report;
mod run;
mod saturation;
mod scenario;
mod service;
mod stage;
mod writers;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::app::stop_signal;
use crate::config::Config;
use crate::descriptors;
use crate::error::Failure;
use crate::terminal::say;
use report::Answered;
use run::{Bench, Findings};
pub use scenario::Name;
use scenario::Scenario;
use stage::{Stage, TASKS_PER_PROJECT};

/// Open files beside the sockets of clients.
const OTHER_FILES: u64 = 500;

/// Options of `tidegate bench`.
#[derive(Debug, Clone, clap::Args)]
pub struct BenchOptions {
    /// What to ask; all of it by default.
    #[arg(value_enum)]
    pub scenarios: Vec<Name>,
    /// Clients.
    #[arg(long)]
    pub connections: Option<usize>,
    /// Projects that the clients are spread over.
    #[arg(long)]
    pub projects: Option<usize>,
    /// Commits per second.
    #[arg(long)]
    pub commits: Option<f64>,
    /// Rows that each commit changes.
    #[arg(long)]
    pub rows: Option<usize>,
    /// How long commits are made.
    #[arg(long)]
    pub seconds: Option<f64>,
    /// Commits per project that are missed before everyone reconnects.
    #[arg(long)]
    pub missed: Option<usize>,
    /// How often to ask; medians are told.
    #[arg(long, default_value = "1")]
    pub rounds: usize,
    /// Ask the floor too, in turn: a bare WebSocket fan-out without a database.
    #[arg(long)]
    pub floor: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Write it as JSON to this file, beside what is printed.
    #[arg(long, value_name = "FILE")]
    pub keep: Option<PathBuf>,
    /// A service that runs already, e.g. 127.0.0.1:8000; it must be on DATABASE_URL and use our token secret.
    #[arg(long, value_name = "ADDRESS")]
    pub url: Option<SocketAddr>,
    /// Its process, so that its memory and processor time can be read.
    #[arg(long, requires = "url")]
    pub pid: Option<u32>,
    /// Another `tidegate` to measure instead of this one.
    #[arg(long, value_name = "FILE")]
    pub program: Option<PathBuf>,
    /// One client conceals a message: the bench must find that.
    #[arg(long, hide = true)]
    pub drop_one: bool,
    /// What to ask instead of listening.
    #[command(flatten)]
    pub asking: asking::AskOptions,
    /// Be the floor.
    #[arg(long, hide = true)]
    pub serve_floor: bool,
}

impl BenchOptions {
    fn scenarios(&self) -> Vec<Scenario> {
        use clap::ValueEnum;
        let names = if self.scenarios.is_empty() { Name::value_variants() } else { &self.scenarios };
        names.iter().map(|name| self.fitted(Scenario::preset(*name))).collect()
    }

    /// A preset with the sizes that were asked for; goals count for the preset's own.
    fn fitted(&self, preset: Scenario) -> Scenario {
        let is_resized = self.connections.is_some()
            || self.projects.is_some()
            || self.commits.is_some()
            || self.rows.is_some()
            || self.missed.is_some();
        let connections = self.connections.unwrap_or(preset.connections).max(1);
        Scenario {
            connections,
            projects: self.projects.unwrap_or(preset.projects).clamp(1, connections),
            commits: self.commits.filter(|_| preset.commits > 0.0).unwrap_or(preset.commits),
            rows: self.rows.unwrap_or(preset.rows).clamp(1, TASKS_PER_PROJECT),
            lasts: self.seconds.map_or(preset.lasts, Duration::from_secs_f64),
            missed: self.missed.filter(|_| preset.missed > 0).unwrap_or(preset.missed),
            goals: if is_resized { &[] } else { preset.goals },
            ..preset
        }
    }
}

/// Asks everything that was asked for; whether every delivery was made.
///
/// # Errors
/// Whatever keeps it from measuring.
pub async fn run(config: Config, options: BenchOptions) -> Result<bool, Failure> {
    if options.serve_floor {
        return floor::serve().await.map(|()| true);
    }
    if let (Some(address), Some(_)) = (options.url, &options.asking.ask) {
        let lasts = Duration::from_secs_f64(options.seconds.unwrap_or(5.0));
        let connections = options.connections.unwrap_or(1);
        let asked = asking::ask(address, &options.asking, connections, lasts).await?;
        say(serde_json::json!(asked))?;
        return Ok(true);
    }
    let scenarios = options.scenarios();
    let most = scenarios.iter().map(|scenario| scenario.connections).max().unwrap_or(0);
    descriptors::make_room(most as u64 + OTHER_FILES)?;
    let stage = Stage::set(config).await?;
    // Whatever runs is ended when this is dropped; the cluster is stopped below.
    let answered = tokio::select! {
        answered = ask_all(&stage, scenarios, &options) => answered,
        () = stop_signal() => Err(Failure::not_so("stopped before everything was asked", "run it again")),
    };
    stage.strike().await?;
    answered
}

async fn ask_all(stage: &Stage, scenarios: Vec<Scenario>, options: &BenchOptions) -> Result<bool, Failure> {
    let mut answers = Vec::new();
    let mut is_balanced = true;
    for scenario in scenarios {
        let answered = ask(stage, scenario, options).await?;
        is_balanced &= answered.is_balanced();
        answers.push(answered.json());
        if !options.json {
            say(answered.lines().trim_end())?;
        }
    }
    let answers = serde_json::Value::Array(answers);
    if options.json {
        say(&answers)?;
    }
    if let Some(file) = &options.keep {
        let refused =
            |e| Failure::environment(format!("{}: {e}", file.display()), "name another file by --keep");
        std::fs::write(file, answers.to_string()).map_err(refused)?;
    }
    Ok(is_balanced)
}

async fn ask(stage: &Stage, scenario: Scenario, options: &BenchOptions) -> Result<Answered, Failure> {
    let this = std::env::current_exe().map_err(|e| {
        Failure::environment(format!("this program was not found: {e}"), "name it by --program")
    })?;
    let bench = Bench {
        stage,
        program: options.program.as_deref().unwrap_or(&this),
        given: options.url.map(|address| (address, options.pid)),
        drops_one: options.drop_one.then_some(0),
    };
    let mut answered = Answered { scenario, rounds: vec![], floor: vec![] };
    for _ in 0..options.rounds {
        let mut found = bench.measure(&answered.scenario).await?;
        if options.floor && answered.scenario.commits > 0.0 {
            let bytes = found.balance.bytes / found.balance.messages.max(1) as u64;
            let bytes = usize::try_from(bytes).unwrap_or(0);
            let floor = run::measure_floor(&this, &answered.scenario, bytes).await?;
            found.against_floor = Some(against(&found, &floor));
            answered.floor.push(floor);
        }
        answered.rounds.push(found);
    }
    Ok(answered)
}

fn against(ours: &Findings, floor: &Findings) -> f64 {
    ours.processor_us_per_message / floor.processor_us_per_message.max(0.01)
}
