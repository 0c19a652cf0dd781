-- What the loader of sql/ installed, so that it can tell what somebody else changed since.

create table tide.definitions (
  object         text primary key,
  file           text not null,
  file_hash      text not null,
  installed_hash text not null,
  definition     text not null,
  kept_hash      text,
  loaded_at      timestamptz not null default now()
);
