begin;
select plan(2);

\ir ../two_projects_with_members.sql

select results_eq($$ select s.summary_count, s.epoch, s.sequence from work.bulk_summaries_at(
  '00000000-0000-7000-f000-000000000001', null, false) s $$,
  $$ select 3, p.epoch, p.sequence from tide.position() p $$, 'count and position');
select is((select jsonb_build_object('summaries', s.summaries, 'projects', s.projects)
  from work.bulk_summaries_at('00000000-0000-7000-f000-000000000001', null, false) s),
  work.bulk_summaries('00000000-0000-7000-f000-000000000001'), 'the rest is work.bulk_summaries');

select * from finish();
rollback;
