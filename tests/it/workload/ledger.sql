-- The ledger: what every transaction did, written row by row in the same transaction by triggers that know nothing
-- of the engine. What a rollback takes back is not in it, so it is the truth that the log is held against.

create schema ledger;
create table ledger.changes (
  id bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  at timestamptz not null default now(),
  entity text not null,
  action text not null,
  key text not null,
  old jsonb,
  new jsonb,
  branches uuid[] not null,
  source text not null default coalesce(nullif(current_setting('tide.source', true), ''), 'system'),
  actor text default nullif(current_setting('tide.actor', true), '')
);

create function ledger.key_of(entity text, image jsonb) returns text language sql immutable as $$
  select case entity
    when 'member' then array_to_json(array[image ->> 'project_id', image ->> 'user_id'])::text
    else image ->> 'id'
  end
$$;

create function ledger.branches_of(entity text, image jsonb) returns uuid[] language sql immutable as $$
  select array_remove(array[case entity
    when 'branch' then image ->> 'id'
    when 'context' then image ->> 'branch_id'
    else image ->> 'git_branch_id'
  end], null)::uuid[]
$$;

create function ledger.write(entity text, action text, old_image jsonb, new_image jsonb) returns void
language sql as $$
  insert into ledger.changes (entity, action, key, old, new, branches)
  values (entity, action, ledger.key_of(entity, coalesce(new_image, old_image)), old_image, new_image,
    ledger.branches_of(entity, old_image) || ledger.branches_of(entity, new_image))
$$;

create function ledger.tg_keep() returns trigger language plpgsql security definer as $$
declare
  v_entity text := tg_argv[0];
  v_old jsonb := to_jsonb(old);
  v_new jsonb := to_jsonb(new);
begin
  if tg_op = 'INSERT' then
    perform ledger.write(v_entity, 'create', null, v_new);
  elsif tg_op = 'DELETE' then
    perform ledger.write(v_entity, 'delete', v_old, null);
  elsif ledger.key_of(v_entity, v_old) <> ledger.key_of(v_entity, v_new) then
    perform ledger.write(v_entity, 'delete', v_old, null);
    perform ledger.write(v_entity, 'create', null, v_new);
  elsif v_old <> v_new then
    perform ledger.write(v_entity, 'update', v_old, v_new);
  end if;
  return null;
end
$$;

create function ledger.tg_keep_truncated() returns trigger language plpgsql security definer as $$
begin
  execute format('select ledger.write(%L, ''delete'', to_jsonb(t), null) from only %s t',
    tg_argv[0], tg_relid::regclass);
  return null;
end
$$;

do $$
declare
  v_watched record;
begin
  for v_watched in
    select w.entity, w.target from tide.watched w where w.target::text like 'work.%'
  loop
    execute format('create trigger zz_ledger after insert or update or delete on %s
      for each row execute function ledger.tg_keep(%L)', v_watched.target, v_watched.entity);
    execute format('create trigger zz_ledger_truncate before truncate on %s
      for each statement execute function ledger.tg_keep_truncated(%L)', v_watched.target, v_watched.entity);
  end loop;
end
$$;
