//! What a process costs, as the kernel counts it: processor time and memory. Linux only; elsewhere nothing is known.

use std::fs;
use std::time::Duration;

/// Ticks of `/proc/<pid>/stat` per second, everywhere.
const TICKS: u64 = 100;

/// Processor time of a process so far.
pub(super) fn processor(pid: u32) -> Option<Duration> {
    own(&stat(pid)?)
}

/// The same of a process and everything it has started, ended or not.
pub(super) fn processor_of_family(parent: u32) -> Option<Duration> {
    let mut sum = with_ended(&stat(parent)?)?;
    for pid in fs::read_dir("/proc").ok()?.flatten().filter_map(|e| e.file_name().to_str()?.parse().ok()) {
        let child = stat(pid).filter(|stat| stat.get(1).is_some_and(|ppid| *ppid == parent.to_string()));
        sum += child.and_then(|stat| with_ended(&stat)).unwrap_or_default();
    }
    Some(sum)
}

/// Memory in bytes: now, and at its highest.
pub(super) fn memory(pid: u32) -> Option<(u64, u64)> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let kilobytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().trim_end_matches(" kB").parse::<u64>().ok()
    };
    Some((kilobytes("VmRSS:")? * 1024, kilobytes("VmHWM:")? * 1024))
}

/// How long the machine's cores have had nothing to do, all of them added up.
pub(super) fn idle() -> Option<Duration> {
    let all = fs::read_to_string("/proc/stat").ok()?;
    let ticks: Vec<String> = all.lines().next()?.split_whitespace().map(str::to_owned).collect();
    // user, nice, system, idle, waiting for a disk
    sum(ticks.get(4..6)?)
}

/// Whether it is a server process of Postgres, here and not on another machine.
pub(super) fn is_postgres(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim_end() == "postgres")
}

/// The parent of a process.
pub(super) fn parent(pid: u32) -> Option<u32> {
    stat(pid)?.get(1)?.parse().ok()
}

/// The fields after the name, which may itself contain blanks and brackets: state, parent, …
fn stat(pid: u32) -> Option<Vec<String>> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = line.rsplit_once(") ")?;
    Some(fields.split(' ').map(str::to_owned).collect())
}

fn own(stat: &[String]) -> Option<Duration> {
    sum(&stat[11..13])
}

fn with_ended(stat: &[String]) -> Option<Duration> {
    sum(&stat[11..15])
}

fn sum(ticks: &[String]) -> Option<Duration> {
    let ticks: u64 = ticks.iter().map(|text| text.parse::<u64>().ok()).sum::<Option<u64>>()?;
    Some(Duration::from_millis(ticks * 1000 / TICKS))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_a_parent_memory_and_a_family() {
        let us = std::process::id();
        let (now, most) = memory(us).unwrap();
        assert!(now > 0 && most >= now);
        assert!(processor_of_family(parent(us).unwrap()).unwrap() >= processor(us).unwrap());
    }
}
