create or replace function monitor._number_of(query text) returns double precision
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_number double precision;
begin
  begin
    -- read-only can be left by going back only: so it is also undone
    perform set_config('transaction_read_only', 'on', true);
    execute format('select (%s)::double precision', rtrim(btrim(query), ';')) into v_number;
    raise exception using errcode = 'TG000';
  exception when sqlstate 'TG000' then
    null;
  end;
  return v_number;
end
$$;
comment on function monitor._number_of(text) is
  'The number that a query of one number answers with; whatever else it does is refused or undone.';
