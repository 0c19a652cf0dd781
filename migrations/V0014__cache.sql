-- The second level of the service's cache. Unlogged: everything here can be computed again, so it
-- costs no WAL, and after a crash or on a promoted standby it is empty, which is what it should be.

set local role tide_owner;

create unlogged table tide.cache_eras (
  only_one boolean not null default true,
  era uuid not null,
  fingerprint text not null,
  timeline int not null,
  began_at timestamptz not null default now(),
  constraint cache_eras_pkey primary key (only_one),
  constraint cache_era_is_one check (only_one)
);
comment on table tide.cache_eras is
  'The present era of the cache: whatever was kept in another one, by a node or here, is void.';
comment on column tide.cache_eras.fingerprint is 'Where it began: a copy elsewhere is another era.';

create unlogged table tide.cache_entries (
  key text not null,
  era uuid not null,
  kind text not null,
  topics text[] not null,
  snapshot pg_snapshot not null,
  epoch uuid not null,
  sequence bigint not null,
  version text not null,
  count int not null,
  body text not null,
  stored_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint cache_entries_pkey primary key (key)
);
-- Compressing is slower than computing.
alter table tide.cache_entries alter column body set storage external;
create index cache_entries_expires_at_idx on tide.cache_entries (expires_at);
comment on table tide.cache_entries is
  'Answers that all nodes share and that outlive their restarts; tide.cache_get() says which of '
  'them are still true.';
comment on column tide.cache_entries.topics is
  'What the answer depends on (project:<id>, user:<id>, …): an event on one of these voids it.';
comment on column tide.cache_entries.snapshot is 'What the answer has seen.';

reset role;
