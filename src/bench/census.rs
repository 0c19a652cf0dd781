//! Whose processor time: while something is measured, the machine's cores are shared by the service, by the writers'
//! backends, by the one that ticks and by the load itself. What saturates first is who has taken them.
//!
//! Backends are told apart by their `application_name`, so this sees those of a server on this machine.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

use super::process;
use super::stage::Stage;
use crate::error::Failure;

/// A backend's time is lost when it ends between two looks.
const EVERY: Duration = Duration::from_millis(100);

const BACKENDS: &str = "select pid, case \
      when backend_type <> 'client backend' then 'database_others' \
      when application_name = 'tidegate feed' then 'database_tick' \
      when application_name = 'tidegate bench' then 'database_writers' \
      else 'database_others' end \
    from pg_stat_activity where pid <> pg_backend_pid()";

/// Shares of one core, by who took them: `service`, `load` (this process), `database_tick`, `database_writers`,
/// `database_others`; and `idle`, what nobody took.
pub(super) type Shares = BTreeMap<String, f64>;

/// Counts until it is over.
pub(super) async fn take(
    stage: &Stage,
    service: Option<u32>,
    over: &CancellationToken,
) -> Result<Shares, Failure> {
    let mut census = Census { client: stage.connect().await?, service, times: HashMap::new() };
    census.look().await?;
    let before: HashMap<_, _> = census.times.iter().map(|(pid, (_, time))| (*pid, *time)).collect();
    let (began, idle) = (Instant::now(), process::idle());
    while !over.is_cancelled() {
        tokio::select! {
            () = sleep(EVERY) => {}
            () = over.cancelled() => {}
        }
        census.look().await?;
    }
    let took = began.elapsed().as_secs_f64();
    let idle = process::idle().zip(idle).map(|(now, before)| now.saturating_sub(before).as_secs_f64() / took);
    let mut shares: Shares = idle.map(|idle| ("idle".to_owned(), idle)).into_iter().collect();
    for (pid, (role, time)) in census.times {
        let time = time.saturating_sub(before.get(&pid).copied().unwrap_or_default());
        *shares.entry(role).or_default() += time.as_secs_f64() / took;
    }
    Ok(shares)
}

struct Census {
    client: Client,
    service: Option<u32>,
    /// Of every process that was seen: what it is for, and its processor time when it was seen last.
    times: HashMap<u32, (String, Duration)>,
}

impl Census {
    async fn look(&mut self) -> Result<(), Failure> {
        self.note(Some(std::process::id()), "load");
        self.note(self.service, "service");
        for row in self.client.query(BACKENDS, &[]).await? {
            let pid = u32::try_from(row.get::<_, i32>(0)).ok().filter(|pid| process::is_postgres(*pid));
            self.note(pid, row.get(1));
        }
        Ok(())
    }

    fn note(&mut self, pid: Option<u32>, role: &str) {
        if let Some((pid, time)) = pid.and_then(|pid| Some((pid, process::processor(pid)?))) {
            self.times.insert(pid, (role.to_owned(), time));
        }
    }
}
