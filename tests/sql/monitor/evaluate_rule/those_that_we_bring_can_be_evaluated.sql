begin;
select plan(2);

update monitor.rules set query = query, due_at = now();
select is_empty($$ select * from monitor.evaluate_rules() e where e.state <> 'fine' $$,
  'every rule is fine in a fresh house');
select is_empty($$ select * from monitor.due_rules() $$, 'and then it is nobody''s turn');

select * from finish();
rollback;
