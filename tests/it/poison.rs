//! What nobody should write and somebody does: the stream goes on for everybody else.

use tokio_postgres::Client;

use crate::support::TestDatabase;

const SHOP: &str = "
    create schema shop;
    grant usage on schema shop to tide_owner;
    create table shop.orders (id int primary key, shelf text, amount bigint);
    create table shop.totals (shelf int primary key, amount bigint not null default 0, changed_at timestamptz);
    grant all on shop.orders, shop.totals to tide_owner;
    select tide.watch('shop.orders', entity => 'order', topics => array['''shop''']);
    select tide.declare_summary('shop.totals', 'shop.orders', 'shelf', '{\"amount\": \"amount\"}');
    do $$ begin while exists (select from tide.advance()) loop null; end loop; end $$;";

async fn shop() -> (TestDatabase, Client) {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    client.batch_execute(SHOP).await.unwrap();
    (database, client)
}

/// A commit, and the keys of the tick that tells it.
async fn keys(client: &Client, statement: &str) -> Vec<Option<String>> {
    client.batch_execute(statement).await.unwrap();
    let rows = client.query("select m.key from tide.advance() m order by m.sequence", &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

async fn text(client: &Client, question: &str) -> Option<String> {
    client.query_one(question, &[]).await.unwrap().get(0)
}

async fn problem_of(client: &Client, target: &str) -> Option<String> {
    let question = format!("select min(p.message) from tide.problems p where p.target = '{target}'");
    text(client, &question).await
}

fn key(id: &str) -> Option<String> {
    Some(id.to_owned())
}

#[tokio::test]
async fn a_group_may_be_written_in_two_ways_and_what_is_no_group_is_a_problem_of_its_statement() {
    let (_database, client) = shop().await;
    let two = keys(&client, "insert into shop.orders values (1, '7', 1), (2, ' 7', 2)").await;
    assert_eq!(two, [key("1"), key("2")]);
    assert_eq!(text(&client, "select amount::text from shop.totals where shelf = 7").await, key("3"));
    assert_eq!(keys(&client, "insert into shop.orders values (3, 'none', 1)").await, [None]);
    assert!(problem_of(&client, "shop.orders").await.is_some());
}

#[tokio::test]
async fn a_sum_that_overflows_or_a_summary_that_is_gone_stops_nothing() {
    let (_database, client) = shop().await;
    let most = i64::MAX;
    let two = format!(
        "insert into shop.orders values (1, '8', {most}); insert into shop.orders values (2, '8', {most})"
    );
    assert_eq!(keys(&client, &two).await, [key("1"), key("2")]);
    assert!(problem_of(&client, "shop.totals").await.unwrap().contains("out of range"));
    assert_eq!(keys(&client, "delete from shop.orders where id = 2").await, [key("2")]);
    client.batch_execute("select tide.rebuild('order')").await.unwrap();
    assert_eq!(text(&client, "select count(*)::text from tide.verify()").await, key("0"));
    client.batch_execute("drop table shop.totals").await.unwrap();
    assert_eq!(keys(&client, "insert into shop.orders values (9, '8', 1)").await, [key("9")]);
}

#[tokio::test]
async fn what_does_not_fit_into_one_answer_is_told_without_its_rows() {
    let (_database, client) = shop().await;
    let cannot = "do $do$ begin
        execute replace(pg_get_functiondef('tide._numbered(tide.events[], bigint[])'::regprocedure),
          e'begin\n', e'begin if exists (select from unnest(_numbered.events) e where e.key = ''1'') then
            raise program_limit_exceeded; end if;\n');
      end $do$";
    client.batch_execute(cannot).await.unwrap();
    let told = keys(&client, "insert into shop.orders values (1, '1', 1), (2, '1', 1)").await;
    assert_eq!(told, [None, None]);
    assert!(problem_of(&client, "tide.events").await.is_some());
    let read = "select count(*)::text from tide.read(0) m where m.key is null and m.record is null
        and m.topics = '{shop}'";
    assert_eq!(text(&client, read).await, key("2"), "nor can a reader be stopped by it");
    assert_eq!(keys(&client, "insert into shop.orders values (3, '1', 1)").await, [key("3")]);
    assert_eq!(text(&client, "select amount::text from shop.totals where shelf = 1").await, key("3"));
}

#[tokio::test]
async fn a_row_that_no_socket_takes_is_one_to_be_read_again() {
    let (_database, client) = shop().await;
    let large = "alter table shop.orders add body text; select tide.refresh_watches();
        insert into shop.orders values (1, '1', 1, repeat('x', 20000000))";
    assert_eq!(keys(&client, large).await, [None]);
    assert_eq!(keys(&client, "insert into shop.orders values (2, '1', 1)").await, [key("2")]);
}

#[tokio::test]
async fn many_contexts_of_a_branch_are_left_out_when_they_are_too_much_for_a_tick() {
    let (_database, client) = shop().await;
    let busy = "
        insert into work.projects (id, name) values ('00000000-0000-7000-8000-00000000000a', 'Apollo');
        insert into work.branches (id, project_id, name) values
          ('00000000-0000-7000-8000-0000000000a1', '00000000-0000-7000-8000-00000000000a', 'main');
        insert into work.contexts (project_id, branch_id, key)
          select '00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000a1', i::text
          from generate_series(1, 900) i;
        insert into work.tasks (git_branch_id, title)
          select '00000000-0000-7000-8000-0000000000a1', 'task ' || i from generate_series(1, 900) i";
    client.batch_execute(busy).await.unwrap();
    let tick = "select count(*) filter (where m.cascade -> 'branches' ->> 0 is not null)::text || ' '
          || (sum(octet_length(m.cascade::text)) < 140000000)::text
        from tide.advance() m where m.entity = 'task'";
    assert_eq!(text(&client, tick).await, key("900 true"));
}

#[tokio::test]
async fn who_locks_a_watched_table_does_not_stop_the_others() {
    let (database, client) = shop().await;
    let locker = database.connect().await;
    locker.batch_execute("begin; lock table shop.orders in access exclusive mode").await.unwrap();
    client.batch_execute("insert into work.users (handle) values ('ann')").await.unwrap();
    assert_eq!(keys(&client, "").await.len(), 1);
    locker.batch_execute("rollback").await.unwrap();
    client.batch_execute("insert into shop.orders values (1, '1', 1)").await.unwrap();
    locker.batch_execute("begin; lock table shop.orders in access exclusive mode").await.unwrap();
    assert_eq!(keys(&client, "").await, [key("1")], "not even those of the table itself");
}

#[tokio::test]
async fn who_it_says_it_is_does_not_fill_the_log() {
    let (_database, client) = shop().await;
    let talkative =
        "begin; select tide.act_as('user', repeat('x', 100000), repeat('y', 100000), repeat('z', 100000));
        insert into shop.orders values (1, '1', 1); commit";
    client.batch_execute(talkative).await.unwrap();
    let said = "select max(length(m.actor || m.session_id || m.correlation_id))::text from tide.advance() m";
    assert_eq!(text(&client, said).await, key("600"));
}
