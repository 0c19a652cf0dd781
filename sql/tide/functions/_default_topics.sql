create or replace function tide._default_topics(target regclass, entity text, key_columns text[])
returns text[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select array_remove(array[
    quote_literal('table:' || tide._table_name(_default_topics.target)),
    case when _default_topics.key_columns <> '{}' then format('%L || %s',
      _default_topics.entity || ':', tide._key_sql(_default_topics.key_columns)) end
  ], null)
$$;
comment on function tide._default_topics(regclass, text, text[]) is
  'SQL for the topics table:<schema.table> and <entity>:<key>.';
