//! A test that cannot be made here passes, but not in silence.

use std::fs::OpenOptions;
use std::io::Write;
use std::panic::Location;

/// The file in which `scripts/test.sh` gathers them, to tell them all when the run is over.
const GATHERED: &str = "TIDEGATE_SKIPPED";

/// Says that the test which asks for it proves nothing here, and why.
#[track_caller]
pub(crate) fn skipped(why: &str) {
    println!("SKIPPED: {why}");
    let Some(path) = std::env::var_os(GATHERED) else { return };
    let place = Location::caller();
    let thread = std::thread::current();
    // A runner that gives each test a process may run it on the main thread.
    let test = match std::env::var("NEXTEST_TEST_NAME").ok() {
        Some(name) => name,
        None => match thread.name() {
            Some(name) if name != "main" => name.to_owned(),
            _ => format!("{}:{}", place.file(), place.line()),
        },
    };
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    writeln!(file, "{test}: {why}").unwrap();
}
