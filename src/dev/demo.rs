//! What makes an empty cluster worth looking at: a database, demo data, a user with a token, and an
//! ordinary role for the simulated applications.

use std::time::Duration;

use tokio_postgres::Client;

use crate::cli::token;
use crate::config::Config;
use crate::db::address::Address;
use crate::db::pool;
use crate::error::Failure;
use crate::terminal::remark;

/// The role that the simulated applications log in as: it may do what `tide_writer` may, nothing else.
const WRITER: &str = "demo_app";
/// A token for trying things out outlives a day of trying.
const TOKEN_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// Who may come in, and by which door.
#[derive(Debug)]
pub(super) struct Guests {
    /// The demo user that the tokens are for.
    pub(super) handle: String,
    /// A credential of that user, with the rights of a member.
    pub(super) token: String,
    /// The same person as an administrator, who sees who is connected: for whoever started the playground.
    pub(super) admin_token: String,
    /// How the simulated applications log in.
    pub(super) writer_url: String,
    /// A task to try things on.
    pub(super) task_id: Option<String>,
}

/// Creates the playground's database in a new cluster.
pub(super) async fn create_database(config: &Config, url: &str, name: &str) -> Result<(), Failure> {
    let address = Address::read(&config.database, url, "dev")?;
    let client = pool::connect(&address).await?;
    let there = client.query_opt("select from pg_database where datname = $1", &[&name]).await?;
    if there.is_none() {
        client.batch_execute(&format!("create database {name}")).await?;
    }
    Ok(())
}

/// Loads the demo data into an empty database and prepares the credentials.
pub(super) async fn furnish(
    client: &Client,
    config: &Config,
    port: u16,
    database: &str,
) -> Result<Guests, Failure> {
    load(client).await?;
    let password = renew_writer(client).await?;
    let handle = host(client).await?;
    Ok(Guests {
        token: token::sign(config, &handle, TOKEN_LIFETIME, None)?,
        admin_token: token::sign(config, &handle, TOKEN_LIFETIME, Some("admin"))?,
        handle,
        writer_url: format!("postgresql://{WRITER}:{password}@127.0.0.1:{port}/{database}"),
        task_id: task_to_try(client).await?,
    })
}

async fn load(client: &Client) -> Result<(), Failure> {
    let somebody = client.query_opt("select from work.users limit 1", &[]).await?;
    if somebody.is_none() {
        remark("loading the demo data");
        client.execute("select work.load_demo(projects => 8, branches => 40, tasks => 2000)", &[]).await?;
    }
    Ok(())
}

/// A new password at every start: nobody needs to keep it.
async fn renew_writer(client: &Client) -> Result<String, Failure> {
    let random: [u8; 16] = rand::random();
    let password = hex::encode(random);
    let there = client.query_opt("select from pg_roles where rolname = $1", &[&WRITER]).await?;
    let order = match there {
        Some(_) => format!("alter role {WRITER} password '{password}'"),
        None => format!("create role {WRITER} login password '{password}' in role tide_writer"),
    };
    client.batch_execute(&order).await?;
    Ok(password)
}

/// The user who sees most: of the demo data that is `demo`.
async fn host(client: &Client) -> Result<String, Failure> {
    let sees_most = "select u.handle from work.users u \
                     left join work.project_members m on m.user_id = u.id \
                     group by u.id order by count(m.project_id) desc, u.handle = 'demo' desc, u.handle limit 1";
    Ok(client.query_one(sees_most, &[]).await?.get(0))
}

async fn task_to_try(client: &Client) -> Result<Option<String>, Failure> {
    let row = client
        .query_opt(
            "select id::text from work.tasks where status = 'todo' and parent_id is not null \
             order by created_at, id limit 1",
            &[],
        )
        .await?;
    Ok(row.map(|row| row.get(0)))
}
