select plan(7);

-- What a name finds is in whoever's schema comes first; `evil` has something for many that ours could mean.
create role app in role tide_writer;
create schema evil authorization app;
create function public.careless() returns timestamptz language plpgsql volatile security definer as
  $$begin return now(); end$$;
create table public.caught (by_whom name, what text);
grant insert on public.caught to public;
set local role app;
create function evil.trap(what text) returns void language sql volatile as
  $$insert into public.caught select current_user, trap.what$$;
create function evil.now() returns timestamptz language plpgsql volatile as
  $$begin perform evil.trap('now'); return clock_timestamp(); end$$;
create function evil.current_setting(text, boolean) returns text language plpgsql volatile as
  $$begin perform evil.trap('current_setting'); return ''; end$$;
create function evil.pg_current_xact_id() returns xid8 language plpgsql volatile as
  $$begin perform evil.trap('pg_current_xact_id'); return '1'; end$$;
create function evil.same(uuid, uuid) returns boolean language plpgsql volatile as
  $$begin perform evil.trap('='); return true; end$$;
create operator evil.= (function = evil.same, leftarg = uuid, rightarg = uuid);
create temp table events (entity text);
create temp table settings (key text, value text);
create temp table tasks (id uuid, title text);
set local search_path = evil, pg_temp, pg_catalog, work, tide, public;

select lives_ok(
  $$insert into work.projects (id, name) values ('00000000-0000-7000-8000-00000000000a', 'a')$$, 'a write');
select lives_ok($$update work.projects set name = 'b' where name = 'a'$$, 'another');
select lives_ok($$select tide.act_as('user', 'ann')$$, 'who writes');
select lives_ok($$select * from tide.position()$$, 'where the log is');
reset role;
set local search_path = public;
select is((select count(*) from public.caught c where c.by_whom <> 'app'), 0::bigint,
  'nothing of it was ever called as somebody else');
select is((select count(*) from pg_temp.events), 0::bigint, 'and nothing was written into it');
set local search_path = evil, pg_catalog, public;
select careless();
set local search_path = public;
select isnt((select count(*) from public.caught c where c.by_whom <> 'app'), 0::bigint,
  'the trap works: who is careless is caught');

select * from finish();
