create or replace function tide.declare_topics(kinds text[], handler regproc) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  insert into tide.topic_kinds (kind, handler)
  select k.kind, declare_topics.handler
  from unnest(declare_topics.kinds) k (kind)
  on conflict (kind) do update set handler = excluded.handler
$$;
comment on function tide.declare_topics(text[], regproc) is
  'Names the function (user_id uuid, topic text) returns boolean that says who may hear the '
  'topics of these kinds. Of a kind that nobody declared, only administrators hear.';
