create or replace function work.touch_key(key_id uuid)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with due as (
    select k.id
    from work.api_keys k
    where k.id = touch_key.key_id
      and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute')
    -- Somebody else is at it: nobody waits for that.
    for no key update skip locked
  )
  update work.api_keys k
  set last_used_at = now()
  from due d
  where k.id = d.id
$$;
comment on function work.touch_key(uuid) is
  'Notes that a key was used, at most once a minute; makes no event.';
