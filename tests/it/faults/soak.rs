//! Hours of ordinary days with a mishap now and then: what is committed is told, and nothing grows that should not.
//!
//! - [`writers`]: people and an agent, at a rate; each commit is entered in the ledger before it is made;
//! - [`ledger`]: every commit against every diary, all the time, so that neither has to be kept;
//! - [`samples`]: what service, tables and clients look like, every few seconds;
//! - [`slopes`]: by how much each of it grows in an hour, and whether that is near enough to nothing.
//!
//! The service is killed in the first half only: what is measured over the second is one process. `make soak`.

mod ledger;
mod samples;
mod slopes;
mod writers;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use rand::RngExt;
use tokio::task::JoinHandle;
use tokio::time::{interval, sleep};

use super::follower::Follower;
use super::sea::Sea;
use ledger::{Followed, Ledger};
use samples::{Sample, Sampler};
use writers::{PROJECTS, Writers};

/// So long does somebody who comes and goes stay, in seconds.
const STAYS: std::ops::Range<u64> = 5..60;
/// As short as it may be in operation, so that what it keeps is full before the second half.
const SETTINGS: [(&str, &str); 1] = [("TIDEGATE_STREAM__REPLAY_BYTES", "4194304")];

/// What was asked for.
struct Plan {
    lasts: Duration,
    clients: usize,
    commits_per_second: f64,
    samples_every: Duration,
    faults_every: Duration,
    /// Raw samples, as CSV.
    kept_in: PathBuf,
}

impl Plan {
    fn of_environment() -> Self {
        let number = |name: &str, otherwise: f64| {
            std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
        };
        let seconds = |name: &str, otherwise: f64| Duration::from_secs_f64(number(name, otherwise));
        Self {
            lasts: Duration::from_secs_f64(60.0 * number("SOAK_MINUTES", 60.0)),
            clients: number("SOAK_CLIENTS", 100.0) as usize,
            commits_per_second: number("SOAK_COMMITS", 50.0),
            samples_every: seconds("SOAK_SAMPLES_EVERY", 10.0),
            faults_every: seconds("SOAK_FAULTS_EVERY", 120.0),
            kept_in: std::env::var_os("SOAK_SAMPLES").expect("scripts/soak.sh says where").into(),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes an hour: make soak"]
async fn hours_of_it_lose_nothing_and_nothing_grows() {
    let plan = Plan::of_environment();
    let mut day = Day::begin(&plan).await;
    let samples = day.pass(&plan).await;
    day.end().await;
    println!("{} samples are in {}", samples.len(), plan.kept_in.display());
    let growing = slopes::judge(&samples);
    assert!(growing.is_empty(), "grows: {growing:?}");
}

struct Day {
    sea: Sea,
    ledger: Arc<Ledger>,
    writers: Writers,
    followers: Vec<Followed>,
    passers_by: Vec<JoinHandle<()>>,
}

impl Day {
    async fn begin(plan: &Plan) -> Self {
        let mut sea = Sea::new(&[]).await;
        writers::furnish(&sea).await;
        sea.serve(&SETTINGS).await;
        let mut followers = Vec::new();
        let passing = plan.clients / 5;
        for n in 0..plan.clients - passing {
            let project = n % PROJECTS;
            let handle = writers::member_of(project);
            let follower = Follower::begin_as(&handle, sea.wire().address()).await;
            followers.push(Followed { project, follower });
        }
        let address = sea.wire().address();
        let pass_by = |n| tokio::spawn(pass_by(writers::member_of(n % PROJECTS), address));
        let passers_by = (0..passing).map(pass_by).collect();
        let ledger = Arc::<Ledger>::default();
        let writers = Writers::begin(&sea.url(), plan.commits_per_second, &ledger);
        Self { sea, ledger, writers, followers, passers_by }
    }

    /// Lets it pass; answers with what it looked like.
    async fn pass(&mut self, plan: &Plan) -> Vec<Sample> {
        let begun = Instant::now();
        let mut sampler = Sampler::begin(&plan.kept_in, begun);
        let mut ticks = interval(plan.samples_every);
        let (mut samples, mut next_fault) = (Vec::new(), plan.faults_every);
        while begun.elapsed() < plan.lasts {
            ticks.tick().await;
            let mut fault = "";
            if begun.elapsed() > next_fault {
                fault = self.suffer(begun.elapsed() < plan.lasts / 2).await;
                next_fault = begun.elapsed() + plan.faults_every;
            }
            let told = self.ledger.settle(&self.sea, &self.followers).await;
            samples.push(sampler.take(&self.sea, fault, told).await);
            assert!(
                self.passers_by.iter().all(|passer| !passer.is_finished()),
                "somebody who came was not served"
            );
        }
        samples
    }

    /// One of the faults, by chance; answers with its name.
    async fn suffer(&mut self, may_be_killed: bool) -> &'static str {
        match rand::rng().random_range(u32::from(!may_be_killed)..4) {
            0 => {
                self.sea.take_service().kill().await;
                self.sea.serve(&SETTINGS).await;
                "killed"
            }
            1 => {
                self.sea.service().signal(Signal::SIGSTOP);
                sleep(Duration::from_secs(5)).await;
                self.sea.service().signal(Signal::SIGCONT);
                "frozen"
            }
            2 => {
                let end = "select count(pg_terminate_backend(pid))::text from pg_stat_activity
                    where datname = current_database() and pid <> pg_backend_pid()";
                self.sea.text(end).await;
                "backends"
            }
            _ => {
                self.sea.wire().cut();
                "reset"
            }
        }
    }

    /// Everybody stops writing, and everything that was written is told.
    async fn end(self) {
        let Self { sea, ledger, writers, followers, passers_by } = self;
        writers.end().await;
        while !ledger.is_settled() {
            sleep(Duration::from_secs(1)).await;
            ledger.settle(&sea, &followers).await;
        }
        passers_by.iter().for_each(JoinHandle::abort);
        sea.assert_exact().await;
    }
}

/// Somebody who comes, stays for a while, and goes, again and again.
async fn pass_by(handle: String, address: std::net::SocketAddr) {
    loop {
        let follower = Follower::begin_as(&handle, address).await;
        let stays = rand::rng().random_range(STAYS);
        sleep(Duration::from_secs(stays)).await;
        assert_eq!(follower.complaints(), Vec::<String>::new());
    }
}
