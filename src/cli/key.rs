//! `tidegate key create|list|revoke`: API keys, by the SQL functions that a DBA may call as well.

use std::time::Duration;

use postgres_types::{ToSql, Type};

use super::{Outcome, Verdict, lifetime, user};
use crate::config::Config;
use crate::db::pool;
use crate::error::Failure;
use crate::terminal::{remark, say};

/// What to do with keys.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum KeyCommand {
    /// Make a key for a person or an agent; prints it, once.
    Create(CreateOptions),
    /// List keys, without their secrets.
    List {
        /// Only this person's.
        #[arg(long, value_name = "HANDLE|ID")]
        user: Option<String>,
    },
    /// End a key now, on open connections too.
    Revoke {
        /// As `key list` shows it.
        #[arg(value_name = "PREFIX|ID")]
        key: String,
    },
}

/// Options of `tidegate key create`.
#[derive(Debug, Clone, clap::Args)]
pub struct CreateOptions {
    /// Whose it is.
    #[arg(long, value_name = "HANDLE|ID")]
    pub user: String,
    /// What it is for, to recognise it in lists.
    #[arg(long, default_value = "")]
    pub name: String,
    /// May do what only administrators may.
    #[arg(long, value_parser = ["admin"])]
    pub role: Option<String>,
    /// As what it may write; the first is the default, without any it is user.
    #[arg(long = "source", value_name = "SOURCE", value_parser = super::SOURCES)]
    pub sources: Vec<String>,
    /// How long it is good: 12h, 90d; without it, until it is revoked.
    #[arg(long, value_parser = lifetime::parse)]
    pub ttl: Option<Duration>,
}

pub(super) async fn run(config: Config, command: KeyCommand) -> Outcome {
    match command {
        KeyCommand::Create(options) => create(&config, options).await,
        KeyCommand::List { user } => list(&config, user.as_deref()).await,
        KeyCommand::Revoke { key } => revoke(&config, &key).await,
    }
}

async fn create(config: &Config, options: CreateOptions) -> Outcome {
    const SQL: &str = "select k ->> 'key', k ->> 'prefix' from work.create_key(
        $1::text::uuid, $2, $3, coalesce($4, '{user}'), make_interval(secs => $5)) k";
    let user = user::find(config, &options.user).await?;
    let sources = (!options.sources.is_empty()).then_some(options.sources);
    let seconds = options.ttl.map(|ttl| ttl.as_secs_f64());
    let client = pool::connect_for(config, "key").await?;
    let made = [
        (&user as &(dyn ToSql + Sync), Type::TEXT),
        (&options.name, Type::TEXT),
        (&options.role, Type::TEXT),
        (&sources, Type::TEXT_ARRAY),
        (&seconds, Type::FLOAT8),
    ];
    let row = client.query_typed_one(SQL, &made).await?;
    say(row.get::<_, &str>(0))?;
    remark(format!("It is shown this once. To end it: tidegate key revoke {}", row.get::<_, &str>(1)));
    Ok(Verdict::So)
}

async fn list(config: &Config, user: Option<&str>) -> Outcome {
    const SQL: &str =
        "select array[k.prefix, k.handle, k.standing, coalesce(k.role, ''), array_to_string(k.sources, ','),
          coalesce(to_char(k.expires_at, 'YYYY-MM-DD HH24:MI'), 'never'),
          coalesce(to_char(k.last_used_at, 'YYYY-MM-DD HH24:MI'), 'never'), k.name]
        from work.keys k where $1 is null or k.handle = $1 or k.user_id::text = $1
        order by k.handle, k.created_at";
    let client = pool::connect_for(config, "key").await?;
    let rows = client.query_typed(SQL, &[(&user, Type::TEXT)]).await?;
    print_line(&["prefix", "user", "standing", "role", "sources", "expires", "last used", "name"])?;
    for row in &rows {
        print_line(&row.get::<_, Vec<&str>>(0))?;
    }
    Ok(Verdict::So)
}

fn print_line(cells: &[&str]) -> Result<(), Failure> {
    const WIDTHS: [usize; 8] = [14, 20, 10, 6, 18, 17, 17, 0];
    let line: String = cells.iter().zip(WIDTHS).map(|(cell, width)| format!("{cell:<width$}")).collect();
    say(line.trim_end())
}

async fn revoke(config: &Config, key: &str) -> Outcome {
    let client = pool::connect_for(config, "key").await?;
    let sql = "select work.revoke_key($1) ->> 'prefix'";
    let row = client.query_typed_one(sql, &[(&key, Type::TEXT)]).await?;
    match row.get::<_, Option<&str>>(0) {
        Some(prefix) => {
            say(format!("{prefix} is revoked, on open connections too"))?;
            Ok(Verdict::So)
        }
        None => Err(Failure::not_so("there is no such key", "`tidegate key list` shows prefixes and ids")),
    }
}
