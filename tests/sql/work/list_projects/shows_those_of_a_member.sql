begin;
select plan(4);

\ir ../two_projects_with_members.sql
update work.projects p set archived_at = now() where p.name = 'two';

prepare names (uuid, boolean) as
  select t ->> 'name' from work.list_projects($1, $2) l, jsonb_array_elements(l.items) t;

select results_eq($$ execute names ('00000000-0000-7000-f000-000000000001', false) $$,
  array['one'], 'archived ones are left out');
select results_eq($$ execute names ('00000000-0000-7000-f000-000000000001', true) $$,
  array['one', 'two'], 'unless they are asked for');
select results_eq($$ execute names (null, true) $$, array['one', 'two'], 'no user sees all');
select is_empty($$ execute names ('00000000-0000-7000-f000-000000000003', true) $$,
  'a stranger sees none');

select * from finish();
rollback;
