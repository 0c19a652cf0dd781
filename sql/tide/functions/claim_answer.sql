create or replace function tide.claim_answer(caller text, key text, fingerprint text)
returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: answers are the owner's, so that no caller reads another's
declare
  v_since timestamptz := now() - make_interval(hours => tide._setting('answer_hours'));
  v_answer tide.answers;
begin
  -- Waits for a transaction that has the key: if it commits, what it answered is the answer.
  insert into tide.answers as a (caller, key, fingerprint)
  values (claim_answer.caller, claim_answer.key, claim_answer.fingerprint)
  on conflict on constraint answers_pkey
  do update set fingerprint = excluded.fingerprint, answer = null, at = now() where a.at < v_since;
  if found then
    return null;
  end if;
  select a.* into v_answer
  from tide.answers a
  where a.caller = claim_answer.caller and a.key = claim_answer.key;
  if v_answer.fingerprint <> claim_answer.fingerprint then
    raise exception 'this key was used for another request' using
      errcode = 'TG422', constraint = 'idempotency_key_is_of_one_request',
      column = 'Idempotency-Key', hint = 'Make a new key for each request.';
  end if;
  return v_answer.answer;
end
$$;
comment on function tide.claim_answer(text, text, text) is
  'What a caller was answered under this key, null when the request is new: then the answer is '
  'to be kept by tide.keep_answer() in the same transaction. TG422 if it was another request.';
