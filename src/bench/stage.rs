//! Where it is measured: a database, and people and projects in it.
//!
//! Invariant: nothing stays behind. Without `DATABASE_URL` the database is in a private cluster that is removed at the
//! end; in a given one the people and projects that were made are deleted.

use std::time::Duration;

use tokio::time::sleep;
use tokio_postgres::Client;
use uuid::Uuid;

use super::process;
use super::scenario::Scenario;
use crate::cli::token;
use crate::config::{Config, Secret};
use crate::db::definitions::Choices;
use crate::db::embedded::{Cluster, ClusterOptions};
use crate::db::{migrate, pool};
use crate::error::Failure;

/// So many, too, can one commit change.
pub(super) const TASKS_PER_PROJECT: usize = 20;
const TOKEN_LIFETIME: Duration = Duration::from_secs(4 * 3600);
const GLANCE: Duration = Duration::from_millis(50);
/// What a commit costs is part of what is measured: unlike a test's, this cluster flushes.
const SETTINGS: [(&str, &str); 4] =
    [("fsync", "on"), ("full_page_writes", "on"), ("shared_buffers", "256MB"), ("max_wal_size", "4GB")];

/// The database.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) config: Config,
    cluster: Option<Cluster>,
}

/// One audience.
#[derive(Debug, Clone)]
pub(super) struct Project {
    id: Uuid,
    pub(super) topic: String,
    pub(super) tasks: Vec<Uuid>,
}

/// Whom and what a scenario needs.
#[derive(Debug)]
pub(super) struct Cast {
    pub(super) people: Vec<Uuid>,
    pub(super) projects: Vec<Project>,
}

impl Stage {
    /// The configured database, or a private one.
    pub(super) async fn set(mut config: Config) -> Result<Self, Failure> {
        if config.auth.jwt_secret.is_empty() {
            config.auth.jwt_secret = Secret::new(hex::encode(rand::random::<[u8; 32]>()));
        }
        if config.database_url().is_ok() {
            return Ok(Self { config, cluster: None });
        }
        let settings = SETTINGS.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
        let options = ClusterOptions { settings, ..ClusterOptions::throwaway() };
        let start = tokio::task::spawn_blocking(move || Cluster::start(options)).await;
        let cluster = start.map_err(|e| Failure::environment(e.to_string(), "please report this"))??;
        config.database.url = Secret::new(cluster.url("postgres"));
        migrate::run(&config, &Choices::default()).await?;
        Ok(Self { config, cluster: Some(cluster) })
    }

    /// One more connection.
    pub(super) async fn connect(&self) -> Result<Client, Failure> {
        pool::connect_for(&self.config, "bench").await
    }

    /// The postmaster's process, when it runs on this machine.
    pub(super) async fn postmaster(&self) -> Option<u32> {
        let client = self.connect().await.ok()?;
        let pid: i32 = client.query_one("select pg_backend_pid()", &[]).await.ok()?.get(0);
        process::parent(u32::try_from(pid).ok().filter(|pid| process::is_postgres(*pid))?)
    }

    /// A credential.
    pub(super) fn token(&self, person: Uuid) -> Result<String, Failure> {
        token::sign(&self.config, &person.to_string(), TOKEN_LIFETIME, None)
    }

    /// Makes the people and the projects of a scenario: everyone is a member of one project.
    pub(super) async fn furnish(&self, scenario: &Scenario) -> Result<Cast, Failure> {
        let client = self.connect().await?;
        let some = |count: usize| (0..count).map(|_| Uuid::new_v4()).collect::<Vec<_>>();
        let (people, projects) = (some(scenario.connections), some(scenario.projects));
        let tasks: Vec<_> = projects.iter().map(|_| some(TASKS_PER_PROJECT)).collect();
        let memberships: Vec<Uuid> = (0..people.len()).map(|at| projects[scenario.project_of(at)]).collect();
        let of_task: Vec<Uuid> = projects.iter().flat_map(|id| [*id; TASKS_PER_PROJECT]).collect();
        // A project's only branch bears its id.
        client.execute(PEOPLE, &[&people]).await?;
        client.execute(PROJECTS, &[&projects]).await?;
        client.execute(BRANCHES, &[&projects]).await?;
        client.execute(TASKS, &[&tasks.concat(), &of_task]).await?;
        client.execute(MEMBERS, &[&memberships, &people]).await?;
        client.batch_execute("analyze work.users, work.project_members, work.tasks").await?;
        let projects = projects.into_iter().zip(tasks);
        let project = |(id, tasks)| Project { id, topic: format!("project:{id}"), tasks };
        Ok(Cast { people, projects: projects.map(project).collect() })
    }

    /// Waits until everything that was committed is ticked.
    pub(super) async fn settled(&self) -> Result<(), Failure> {
        let client = self.connect().await?;
        while client.query_one("select tide.pending_count()", &[]).await?.get::<_, i64>(0) > 0 {
            sleep(GLANCE).await;
        }
        Ok(())
    }

    /// Deletes what was made, unless the whole cluster goes.
    pub(super) async fn clear(&self, cast: &Cast) -> Result<(), Failure> {
        if self.cluster.is_some() {
            return Ok(());
        }
        let client = self.connect().await?;
        let projects: Vec<Uuid> = cast.projects.iter().map(|project| project.id).collect();
        client.execute("delete from work.projects where id = any($1)", &[&projects]).await?;
        client.execute("delete from work.users where id = any($1)", &[&cast.people]).await?;
        Ok(())
    }

    /// Stops the private cluster.
    pub(super) async fn strike(self) -> Result<(), Failure> {
        let Some(cluster) = self.cluster else { return Ok(()) };
        let stop = tokio::task::spawn_blocking(move || cluster.stop()).await;
        stop.map_err(|e| Failure::environment(e.to_string(), "please report this"))?
    }
}

const PEOPLE: &str =
    "insert into work.users (id, handle) select id, 'bench-' || id from unnest($1::uuid[]) id";
const PROJECTS: &str =
    "insert into work.projects (id, name) select id, 'bench ' || id from unnest($1::uuid[]) id";
const BRANCHES: &str =
    "insert into work.branches (id, project_id, name) select id, id, 'main' from unnest($1::uuid[]) id";
const TASKS: &str = "insert into work.tasks (id, git_branch_id, title, description) \
    select t.id, t.branch_id, 'a task', 'What is to be done, and how one sees that it is done.' \
    from unnest($1::uuid[], $2::uuid[]) t(id, branch_id)";
const MEMBERS: &str = "insert into work.project_members (project_id, user_id, role) \
    select m.project_id, m.user_id, 'editor' from unnest($1::uuid[], $2::uuid[]) m(project_id, user_id)";
