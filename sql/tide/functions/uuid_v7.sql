create or replace function tide.uuid_v7() returns uuid
language plpgsql volatile parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  -- 48 bits of milliseconds over the random bits of a version 4, and the version set to 7
  return (
    select encode(
      set_bit(
        set_bit(
          overlay(
            uuid_send(gen_random_uuid())
            placing substring(
              int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
            from 1 for 6
          ),
          52, 1
        ),
        53, 1
      ),
      'hex'
    )::uuid
  );
end
$$;
comment on function tide.uuid_v7() is 'A time-ordered UUID (RFC 9562, version 7).';
