create or replace function work.sync(user_id uuid, topics text[] default null)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_topics text[] := work._topics(sync.user_id, sync.topics);
  v_branches uuid[] := work._branches_of(v_topics);
  v_projects uuid[] := array(
    select split_part(t, ':', 2)::uuid from unnest(v_topics) t where t like 'project:%'
  );
  v_sync jsonb;
begin
  -- The head that this statement sees is the tick that its stored sums are of: whatever is not
  -- ticked in its snapshot is left out, so `sequence` is true of every summary.
  perform tide.as_of_head();
  select jsonb_build_object(
    'epoch', h.epoch,
    'sequence', h.sequence,
    'topics', to_jsonb(v_topics),
    'positions', (
      select coalesce(jsonb_object_agg(t, h.sequence), '{}') from unnest(v_topics) t
    )
  ) || work._summaries(v_projects, v_branches, false, jsonb_build_object('asOf', h.sequence))
  into v_sync
  from (
    select p.epoch, tide.as_of_head() as sequence from tide.position() p
  ) h;
  perform tide.as_of_now();
  return v_sync;
end
$$;
comment on function work.sync(uuid, text[]) is
  'Where a subscriber starts: {epoch, sequence, topics, positions, summaries, projects} in one '
  'snapshot, every summary with asOf. topics: those asked for that the user may hear; by '
  'default all their projects. user_id null: an administrator, for whom all named count.';
