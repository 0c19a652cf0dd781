//! The command line: one file per command, each with `run(config, options) -> Outcome`.
//!
//! A command prints its answer on standard output; what went wrong goes to standard error in two lines, what and
//! what to do. Exit statuses: 0; 1, the thing asked about is not so; 2, usage or environment.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::bench::BenchOptions;
use crate::config::Config;
use crate::dev::DevOptions;
use crate::error::Failure;
use crate::stream::tail::TailOptions;

mod bench;
mod cache;
mod dev;
mod doctor;
mod flag;
mod key;
mod lifetime;
mod migrate;
mod serve;
mod sql;
mod tail;
pub mod token;
mod unwatch;
mod user;
mod verify;
mod watch;
mod watches;

/// What `--source` may be.
const SOURCES: [&str; 3] = ["user", "mcp-ai", "system"];

/// What every command answers.
pub type Outcome = Result<Verdict, Failure>;

/// Whether the thing asked about is so; a command that only does something answers [`Verdict::So`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Exit status 0.
    So,
    /// Exit status 1; the command has printed why.
    NotSo,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::So => Self::SUCCESS,
            Verdict::NotSo => Self::from(1),
        }
    }
}

/// Turns a Postgres database into a live backend.
#[derive(Debug, Parser)]
#[command(name = "tidegate", version, about, arg_required_else_help = true)]
pub struct Cli {
    /// A file with settings; tidegate.default.toml explains them.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
#[allow(missing_docs, reason = "the help texts say it")]
pub enum Command {
    /// Start a private Postgres, demo data, the service and a live simulation.
    Dev(DevOptions),
    /// Serve; needs DATABASE_URL and a secret.
    Serve(serve::ServeOptions),
    /// Bring the database to where this program is: migrations, then sql/.
    Migrate(migrate::MigrateOptions),
    /// Look at the SQL definitions.
    #[command(subcommand)]
    Sql(sql::SqlCommand),
    /// Put a table on the stream.
    Watch(watch::WatchOptions),
    /// Take a table off the stream.
    Unwatch(unwatch::UnwatchOptions),
    /// List the tables on the stream.
    Watches,
    /// Create people.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Make a token for a person.
    Token(token::TokenOptions),
    /// Make, list and revoke API keys.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Switch features, and bring them to everybody stage by stage.
    #[command(subcommand)]
    Flag(flag::FlagCommand),
    /// Empty the cache.
    #[command(subcommand)]
    Cache(cache::CacheCommand),
    /// Print the stream.
    Tail(TailOptions),
    /// Recompute every summary and compare.
    Verify,
    /// Check settings, roles, triggers and connections, and say what to do.
    Doctor(doctor::DoctorOptions),
    /// Measure how the service bears many listeners: latency, deliveries, memory.
    Bench(BenchOptions),
}

/// Runs one command.
///
/// # Errors
/// The command's own [`Failure`].
pub async fn dispatch(command: Command, config: Config) -> Outcome {
    match command {
        Command::Dev(options) => dev::run(config, options).await,
        Command::Serve(options) => serve::run(config, options).await,
        Command::Migrate(options) => migrate::run(config, options).await,
        Command::Sql(command) => sql::run(config, command).await,
        Command::Watch(options) => watch::run(config, options).await,
        Command::Unwatch(options) => unwatch::run(config, options).await,
        Command::Watches => watches::run(config).await,
        Command::User(command) => user::run(config, command).await,
        Command::Token(options) => token::run(config, options).await,
        Command::Key(command) => key::run(config, command).await,
        Command::Flag(command) => flag::run(config, command).await,
        Command::Cache(command) => cache::run(config, command).await,
        Command::Tail(options) => tail::run(config, options).await,
        Command::Verify => verify::run(config).await,
        Command::Doctor(options) => doctor::run(config, options).await,
        Command::Bench(options) => bench::run(config, options).await,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// Every `tidegate …` of a document, as words: of fenced blocks, and of code within a line.
    fn commands_in(document: &str) -> Vec<Vec<&str>> {
        let code = document.split('`').skip(1).step_by(2);
        let fenced = document.lines();
        let lines = code.filter(|span| !span.contains('\n')).chain(fenced);
        let starts = lines.filter_map(|line| {
            let line = line.trim_start_matches("$ ");
            let words: Vec<&str> = line.split_whitespace().collect();
            let at = words.iter().position(|word| !word.contains('='))?;
            (words[at] == "tidegate").then(|| words[at..].to_vec())
        });
        // A comment, a pipe, or what is left out ends a command.
        let ends = |word: &&&str| !["#", "|", "…"].contains(&**word);
        starts.map(|words| words.iter().take_while(ends).copied().collect()).collect()
    }

    #[test]
    fn every_command_of_the_documents_exists() {
        let documents = [include_str!("../../docs/operations.md"), include_str!("../../README.md")];
        let commands: Vec<_> = documents.into_iter().flat_map(commands_in).collect();
        assert!(commands.len() > 25, "{commands:?}");
        for words in commands {
            let Err(error) = Cli::try_parse_from(&words) else { continue };
            use clap::error::ErrorKind::{InvalidSubcommand, InvalidValue, UnknownArgument};
            // A command that is only mentioned may lack what it would need.
            let is_strange = [InvalidSubcommand, InvalidValue, UnknownArgument].contains(&error.kind());
            assert!(!is_strange, "{words:?}: {error}");
        }
        let strange = commands_in("`tidegate flog list`")[0].clone();
        assert!(
            Cli::try_parse_from(strange)
                .is_err_and(|e| e.kind() == clap::error::ErrorKind::InvalidSubcommand)
        );
    }

    #[test]
    fn every_command_of_the_contract_is_understood() {
        for line in [
            "dev --fresh --no-simulate --port 1",
            "serve --migrate",
            "migrate --check",
            "migrate --keep a --keep b --take-ours all",
            "sql diff",
            "watch shop.orders --topic 'x' --key id",
            "unwatch shop.orders",
            "watches",
            "user create ada",
            "token --user ada --ttl 1h --role admin --source mcp-ai",
            "key create --user ada --name laptop --role admin --source mcp-ai --ttl 90d",
            "key list --user ada",
            "key revoke 0123456789ab",
            "flag list",
            "flag set bulk_api on --percentage 25",
            "flag override bulk_api 0123 none",
            "flag rollout bulk_api",
            "flag rollout bulk_api begin --stages 10,25,50,100 --soak 24h",
            "flag disable-all",
            "cache clear",
            "tail --topic a --topic b --from 7 --json",
            "verify",
            "doctor",
            "bench",
            "bench fanout spread --connections 100 --rounds 3 --floor --json",
            "bench --url 127.0.0.1:8000 --pid 7",
            "verify --config a.toml",
        ] {
            let words = std::iter::once("tidegate").chain(line.split(' '));
            assert!(Cli::try_parse_from(words).is_ok(), "{line}");
        }
    }
}
