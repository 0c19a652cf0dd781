create or replace function monitor._figure(value double precision) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when abs(value) >= 100 then to_char(value, 'FM999,999,999,999,990')
    when value = trunc(value) then to_char(value, 'FM990')
    else rtrim(rtrim(to_char(value, 'FM990.099'), '0'), '.')
  end
$$;
comment on function monitor._figure(double precision) is 'A number for a sentence.';
