-- What is switched on and for whom, how a feature is brought to everybody stage by stage, the
-- health that decides whether it goes on, and who did what about the service itself.

set local role tide_owner;

create table tide.feature_flags (
  name text not null,
  description text not null default '',
  default_enabled boolean not null default true,
  enabled boolean,
  percentage int not null default 100,
  updated_at timestamptz not null default now(),
  constraint feature_flags_pkey primary key (name),
  constraint feature_name_is_a_word check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
  constraint feature_percentage_is_0_to_100 check (percentage between 0 and 100)
);
comment on table tide.feature_flags is
  'Switches of the service and of applications; read them with tide.feature_enabled().';
comment on column tide.feature_flags.default_enabled is
  'What the environment of the node that started last says.';
comment on column tide.feature_flags.enabled is 'Null: as the nodes'' environment says.';
comment on column tide.feature_flags.percentage is
  'Of the users, while it is enabled: always the same ones, and with more percent others too.';

insert into tide.feature_flags (name, description) values
  ('bulk_api', 'summaries of many projects in one request; off: project by project'),
  ('ws_cascade', 'messages bring what a change moved upstream; off: five empty arrays'),
  ('ai_batch', 'changes of an AI agent are gathered into one message; off: sent like a person''s');

create table tide.feature_overrides (
  flag text not null,
  user_id text not null,
  enabled boolean not null,
  constraint feature_overrides_pkey primary key (flag, user_id),
  constraint override_flag_exists foreign key (flag)
    references tide.feature_flags (name) on update cascade on delete cascade
);
comment on table tide.feature_overrides is
  'Users for whom a feature is on or off whatever its flag says.';
comment on column tide.feature_overrides.user_id is
  'As the events'' actor names them: a user''s id, or an agent''s name.';

create table tide.rollouts (
  flag text not null,
  state text not null default 'running',
  stage int not null default 1,
  stage_began_at timestamptz not null default now(),
  reason text,
  max_error_rate numeric not null default 0.001,
  max_latency_ms int not null default 200,
  min_requests int not null default 100,
  constraint rollouts_pkey primary key (flag),
  constraint rollout_flag_exists foreign key (flag)
    references tide.feature_flags (name) on update cascade on delete cascade,
  constraint rollout_state_is_known check (state in ('running', 'stopped', 'done', 'rolled_back')),
  constraint rollout_error_rate_is_a_share check (max_error_rate between 0 and 1),
  constraint rollout_latency_is_positive check (max_latency_ms > 0),
  constraint rollout_requests_are_not_negative check (min_requests >= 0)
);
comment on table tide.rollouts is
  'Features on their way to everybody; tide.advance_rollout() moves them.';
comment on column tide.rollouts.reason is 'Why it is not running any more, or waits.';
comment on column tide.rollouts.max_error_rate is
  'More failures than this share: it is rolled back.';
comment on column tide.rollouts.max_latency_ms is
  'A 95th percentile above this stops it where it is.';
comment on column tide.rollouts.min_requests is
  'A stage that saw fewer has shown nothing, and lasts longer.';

create table tide.rollout_stages (
  flag text not null,
  stage int not null,
  percentage int not null,
  soak_minutes int not null,
  constraint rollout_stages_pkey primary key (flag, stage),
  constraint stage_rollout_exists foreign key (flag)
    references tide.rollouts (flag) on update cascade on delete cascade,
  constraint stage_percentage_is_1_to_100 check (percentage between 1 and 100),
  constraint stage_soak_is_not_negative check (soak_minutes >= 0)
);
comment on table tide.rollout_stages is
  'How far each stage of a rollout goes and how long it lasts.';

create table tide.health_samples (
  node text not null,
  at timestamptz not null,
  requests bigint not null,
  errors bigint not null,
  latency_ms real,
  constraint health_samples_pkey primary key (at, node),
  constraint sample_errors_are_among_its_requests check (errors between 0 and requests)
);
comment on table tide.health_samples is
  'What each node saw in a minute: requests, those that failed by our fault, and the 95th '
  'percentile of their latency. Kept for a week.';

create table tide.audit_log (
  id bigint generated always as identity,
  at timestamptz not null default now(),
  action text not null,
  target text,
  detail jsonb,
  actor text not null,
  login text not null,
  role text not null,
  address inet,
  application_name text,
  client_address text,
  correlation_id text,
  constraint audit_log_pkey primary key (id),
  constraint audit_action_is_two_words check (action ~ '^[a-z_]+\.[a-z_]+$')
);
create index audit_log_action_idx on tide.audit_log (action, id);
create index audit_log_actor_idx on tide.audit_log (actor, id);
comment on table tide.audit_log is
  'Who did what about the service itself: append-only. tide.audit() writes it, triggers and '
  'functions call that.';
comment on column tide.audit_log.actor is
  'The person, as the login says (tide.act_as); the login itself where it says nothing.';
comment on column tide.audit_log.login is 'The database login, which nobody can pretend.';
comment on column tide.audit_log.role is 'The role that the login had taken on.';
comment on column tide.audit_log.address is 'Of the database connection; null is a local socket.';
comment on column tide.audit_log.client_address is
  'Of whoever sent the request, as the service says.';
comment on column tide.audit_log.correlation_id is 'The request''s name in the service''s log.';

reset role;
