//! `tidegate serve`: production. Refuses to start without a database, with an insecure secret, or on a schema that
//! is not this program's.

use super::{Outcome, Verdict};
use crate::auth::Tokens;
use crate::config::Config;
use crate::db::address::Address;
use crate::db::definitions::Choices;
use crate::db::{migrate, pool};
use crate::{app, error::Failure};

/// Options of `tidegate serve`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ServeOptions {
    /// Migrate first.
    #[arg(long)]
    pub migrate: bool,
}

pub(super) async fn run(config: Config, options: ServeOptions) -> Outcome {
    Tokens::new(&config)?;
    config.database_url()?;
    if options.migrate {
        let report = migrate::run(&config, &Choices::default()).await?;
        tracing::info!("{}", report.to_string().replace('\n', "; "));
    }
    insist_on_schema(&config).await?;
    app::serve(config).await.map(|()| Verdict::So)
}

async fn insist_on_schema(config: &Config) -> Result<(), Failure> {
    let address = Address::read(&config.database, config.database_url()?, "start")?;
    let client = pool::wait_for(&address, config.database.wait_seconds).await?;
    migrate::insist_on_current(&client).await
}
