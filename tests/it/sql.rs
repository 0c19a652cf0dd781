//! Runs `tests/sql/<room>/<object>/<behaviour>.sql`: pgTAP, each file in a transaction that is rolled back.
//!
//! A line `\ir ../setting.sql` includes another file, as in psql: what several files begin with stands above them.
//!
//! `TIDEGATE_SQL=tide/watch cargo test --test it sql::` runs only the files whose path contains that.

use std::path::{Path, PathBuf};
use std::pin::pin;

use futures::TryStreamExt;
use tokio_postgres::error::ErrorPosition;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::support::{TestDatabase, files};

#[tokio::test]
async fn every_file_of_tests_sql_passes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sql");
    let files = chosen_files(&root);
    assert!(!files.is_empty(), "there is no file to run");
    let database = TestDatabase::new().await;
    let mut complaints = Vec::new();
    for path in &files {
        let text = with_includes(path);
        let client = database.connect().await;
        let name = path.strip_prefix(&root).unwrap().display();
        complaints.extend(run(&client, &text).await.iter().map(|said| format!("tests/sql/{name}: {said}")));
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

fn chosen_files(root: &Path) -> Vec<PathBuf> {
    let part = std::env::var("TIDEGATE_SQL").unwrap_or_default();
    let mut files = Vec::new();
    files::below(root, &mut files);
    files.retain(|path| {
        let is_behaviour = path.strip_prefix(root).is_ok_and(|below| below.components().count() == 3);
        is_behaviour
            && path.extension().is_some_and(|ending| ending == "sql")
            && path.to_string_lossy().contains(&part)
    });
    files.sort();
    files
}

/// A file with the files that it includes.
fn with_includes(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let line = |line: &str| match line.strip_prefix("\\ir ") {
        Some(included) => with_includes(&path.with_file_name("").join(included.trim())),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// Runs a file and returns what is wrong with it, one sentence each.
async fn run(client: &Client, text: &str) -> Vec<String> {
    let begin = "begin; set local statement_timeout = '60s'; set local lock_timeout = '10s';
        set local client_min_messages = error";
    client.batch_execute(begin).await.unwrap();
    let mut tap = Tap::default();
    let outcome = collect(client, text, &mut tap).await;
    client.batch_execute("rollback").await.unwrap();
    let mut complaints = tap.complaints();
    if let Err(error) = outcome {
        complaints.push(describe(&error, text));
    } else if let Some(mismatch) = tap.mismatch() {
        complaints.push(mismatch);
    }
    complaints
}

async fn collect(client: &Client, text: &str, tap: &mut Tap) -> Result<(), tokio_postgres::Error> {
    let mut messages = pin!(client.simple_query_raw(text).await?);
    while let Some(message) = messages.try_next().await? {
        if let SimpleQueryMessage::Row(row) = message {
            row.get(0).into_iter().flat_map(str::lines).for_each(|line| tap.read(line));
        }
    }
    Ok(())
}

/// An error that ended the file, with its line.
fn describe(error: &tokio_postgres::Error, text: &str) -> String {
    let Some(refusal) = error.as_db_error() else { return error.to_string() };
    let line = match refusal.position() {
        Some(ErrorPosition::Original(position)) => {
            let before = text.chars().take(*position as usize - 1);
            format!("line {}: ", before.filter(|c| *c == '\n').count() + 1)
        }
        _ => String::new(),
    };
    let place = refusal.where_().map(|place| format!("\n    {}", place.replace('\n', "\n    ")));
    format!("{line}{} {}{}", refusal.code().code(), refusal.message(), place.unwrap_or_default())
}

/// What a file said in the Test Anything Protocol.
#[derive(Debug, Default)]
struct Tap {
    planned: Option<usize>,
    ran: usize,
    failed: Vec<String>,
    /// Whether comments that follow explain a failure.
    explaining: bool,
}

impl Tap {
    fn read(&mut self, line: &str) {
        let explains = line.starts_with('#') && self.explaining;
        if let Some(count) = line.strip_prefix("1..") {
            self.planned = count.trim().parse().ok();
        } else if line.starts_with("ok ") {
            self.ran += 1;
        } else if line.starts_with("not ok ") {
            self.ran += 1;
            if !line.contains("# TODO") {
                self.failed.push(line.to_owned());
            }
        } else if let Some(last) = self.failed.last_mut().filter(|_| explains) {
            last.push_str("\n    ");
            last.push_str(line);
        }
        self.explaining = explains || line.starts_with("not ok ");
    }

    fn complaints(&self) -> Vec<String> {
        self.failed.clone()
    }

    fn mismatch(&self) -> Option<String> {
        match self.planned {
            None => {
                Some("no plan: begin with `select plan(n)`, end with `select * from finish()`".to_owned())
            }
            Some(planned) if planned != self.ran => {
                Some(format!("{planned} assertions are planned, {} ran", self.ran))
            }
            Some(_) => None,
        }
    }
}

#[tokio::test]
async fn a_failing_assertion_is_named_with_its_reason() {
    let database = TestDatabase::new().await;
    let file = "select plan(2); select is(1, 1, 'one'); select is(1, 2, 'two'); select * from finish();";
    let said = run(&database.connect().await, file).await.join("\n");
    assert!(said.contains("not ok 2 - two") && said.contains("have: 1"), "{said}");
    assert!(!said.contains("one"), "{said}");
}

#[tokio::test]
async fn a_file_that_stops_early_or_breaks_is_not_taken_for_a_pass() {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    assert!(
        run(&client, "select plan(2); select pass();").await.join("").contains("2 assertions are planned")
    );
    assert!(run(&client, "select pass();").await.join("").contains("plan"));
    let said = run(&client, "select plan(1);\nselect pass();\nselect nonsense();").await.join("");
    assert!(said.contains("line 3: 42883"), "{said}");
}

#[tokio::test]
async fn a_file_leaves_nothing_behind() {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    run(&client, "select plan(1); select pass(); create table public.left_behind ();").await;
    let found = client.query_one("select to_regclass('public.left_behind') is null", &[]).await.unwrap();
    assert!(found.get::<_, bool>(0));
}
