//! What an earlier run left behind: a server still running, its orphaned workers, a stale pid file.
//!
//! We hold the directory's lock, so whatever still works in it has lost its owner. The pid file
//! may go only when no process is left in the data directory: it is what keeps Postgres from
//! starting beside old workers that still write.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::Result;
use super::place::Place;
use crate::error::Failure;

const PATIENCE: Duration = Duration::from_secs(30);
const GLANCE: Duration = Duration::from_millis(50);

/// Ends leftover processes and clears leftover files.
pub(super) fn clear(place: &Place) -> Result<()> {
    let data = place.data();
    end_processes_in(&data)?;
    // Elsewhere we cannot see who is left, so there Postgres judges the file itself.
    if cfg!(target_os = "linux") {
        let _ = fs::remove_file(data.join("postmaster.pid"));
    }
    let _ = fs::remove_dir_all(place.unfinished_data());
    clear_files_in(&place.socket_dir());
    Ok(())
}

fn end_processes_in(data: &Path) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    let mut asked = false;
    loop {
        let left = processes_in(data);
        if left.is_empty() {
            return Ok(());
        }
        if !asked {
            tracing::info!(processes = left.len(), "stopping a Postgres that an earlier run left behind");
            ask_to_end(data, &left);
            asked = true;
        }
        if Instant::now() > deadline {
            return Err(still_there(data, &left));
        }
        super::wait_a_moment(GLANCE);
    }
}

/// The postmaster takes its children along; orphaned children are asked one by one.
fn ask_to_end(data: &Path, left: &[i32]) {
    match postmaster(data).filter(|pid| left.contains(pid)) {
        Some(pid) => send(pid, Signal::SIGINT),
        None => left.iter().for_each(|pid| send(*pid, Signal::SIGTERM)),
    }
}

fn send(pid: i32, signal: Signal) {
    if let Err(error) = kill(Pid::from_raw(pid), signal) {
        tracing::debug!(pid, %error, "the process was gone already");
    }
}

fn postmaster(data: &Path) -> Option<i32> {
    let file = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    file.lines().next()?.trim().parse().ok()
}

/// Every process of a server has its data directory as working directory.
fn processes_in(data: &Path) -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == data))
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| is_postgres(*pid))
        .collect()
}

/// A shell that somebody left in the data directory is not ours to end.
fn is_postgres(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim().starts_with("postgres"))
}

fn still_there(data: &Path, left: &[i32]) -> Failure {
    let pids: Vec<String> = left.iter().map(ToString::to_string).collect();
    Failure::environment(
        format!(
            "a Postgres from an earlier run still works in {} (processes {})",
            data.display(),
            pids.join(", ")
        ),
        "end those processes, then start again",
    )
}

fn clear_files_in(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let _ = fs::remove_file(entry.path());
    }
}
