-- What the loader of sql/ has installed, so that it can tell what somebody else has changed since.

set local role tide_owner;

create table tide.definitions (
  object text not null,
  file text not null,
  file_hash text not null,
  installed_hash text not null,
  definition text not null,
  kept boolean not null default false,
  server_version int not null,
  loaded_at timestamptz not null default now(),
  constraint definitions_pkey primary key (object)
);
comment on table tide.definitions is
  'Functions, views and triggers installed from sql/, as Postgres reported them at the time. '
  'A file without objects (watches, grants) is one row named after the file.';
comment on column tide.definitions.object is 'As in DROP: function work.move_task(uuid,uuid).';
comment on column tide.definitions.file_hash is 'sha256 of the file that was loaded.';
comment on column tide.definitions.installed_hash is 'md5 of the column definition.';
comment on column tide.definitions.kept is
  'A DBA''s version stays in its place: tidegate migrate --keep, undone by --take-ours.';
comment on column tide.definitions.server_version is
  'Major version of the server that reported it; another one may word it differently.';
grant select on tide.definitions to tide_service;

reset role;
