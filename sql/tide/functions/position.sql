create or replace function tide.position(out epoch uuid, out sequence bigint)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: any role may ask for the head
begin
  epoch := (select e.epoch from tide.epochs e order by e.number desc limit 1);
  sequence := coalesce(
    (select t.last_sequence from tide.ticks t order by t.number desc limit 1), 0);
end
$$;
comment on function tide.position(out uuid, out bigint) is 'The head of the log.';
