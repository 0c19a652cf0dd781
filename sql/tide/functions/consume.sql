create or replace function tide.consume(name text, max int default 1000) returns setof tide.message
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: consumers and log are the owner's
declare
  v_consumer tide.consumers;
  v_head record := tide.position();
begin
  insert into tide.consumers (name, epoch, sequence)
  values (consume.name, v_head.epoch, v_head.sequence)
  on conflict on constraint consumers_pkey do nothing;
  -- two workers of one name take turns
  select * into v_consumer from tide.consumers c where c.name = consume.name for update;
  if v_consumer.epoch <> v_head.epoch then
    raise exception 'consumer % stands in another epoch', consume.name using errcode = 'TG410',
      hint = 'Take a new sync, then set its epoch and sequence to tide.position().';
  end if;
  return query select m.* from tide.read(v_consumer.sequence, consume.max, v_consumer.topics) m;
end
$$;
comment on function tide.consume(text, int) is
  'The next events for a named consumer, who then does its work and calls tide.commit_consumer() '
  'in the same transaction. A new name begins at the head.';
