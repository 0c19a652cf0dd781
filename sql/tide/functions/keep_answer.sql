create or replace function tide.keep_answer(caller text, key text, answer jsonb)
returns void
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: answers are the owner's
  update tide.answers a
  set answer = keep_answer.answer
  where a.caller = keep_answer.caller and a.key = keep_answer.key
$$;
comment on function tide.keep_answer(text, text, jsonb) is
  'Keeps what the request that claimed this key was answered, for answer_hours.';
