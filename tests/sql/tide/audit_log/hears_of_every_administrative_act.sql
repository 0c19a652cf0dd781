select plan(13);

create table public.orders (id int primary key);
insert into work.users (id, handle) values ('00000000-0000-7000-f000-000000000001', 'ann');
select set_config('test.since', coalesce(max(a.id), 0)::text, true) from tide.audit_log a;
create temp view noted as
select a.action || coalesce(' ' || a.target, '') as act, a.detail, a.id
from tide.audit_log a where a.id > current_setting('test.since')::bigint;

select tide.watch('public.orders');
select tide.watch('public.orders');
select results_eq('select n.act from noted n', array['watch.created public.orders'], 'a watch, once');
select tide.unwatch('public.orders');
select is((select n.act from noted n order by n.id desc limit 1), 'watch.deleted public.orders', 'and its end');

update tide.settings set value = '400' where key = 'ai_window_ms';
update tide.settings set value = '400' where key = 'ai_window_ms';
select is((select n.detail from noted n where n.act = 'setting.changed ai_window_ms'),
  '{"value": ["500", "400"]}'::jsonb, 'a setting, from what to what');

create temp table made as
select work.create_key('00000000-0000-7000-f000-000000000001', 'laptop', 'admin') as key;
select is(
  (select n.detail ->> 'role' from noted n, made m where n.act = 'key.created ' || (m.key ->> 'prefix')),
  'admin', 'a key that was made');
select is_empty($$select from noted n where n.detail ? 'hash' or n.detail ? 'key'$$,
  'and nothing that proves it');
select work.touch_key(k.id) from work.api_keys k;
select is((select count(*) from noted n where n.act like 'key.%'), 1::bigint, 'its use is no such act');
select work.revoke_key(m.key ->> 'prefix') from made m;
select isnt_empty($$select from noted n where n.act like 'key.revoked %'$$, 'its end is');

select work.enforce_row_security(true);
select is((select n.detail from noted n where n.act = 'row_security.switched work'),
  '{"enforced": true}'::jsonb, 'row security');

select count(*) from tide.rebuild('task');
select isnt_empty($$select from noted n where n.act = 'summary.rebuilt work.branch_totals'$$, 'a rebuild');

select tide.update_feature('bulk_api', '{"percentage": 20}');
select is((select n.detail from noted n where n.act = 'feature.changed bulk_api'),
  '{"percentage": [100, 20]}'::jsonb, 'a feature');
select tide.override_feature('bulk_api', 'ann', true);
select isnt_empty($$select from noted n where n.act = 'override.created bulk_api'$$, 'an override');
select tide.begin_rollout('ws_cascade');
select isnt_empty($$select from noted n where n.act = 'rollout.created ws_cascade'$$, 'a rollout');
select tide.disable_all_features();
select bag_has('select n.act from noted n',
  $$values ('features.disabled'), ('override.deleted bulk_api'), ('rollout.changed ws_cascade')$$,
  'switching everything off, with all that it took back');

select * from finish();
