-- The engine's tables: the log of changes, the ticks that number it, and what is watched.
-- Functions, triggers and views are not here: sql/ holds them, and is loaded again whenever it changes.

create schema tide;
comment on schema tide is
  'The engine of Tidegate: the log of changes, the ticks that number it, summaries and cascades.';

-- Roles belong to the cluster, and another database may be creating them at this moment.
do $$
declare
  v_role text;
begin
  foreach v_role in array array['tide_owner', 'tide_service', 'tide_writer', 'tide_reader'] loop
    begin
      if not exists (select from pg_catalog.pg_roles where rolname = v_role) then
        execute format('create role %I nologin', v_role);
      end if;
    exception
      when duplicate_object or unique_violation then null;
    end;
  end loop;
  if not pg_has_role(current_user, 'tide_owner', 'member') then
    execute format('grant tide_owner to %I', current_user);
  end if;
end
$$;

create type tide.sum as (summary int, group_key text, totals bigint[], source int);
comment on type tide.sum is
  'What one change adds to one group of a summary: totals or, with a source, what follows from the '
  'event''s delta by the measures of that source. With neither it only touches the group.';

create type tide.message as (
  sequence bigint,
  txid xid8,
  entity text,
  action text,
  key text,
  topics text[],
  source text,
  actor text,
  correlation_id text,
  at timestamptz,
  record jsonb,
  delta jsonb,
  cascade jsonb,
  as_of bigint,
  count int,
  session_id text,
  record_topics text[]
);
comment on type tide.message is 'One numbered event with its row and its cascade as of as_of.';

create type tide.wire_message as (
  sequence bigint,
  txid xid8,
  entity text,
  action text,
  key text,
  topics text[],
  source text,
  actor text,
  correlation_id text,
  at timestamptz,
  record json,
  delta json,
  cascade json,
  as_of bigint,
  count int,
  session_id text,
  record_topics text[]
);
comment on type tide.wire_message is
  'A tide.message with its JSON as text, which nobody has to parse on its way to a client.';

create type tide.change as (
  ordinal int,
  entity text,
  action text,
  key text,
  topics text[],
  record json,
  delta json
);
comment on type tide.change is 'What a room''s cascade function is told about one event.';

create type tide.moved as (member text, body json, ordinals int[]);
comment on type tide.moved is 'What changes moved upstream, and which of them did.';

create table tide.settings (
  key text primary key,
  value text not null,
  description text not null,
  constraint setting_is_a_whole_number check (value ~ '^[0-9]{1,9}$')
);
comment on table tide.settings is 'What may be tuned while everything runs; read at each use.';

insert into tide.settings (key, value, description) values
  ('ai_window_ms', '500', 'AI events wait this long after the first of them, in milliseconds'),
  ('ai_batch_max', '50', 'or until this many wait'),
  ('retention_hours', '72', 'how long the log is kept for replay, in hours'),
  ('coalesce_above', '1000', 'a statement that touches more rows of one topic than this is told '
    'as one event per topic'),
  ('max_events_per_tick', '5000', 'a tick stops between transactions after this many events'),
  ('tick_interval_ms', '20', 'under load the service ticks no more often than this'),
  ('partitions_ahead', '3', 'daily partitions of the log made in advance');

create table tide.writer_roles (
  role_name text primary key,
  source text not null,
  constraint writer_role_source_is_known check (source in ('user', 'mcp-ai', 'system'))
);
comment on table tide.writer_roles is
  'Default source of what a database role writes, where the transaction does not name one.';

create table tide.events (
  id bigint generated always as identity,
  xid xid8 not null default pg_current_xact_id(),
  at timestamptz not null default now(),
  entity text not null,
  action text not null,
  key text,
  count int not null default 1,
  topics text[] not null,
  source text not null,
  actor text,
  session_id text,
  correlation_id text,
  delta json,
  image jsonb,
  sums tide.sum[]
) partition by range (at);
comment on table tide.events is
  'The log: one row per changed row, appended by triggers in the writer''s transaction. '
  'key is null and count above 1 when a big statement was told as one event per topic.';
comment on column tide.events.delta is 'update: {column: [old, new]} of the changed columns';
comment on column tide.events.image is 'delete: the last row; with history: the row after the change';

-- The tick reads by transaction: those in flight at the last one, and those begun since.
create index events_xid_id on tide.events (xid, id);
create table tide.events_default partition of tide.events default;
comment on table tide.events_default is 'Takes events of a day whose partition is missing.';

create table tide.epochs (
  number int primary key,
  epoch uuid not null unique,
  fingerprint text not null,
  timeline int not null,
  first_tick bigint not null,
  last_event_id bigint not null default 0,
  former_snapshot pg_snapshot,
  former_counted pg_snapshot,
  started_at timestamptz not null default now()
);
comment on table tide.epochs is
  'A position is (epoch, sequence). A new epoch begins when the past may have changed: another '
  'cluster or timeline, a restore, a clone.';
comment on column tide.epochs.last_event_id is
  'events up to this id were restored from another cluster: their xid is not of this one';
comment on column tide.epochs.former_snapshot is
  'the last tick''s snapshot in the cluster that the restored events come from';
comment on column tide.epochs.former_counted is
  'what its summaries had counted: the end of a planned backlog, or former_snapshot';

create table tide.ticks (
  number bigint primary key,
  epoch_number int not null references tide.epochs (number) on delete cascade,
  snapshot pg_snapshot not null,
  first_sequence bigint not null,
  last_sequence bigint not null,
  at timestamptz not null default now(),
  xid xid8 not null default pg_current_xact_id(),
  constraint tick_is_dense check (last_sequence >= first_sequence - 1)
);
comment on table tide.ticks is
  'A tick numbers the events committed since the one before: those visible in its snapshot and '
  'not in the former one, in order of id, are first_sequence to last_sequence.';
create index ticks_last_sequence on tide.ticks (last_sequence);
create index ticks_epoch_number on tide.ticks (epoch_number);

create table tide.planned_ticks (
  position int primary key,
  snapshot pg_snapshot not null,
  count int not null
);
comment on table tide.planned_ticks is
  'A backlog too big for one tick, cut between transactions; the next ticks tell it in this order. '
  'Its events are counted in the summaries already.';

create table tide.turn (only_one boolean primary key default true check (only_one));
comment on table tide.turn is
  'Locked by whoever ticks. A table, because any role may take any advisory lock.';

create table tide.watched (
  id int generated always as identity primary key,
  target regclass not null unique,
  entity text not null unique,
  topics text[] not null,
  key_columns text[] not null,
  columns text[],
  coalesce_above int,
  history boolean not null,
  guarded boolean not null,
  granted_select boolean not null default false,
  granted_usage boolean not null default false,
  granted_policy boolean not null default false,
  generated_as text not null unique,
  shape text,
  created_at timestamptz not null default now()
);
comment on table tide.watched is 'Tables on the stream; tide.watches shows it to people.';
comment on column tide.watched.generated_as is 'What the names of its functions begin with.';
comment on column tide.watched.shape is
  'What the table looked like when they were written; tide.maintain() compares.';

create table tide.summaries (
  id int generated always as identity primary key,
  summary regclass not null unique,
  key_column text not null,
  measures text[] not null
);
comment on table tide.summaries is
  'Tables of totals that tide.advance() folds events into; they hold the state as of the last tick.';

create table tide.summary_sources (
  id int generated always as identity unique,
  summary_id int not null references tide.summaries (id) on delete cascade,
  source regclass not null,
  group_by text not null,
  measures jsonb not null,
  primary key (summary_id, source)
);
comment on table tide.summary_sources is
  'Which watched table feeds which summary: the group and the measures, as SQL over its row.';

create table tide.cascades (
  entity text primary key,
  handler regproc not null
);
comment on table tide.cascades is 'The function that says what a change of an entity moved upstream.';

create table tide.consumers (
  name text primary key,
  epoch uuid not null,
  sequence bigint not null,
  topics text[],
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table tide.consumers is 'Durable positions of whoever works through the log.';

create table tide.problems (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  target text not null,
  message text not null
);
create index problems_target_at on tide.problems (target, at);
comment on table tide.problems is
  'Events that could not be recorded in full; the writer went on. tidegate doctor shows them.';

do $$
declare
  v_object record;
begin
  for v_object in
    select c.oid::regclass as name from pg_catalog.pg_class c
    where c.relnamespace = 'tide'::regnamespace and c.relkind in ('r', 'p')
  loop
    execute format('alter table %s owner to tide_owner', v_object.name);
  end loop;
  for v_object in
    select format('%I.%I', 'tide', t.typname) as name
    from pg_catalog.pg_type t
    join pg_catalog.pg_class c on c.oid = t.typrelid and c.relkind = 'c'
    where t.typnamespace = 'tide'::regnamespace
  loop
    execute format('alter type %s owner to tide_owner', v_object.name);
  end loop;
end
$$;
alter schema tide owner to tide_owner;
