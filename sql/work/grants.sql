-- Writers of other applications change the tables of the domain or call the verbs; readers read.
-- Nobody may write the stored sums: only tide.advance() does, as the owner.
revoke all on all tables in schema work from public;
revoke all on all functions in schema work from public;
grant usage on schema work to tide_service, tide_writer, tide_reader, tide_user;

grant select on all tables in schema work to tide_service, tide_writer, tide_reader, tide_user;
grant insert, update, delete on
  work.projects, work.project_members, work.branches, work.tasks, work.subtasks, work.contexts
to tide_service, tide_writer, tide_user;
grant insert, update, delete on work.users to tide_service, tide_writer;

grant execute on all functions in schema work to tide_service, tide_writer, tide_user;

-- Credentials are the service's business: who may write tasks may not make themselves a key,
-- nor may a transaction that acts for a person.
revoke all on work.api_keys, work.ws_tickets, work.keys
from tide_writer, tide_reader, tide_user;
grant insert, update, delete on work.api_keys, work.ws_tickets to tide_service;
revoke execute on function
  work.create_key(uuid, text, text, text[], interval), work.revoke_key(text),
  work.find_key(bytea, uuid), work.touch_key(uuid), work.claim_ticket(bytea),
  work.create_ticket(uuid, boolean, text[], uuid, double precision, double precision)
from tide_writer, tide_user;

-- Demo data is for whoever sets a database up.
revoke execute on function work.load_demo(int, int, int, int)
from tide_service, tide_writer, tide_user;
grant execute on function
  work.branch_summary(uuid), work.project_summary(uuid), work.task_summary(uuid),
  work._branch_bodies(uuid[]), work._project_bodies(uuid[]), work._task_bodies(uuid[]),
  work.bulk_summaries(uuid, uuid[], boolean), work._summaries(uuid[], uuid[], boolean, jsonb),
  work.sync(uuid, text[]), work._topics(uuid, text[]), work._branches_of(text[]),
  work.can_subscribe(uuid, text), work.visible_projects(uuid), work.project_of(text, uuid),
  work.may(uuid, text, text, uuid), work.current_user_id(), work.my_projects(text)
to tide_reader;
