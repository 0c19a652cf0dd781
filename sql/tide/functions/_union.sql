create or replace function tide._union(first_topics text[], more_topics text[]) returns text[]
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(_union.first_topics, '{}') || array(
    select x from unnest(_union.more_topics) x
    where x <> all (coalesce(_union.first_topics, '{}'))
  )
$$;
comment on function tide._union(text[], text[]) is
  'The first topics, then those that are not among them.';
