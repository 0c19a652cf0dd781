//! `tidegate flag …`: features and their rollouts, by the SQL functions that a DBA may call as well.

use std::time::Duration;

use postgres_types::{ToSql, Type};
use tokio_postgres::Client;

use super::{Outcome, Verdict, lifetime};
use crate::config::Config;
use crate::db::pool;
use crate::terminal::say;

/// What to do with features.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum FlagCommand {
    /// List features, and for whom they are on.
    List,
    /// Switch a feature for everybody, or for a share of users.
    Set(SetOptions),
    /// Switch a feature for one user, whatever its flag says.
    Override {
        /// The feature.
        name: String,
        /// The user's id, or an agent's name.
        user: String,
        /// On or off; none takes the override back.
        #[arg(value_parser = ["on", "off", "none"])]
        state: String,
    },
    /// Bring a feature to everybody stage by stage, or look how that goes.
    Rollout(RolloutOptions),
    /// Switch everything off, for everybody, at once.
    DisableAll,
}

/// Options of `tidegate flag set`.
#[derive(Debug, Clone, clap::Args)]
pub struct SetOptions {
    /// The feature.
    pub name: String,
    /// On, off, or default: as the nodes' environment says.
    #[arg(value_parser = ["on", "off", "default"])]
    pub state: String,
    /// For this share of users, always the same ones.
    #[arg(long, value_parser = clap::value_parser!(i32).range(0..=100))]
    pub percentage: Option<i32>,
}

/// Options of `tidegate flag rollout`.
#[derive(Debug, Clone, clap::Args)]
pub struct RolloutOptions {
    /// The feature.
    pub name: String,
    /// What to do; check says whether the next stage may begin.
    #[arg(default_value = "check", value_parser = ["check", "begin", "advance", "stop", "resume", "roll-back"])]
    pub act: String,
    /// With begin: the percentages.
    #[arg(long, value_delimiter = ',', default_value = "10,25,50,100")]
    pub stages: Vec<i32>,
    /// With begin: how long each stage lasts at least.
    #[arg(long, value_parser = lifetime::parse, default_value = "24h")]
    pub soak: Duration,
    /// With begin: more failures than this share of requests roll it back.
    #[arg(long, default_value_t = 0.001)]
    pub max_error_rate: f64,
    /// With begin: a 95th percentile above this many milliseconds stops it.
    #[arg(long, default_value_t = 200)]
    pub max_latency_ms: i32,
    /// With begin: a stage that saw fewer requests lasts longer.
    #[arg(long, default_value_t = 100)]
    pub min_requests: i32,
}

pub(super) async fn run(config: Config, command: FlagCommand) -> Outcome {
    let client = pool::connect_for(&config, "flag").await?;
    match command {
        FlagCommand::List => list(&client).await,
        FlagCommand::Set(options) => set(&client, &options).await,
        FlagCommand::Override { name, user, state } => override_for(&client, &name, &user, &state).await,
        FlagCommand::Rollout(options) => rollout(&client, &options).await,
        FlagCommand::DisableAll => {
            let row = client.query_typed_one("select tide.disable_all_features()", &[]).await?;
            say(format!("{} switched off; everything is off for everybody", row.get::<_, i32>(0)))?;
            Ok(Verdict::So)
        }
    }
}

async fn list(client: &Client) -> Outcome {
    say(format!(
        "{:<20} {:<10} {:<8} {:<6} {:<24} description",
        "feature", "on for", "switch", "share", "rollout"
    ))?;
    print_features(client, None).await
}

/// Those of one name, or all.
async fn print_features(client: &Client, name: Option<&str>) -> Outcome {
    const SQL: &str = "select f.name, f.standing,
          case when f.enabled then 'on' when not f.enabled then 'off' else 'default' end,
          f.percentage || ' %',
          coalesce((f.rollout ->> 'state') || ', stage ' || (f.rollout ->> 'stage'), ''),
          f.description
        from tide.features f where $1 is null or f.name = $1 order by f.name";
    for row in client.query_typed(SQL, &[(&name, Type::TEXT)]).await? {
        let cell = |at: usize| row.get::<_, &str>(at);
        let line = format!(
            "{:<20} {:<10} {:<8} {:<6} {:<24} {}",
            cell(0),
            cell(1),
            cell(2),
            cell(3),
            cell(4),
            cell(5)
        );
        say(line.trim_end())?;
    }
    Ok(Verdict::So)
}

async fn set(client: &Client, options: &SetOptions) -> Outcome {
    const SQL: &str = "select tide.update_feature($1, jsonb_build_object('enabled', $2)
        || case when $3 is null then '{}' else jsonb_build_object('percentage', $3) end)";
    let enabled = is_on(&options.state);
    let params: [(&(dyn ToSql + Sync), Type); 3] =
        [(&options.name, Type::TEXT), (&enabled, Type::BOOL), (&options.percentage, Type::INT4)];
    client.query_typed(SQL, &params).await?;
    print_features(client, Some(&options.name)).await
}

async fn override_for(client: &Client, name: &str, user: &str, state: &str) -> Outcome {
    const SQL: &str = "select tide.override_feature($1, $2, $3)";
    let params: [(&(dyn ToSql + Sync), Type); 3] =
        [(&name, Type::TEXT), (&user, Type::TEXT), (&is_on(state), Type::BOOL)];
    client.query_typed(SQL, &params).await?;
    print_features(client, Some(name)).await
}

fn is_on(state: &str) -> Option<bool> {
    match state {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

async fn rollout(client: &Client, options: &RolloutOptions) -> Outcome {
    let name: (&(dyn ToSql + Sync), Type) = (&options.name, Type::TEXT);
    match options.act.as_str() {
        "begin" => begin(client, options).await?,
        "advance" => {
            let row = client.query_typed_one("select tide.advance_rollout($1)", &[name]).await?;
            say(row.get::<_, &str>(0))?;
        }
        "check" => return check(client, &options.name).await,
        act => {
            let state = match act {
                "stop" => "stopped",
                "resume" => "running",
                _ => "rolled_back",
            };
            let sql = "select tide.set_rollout_state($1, $2)";
            client.query_typed(sql, &[name, (&state, Type::TEXT)]).await?;
        }
    }
    print_features(client, Some(&options.name)).await
}

async fn begin(client: &Client, options: &RolloutOptions) -> Result<(), tokio_postgres::Error> {
    const SQL: &str = "select tide.begin_rollout($1, $2, $3, $4::float8::numeric, $5, $6)";
    let minutes = i32::try_from(options.soak.as_secs() / 60).unwrap_or(i32::MAX);
    let params: [(&(dyn ToSql + Sync), Type); 6] = [
        (&options.name, Type::TEXT),
        (&options.stages, Type::INT4_ARRAY),
        (&minutes, Type::INT4),
        (&options.max_error_rate, Type::FLOAT8),
        (&options.max_latency_ms, Type::INT4),
        (&options.min_requests, Type::INT4),
    ];
    client.query_typed(SQL, &params).await.map(drop)
}

/// Exit status 1 if something speaks against the next stage.
async fn check(client: &Client, name: &str) -> Outcome {
    const SQL: &str =
        "select c.criterion, c.is_met, coalesce(c.measured::text, 'nothing yet'), c.allowed::text
        from tide.check_rollout($1) c";
    client.query_typed("select tide.show_feature($1)", &[(&name, Type::TEXT)]).await?;
    print_features(client, Some(name)).await?;
    let rows = client.query_typed(SQL, &[(&name, Type::TEXT)]).await?;
    for row in &rows {
        let sign = if row.get::<_, bool>(1) { "go" } else { "no-go" };
        let cell = |at: usize| row.get::<_, &str>(at);
        say(format!("{sign:<6} {:<12} {} (allowed: {})", cell(0), cell(2), cell(3)))?;
    }
    let is_go = !rows.is_empty() && rows.iter().all(|row| row.get::<_, bool>(1));
    Ok(if is_go { Verdict::So } else { Verdict::NotSo })
}
