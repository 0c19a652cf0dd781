//! Words for whoever sits in front of it, or for the program that reads instead of them.
//!
//! Invariant: a command does all of its work and ends with its own status, whether or not somebody reads to the end. Who
//! stops early (`tidegate watches | head`) has what they wanted; a log that nobody takes any more ends no service.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use crate::error::Failure;

/// Answers on standard output.
///
/// # Errors
/// It cannot be written, for another reason than that nobody reads it.
#[allow(clippy::needless_pass_by_value, reason = "callers put it together for this")]
pub fn say(line: impl Display) -> Result<(), Failure> {
    match writeln!(io::stdout().lock(), "{line}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::environment(format!("cannot print: {error}"), "check standard output"))
        }
        _ => Ok(()),
    }
}

/// Remarks something on standard error, for people; where there is nobody, to nobody.
#[allow(clippy::needless_pass_by_value, reason = "as above")]
pub fn remark(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
