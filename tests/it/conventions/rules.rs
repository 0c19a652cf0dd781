//! What the catalogue says of the schemas of ours.

use tokio_postgres::Client;

use crate::support::TestDatabase;

/// A rule that everything in our schemas keeps.
struct Rule {
    says: &'static str,
    /// Names what breaks it. `ours` is the schemas, `functions` those of ours that no watch generated.
    breaches: &'static str,
    /// Makes something that breaks it, …
    breach: &'static str,
    /// … and that is called so.
    named: &'static str,
}

const RULES: [Rule; 14] = [
    Rule {
        says: "every function pins its search_path",
        breaches: "select p.oid::regprocedure::text from pg_proc p join ours on p.pronamespace = ours.oid
            where not coalesce(p.proconfig, '{}') @> array['search_path=pg_catalog, pg_temp']
              -- inlined by those that do: a SET clause would forbid it
              and p.oid <> 'tide._tg_source_of(text)'::regprocedure
              -- what every writer pays for; they look nothing up by it, and have the rights of who fires them
              and not (not p.prosecdef and p.oid in ('tide.tg_events__doorbell()'::regprocedure,
                'work.tg_all__keep_updated_at()'::regprocedure))",
        breach: "create function work.bad() returns int language sql as 'select 1'",
        named: "work.bad()",
    },
    Rule {
        says: "nobody but the owner may call a function that is not granted",
        breaches: "select p.oid::regprocedure::text from pg_proc p join ours on p.pronamespace = ours.oid
            cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
            where a.grantee = 0 and p.oid::regprocedure::text not in
              ('tide.\"position\"()', 'tide.act_as(text,text,text,text)', 'tide.uuid_v7()')",
        breach: "create function work.bad() returns int language sql as 'select 1'",
        named: "work.bad()",
    },
    Rule {
        says: "everything belongs to tide_owner",
        breaches: "select p.oid::regprocedure::text from pg_proc p join ours on p.pronamespace = ours.oid
            where p.proowner <> 'tide_owner'::regrole
            union all
            select c.oid::regclass::text from pg_class c join ours on c.relnamespace = ours.oid
            where c.relowner <> 'tide_owner'::regrole
            union all
            select t.oid::regtype::text from pg_type t join ours on t.typnamespace = ours.oid
            where t.typowner <> 'tide_owner'::regrole
            union all
            select n.nspname from pg_namespace n join ours on n.oid = ours.oid
            where n.nspowner <> 'tide_owner'::regrole",
        breach: "create table work.bad ()",
        named: "work.bad",
    },
    Rule {
        says: "every schema, table, view, type and function is commented",
        breaches: "select f.oid::regprocedure::text from functions f
            where obj_description(f.oid, 'pg_proc') is null
            union all
            select c.oid::regclass::text from pg_class c join ours on c.relnamespace = ours.oid
            where c.relkind in ('r', 'p', 'v', 'm', 'c') and not c.relispartition
              and coalesce(obj_description(c.oid, 'pg_class'), obj_description(c.reltype, 'pg_type')) is null
            union all
            select n.nspname from pg_namespace n join ours on n.oid = ours.oid
            where obj_description(n.oid, 'pg_namespace') is null",
        breach: "create view work.bad as select 1 as one",
        named: "work.bad",
    },
    Rule {
        says: "a comment is a sentence",
        breaches: "select d.description from pg_description d
            where d.objsubid = 0 and d.description !~ '^\\S.*[.:]$' and (
              d.classoid = 'pg_proc'::regclass and d.objoid in (select f.oid from functions f)
              or d.classoid = 'pg_class'::regclass and d.objoid in (
                select c.oid from pg_class c join ours on c.relnamespace = ours.oid))",
        breach: "comment on table work.users is 'users'",
        named: "users",
    },
    Rule {
        says: "every foreign key has an index",
        breaches: "select k.conname::text from pg_constraint k join ours on k.connamespace = ours.oid
            where k.contype = 'f' and not exists (
              select from pg_index i
              where i.indrelid = k.conrelid
                -- a key of several columns is found by the first of an index that begins with one of them
                and i.indkey[0] = any (k.conkey)
                and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) in (
                  select format('(%I IS NOT NULL)', a.attname) from pg_attribute a
                  where a.attrelid = k.conrelid and a.attnum = any (k.conkey))))",
        breach: "create table work.bad (user_id uuid constraint bad_user references work.users on delete cascade)",
        named: "bad_user",
    },
    Rule {
        says: "every foreign key says what happens on delete",
        breaches: "select k.conname::text from pg_constraint k join ours on k.connamespace = ours.oid
            where k.contype = 'f' and k.confdeltype = 'a'",
        breach: "create table work.bad (user_id uuid constraint bad_user references work.users)",
        named: "bad_user",
    },
    Rule {
        says: "a trigger's name says when it fires and what it does",
        breaches: "select t.tgname::text from pg_trigger t
            join pg_class c on c.oid = t.tgrelid join ours on c.relnamespace = ours.oid
            where not t.tgisinternal and t.tgname !~ '^_[0-9]{3}_[a-z_]+$'",
        breach: "create trigger keep before update on work.tasks for each row
            execute function work.tg_all__keep_updated_at()",
        named: "keep",
    },
    Rule {
        says: "a trigger function is named after its table and its job, and nothing else is",
        breaches: "select f.name from functions f
            where (f.prorettype = 'trigger'::regtype) <> (f.name ~ '^tg_[a-z]+(_[a-z]+)*__[a-z_]+$')
              or f.prorettype = 'trigger'::regtype and not exists (
                select from pg_class c
                where c.relnamespace = f.pronamespace and split_part(f.name, '__', 1) in ('tg_' || c.relname, 'tg_all'))",
        breach: "create function work.tg_nowhere__bad() returns trigger language plpgsql as 'begin return new; end'",
        named: "tg_nowhere__bad",
    },
    Rule {
        says: "a trigger function is on some trigger",
        breaches: "select f.name from functions f where f.prorettype = 'trigger'::regtype
            and not exists (select from pg_trigger t where t.tgfoid = f.oid)",
        breach: "create function work.tg_tasks__bad() returns trigger language plpgsql as 'begin return new; end'",
        named: "tg_tasks__bad",
    },
    Rule {
        says: "states are text with a check, not an enum",
        breaches: "select t.oid::regtype::text from pg_type t join ours on t.typnamespace = ours.oid
            where t.typtype = 'e'",
        breach: "create type work.bad as enum ('a')",
        named: "work.bad",
    },
    Rule {
        says: "a moment is a timestamptz and ends in _at, or is just at",
        breaches: "select c.oid::regclass || '.' || a.attname from pg_attribute a
            join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') join ours on c.relnamespace = ours.oid
            where a.attnum > 0 and not a.attisdropped and (
              a.atttypid = 'timestamp'::regtype
              or (a.atttypid = 'timestamptz'::regtype) <> (a.attname ~ '(^|_)at$'))",
        breach: "create table work.bad (started timestamptz)",
        named: "work.bad.started",
    },
    Rule {
        says: "a constraint of a room that a user may run into is named as a true sentence",
        breaches: "select k.conname::text from pg_constraint k
            where k.connamespace::regnamespace::text in ('work', 'monitor') and k.contype in ('c', 'f', 'u')
              and k.conname !~ '_(is|are|exists|has|names|forms)(_|$)'",
        breach: "alter table work.users add check (handle <> 'root')",
        named: "users_handle_check",
    },
    Rule {
        says: "an application may not write what only the engine writes",
        breaches: "select c.oid::regclass::text from pg_class c
            cross join unnest(array['tide_writer', 'tide_reader', 'tide_service']) r (name)
            where c.relkind in ('r', 'p')
              and (c.relnamespace = 'tide'::regnamespace or c.oid = 'work.branch_totals'::regclass)
              and has_table_privilege(r.name, c.oid, 'insert, update, delete, truncate, trigger')",
        breach: "grant insert on tide.events to tide_writer",
        named: "tide.events",
    },
];

const OURS: &str = "with ours as (
      select n.oid from pg_namespace n where n.nspname in ('tide', 'work', 'monitor')
    ), functions as (
      select p.*, p.proname::text as name from pg_proc p join ours on p.pronamespace = ours.oid
      where p.proname not like '\\_tg\\_%'
    )";

/// What breaks a rule, by name.
async fn breaches(client: &Client, rule: &Rule) -> Vec<String> {
    let query = format!("{OURS} {}", rule.breaches);
    let rows = client.query(&query, &[]).await.unwrap_or_else(|error| panic!("{}: {error:?}", rule.says));
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn every_rule_is_kept() {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    let mut complaints = Vec::new();
    for rule in &RULES {
        let found = breaches(&client, rule).await;
        complaints.extend(found.iter().map(|name| format!("{}, but {name} breaks it", rule.says)));
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[tokio::test]
async fn a_breach_of_every_rule_is_found() {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    for rule in &RULES {
        client.batch_execute("begin").await.unwrap();
        client.batch_execute(rule.breach).await.unwrap_or_else(|error| panic!("{}: {error:?}", rule.says));
        let found = breaches(&client, rule).await;
        assert!(found.iter().any(|name| name == rule.named), "{}: only {found:?} was found", rule.says);
        client.batch_execute("rollback").await.unwrap();
    }
}
