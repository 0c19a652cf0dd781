begin;
select plan(5);

\ir ../a_webhook.sql

select alike(
  monitor.rotate_webhook_secret(null, '00000000-0000-7000-a000-000000000001') ->> 'secret',
  'whsec_%', 'a new secret');
select is(cardinality(t.secrets), 2, 'both sign')
from monitor.webhook_target('00000000-0000-7000-a000-000000000001') t;
update monitor.webhook_secrets set expires_at = now() where expires_at is not null;
select is(cardinality(t.secrets), 1, 'until the former one has expired')
from monitor.webhook_target('00000000-0000-7000-a000-000000000001') t;
select unalike(monitor.get_webhook(null, '00000000-0000-7000-a000-000000000001')::text, '%whsec%',
  'nobody is shown one again');
select throws_ok($$ select monitor.rotate_webhook_secret(gen_random_uuid(),
  '00000000-0000-7000-a000-000000000001') $$, 'P0002', null, 'somebody else''s does not exist');

select * from finish();
rollback;
