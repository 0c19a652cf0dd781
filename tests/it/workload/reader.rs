//! A reader who recounts: what the views and `tide.verify()` say, against the tables, in one snapshot.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio_postgres::{Client, Row};

/// The sums of branches that a reader was told are true as of a sequence.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) as_of: i64,
    /// Branch, and its sums in the order of [`super::model::Sums::in_order`].
    pub(crate) branches: Vec<(String, Vec<i64>)>,
}

/// What a reader found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) looks: u32,
    pub(crate) wrong: Vec<String>,
    pub(crate) samples: Vec<Sample>,
}

/// Looks until stopped, or until something is wrong.
pub(crate) async fn run(client: Client, stop: Arc<AtomicBool>) -> Findings {
    let mut findings = Findings::default();
    while !stop.load(Ordering::Relaxed) && findings.wrong.is_empty() {
        findings.wrong = wrong(&client).await;
        findings.samples.push(sample(&client).await);
        findings.looks += 1;
    }
    findings
}

/// Every summary that differs from a recount, in one snapshot; empty when all are exact.
pub(crate) async fn wrong(client: &Client) -> Vec<String> {
    client.batch_execute("begin isolation level repeatable read read only").await.unwrap();
    let mut wrong: Vec<String> = Vec::new();
    for recount in [include_str!("recount_branches.sql"), include_str!("recount_projects.sql")] {
        let rows = client.query(recount, &[]).await.unwrap();
        wrong.extend(
            rows.iter().map(|row| format!("a summary says {}, a recount {}", text(row, 0), text(row, 1))),
        );
    }
    let verify = "select v.summary || ' ' || v.key || ' ' || v.column_name, v.stored || ' for ' || v.actual
        from tide.verify() v";
    let rows = client.query(verify, &[]).await.unwrap();
    wrong.extend(
        rows.iter().map(|row| format!("verify() says {} has drifted: {}", text(row, 0), text(row, 1))),
    );
    client.batch_execute("commit").await.unwrap();
    wrong
}

fn text(row: &Row, column: usize) -> String {
    row.get::<_, Option<String>>(column).unwrap_or_else(|| "nothing".to_owned())
}

/// What the summaries are told to be, and as of which sequence.
pub(crate) async fn sample(client: &Client) -> Sample {
    client.batch_execute("begin isolation level repeatable read read only").await.unwrap();
    let as_of = client.query_one("select tide.as_of_head()", &[]).await.unwrap().get(0);
    let sums =
        "select s.branch_id::text, array[s.total_tasks, s.completed_tasks, s.in_progress_tasks, s.todo_tasks,
          s.blocked_tasks, s.cancelled_tasks, s.low_tasks, s.medium_tasks, s.high_tasks, s.urgent_tasks,
          s.progress_sum, s.total_subtasks, s.completed_subtasks]
        from work._branch_sums s";
    let rows = client.query(sums, &[]).await.unwrap();
    client.batch_execute("commit").await.unwrap();
    Sample { as_of, branches: rows.iter().map(|row| (row.get(0), row.get(1))).collect() }
}
