//! The cluster against real servers: each promise of the module's head.

use std::process::Command;

use super::*;

fn kept_in(dir: &tempfile::TempDir) -> ClusterOptions {
    ClusterOptions { max_connections: 10, ..ClusterOptions::kept(dir.path().join("pg")) }
}

fn scratch() -> tempfile::TempDir {
    // /tmp, not TMPDIR: user postgres must get there when the tests run as root.
    let dir = tempfile::Builder::new().prefix("tidegate-embedded-").tempdir_in("/tmp").unwrap();
    std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    dir
}

async fn ask(url: &str, question: &str) -> Result<String, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    let connection = tokio::spawn(connection);
    let answer = client.query_one(question, &[]).await?.get(0);
    drop(client);
    let _ = connection.await;
    Ok(answer)
}

async fn order(url: &str, statement: &str) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    client.batch_execute(statement).await.unwrap();
    drop(client);
    let _ = connection.await;
}

fn kill_minus_9(cluster: &Cluster) {
    let pids = std::fs::read_to_string(cluster.home().join("data/postmaster.pid")).unwrap();
    let pid = pids.lines().next().unwrap().to_owned();
    assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
}

#[tokio::test]
async fn a_cluster_answers_by_tcp_with_its_password_and_by_socket_without() {
    let dir = scratch();
    let cluster = Cluster::start(kept_in(&dir)).unwrap();
    assert!(cluster.is_new());
    assert_eq!(ask(&cluster.url("postgres"), "select 'tcp'").await.unwrap(), "tcp");
    assert_eq!(ask(&cluster.socket_url("postgres"), "select 'socket'").await.unwrap(), "socket");
    cluster.stop().unwrap();
}

#[tokio::test]
async fn a_wrong_password_is_refused_on_tcp() {
    let dir = scratch();
    let cluster = Cluster::start(kept_in(&dir)).unwrap();
    let wrong = format!("postgresql://postgres:wrong@127.0.0.1:{}/postgres", cluster.port());
    assert!(ask(&wrong, "select ''").await.is_err());
}

#[tokio::test]
async fn the_second_start_finds_the_data_and_keeps_the_address() {
    let dir = scratch();
    let first = Cluster::start(kept_in(&dir)).unwrap();
    let url = first.url("postgres");
    order(&url, "create database kept").await;
    first.stop().unwrap();

    let second = Cluster::start(kept_in(&dir)).unwrap();
    assert!(!second.is_new());
    assert_eq!(second.url("postgres"), url);
    let kept = "select datname::text from pg_database where datname = 'kept'";
    assert_eq!(ask(&url, kept).await.unwrap(), "kept");
}

#[test]
fn two_starts_in_one_directory_do_not_fight() {
    let dir = scratch();
    let _first = Cluster::start(kept_in(&dir)).unwrap();
    let refused = Cluster::start(kept_in(&dir)).unwrap_err();
    assert!(refused.what().contains("already runs"), "{refused}");
    assert!(refused.what().contains(&std::process::id().to_string()), "{refused}");
}

#[tokio::test]
async fn a_server_killed_with_kill_9_starts_again() {
    let dir = scratch();
    let cluster = Cluster::start(kept_in(&dir)).unwrap();
    kill_minus_9(&cluster);
    while cluster.is_running() {
        tokio::task::yield_now().await;
    }
    assert!(cluster.home().join("data/postmaster.pid").exists(), "nothing stale to be handled");
    drop(cluster);
    let again = Cluster::start(kept_in(&dir)).unwrap();
    assert_eq!(ask(&again.url("postgres"), "select 'back'").await.unwrap(), "back");
}

#[test]
fn a_pid_file_that_names_a_foreign_process_does_not_stop_a_start() {
    let dir = scratch();
    let home = {
        let cluster = Cluster::start(kept_in(&dir)).unwrap();
        cluster.home().to_owned()
    };
    let stale = format!("{}\n{}\n", std::process::id(), home.join("data").display());
    std::fs::write(home.join("data/postmaster.pid"), stale).unwrap();
    Cluster::start(kept_in(&dir)).unwrap();
}

#[test]
fn a_half_made_cluster_is_made_again() {
    let dir = scratch();
    let home = {
        let cluster = Cluster::start(kept_in(&dir)).unwrap();
        cluster.home().to_owned()
    };
    std::fs::rename(home.join("data"), home.join("data.unfinished")).unwrap();
    assert!(Cluster::start(kept_in(&dir)).unwrap().is_new());
}

#[test]
fn an_erased_cluster_leaves_nothing() {
    let dir = scratch();
    let (home, sockets) = {
        let cluster = Cluster::start(kept_in(&dir)).unwrap();
        (cluster.home().to_owned(), cluster.place.socket_dir())
    };
    Cluster::erase(&dir.path().join("pg")).unwrap();
    assert!(!home.exists() && !sockets.exists());
}

#[test]
fn a_throwaway_cluster_leaves_nothing() {
    let cluster = Cluster::start(ClusterOptions::throwaway()).unwrap();
    let (home, sockets) = (cluster.home().to_owned(), cluster.place.socket_dir());
    assert!(home.exists());
    drop(cluster);
    assert!(!home.exists() && !sockets.exists());
    assert!(!lock::path_for(&home).exists());
}

#[test]
fn what_a_killed_test_run_left_behind_is_swept_by_the_next() {
    let left = place::temporary_dir();
    std::fs::create_dir(&left).unwrap();
    let lock = std::fs::File::create(lock::path_for(&left)).unwrap();
    lock.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(90)).unwrap();
    Cluster::start(ClusterOptions::throwaway()).unwrap();
    assert!(!left.exists() && !lock::path_for(&left).exists());
}

#[test]
fn a_directory_that_the_servers_account_cannot_reach_gets_a_substitute() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let dir = scratch();
    std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let asked = dir.path().join("pg");
    let cluster = Cluster::start(kept_in(&dir)).unwrap();
    assert_ne!(cluster.home(), asked);
    assert_eq!(std::fs::canonicalize(&asked).unwrap(), cluster.home());
    cluster.stop().unwrap();

    let again = Cluster::start(kept_in(&dir)).unwrap();
    assert!(!again.is_new());
    again.stop().unwrap();
    Cluster::erase(&asked).unwrap();
    assert!(!asked.exists());
}
