begin;
select plan(4);

\ir ../../work/two_projects_with_members.sql

select monitor.create_webhook('00000000-0000-7000-f000-000000000002', '{"url": "http://a/",
  "topics": ["project:00000000-0000-7000-a000-000000000001",
    "branch:00000000-0000-7000-b000-000000000001"]}');
select monitor.claim_webhooks('00000000-0000-7000-b000-000000000001');
prepare page as
select p.topics, p.upto from monitor.webhooks w
cross join lateral monitor.open_page(w.id, '00000000-0000-7000-b000-000000000001') p;
select results_eq('page', $$ values ('{branch:00000000-0000-7000-b000-000000000001,'
  'project:00000000-0000-7000-a000-000000000001}'::text[], null::bigint) $$,
  'it reads what its owner may hear; nothing is new');
delete from work.project_members where user_id = '00000000-0000-7000-f000-000000000002';
select results_eq('page', $$ values ('{}'::text[], null::bigint) $$, 'then nothing');
select is(w.status, 'disabled', 'and is disabled') from monitor.webhooks w;
select is(count(*), 1::bigint, 'which is told') from monitor.alerts;

select * from finish();
rollback;
