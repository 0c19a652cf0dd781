//! What service, tables and clients look like at a moment; each line is kept as CSV.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use super::ledger::Told;
use crate::faults::sea::Sea;

const MIB: f64 = 1_048_576.0;

/// One moment. Sizes are MiB, delays milliseconds.
#[derive(Debug, Clone, Default)]
pub(super) struct Sample {
    pub(super) seconds: f64,
    /// What happened since the one before; empty: nothing.
    pub(super) fault: &'static str,
    pub(super) resident: f64,
    pub(super) proportional: f64,
    pub(super) descriptors: f64,
    pub(super) threads: f64,
    /// Events that are committed and not told.
    pub(super) backlog: f64,
    /// Every table but the log, which grows by design until its retention.
    pub(super) tables: f64,
    pub(super) dead_rows: f64,
    pub(super) log_bytes_per_event: f64,
    /// Share of the notification queue in use.
    pub(super) queue: f64,
    pub(super) median: f64,
    pub(super) p99: f64,
    pub(super) longest: f64,
    pub(super) committed: usize,
    pub(super) delivered: usize,
}

pub(super) struct Sampler {
    begun: Instant,
    file: File,
}

impl Sampler {
    pub(super) fn begin(path: &Path, begun: Instant) -> Self {
        let mut file = File::create(path).unwrap();
        writeln!(
            file,
            "seconds,fault,resident_mib,proportional_mib,descriptors,threads,backlog,tables_mib,dead_rows,\
             log_bytes_per_event,queue_share,median_ms,p99_ms,longest_ms,committed,delivered"
        )
        .unwrap();
        Self { begun, file }
    }

    pub(super) async fn take(&mut self, sea: &Sea, fault: &'static str, told: Told) -> Sample {
        let mut sample = Sample {
            seconds: self.begun.elapsed().as_secs_f64(),
            fault,
            committed: told.committed,
            delivered: told.delivered,
            ..Sample::default()
        };
        sample.look_at_process(sea.service().pid());
        sample.look_at_tables(sea).await;
        sample.look_at_delays(told.delays);
        writeln!(self.file, "{}", sample.line()).unwrap();
        sample
    }
}

/// Everything that is ours, the log apart; the log; and what is told of.
const TABLES: &str = "
    select
      (select sum(pg_total_relation_size(c.oid)) from pg_class c
       where c.relkind in ('r', 'm') and c.relnamespace::regnamespace::text in ('tide', 'work', 'monitor')
         and not c.relname ~ '^(events_|ticks$|metric_)')::float8,
      (select sum(n_dead_tup) from pg_stat_user_tables where not relname ~ '^(events_|ticks$)')::float8,
      (select sum(pg_total_relation_size(c.oid)) from pg_class c
       where c.relkind = 'r' and c.relnamespace = 'tide'::regnamespace and c.relname ~ '^(events_|ticks$)')::float8,
      (select max(last_sequence) from tide.ticks)::float8,
      tide.pending_count()::float8,
      pg_notification_queue_usage()";

impl Sample {
    fn look_at_process(&mut self, pid: u32) {
        let of = |file: &str| fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap();
        let number = |text: &str, name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim().trim_end_matches(" kB").parse::<f64>().unwrap()
        };
        let status = of("status");
        self.resident = number(&status, "VmRSS:") / 1024.0;
        self.threads = number(&status, "Threads:");
        self.proportional = number(&of("smaps_rollup"), "Pss:") / 1024.0;
        self.descriptors = fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count() as f64;
    }

    async fn look_at_tables(&mut self, sea: &Sea) {
        let row = sea.sql().await.query_one(TABLES, &[]).await.unwrap();
        self.tables = row.get::<_, f64>(0) / MIB;
        self.dead_rows = row.get(1);
        self.log_bytes_per_event = row.get::<_, f64>(2) / row.get::<_, f64>(3).max(1.0);
        self.backlog = row.get(4);
        self.queue = row.get(5);
    }

    fn look_at_delays(&mut self, mut delays: Vec<Duration>) {
        delays.sort_unstable();
        let at = |share: f64| {
            let place = ((delays.len() as f64 * share) as usize).min(delays.len().saturating_sub(1));
            delays.get(place).map_or(f64::NAN, |delay| delay.as_secs_f64() * 1000.0)
        };
        (self.median, self.p99, self.longest) = (at(0.5), at(0.99), at(1.0));
    }

    fn line(&self) -> String {
        format!(
            "{:.0},{},{:.1},{:.1},{},{},{},{:.2},{},{:.0},{:.6},{:.1},{:.1},{:.1},{},{}",
            self.seconds,
            self.fault,
            self.resident,
            self.proportional,
            self.descriptors,
            self.threads,
            self.backlog,
            self.tables,
            self.dead_rows,
            self.log_bytes_per_event,
            self.queue,
            self.median,
            self.p99,
            self.longest,
            self.committed,
            self.delivered,
        )
    }
}
