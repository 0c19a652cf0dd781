//! What the playground keeps beside its cluster: a secret, and the environment for a second terminal.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::demo::Guests;
use crate::config::{Config, Secret};
use crate::db::embedded::Cluster;
use crate::error::Failure;

/// The secret that signs tokens here; made once, so that tokens survive a restart.
pub(super) fn development_secret(home: &Path) -> Result<Secret, Failure> {
    let path = home.join("secret");
    match fs::read_to_string(&path) {
        Ok(text) if text.len() >= crate::config::MIN_SECRET_BYTES => return Ok(Secret::new(text)),
        _ => {}
    }
    let random: [u8; 32] = rand::random();
    let text = hex::encode(random);
    fs::create_dir_all(home).and_then(|()| write_private(&path, &text)).map_err(|e| unwritable(&path, &e))?;
    Ok(Secret::new(text))
}

/// Writes `.tidegate/env`: after `. .tidegate/env`, psql, any driver and `tidegate` itself find the playground.
pub(super) fn write_environment(
    home: &Path,
    config: &Config,
    cluster: &Cluster,
    database: &str,
    listen: SocketAddr,
    guests: &Guests,
) -> Result<PathBuf, Failure> {
    let path = home.join("env");
    let programs = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned));
    let programs = programs.unwrap_or_default();
    let text = format!(
        "# Written by `tidegate dev` at each start; read it with: . {path}\n\
         export DATABASE_URL='{url}'\n\
         export PGHOST=127.0.0.1 PGPORT={port} PGUSER=postgres PGPASSWORD='{password}' PGDATABASE={database}\n\
         export TIDEGATE_JWT_SECRET='{secret}'\n\
         export TIDEGATE_URL='http://{listen}'\n\
         export TIDEGATE_TOKEN='{token}'\n\
         export TIDEGATE_ADMIN_TOKEN='{admin_token}'\n\
         export PATH='{programs}':\"$PATH\":'{postgres}'\n",
        path = path.display(),
        token = guests.token,
        admin_token = guests.admin_token,
        url = cluster.url(database),
        port = cluster.port(),
        password = cluster.password(),
        secret = config.auth.jwt_secret.expose(),
        programs = programs.display(),
        postgres = cluster.programs().display(),
    );
    write_private(&path, &text).map_err(|e| unwritable(&path, &e))?;
    Ok(path)
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::environment(
        format!("could not write {}: {error}", path.display()),
        "start it in a directory that you may write to",
    )
}
