create or replace function work._topics(user_id uuid, topics text[])
returns text[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select array(
    select 'project:' || v.id
    from work.visible_projects(_topics.user_id) v (id)
    where _topics.topics is null
    union
    select t.topic
    from unnest(_topics.topics) t (topic)
    where _topics.user_id is null or work.can_subscribe(_topics.user_id, t.topic)
    order by 1
  )
$$;
comment on function work._topics(uuid, text[]) is
  'The topics among these that the user may hear, sorted; null stands for all their projects. '
  'To nobody in particular (null) none is refused.';
