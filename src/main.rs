//! The binary: parse the command line, read the configuration, start tracing, run the command.

use std::process::ExitCode;

use clap::Parser;
use tidegate::cli::Cli;
use tidegate::config::Config;
use tidegate::error::Failure;
use tidegate::terminal::remark;
use tidegate::{cli, telemetry};

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(verdict) => verdict.into(),
        Err(failure) => {
            remark(&failure);
            failure.exit_code()
        }
    }
}

async fn run(cli: Cli) -> cli::Outcome {
    let config = Config::load(cli.config.as_deref(), std::env::vars()).map_err(Failure::from)?;
    let _spans = telemetry::start(&config)?;
    cli::dispatch(cli.command, config).await
}
