-- An administrator's webhook, delivered for by node 1.
insert into monitor.webhooks (id, url, topics)
values ('00000000-0000-7000-a000-000000000001', 'https://example.com/', '{monitor:alerts}');
select monitor.claim_webhooks('00000000-0000-7000-b000-000000000001');
