//! People and an agent who write at a rate into ten projects, so that the tables stay as large as they are: what was
//! made is removed after three minutes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rand::RngExt;
use tokio::task::JoinHandle;
use tokio::time::{interval, sleep, timeout};
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

use super::ledger::Ledger;
use crate::faults::sea::Sea;
use crate::faults::storm::TITLE;

pub(super) const PROJECTS: usize = 10;
/// Connections that the writers use.
const HANDS: usize = 4;
/// Tasks that an agent makes in one transaction.
const AGENTS_TASKS: usize = 3;
/// Tasks of a project that stay, and are changed again and again.
const LASTING_TASKS: usize = 50;

/// Who is a member of that project, and of no other.
pub(super) fn member_of(project: usize) -> String {
    format!("soaked {project}")
}

fn id(kind: char, project: usize) -> String {
    format!("00000000-0000-7000-9000-0000000000{kind}{project}")
}

/// The projects, each with somebody in it and tasks that last.
pub(super) async fn furnish(sea: &Sea) {
    for project in 0..PROJECTS {
        let (place, branch, who) = (id('a', project), id('b', project), member_of(project));
        let furniture = format!(
            "insert into work.users (handle) values ('{who}');
             insert into work.projects (id, name) values ('{place}', '{who}');
             insert into work.project_members (project_id, user_id, role)
               select '{place}', u.id, 'editor' from work.users u where u.handle = '{who}';
             insert into work.branches (id, project_id, name) values ('{branch}', '{place}', 'main');
             insert into work.tasks (git_branch_id, title)
               select '{branch}', 'lasting' from generate_series(1, {LASTING_TASKS})"
        );
        sea.run(&furniture).await;
    }
}

pub(super) struct Writers {
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Writers {
    pub(super) fn begin(url: &str, commits_per_second: f64, ledger: &Arc<Ledger>) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let pause = Duration::from_secs_f64(HANDS as f64 / commits_per_second);
        let hand = |_| tokio::spawn(write(url.to_owned(), pause, ledger.clone(), stop.clone()));
        let mut tasks: Vec<_> = (0..HANDS).map(hand).collect();
        tasks.push(tokio::spawn(tidy(url.to_owned(), stop.clone())));
        Self { stop, tasks }
    }

    pub(super) async fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.unwrap();
        }
    }
}

async fn write(url: String, pause: Duration, ledger: Arc<Ledger>, stop: Arc<AtomicBool>) {
    let mut beat = interval(pause);
    while !stop.load(Ordering::Relaxed) {
        let Some(client) = connect(&url).await else { continue };
        while !stop.load(Ordering::Relaxed) {
            beat.tick().await;
            if !write_once(&client, &ledger).await {
                break;
            }
        }
    }
}

/// A commit of somebody's; false when the connection is lost.
async fn write_once(client: &Client, ledger: &Ledger) -> bool {
    let (project, chance) = (rand::rng().random_range(0..PROJECTS), rand::rng().random_range(0..10));
    let branch = id('b', project);
    let (who, tasks) = match chance {
        0 => ("mcp-ai", AGENTS_TASKS),
        1..=7 => ("user", 1),
        _ => ("user", 0),
    };
    let ids: Vec<_> = (0..tasks).map(|_| Uuid::now_v7().to_string()).collect();
    let statement = if ids.is_empty() {
        format!(
            "update work.tasks set progress_percentage = floor(random() * 100) where id =
             (select id from work.tasks where git_branch_id = '{branch}' and title = 'lasting'
              offset floor(random() * {LASTING_TASKS}) limit 1)"
        )
    } else {
        let rows =
            ids.iter().map(|id| format!("('{id}', '{branch}', '{TITLE}')")).collect::<Vec<_>>().join(", ");
        format!("insert into work.tasks (id, git_branch_id, title) values {rows}")
    };
    ledger.enter(project, &ids, Instant::now());
    let written = format!("begin; select tide.act_as('{who}', 'soaked'); {statement}; commit");
    let answer = timeout(Duration::from_secs(20), client.batch_execute(&written)).await;
    if matches!(answer, Ok(Ok(()))) {
        ledger.acknowledge(&ids);
        return true;
    }
    false
}

/// Removes what was made some time ago.
async fn tidy(url: String, stop: Arc<AtomicBool>) {
    let old = format!(
        "delete from work.tasks where title = '{TITLE}' and created_at < now() - interval '3 minutes'"
    );
    let mut beat = interval(Duration::from_secs(1));
    while !stop.load(Ordering::Relaxed) {
        let Some(client) = connect(&url).await else { continue };
        while client.batch_execute(&old).await.is_ok() && !stop.load(Ordering::Relaxed) {
            beat.tick().await;
        }
    }
}

async fn connect(url: &str) -> Option<Client> {
    let attempt = timeout(Duration::from_secs(5), tokio_postgres::connect(url, NoTls)).await;
    let Ok(Ok((client, connection))) = attempt else {
        sleep(Duration::from_millis(100)).await;
        return None;
    };
    tokio::spawn(connection);
    Some(client)
}
