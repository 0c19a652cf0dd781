create or replace function tide.commit_consumer(name text, sequence bigint) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: consumers are the owner's
begin
  update tide.consumers c
  set sequence = greatest(c.sequence, commit_consumer.sequence), updated_at = now()
  where c.name = commit_consumer.name;
  if not found then
    raise exception 'there is no consumer %', commit_consumer.name using errcode = '42704',
      hint = 'tide.consume(name) makes it.';
  end if;
end
$$;
comment on function tide.commit_consumer(text, bigint) is
  'Moves a consumer''s position forward; it never goes back.';
