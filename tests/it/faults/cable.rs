//! The cable between service and Postgres pulled, by the kernel: no packet passes, and nobody is told.
//!
//! ```text
//! Postgres, clients  ──(198.18.x.0/30)──  a router  ──(198.18.x.4/30)──  the service
//!         └──────────────────────(198.18.x.8/30)───────────────────────────┘
//! ```
//!
//! Router and service have network namespaces of their own; the router forwards, or does not. Addresses are of a network
//! that is set aside for measuring (RFC 2544) and lead nowhere else.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::in_full;
use super::sea::{Sea, program};
use super::storm::{Manner, Storm};
use crate::service::web::Web;
use crate::support::{eventually, skipped};

/// The two namespaces and what connects them; gone when dropped.
struct Cable {
    name: String,
    net: [u8; 3],
}

impl Cable {
    /// `None` where no network can be made.
    fn lay() -> Option<Self> {
        let (id, [high, low]) = (std::process::id(), rand::random::<[u8; 2]>());
        let cable = Self { name: format!("tg{id}"), net: [198, 18 + high % 2, low] };
        match cable.connect() {
            Ok(()) => Some(cable),
            Err(why) => {
                skipped(&format!(
                    "no network of its own can be made here (that takes root and iproute2): {why}"
                ));
                None
            }
        }
    }

    fn address(&self, host: u8) -> Ipv4Addr {
        let [a, b, c] = self.net;
        Ipv4Addr::new(a, b, c, host)
    }

    /// Where Postgres is.
    fn server(&self) -> Ipv4Addr {
        self.address(1)
    }

    /// Where clients find the service.
    fn service(&self) -> Ipv4Addr {
        self.address(10)
    }

    fn connect(&self) -> Result<(), String> {
        let (name, at) = (&self.name, |host: u8| format!("{}/30", self.address(host)));
        for space in ["r", "s"] {
            ip(&format!("netns add {name}{space}"))?;
            ip(&format!("-n {name}{space} link set lo up"))?;
        }
        for (here, to, there, ours, theirs) in [
            (format!("{name}h"), "r", "server", at(1), at(2)),
            (format!("{name}c"), "s", "clients", at(9), at(10)),
        ] {
            ip(&format!("link add {here} type veth peer name {there} netns {name}{to}"))?;
            ip(&format!("addr add {ours} dev {here}"))?;
            ip(&format!("link set {here} up"))?;
            ip(&format!("-n {name}{to} addr add {theirs} dev {there}"))?;
            ip(&format!("-n {name}{to} link set {there} up"))?;
        }
        ip(&format!("-n {name}r link add service type veth peer name server netns {name}s"))?;
        for (space, end, address) in [("r", "service", at(5)), ("s", "server", at(6))] {
            ip(&format!("-n {name}{space} addr add {address} dev {end}"))?;
            ip(&format!("-n {name}{space} link set {end} up"))?;
        }
        ip(&format!("-n {name}s route add {}/30 via {}", self.address(0), self.address(5)))?;
        ip(&format!("route add {}/30 via {}", self.address(4), self.address(2)))?;
        self.forward(true)
    }

    /// Whether packets pass. Where they do not, the router drops them without a word.
    fn forward(&self, forwards: bool) -> Result<(), String> {
        let write = format!("echo {} > /proc/sys/net/ipv4/ip_forward", u8::from(forwards));
        run(Command::new("ip").args(["netns", "exec", &format!("{}r", self.name), "sh", "-c", &write]))
    }

    fn pull(&self) {
        self.forward(false).unwrap();
    }

    fn plug(&self) {
        self.forward(true).unwrap();
    }

    /// What starts the service at its end of the cable.
    fn program(&self) -> tokio::process::Command {
        let mut command = program("ip");
        command.args(["netns", "exec", &format!("{}s", self.name), env!("CARGO_BIN_EXE_tidegate")]);
        command
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        for space in ["r", "s"] {
            let _ = ip(&format!("netns del {}{space}", self.name));
        }
    }
}

fn ip(words: &str) -> Result<(), String> {
    run(Command::new("ip").args(words.split(' ')))
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if output.status.success() { Ok(()) } else { Err(complaint) }
}

/// Postgres at its end of the cable too; answers with its address there.
async fn listen_there(sea: &Sea, cable: &Cable) -> String {
    let rules = sea.data().join("pg_hba.conf");
    let more = format!(
        "{}host all all {}/30 scram-sha-256\n",
        std::fs::read_to_string(&rules).unwrap(),
        cable.address(4)
    );
    std::fs::write(&rules, more).unwrap();
    sea.run("select pg_reload_conf()").await;
    sea.url().replace("127.0.0.1", &cable.server().to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cable_to_postgres_pulled_is_noticed_and_plugged_in_again_everything_is_told() {
    let Some(cable) = Cable::lay() else { return };
    let listen = format!("127.0.0.1,{}", cable.server());
    let mut sea = Sea::new(&[("listen_addresses", &listen)]).await;
    let url = listen_there(&sea, &cable).await;
    let there = SocketAddr::from((cable.service(), 8000)).to_string();
    let settings = [("TIDEGATE_LISTEN", there.as_str()), ("TIDEGATE_STREAM__LISTENER_CHECK_SECONDS", "1")];
    sea.serve_by(cable.program(), &url, &settings).await;
    let web = Web::at(sea.service().address(), None);
    let mut follower = sea.follower().await;
    // Not so many that catching up is what is measured.
    let manner = Manner { pause: Duration::from_millis(20), ..Manner::default() };
    let storm = Storm::begin(&sea.url(), 2, manner);
    let outages = if in_full() { vec![1, 15, 90] } else { vec![9] };
    for seconds in outages {
        sea.some_time().await;
        cable.pull();
        let pulled = Instant::now();
        if seconds > 8 {
            eventually("it says that it cannot work", async || web.get("/ready").await.status == 503).await;
            println!("noticed after {:?}", pulled.elapsed());
        }
        sleep(Duration::from_secs(seconds).saturating_sub(pulled.elapsed())).await;
        cable.plug();
        let fault = format!("the cable to Postgres pulled for {seconds} s");
        sea.recovers(&fault, &mut follower, Instant::now()).await;
    }
    let tally = storm.end().await;
    assert_eq!((tally.refused, tally.unknown.len()), (vec![], 0), "no writer noticed");
    let written = sea.written().await;
    follower.assert_complete(&written).await;
    sea.assert_exact().await;
}
