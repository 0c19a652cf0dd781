//! Programs that a test runs: Postgres' own tools, of the server's version, and our command line.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::TestDatabase;

/// How a program ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    /// None when a signal ended it.
    pub(crate) status: Option<i32>,
    pub(crate) said: String,
    pub(crate) complained: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { status: output.status.code(), said: text(&output.stdout), complained: text(&output.stderr) }
    }
}

/// `tidegate` on a database, in the way of a person at a shell.
pub(crate) fn tidegate(database: &TestDatabase, arguments: &[&str]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
    command.args(arguments).current_dir(std::env::temp_dir()).env("DATABASE_URL", database.url());
    command.env("TIDEGATE_LISTEN", "127.0.0.1:0");
    command.env("TIDEGATE_JWT_SECRET", "a secret that is long enough to be taken for one, in a test");
    command.output().expect("tidegate is built before its tests").into()
}

/// Runs `pg_dump`, `pg_restore`, … of the server's version; insists that it succeeds, and returns what it said.
pub(crate) async fn postgres_tool(url: &str, name: &str, arguments: &[&str]) -> Vec<u8> {
    let client = super::open(url).await;
    let version = "select current_setting('server_version_num')::int / 10000";
    let major: i32 = client.query_one(version, &[]).await.unwrap().get(0);
    let program = find(name, major);
    let mut command = Command::new(&program);
    command.arg(format!("--dbname={url}")).args(arguments);
    let output = command.output().unwrap_or_else(|e| panic!("{}: {e}", program.display()));
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Beside the server's programs; else the one of the path.
fn find(name: &str, major: i32) -> PathBuf {
    let told = std::env::var_os("TIDEGATE_PG_BIN").map(PathBuf::from);
    let usual = ["/usr/lib/postgresql", "/usr/local/lib/postgresql"];
    let beside = usual.map(|root| Path::new(root).join(major.to_string()).join("bin"));
    let places = told.into_iter().chain(beside).map(|dir| dir.join(name));
    places.into_iter().find(|program| program.exists()).unwrap_or_else(|| name.into())
}
