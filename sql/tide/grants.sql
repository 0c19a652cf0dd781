-- Nobody but the owner may touch the log or call what is internal; what is public is named here.
revoke all on all functions in schema tide from public;
revoke all on all tables in schema tide from public;
grant usage on schema tide to public;
grant execute on function tide.position(), tide.act_as(text, text, text, text), tide.uuid_v7()
to public;
grant execute on function tide.feature_enabled(text, text)
to tide_writer, tide_reader, tide_service, tide_user;
grant execute on function tide.read(bigint, int, text[]) to tide_writer, tide_reader, tide_service;
grant execute on function
  tide.pending_sums(regclass), tide.as_of_head(), tide.as_of_now(), tide.verify(),
  tide.cascade(text, text), tide.pending_count(), tide.in_flight(),
  tide.can_subscribe(uuid, text), tide._fingerprint(), tide._timeline(), tide.version_of(jsonb)
to tide_reader, tide_writer, tide_service, tide_user;
grant select on tide.topic_kinds to tide_reader, tide_writer, tide_service, tide_user;
grant execute on function
  tide.advance(int), tide.advance_for(text[], int), tide.maintain(), tide.consume(text, int),
  tide.commit_consumer(text, bigint), tide.rebuild(text), tide.rebuild_summary(regclass),
  tide.audit(text, text, jsonb), tide.list_audit(jsonb, bigint, int),
  tide.declare_feature(text, boolean, text), tide.show_feature(text),
  tide.update_feature(text, jsonb),
  tide.override_feature(text, text, boolean), tide.disable_all_features(),
  tide.begin_rollout(text, int[], int, numeric, int, int), tide.check_rollout(text, boolean),
  tide.advance_rollout(text), tide.advance_rollouts(),
  tide.set_rollout_state(text, text, text), tide.record_health(text, bigint, bigint, real),
  tide.cache_begin(), tide.cache_check(pg_snapshot), tide.cache_get(uuid, text),
  tide.cache_put(
    uuid, text, text, text[], pg_snapshot, uuid, bigint, text, int, text, double precision
  ),
  tide.cache_clear()
to tide_service;
-- Called in the transaction of a write, which acts for a person.
grant execute on function
  tide.claim_answer(text, text, text), tide.keep_answer(text, text, jsonb)
to tide_service, tide_user;
grant select on
  tide.settings, tide.watches, tide.problems, tide.epochs, tide.ticks, tide.features,
  tide.health_samples, tide.audit_log
to tide_service;
grant select on tide.settings, tide.watches, tide.features to tide_reader;
