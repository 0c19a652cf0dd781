-- The monitor room: what operators see and are told. Alerts, the rules that raise them, webhooks with
-- their deliveries, metrics, anomalies and dashboards. Rooms do not know each other: whoever owns a
-- webhook or acknowledges an alert stands here by id or name, without a foreign key.

create schema monitor authorization tide_owner;
comment on schema monitor is
  'What operators see and are told: alerts, rules, webhooks, metrics, anomalies, dashboards.';

set local role tide_owner;

create table monitor.rules (
  id uuid not null default gen_random_uuid(),
  name text not null,
  query text not null,
  comparison text not null default 'above',
  threshold double precision not null,
  clear_threshold double precision,
  hold_seconds int not null default 0,
  every_seconds int not null default 10,
  limit_ms int not null default 1000,
  severity text not null default 'warning',
  description text not null default '',
  is_enabled boolean not null default true,
  state text not null default 'fine',
  state_at timestamptz not null default now(),
  last_value double precision,
  last_error text,
  evaluated_at timestamptz,
  due_at timestamptz not null default now(),
  constraint rules_pkey primary key (id),
  constraint rule_name_is_unique unique (name),
  constraint rule_name_is_not_blank check (btrim(name) <> ''),
  constraint rule_comparison_is_known check (comparison in ('above', 'below')),
  constraint rule_severity_is_known check (severity in ('info', 'warning', 'critical')),
  constraint rule_state_is_known check (state in ('fine', 'breached', 'firing', 'failing')),
  constraint rule_clear_threshold_is_on_the_safe_side check (
    comparison = 'above' and clear_threshold <= threshold
    or comparison = 'below' and clear_threshold >= threshold
  ),
  constraint rule_every_seconds_is_at_least_1 check (every_seconds >= 1),
  constraint rule_hold_seconds_is_not_negative check (hold_seconds >= 0),
  constraint rule_limit_ms_is_up_to_10000 check (limit_ms between 1 and 10000)
);
comment on table monitor.rules is
  'When an alert is raised: a query with one number, held against a threshold. Edit the rows.';
comment on column monitor.rules.query is
  'Any select of one number; it is run read-only, and undone. Null counts as nothing to say.';
comment on column monitor.rules.clear_threshold is
  'Below (above) this the alert is resolved; between the two nothing changes. Null: threshold.';
comment on column monitor.rules.hold_seconds is 'So long it must be breached before it is told.';
comment on column monitor.rules.limit_ms is 'A query that takes longer has failed.';

create table monitor.alerts (
  id uuid not null default gen_random_uuid(),
  key text not null,
  severity text not null default 'warning',
  title text not null,
  detail jsonb not null default '{}',
  rule_id uuid,
  status text not null default 'open',
  occurrence_count int not null default 1,
  opened_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  acknowledged_at timestamptz,
  acknowledged_by text,
  resolved_at timestamptz,
  resolved_by text,
  silence_ends_at timestamptz,
  constraint alerts_pkey primary key (id),
  constraint alert_rule_exists foreign key (rule_id)
    references monitor.rules (id) on delete set null,
  constraint alert_title_is_not_blank check (btrim(title) <> ''),
  constraint alert_severity_is_known check (severity in ('info', 'warning', 'critical')),
  constraint alert_status_is_known check (status in ('open', 'acknowledged', 'resolved')),
  constraint alert_resolved_at_is_of_the_resolved
    check ((status = 'resolved') = (resolved_at is not null))
);
-- Of one matter there is one alert at a time.
create unique index alert_key_is_open_once on monitor.alerts (key) where status <> 'resolved';
create index alerts_key_idx on monitor.alerts (key, id);
create index alerts_rule_id_idx on monitor.alerts (rule_id) where rule_id is not null;
create index alerts_opened_at_idx on monitor.alerts (opened_at);
comment on table monitor.alerts is
  'What somebody should look at: open, acknowledged, resolved. Anyone with the right inserts.';
comment on column monitor.alerts.key is
  'Names the matter: an alert that is inserted while one with its key is not resolved counts as '
  'another occurrence of that one. Its title, when the writer leaves it out.';
comment on column monitor.alerts.silence_ends_at is
  'Until then it, and whatever is raised under its key, is kept quiet.';

create table monitor.alert_comments (
  id uuid not null default gen_random_uuid(),
  alert_id uuid not null,
  author text not null,
  body text not null,
  created_at timestamptz not null default now(),
  constraint alert_comments_pkey primary key (id),
  constraint comment_alert_exists foreign key (alert_id)
    references monitor.alerts (id) on delete cascade,
  constraint comment_body_is_not_blank check (btrim(body) <> ''),
  constraint comment_body_is_up_to_10000_long check (length(body) <= 10000)
);
create index alert_comments_alert_id_idx on monitor.alert_comments (alert_id, id);
comment on table monitor.alert_comments is 'What people say about an alert.';

create table monitor.webhooks (
  id uuid not null default gen_random_uuid(),
  owner_id uuid,
  name text not null default '',
  url text not null,
  topics text[] not null,
  entities text[],
  actions text[],
  batch_window_ms int not null default 0,
  status text not null default 'active',
  status_reason text,
  failing_since_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint webhooks_pkey primary key (id),
  constraint webhook_url_is_http check (
    length(url) <= 2048 and url ~* '^https?://[^/?#@\\[:space:]]+([/?#][^[:space:]]*)?$'
  ),
  constraint webhook_topics_are_named
    check (cardinality(topics) between 1 and 100 and array_position(topics, null) is null),
  constraint webhook_entities_are_named check (
    cardinality(entities) between 1 and 100 and array_position(entities, null) is null
  ),
  constraint webhook_actions_are_known check (
    cardinality(actions) > 0 and actions <@ '{create,update,delete}'::text[]
  ),
  constraint webhook_batch_window_ms_is_up_to_60000 check (batch_window_ms between 0 and 60000),
  constraint webhook_status_is_known check (status in ('active', 'paused', 'disabled'))
);
create index webhooks_owner_id_idx on monitor.webhooks (owner_id, id);
comment on table monitor.webhooks is
  'Where messages are delivered by HTTP: what a socket with these topics hears, in order.';
comment on column monitor.webhooks.owner_id is
  'Whose rights count at every delivery; null: an administrator''s, who may hear everything.';
comment on column monitor.webhooks.batch_window_ms is
  'So long it is waited after a change, so that a topic''s changes go out as one bulk.';
comment on column monitor.webhooks.status is
  'active; paused by a person; disabled by us, with a status_reason. Only active ones deliver.';
comment on column monitor.webhooks.failing_since_at is
  'The first failure since the last success; null while it is well.';

create table monitor.webhook_secrets (
  id uuid not null default gen_random_uuid(),
  webhook_id uuid not null,
  secret text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  constraint webhook_secrets_pkey primary key (id),
  constraint secret_webhook_exists foreign key (webhook_id)
    references monitor.webhooks (id) on delete cascade,
  constraint secret_is_of_32_bytes check (secret ~ '^whsec_[A-Za-z0-9+/]{43}=$')
);
create index webhook_secrets_webhook_id_idx on monitor.webhook_secrets (webhook_id, created_at);
comment on table monitor.webhook_secrets is
  'What signs deliveries. During a rotation there are several, and each signs.';

-- Changed with every round of a node: beside the webhook, so that those make no events.
create unlogged table monitor.webhook_claims (
  webhook_id uuid not null,
  node uuid not null,
  ends_at timestamptz not null,
  constraint webhook_claims_pkey primary key (webhook_id),
  constraint claim_webhook_exists foreign key (webhook_id)
    references monitor.webhooks (id) on delete cascade
) with (fillfactor = 50);
comment on table monitor.webhook_claims is
  'Which node delivers for a webhook, and until when unless it says so again.';

create table monitor.deliveries (
  id uuid not null default gen_random_uuid(),
  webhook_id uuid not null,
  number bigint not null generated always as identity,
  message_id text not null,
  topic text not null,
  sequence bigint not null,
  body text not null,
  status text not null default 'pending',
  attempt_count int not null default 0,
  next_attempt_at timestamptz not null default now(),
  attempts jsonb not null default '[]',
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  constraint deliveries_pkey primary key (webhook_id, id),
  constraint delivery_webhook_exists foreign key (webhook_id)
    references monitor.webhooks (id) on delete cascade,
  constraint delivery_status_is_known check (status in ('pending', 'delivered', 'dead')),
  constraint delivery_finished_at_is_of_the_finished
    check ((status = 'pending') = (finished_at is null))
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index deliveries_pending_idx on monitor.deliveries (webhook_id, topic, number)
  where status = 'pending';
create index deliveries_dead_idx on monitor.deliveries (webhook_id, id) where status = 'dead';
create index deliveries_finished_at_idx on monitor.deliveries using brin (finished_at);
comment on table monitor.deliveries is
  'A message on its way to a webhook: queued in the transaction that moves its position, and kept '
  'until every byte of it was taken, or nobody wanted it (dead).';
comment on column monitor.deliveries.number is 'Their order; within a topic it is never broken.';
comment on column monitor.deliveries.message_id is
  'The webhook-id: derived from epoch, topic and sequence, the same at every attempt.';
comment on column monitor.deliveries.attempts is
  '[{at, status, duration_ms, error, reply}…], oldest first.';

create table monitor.metrics (
  id int not null generated always as identity,
  name text not null,
  labels jsonb not null default '{}',
  created_at timestamptz not null default now(),
  constraint metrics_pkey primary key (id),
  constraint metric_name_is_a_word check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
  constraint metric_labels_are_an_object
    check (jsonb_typeof(labels) = 'object' and pg_column_size(labels) <= 1000)
);
create unique index metric_is_told_apart_by_name_and_labels on monitor.metrics (name, labels);
comment on table monitor.metrics is 'A series of numbers: a name with labels.';

create table monitor.metric_kinds (
  name text not null,
  kind text not null,
  unit text not null default '',
  description text not null,
  is_watched boolean not null default false,
  constraint metric_kinds_pkey primary key (name),
  constraint metric_kind_is_known check (kind in ('count', 'level', 'duration'))
);
comment on table monitor.metric_kinds is
  'What a metric means. A count is added up, a level is averaged, of a duration percentiles are '
  'told. Those that are watched are searched for anomalies.';

-- Append only, so that recording waits for nobody; monitor.fold_metrics() empties it.
create table monitor.metric_deltas (
  metric_id int not null,
  minute_at timestamptz not null,
  bucket smallint not null,
  count bigint not null,
  sum double precision not null,
  min double precision not null,
  max double precision not null
) with (autovacuum_vacuum_scale_factor = 0.02);
comment on table monitor.metric_deltas is
  'What was recorded and is not folded into the rollups: one row for a statement, minute and bucket.';

create table monitor.metric_minutes (
  metric_id int not null,
  minute_at timestamptz not null,
  bucket smallint not null,
  count bigint not null,
  sum double precision not null,
  min double precision not null,
  max double precision not null
) partition by range (minute_at);
-- No primary key: pg_restore --clean cannot drop one that partitions have inherited.
create unique index metric_minutes_by_bucket
  on monitor.metric_minutes (metric_id, minute_at, bucket);
comment on table monitor.metric_minutes is
  'Recorded numbers by minute and bucket of size, for some days; read monitor.minute_rollups.';
create table monitor.metric_minutes_default partition of monitor.metric_minutes default;
comment on table monitor.metric_minutes_default is 'Minutes of a day without a partition.';

create table monitor.metric_hours (
  metric_id int not null,
  hour_at timestamptz not null,
  bucket smallint not null,
  count bigint not null,
  sum double precision not null,
  min double precision not null,
  max double precision not null
) partition by range (hour_at);
create unique index metric_hours_by_bucket on monitor.metric_hours (metric_id, hour_at, bucket);
comment on table monitor.metric_hours is
  'The same by hour, for over a year; read monitor.hour_rollups.';
create table monitor.metric_hours_default partition of monitor.metric_hours default;
comment on table monitor.metric_hours_default is 'Hours of a month without a partition.';

create table monitor.anomalies (
  id uuid not null default gen_random_uuid(),
  metric_id int not null,
  began_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  ended_at timestamptz,
  value double precision not null,
  usual_low double precision not null,
  usual_high double precision not null,
  score double precision not null,
  sentence text not null,
  constraint anomalies_pkey primary key (id),
  constraint anomaly_metric_exists foreign key (metric_id)
    references monitor.metrics (id) on delete cascade
);
create unique index anomaly_is_of_one_metric_at_a_time on monitor.anomalies (metric_id)
  where ended_at is null;
create index anomalies_metric_id_idx on monitor.anomalies (metric_id, began_at);
comment on table monitor.anomalies is 'A metric that is not as usual, in a sentence.';

create table monitor.dashboards (
  part text not null,
  body jsonb not null,
  as_of bigint not null,
  made_at timestamptz not null default now(),
  constraint dashboards_pkey primary key (part),
  constraint dashboard_part_is_known
    check (part in ('overview', 'webhooks', 'performance', 'anomalies'))
);
comment on table monitor.dashboards is 'Dashboards as they were computed last: monitor.dashboard().';

create table monitor.settings (
  key text not null,
  value int not null,
  description text not null,
  constraint settings_pkey primary key (key)
);
comment on table monitor.settings is 'What may be tuned while everything runs; read at each use.';
insert into monitor.settings (key, value, description) values
  ('claim_seconds', 15, 'a node that says nothing for so long loses its webhooks to another'),
  ('pending_max', 10000, 'deliveries that may wait for one webhook; what is beyond stays in the log'),
  ('disable_after_hours', 120, 'an endpoint that fails for so long is disabled'),
  ('delivered_keep_hours', 72, 'how long what was delivered is kept, to be looked at and sent again'),
  ('dead_keep_hours', 720, 'how long dead letters are kept'),
  ('secret_overlap_hours', 24, 'how long a rotated secret signs beside the new one'),
  ('minutes_keep_days', 14, 'how long metrics are kept by minute'),
  ('hours_keep_days', 400, 'and by hour'),
  ('alerts_keep_days', 90, 'how long resolved alerts and ended anomalies are kept'),
  ('anomaly_score', 5, 'from how many robust standard deviations on a number is not as usual');

insert into monitor.metric_kinds (name, kind, unit, description, is_watched) values
  ('commit_to_send', 'duration', 'ms', 'from a person''s commit to handing it to the sockets', true),
  ('tick', 'duration', 'ms', 'how long ticks take in the database', true),
  ('events', 'count', '', 'events passed on', true),
  ('messages', 'count', '', 'messages made of events', false),
  ('sent', 'count', '', 'messages sent to sockets', false),
  ('connections', 'level', '', 'sockets, streams and polls', false),
  ('backlog', 'level', 'events', 'events committed and not yet told', false),
  ('requests', 'count', '', 'HTTP requests answered', false),
  ('request_errors', 'count', '', 'HTTP requests answered with a 5xx', false),
  ('request_duration', 'duration', 'ms', 'how long an HTTP request takes', true),
  ('deliveries', 'count', '', 'webhook deliveries taken', false),
  ('delivery_failures', 'count', '', 'webhook deliveries that failed', false),
  ('delivery_duration', 'duration', 'ms', 'how long a webhook endpoint takes', false);

insert into monitor.rules
  (name, query, threshold, clear_threshold, hold_seconds, every_seconds, severity, description)
values
  ('backlog', 'select tide.pending_count()', 10000, 1000, 30, 10, 'critical',
    'events are committed and not told: is a service running, is a transaction open for long?'),
  ('notification queue', 'select pg_notification_queue_usage()', 0.25, 0.1, 0, 10, 'critical',
    'a listener hangs or idles in an open transaction; a full queue fails everybody''s commits'),
  ('drift', 'select count(*) from tide.verify()', 0, null, 0, 3600, 'critical',
    'a stored summary is not what a recount says: select * from tide.verify()'),
  ('problems', 'select count(*) from tide.problems p where p.at > now() - interval ''5 min''',
    0, null, 0, 30, 'warning', 'events that could not be recorded in full: tide.problems'),
  ('failing webhooks', 'select count(*) from monitor.webhooks w where w.status = ''active'' '
    'and w.failing_since_at < now() - interval ''10 min''', 0, null, 0, 30, 'warning',
    'endpoints that took nothing for ten minutes: GET /api/v1/dashboard/webhooks'),
  ('error rate', 'select e.error_rate from monitor.error_rate e where e.requests >= 100', 0.001,
    0.0005, 60, 10, 'warning', 'HTTP requests answered with a 5xx, over five minutes'),
  ('latency', 'select w.p99_ms from monitor.websocket_latency w', 100, 80, 60, 10, 'warning',
    'from a person''s commit to the sockets, p99 over five minutes');
update monitor.rules set limit_ms = 10000 where name = 'drift';

reset role;
