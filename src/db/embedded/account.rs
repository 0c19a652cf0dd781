//! Who the server runs as: ourselves, or `postgres` when we are root.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use nix::unistd::{Gid, Uid, User, chown, geteuid};

use super::Result;
use crate::error::Failure;

/// The account of the server's processes.
#[derive(Debug, Clone)]
pub(super) enum Account {
    /// The user that we are.
    Ours,
    /// Another one, because we are root and Postgres refuses to be.
    Other { uid: Uid, gid: Gid },
}

impl Account {
    pub(super) fn for_server() -> Result<Self> {
        if !geteuid().is_root() {
            return Ok(Self::Ours);
        }
        let name = std::env::var("TIDEGATE_PG_USER").unwrap_or_else(|_| "postgres".to_owned());
        match User::from_name(&name) {
            Ok(Some(user)) if !user.uid.is_root() => Ok(Self::Other { uid: user.uid, gid: user.gid }),
            _ => Err(Failure::environment(
                format!("Postgres refuses to run as root, and there is no user {name} to run it as"),
                "run this as an ordinary user, or name another with TIDEGATE_PG_USER",
            )),
        }
    }

    /// A command that runs as this account, with no `PG*` variable of ours to mislead it.
    pub(super) fn command(&self, program: &Path, dir: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command.env("LC_ALL", "C").current_dir(dir);
        if let Self::Other { uid, gid } = self {
            command.uid(uid.as_raw()).gid(gid.as_raw());
        }
        command
    }

    /// Makes a file or directory this account's own.
    pub(super) fn own(&self, path: &Path) -> io::Result<()> {
        match self {
            Self::Ours => Ok(()),
            Self::Other { uid, gid } => chown(path, Some(*uid), Some(*gid)).map_err(io::Error::from),
        }
    }

    /// The uid that files of this account have.
    pub(super) fn uid(&self) -> Uid {
        match self {
            Self::Ours => geteuid(),
            Self::Other { uid, .. } => *uid,
        }
    }

    /// Whether this account can work in a directory: asked by trying, as mounts and ACLs have their say.
    pub(super) fn can_use(&self, dir: &Path) -> bool {
        if matches!(self, Self::Ours) {
            return true;
        }
        let mut test = self.command(Path::new("/bin/sh"), Path::new("/"));
        test.args(["-c", r#"cd "$1" && test -w ."#, "sh"]).arg(dir);
        test.stderr(std::process::Stdio::null());
        test.status().is_ok_and(|status| status.success())
    }
}
