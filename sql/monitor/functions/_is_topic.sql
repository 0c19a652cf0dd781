create or replace function monitor._is_topic(topic text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select length(_is_topic.topic) <= 200 and exists (
    select from tide.watches w
    cross join unnest(w.topics) t (expression)
    where t.expression = quote_literal(_is_topic.topic)
      or position(':' in _is_topic.topic) > 1
        and t.expression like '%''' || replace(split_part(_is_topic.topic, ':', 1), '_', '\_')
          || ':%'
  )
$$;
comment on function monitor._is_topic(text) is
  'Whether some watched table tells its events on topics of this kind; of those with one name '
  'only, on this very one.';
