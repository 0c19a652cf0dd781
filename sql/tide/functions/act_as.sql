create or replace function tide.act_as(
  source text,
  actor text default null,
  session_id text default null,
  correlation_id text default null
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if (act_as.source in ('user', 'mcp-ai', 'system')) is not true then
    raise exception 'source % is not known', coalesce(act_as.source, 'null')
      using errcode = '22023', hint = 'It is one of user, mcp-ai and system.';
  end if;
  perform set_config('tide.source', act_as.source, true),
    set_config('tide.actor', coalesce(act_as.actor, ''), true),
    set_config('tide.session_id', coalesce(act_as.session_id, ''), true),
    set_config('tide.correlation_id', coalesce(act_as.correlation_id, ''), true);
end
$$;
comment on function tide.act_as(text, text, text, text) is
  'Says until the end of the transaction who writes: source is user, mcp-ai or system.';
