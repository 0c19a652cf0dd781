//! `initdb`, and the server process itself.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::account::Account;
use super::binaries::Binaries;
use super::place::Place;
use super::{ClusterOptions, Durability, Result, io_failure};
use crate::error::Failure;

const GLANCE: Duration = Duration::from_millis(20);
/// Crash recovery of a large directory takes a while; a server that died is noticed at once.
const START_PATIENCE: Duration = Duration::from_secs(300);
const STOP_PATIENCE: Duration = Duration::from_secs(30);
/// Another process may take the free port before the server does.
const PORT_ATTEMPTS: u32 = 5;

/// Makes an empty cluster. It appears in its place only when complete.
pub(super) fn initialise(
    binaries: &Binaries,
    account: &Account,
    place: &Place,
    durability: Durability,
) -> Result<()> {
    write_password(account, &place.password_file())?;
    let unfinished = place.unfinished_data();
    let mut initdb = account.command(&binaries.initdb(), place.home());
    initdb
        .args(["--username=postgres", "--encoding=UTF8", "--no-locale"])
        .args(["--auth-local=trust", "--auth-host=scram-sha-256"])
        .arg(argument("--pwfile=", &place.password_file()))
        .arg(argument("--pgdata=", &unfinished));
    if durability == Durability::Throwaway {
        initdb.arg("--no-sync");
    }
    run_initdb(&mut initdb)?;
    fs::rename(&unfinished, place.data()).map_err(|e| io_failure("move", &unfinished, &e))
}

fn run_initdb(initdb: &mut Command) -> Result<()> {
    let advice = "the lines above are initdb's own";
    let output = initdb
        .stdin(Stdio::null())
        .output()
        .map_err(|e| Failure::environment(format!("initdb did not start: {e}"), advice))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::environment(format!("initdb failed:\n{}", said.trim()), advice))
}

fn argument(name: &str, path: &Path) -> std::ffi::OsString {
    let mut argument = std::ffi::OsString::from(name);
    argument.push(path);
    argument
}

fn write_password(account: &Account, path: &Path) -> Result<()> {
    let random: [u8; 16] = rand::random();
    let write = || -> io::Result<()> {
        let _ = fs::remove_file(path);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        io::Write::write_all(&mut file, hex::encode(random).as_bytes())?;
        account.own(path)
    };
    write().map_err(|e| io_failure("write", path, &e))
}

/// The postmaster. A thread of its own waits for it: on Linux the server is told to end when the
/// thread that started it does, so that thread must live as long as the server may.
#[derive(Debug)]
pub(super) struct Server {
    pid: Pid,
    port: u16,
    keeper: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) fn start(
        binaries: &Binaries,
        account: &Account,
        place: &Place,
        options: &ClusterOptions,
    ) -> Result<Self> {
        let mut attempt = 1;
        loop {
            let port = choose_port(options.port, place)?;
            let command = server_command(binaries, account, place, options, port)?;
            let server = Self::spawn(command, port)?;
            match server.wait_until_ready(place) {
                Ok(()) => {
                    place.remember_port(port);
                    return Ok(server);
                }
                Err(lost) if lost.port_was_taken && options.port.is_none() && attempt < PORT_ATTEMPTS => {
                    attempt += 1;
                }
                Err(lost) => return Err(lost.error),
            }
        }
    }

    fn spawn(command: Command, port: u16) -> Result<Self> {
        let (started, result) = mpsc::channel();
        let keeper = std::thread::Builder::new()
            .name("postgres-keeper".to_owned())
            .spawn(move || keep(command, &started))
            .map_err(|e| did_not_start(&e))?;
        let pid = result
            .recv()
            .unwrap_or_else(|_| Err(io::ErrorKind::BrokenPipe.into()))
            .map_err(|e| did_not_start(&e))?;
        Ok(Self { pid: Pid::from_raw(pid.cast_signed()), port, keeper: Some(keeper) })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn is_running(&self) -> bool {
        self.keeper.as_ref().is_some_and(|keeper| !keeper.is_finished())
    }

    /// Ends the server; a second call does nothing.
    pub(super) fn stop(&mut self, durability: Durability) -> Result<()> {
        let signal = match durability {
            Durability::Kept => Signal::SIGINT,
            Durability::Throwaway => Signal::SIGQUIT,
        };
        self.signal(signal);
        let ended = self.wait_until_ended();
        if ended {
            self.keeper.take().map(JoinHandle::join);
            return Ok(());
        }
        self.signal(Signal::SIGKILL);
        Err(Failure::environment(
            "Postgres did not stop within 30 seconds and was killed",
            "nothing is lost: it recovers at the next start",
        ))
    }

    fn signal(&self, signal: Signal) {
        if self.is_running() {
            // A server that ended between the two lines is what we want anyway.
            let _ = kill(self.pid, signal);
        }
    }

    fn wait_until_ended(&self) -> bool {
        let deadline = Instant::now() + STOP_PATIENCE;
        while self.is_running() && Instant::now() < deadline {
            super::wait_a_moment(GLANCE);
        }
        !self.is_running()
    }

    fn wait_until_ready(&self, place: &Place) -> Result<(), Lost> {
        let deadline = Instant::now() + START_PATIENCE;
        while self.is_running() && Instant::now() < deadline {
            if self.says_ready(place) {
                return Ok(());
            }
            super::wait_a_moment(GLANCE);
        }
        Err(Lost::read(place))
    }

    /// The pid file's eighth line is the server's own word on its state.
    fn says_ready(&self, place: &Place) -> bool {
        let file = fs::read_to_string(place.data().join("postmaster.pid")).unwrap_or_default();
        let mut lines = file.lines();
        let ours = lines.next().is_some_and(|pid| pid.trim() == self.pid.to_string());
        ours && lines.nth(6).is_some_and(|state| state.trim() == "ready")
    }
}

fn keep(mut command: Command, started: &mpsc::Sender<io::Result<u32>>) {
    match command.spawn() {
        Err(error) => drop(started.send(Err(error))),
        Ok(child) => {
            let sent = started.send(Ok(child.id()));
            if sent.is_ok() {
                wait(child);
            }
        }
    }
}

fn wait(mut child: Child) {
    if let Err(error) = child.wait() {
        tracing::warn!(%error, "lost sight of the private Postgres");
    }
}

fn did_not_start(error: &io::Error) -> Failure {
    Failure::environment(
        format!("postgres did not start: {error}"),
        "check TIDEGATE_PG_BIN and the installation",
    )
}

/// A start that failed, with the end of the log.
struct Lost {
    port_was_taken: bool,
    error: Failure,
}

impl Lost {
    fn read(place: &Place) -> Self {
        let log = fs::read_to_string(place.log_file()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let end = lines[lines.len().saturating_sub(8)..].join("\n");
        Self {
            port_was_taken: end.contains("could not bind"),
            error: Failure::environment(
                format!("Postgres did not come up:\n{end}"),
                format!("the whole log is {}", place.log_file().display()),
            ),
        }
    }
}

fn choose_port(asked: Option<u16>, place: &Place) -> Result<u16> {
    if let Some(port) = asked {
        return Ok(port);
    }
    let last = place.last_port().filter(|port| is_free(*port));
    last.map_or_else(any_free_port, Ok)
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

fn any_free_port() -> Result<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|e| {
            Failure::environment(format!("no free port on 127.0.0.1: {e}"), "close something that listens")
        })
}

fn server_command(
    binaries: &Binaries,
    account: &Account,
    place: &Place,
    options: &ClusterOptions,
    port: u16,
) -> Result<Command> {
    let log = open_log(place)?;
    let stdout = log.try_clone().map_err(|e| io_failure("open", &place.log_file(), &e))?;
    let mut command = command_that_dies_with_us(&binaries.postgres(), account, place.home());
    command.arg("-D").arg(place.data());
    for (name, value) in settings(place, options, port) {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    // A group of its own: Ctrl-C in the terminal is for us, who then stop it in order.
    command.process_group(0).stdin(Stdio::null()).stdout(stdout).stderr(log);
    Ok(command)
}

/// Linux ends the child when its parent is gone; util-linux's `setpriv` asks for that.
fn command_that_dies_with_us(program: &Path, account: &Account, dir: &Path) -> Command {
    match setpriv() {
        None => account.command(program, dir),
        Some(setpriv) => {
            let mut command = account.command(&setpriv, dir);
            command.args(["--pdeathsig", "INT", "--"]).arg(program);
            command
        }
    }
}

fn setpriv() -> Option<PathBuf> {
    ["/usr/bin/setpriv", "/bin/setpriv"]
        .iter()
        .map(PathBuf::from)
        .find(|path| cfg!(target_os = "linux") && path.exists())
}

/// Each run has its own log, so that what it shows is about this run.
fn open_log(place: &Place) -> Result<File> {
    let path = place.log_file();
    let _ = fs::rename(&path, path.with_extension("log.previous"));
    File::create(&path).map_err(|e| io_failure("make", &path, &e))
}

fn settings(place: &Place, options: &ClusterOptions, port: u16) -> Vec<(String, String)> {
    let socket_dir = place.socket_dir().display().to_string();
    let mut settings = vec![
        ("port", port.to_string()),
        ("listen_addresses", "127.0.0.1".to_owned()),
        ("unix_socket_directories", socket_dir),
        ("unix_socket_permissions", "0700".to_owned()),
        ("max_connections", options.max_connections.to_string()),
        ("logging_collector", "off".to_owned()),
        ("log_line_prefix", "%m [%p] %q%a ".to_owned()),
    ];
    if options.durability == Durability::Throwaway {
        settings.extend([("fsync", "off".to_owned()), ("full_page_writes", "off".to_owned())]);
    }
    let own = settings.into_iter().map(|(name, value)| (name.to_owned(), value));
    own.chain(options.settings.iter().cloned()).collect()
}
