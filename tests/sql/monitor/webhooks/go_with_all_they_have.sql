begin;
select plan(3);

\ir ../three_deliveries.sql

select is((select count(*) from monitor.webhook_secrets), 1::bigint, 'one is born with a secret');
select is(monitor.delete_webhook(null, '00000000-0000-7000-a000-000000000001') ->> 'url',
  'https://example.com/', 'deleted, it says what it was');
select is((select count(*) from tide.consumers c where c.name like 'webhook:%')
  + (select count(*) from monitor.deliveries) + (select count(*) from monitor.webhook_secrets)
  + (select count(*) from monitor.webhook_claims), 0::bigint, 'nothing is left');

select * from finish();
rollback;
