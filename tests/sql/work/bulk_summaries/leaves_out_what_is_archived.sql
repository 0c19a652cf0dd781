begin;
select plan(2);

\ir ../two_projects_with_members.sql

update work.branches set archived_at = now() where id = '00000000-0000-7000-b000-000000000002';
update work.projects set archived_at = now() where id = '00000000-0000-7000-a000-000000000002';

select is((select array_agg(k order by k) from jsonb_object_keys(
  work.bulk_summaries('00000000-0000-7000-f000-000000000001') -> 'summaries') k),
    array['00000000-0000-7000-b000-000000000001'],
  'archived branches and the branches of archived projects are left out');
select is((select array_agg(k order by k) from jsonb_object_keys(
  work.bulk_summaries('00000000-0000-7000-f000-000000000001', null, true) -> 'summaries') k),
    array['00000000-0000-7000-b000-000000000001', '00000000-0000-7000-b000-000000000002',
    '00000000-0000-7000-b000-000000000003'],
  'and shown when asked for');

select * from finish();
rollback;
