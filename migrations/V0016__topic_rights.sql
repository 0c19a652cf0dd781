-- Who may hear a topic is the business of the room that the topic is of: see tide.declare_topics.

set local role tide_owner;

create table tide.topic_kinds (
  kind text not null,
  handler regproc not null,
  constraint topic_kinds_pkey primary key (kind),
  constraint topic_kind_is_one_word check (kind ~ '^[a-z][a-z_-]*$')
);
comment on table tide.topic_kinds is
  'The function (user_id uuid, topic text) returns boolean that says who may hear topics of a '
  'kind, which is what stands before the colon.';

reset role;
