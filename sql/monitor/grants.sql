-- The service runs the room; applications raise alerts and record metrics; readers read what is no
-- secret. People reach their own webhooks through the functions alone.
revoke all on all tables in schema monitor from public;
revoke all on all functions in schema monitor from public;
grant usage on schema monitor to tide_service, tide_writer, tide_reader, tide_user;

grant select, insert, update, delete on monitor.alerts, monitor.alert_comments to tide_service;
grant select on monitor.webhooks, monitor.deliveries, monitor.rules, monitor.anomalies,
  monitor.settings, monitor.metrics, monitor.metric_kinds,
  monitor.minute_rollups, monitor.hour_rollups, monitor.websocket_latency, monitor.error_rate
to tide_service;
grant insert on monitor.alerts to tide_writer;
grant select on monitor.alerts, monitor.alert_comments, monitor.rules, monitor.anomalies,
  monitor.metrics, monitor.metric_kinds, monitor.minute_rollups, monitor.hour_rollups,
  monitor.websocket_latency, monitor.error_rate
to tide_reader;

grant execute on all functions in schema monitor to tide_service;
grant execute on function
  monitor.record(text, double precision, jsonb, timestamptz), monitor.record_all(jsonb)
to tide_writer;
grant execute on function
  monitor.measure(text, text, interval, jsonb, timestamptz), monitor.seconds_since(text, jsonb),
  monitor.change_of(text, text, interval, jsonb), monitor.find_anomalies(timestamptz)
to tide_reader, tide_writer;
grant execute on function
  monitor.can_subscribe(uuid, text), monitor.create_webhook(uuid, jsonb),
  monitor.update_webhook(uuid, uuid, jsonb), monitor.delete_webhook(uuid, uuid),
  monitor.pause_webhook(uuid, uuid, boolean), monitor.rotate_webhook_secret(uuid, uuid),
  monitor.test_webhook(uuid, uuid), monitor.redeliver(uuid, uuid, uuid),
  monitor.replay_webhook(uuid, uuid, bigint), monitor.get_webhook(uuid, uuid),
  monitor.list_webhooks(uuid, uuid, int), monitor.get_delivery(uuid, uuid, uuid),
  monitor.list_deliveries(uuid, uuid, jsonb, uuid, int)
to tide_user;
-- What tide.can_subscribe asks for readers.
grant execute on function monitor.can_subscribe(uuid, text) to tide_reader, tide_writer;
-- To write a rule is to run SQL: the owner's business.
revoke execute on function monitor._number_of(text) from tide_service;
