//! Open files: a socket is one, and the usual limit of a process is 1,024.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::error::Failure;

/// Makes room for so many open files, as far as the system lets us.
///
/// # Errors
/// The hard limit is lower; only the system's owner can raise it.
pub fn make_room(needed: u64) -> Result<(), Failure> {
    let refused = |e: nix::errno::Errno| {
        Failure::environment(format!("the limit of open files cannot be changed: {e}"), "see `ulimit -n`")
    };
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).map_err(refused)?;
    if soft >= needed {
        return Ok(());
    }
    setrlimit(Resource::RLIMIT_NOFILE, needed.min(hard), hard).map_err(refused)?;
    if hard >= needed {
        return Ok(());
    }
    Err(Failure::environment(
        format!("{needed} open files are needed and {hard} are allowed"),
        format!(
            "raise it: `ulimit -Hn {needed}` as root, LimitNOFILE={needed} in a systemd unit, --ulimit nofile={needed} for a container"
        ),
    ))
}
