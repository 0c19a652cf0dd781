-- API keys, which people and agents keep, and tickets, which a browser uses once. Of either only a
-- hash is stored: whoever reads these tables can be nobody.

set local role tide_owner;

create table work.api_keys (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  name text not null default '',
  prefix text not null,
  hash bytea not null,
  role text,
  sources text[] not null default '{user}',
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  constraint api_keys_pkey primary key (id),
  constraint key_prefix_is_unique unique (prefix),
  constraint key_hash_is_unique unique (hash),
  constraint key_hash_is_a_sha256 check (octet_length(hash) = 32),
  constraint key_user_exists foreign key (user_id)
    references work.users (id) on delete cascade,
  constraint key_role_is_known check (role in ('admin')),
  constraint key_sources_are_known
    check (cardinality(sources) > 0 and sources <@ '{user,mcp-ai,system}'::text[]),
  constraint key_expiry_is_after_its_creation check (expires_at > created_at)
);
create index api_keys_user_id_idx on work.api_keys (user_id);
comment on table work.api_keys is
  'Credentials that last: tg_<prefix>_<secret>. Read work.keys; the secret was shown once.';
comment on column work.api_keys.prefix is 'The part that lists and logs may show.';
comment on column work.api_keys.hash is 'sha256 of the whole key, which is random: no salt needed.';
comment on column work.api_keys.role is 'admin, or null: what its user may.';
comment on column work.api_keys.sources is 'As what it may write; the first is the default.';
comment on column work.api_keys.last_used_at is 'To the minute.';

-- Unlogged: they live for seconds, and after a crash of the server a browser asks for another.
create unlogged table work.ws_tickets (
  hash bytea not null,
  user_id uuid not null,
  is_admin boolean not null,
  sources text[] not null,
  key_id uuid,
  credential_expires_at timestamptz not null,
  expires_at timestamptz not null,
  constraint ws_tickets_pkey primary key (hash),
  constraint ticket_user_exists foreign key (user_id)
    references work.users (id) on delete cascade,
  constraint ticket_key_exists foreign key (key_id)
    references work.api_keys (id) on delete cascade
);
create index ws_tickets_user_id_idx on work.ws_tickets (user_id);
create index ws_tickets_key_id_idx on work.ws_tickets (key_id) where key_id is not null;
create index ws_tickets_expires_at_idx on work.ws_tickets (expires_at);
comment on table work.ws_tickets is
  'Credentials for one handshake, on any node. Claimed by deleting: work.claim_ticket.';
comment on column work.ws_tickets.key_id is 'The key it was bought with, if it was a key.';
comment on column work.ws_tickets.credential_expires_at is
  'When the credential that it was bought with ends, and with it what the ticket began.';

reset role;
