-- Ids are ordered by time. The function is code, so the default is set here, not by the migration.
alter table monitor.rules alter column id set default tide.uuid_v7();
alter table monitor.alerts alter column id set default tide.uuid_v7();
alter table monitor.alert_comments alter column id set default tide.uuid_v7();
alter table monitor.webhooks alter column id set default tide.uuid_v7();
alter table monitor.webhook_secrets alter column id set default tide.uuid_v7();
alter table monitor.deliveries alter column id set default tide.uuid_v7();
alter table monitor.anomalies alter column id set default tide.uuid_v7();

select tide.declare_topics('{monitor,webhook}', 'monitor.can_subscribe');

select tide.watch('monitor.alerts', entity => 'alert', guarded => false,
  topics => array['''monitor:alerts''']);
select tide.watch('monitor.alert_comments', entity => 'alert_comment', guarded => false,
  topics => array['''monitor:alerts''']);
select tide.watch('monitor.anomalies', entity => 'anomaly', guarded => false,
  topics => array['''monitor:anomalies''']);
-- The owner may hear the topic that carries it; administrators hear of all by the other.
select tide.watch('monitor.webhooks', entity => 'webhook', guarded => false,
  topics => array['''webhook:'' || id', '''monitor:webhooks''']);

select monitor.maintain();
