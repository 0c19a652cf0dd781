//! What the service's tests live in: two people, two projects, a handful of tasks.

use tokio_postgres::Client;

use crate::support::TestDatabase;

pub(crate) const APOLLO: &str = "00000000-0000-7000-8000-00000000000a";
pub(crate) const BOREAS: &str = "00000000-0000-7000-8000-00000000000b";
pub(crate) const MAIN: &str = "00000000-0000-7000-8000-0000000000a1";
pub(crate) const SIDE: &str = "00000000-0000-7000-8000-0000000000b1";
/// Three tasks in `main` of Apollo.
pub(crate) const TASKS: [&str; 3] = [
    "00000000-0000-7000-8000-000000000a11",
    "00000000-0000-7000-8000-000000000a12",
    "00000000-0000-7000-8000-000000000a13",
];

pub(crate) const FURNITURE: &str = "
    insert into work.users (handle) values ('ann'), ('ben');
    insert into work.projects (id, name) values
      ('00000000-0000-7000-8000-00000000000a', 'Apollo'), ('00000000-0000-7000-8000-00000000000b', 'Boreas');
    insert into work.project_members (project_id, user_id, role)
      select p.id, u.id, 'editor' from work.projects p, work.users u where u.handle = 'ann';
    insert into work.branches (id, project_id, name) values
      ('00000000-0000-7000-8000-0000000000a1', '00000000-0000-7000-8000-00000000000a', 'main'),
      ('00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-00000000000b', 'side');
    insert into work.tasks (id, git_branch_id, title)
      select ('00000000-0000-7000-8000-000000000a1' || n)::uuid, '00000000-0000-7000-8000-0000000000a1', 'task ' || n
      from generate_series(1, 3) n";

/// A database with somebody in it and the second wall up. `ann` is an editor of both projects, `ben` of none.
pub(crate) struct World {
    pub(crate) database: TestDatabase,
    pub(crate) sql: Client,
}

impl World {
    pub(crate) async fn new() -> Self {
        let database = TestDatabase::new().await;
        let sql = database.connect().await;
        sql.batch_execute(FURNITURE).await.unwrap();
        sql.batch_execute("select work.enforce_row_security(true)").await.unwrap();
        sql.batch_execute("select count(*) from tide.advance()").await.unwrap();
        Self { database, sql }
    }

    pub(crate) async fn run(&self, statements: &str) {
        self.sql.batch_execute(statements).await.unwrap();
    }

    /// A transaction of an AI agent's.
    pub(crate) async fn as_agent(&self, statement: &str) {
        self.run(&format!("begin; select tide.act_as('mcp-ai', 'otto'); {statement}; commit")).await;
    }

    /// A transaction of a person's; answers with its txid.
    pub(crate) async fn as_person(&self, statement: &str) -> String {
        self.run(&format!("begin; select tide.act_as('user', 'ann'); {statement}")).await;
        let txid = self.text("select pg_current_xact_id()::text").await;
        self.run("commit").await;
        txid
    }

    pub(crate) async fn text(&self, question: &str) -> String {
        self.sql.query_one(question, &[]).await.unwrap().get(0)
    }
}

/// The statement that gives a task another progress.
pub(crate) fn progress(task: &str, percent: u32) -> String {
    format!("update work.tasks set progress_percentage = {percent} where id = '{task}'")
}
