-- What requests with an idempotency key were answered, so that one sent twice is performed once.

set local role tide_owner;

create table tide.answers (
  caller text not null,
  key text not null,
  fingerprint text not null,
  answer jsonb,
  at timestamptz not null default now(),
  constraint answers_pkey primary key (caller, key)
);
create index answers_at_idx on tide.answers (at);
comment on table tide.answers is
  'Answers to requests that may be repeated, committed together with what the request did.';
comment on column tide.answers.key is 'The caller''s name for the request.';
comment on column tide.answers.fingerprint is 'Stands for the whole request.';
comment on column tide.answers.answer is 'Null only within the transaction that makes it.';

insert into tide.settings (key, value, description) values
  ('answer_hours', '24', 'how long the answer to a request with an idempotency key is kept');

reset role;
