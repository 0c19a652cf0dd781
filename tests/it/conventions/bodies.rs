//! Every PL/pgSQL body checked by plpgsql_check, as far as text that is not put together at run time goes.

use tokio_postgres::Client;

use crate::support::{TestDatabase, skipped};

/// Functions and what is wrong with them; a trigger function is checked for each table that it is on.
const CHECK: &str = "
    with body as (
      select p.oid, 0::oid as on_table, null::name as old_rows, null::name as new_rows
      from pg_proc p
      where p.prorettype <> 'trigger'::regtype
      union all
      select t.tgfoid, t.tgrelid, t.tgoldtable, t.tgnewtable
      from pg_trigger t
      where t.tgparentid = 0
    )
    select distinct p.oid::regprocedure || ' line ' || coalesce(c.lineno, 0) || ': ' || c.message
      || coalesce(' (' || c.detail || ')', '')
    from body b
    join pg_proc p on p.oid = b.oid
    join pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
    cross join lateral plpgsql_check_function_tb(p.oid, b.on_table, fatal_errors => false,
      other_warnings => false, extra_warnings => true, performance_warnings => false,
      oldtable => b.old_rows, newtable => b.new_rows) c
    where p.pronamespace::regnamespace::text in ('tide', 'work', 'monitor')
      and coalesce(c.detail, '') !~ 'cannot to determine result of dynamic SQL'
    order by 1";

/// A database with the extension; none, and a line that says so, where it is not installed.
async fn checkable() -> Option<(TestDatabase, Client)> {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    let known = "select exists (select from pg_available_extensions e where e.name = 'plpgsql_check')";
    if !client.query_one(known, &[]).await.unwrap().get::<_, bool>(0) {
        skipped("plpgsql_check is not installed here, so no body is checked");
        return None;
    }
    client.batch_execute("create extension plpgsql_check").await.unwrap();
    Some((database, client))
}

async fn complaints(client: &Client) -> Vec<String> {
    client.query(CHECK, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn every_body_is_sound() {
    let Some((_database, client)) = checkable().await else { return };
    let found = complaints(&client).await;
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[tokio::test]
async fn an_unsound_body_is_found() {
    let Some((_database, client)) = checkable().await else { return };
    let unsound = "create function work.bad() returns void language plpgsql as $$
        begin perform t.no_such_column from work.tasks t; end $$;
        create function work.tg_tasks__bad() returns trigger language plpgsql as $$
        begin perform n.no_such_column from new_rows n; return null; end $$;
        create trigger _999_bad after insert on work.tasks referencing new table as new_rows
        for each statement execute function work.tg_tasks__bad()";
    client.batch_execute(unsound).await.unwrap();
    let found = complaints(&client).await.join("\n");
    for function in ["work.bad() line 2", "work.tg_tasks__bad() line 2"] {
        assert!(found.contains(function), "{function} is not in:\n{found}");
    }
}
