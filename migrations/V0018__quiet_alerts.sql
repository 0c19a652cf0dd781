-- Silences end by themselves, the answers of dashboards are kept in tide.cache_entries, and what is due
-- of a webhook is found however much waits.

set local role tide_owner;

create index alerts_silence_ends_at_idx on monitor.alerts (silence_ends_at)
  where silence_ends_at is not null;
comment on column monitor.alerts.silence_ends_at is
  'Until then webhooks are told nothing of it, nor of what is raised under its key. Null after it.';

drop table monitor.dashboards;

drop index monitor.deliveries_pending_idx;
create index deliveries_pending_idx on monitor.deliveries (webhook_id, number)
  where status = 'pending';
create index deliveries_next_attempt_at_idx on monitor.deliveries (webhook_id, next_attempt_at)
  where status = 'pending';

reset role;
