-- Nobody but the owner may touch the log or call what is internal; what is public is named here.
revoke all on all functions in schema tide from public;
revoke all on all tables in schema tide from public;
grant usage on schema tide to public;
grant execute on function tide.position(), tide.act_as(text, text, text, text), tide.uuid_v7()
to public;
grant execute on function tide.read(bigint, int, text[]) to tide_writer, tide_reader, tide_service;
grant execute on function
  tide.pending_sums(regclass), tide.as_of_head(), tide.as_of_now(), tide.verify(),
  tide.cascade(text, text), tide.pending_count(), tide.in_flight(),
  tide._fingerprint(), tide._timeline()
to tide_reader, tide_writer, tide_service, tide_user;
grant execute on function
  tide.advance(int), tide.advance_for(text[], int), tide.maintain(), tide.consume(text, int),
  tide.commit_consumer(text, bigint), tide.rebuild(text), tide.rebuild_summary(regclass)
to tide_service;
-- Called in the transaction of a write, which acts for a person.
grant execute on function
  tide.claim_answer(text, text, text), tide.keep_answer(text, text, jsonb)
to tide_service, tide_user;
grant select on tide.settings, tide.watches, tide.problems, tide.epochs, tide.ticks to tide_service;
grant select on tide.settings, tide.watches to tide_reader;
