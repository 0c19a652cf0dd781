//! `tidegate dev`: the whole house on one machine, from nothing, with somebody living in it.
//!
//! Starts a private Postgres in `./.tidegate/pg`, migrates, loads demo data, serves, and lets people, AI
//! agents and a nightly import write to it. Each of those is a process of its own with a connection of its
//! own and an ordinary role, as any other application would be: the service learns of what they do from the
//! database alone.
//!
//! Invariant: nothing outlives the playground. On Ctrl-C, SIGTERM and SIGHUP the writers end first, then
//! the service, then Postgres; killed with -9, the writers notice that their standard input closed and
//! Postgres is told by the kernel.

mod actors;
mod demo;
mod files;
mod greeting;
mod playground;
mod postgres;
mod signals;
mod simulation;

use std::ffi::OsString;
use std::path::Path;

use crate::config::Config;
use crate::error::Failure;

pub use actors::Actor;

/// Everything that `tidegate dev` keeps lives here, below the working directory.
const HOME: &str = ".tidegate";

/// Options of `tidegate dev`.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct DevOptions {
    /// Throw the private database away and start afresh.
    #[arg(long)]
    pub fresh: bool,
    /// No simulated people and AI agents.
    #[arg(long)]
    pub no_simulate: bool,
    /// Serve on this port of 127.0.0.1.
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// A part of the playground, started by the playground itself or by the tests.
    #[command(subcommand)]
    pub part: Option<Part>,
}

/// What runs as a process of its own.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Part {
    /// One simulated writer; ends when its standard input does.
    #[command(hide = true)]
    Simulate {
        /// Who it is.
        actor: Actor,
    },
    /// Run a command beside a throwaway Postgres, whose address it finds in TIDEGATE_TEST_DATABASE_URL.
    #[command(hide = true)]
    Postgres {
        /// The command and its arguments.
        #[arg(required = true, last = true)]
        command: Vec<OsString>,
    },
}

/// Runs the playground, or one part of it, until it is told to stop.
///
/// # Errors
/// Whatever keeps it from starting, and a Postgres that ends on its own.
pub async fn run(config: Config, options: DevOptions) -> Result<(), Failure> {
    match options.part {
        None => playground::run(config, &options, Path::new(HOME)).await,
        Some(Part::Simulate { actor }) => actors::run(&config, actor).await,
        Some(Part::Postgres { command }) => postgres::run_beside(&command).await,
    }
}
