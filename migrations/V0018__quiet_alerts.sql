-- Silences end by themselves, and the answers of dashboards are kept in tide.cache_entries.

set local role tide_owner;

create index alerts_silence_ends_at_idx on monitor.alerts (silence_ends_at)
  where silence_ends_at is not null;
comment on column monitor.alerts.silence_ends_at is
  'Until then webhooks are told nothing of it, nor of what is raised under its key. Null after it.';

drop table monitor.dashboards;

reset role;
