//! The proof that the storm's checkers catch what they are there for. Each test breaks the engine in one place, runs
//! the same short interleaving of two writers, and sees the breakage reported; unbroken, the interleaving is clean.

use tokio_postgres::Client;

use crate::support::TestDatabase;
use crate::workload::check::{Evidence, Fault};
use crate::workload::{ledger, reader, ticker};

/// What is done to the engine.
#[derive(Debug)]
enum Damage {
    /// In the function that is installed under a name, one text is put in place of another; then SQL is run.
    Reword { function: &'static str, texts: &'static [(&'static str, &'static str)], then: &'static str },
    /// SQL before the interleaving.
    Before(&'static str),
    /// SQL in the middle of it, right after the rollback.
    Meanwhile(&'static str),
}

/// A breakage, and who has to notice it.
#[derive(Debug)]
struct Breakage {
    damage: Damage,
    /// In the log, against the ledger.
    faults: &'static [Fault],
    /// Whether the views or `tide.verify()` must differ from a recount, too.
    drifts: bool,
}

const NOTHING: Breakage = Breakage { damage: Damage::Before(""), faults: &[], drifts: false };

const AN_ID_CURSOR: Breakage = Breakage {
    damage: Damage::Reword {
        function: "tide._events_after",
        texts: &[
            (
                "e.xid >= v_begun_since",
                "e.id > coalesce((select max(t.id) from tide.events t
                   where pg_visible_in_snapshot(t.xid, snapshot)), 0)",
            ),
            ("e.xid = any (v_in_progress)", "false"),
        ],
        then: "",
    },
    faults: &[Fault::Lost],
    drifts: true,
};

const NO_LOOK_AT_WHAT_WAS_IN_FLIGHT: Breakage = Breakage {
    damage: Damage::Reword {
        function: "tide._events_after",
        texts: &[("e.xid = any (v_in_progress)", "false")],
        then: "",
    },
    faults: &[Fault::Lost],
    drifts: true,
};

const A_FOLD_THAT_FORGETS_WHAT_WAS_IN_FLIGHT: Breakage = Breakage {
    damage: Damage::Reword {
        function: "tide._sums",
        texts: &[(
            "using events",
            "using array(select e from unnest(events) e
               where e.xid >= pg_snapshot_xmax((tide._counted()).snapshot))",
        )],
        then: "",
    },
    faults: &[],
    drifts: true,
};

const TRUNCATE_IGNORED: Breakage = Breakage {
    damage: Damage::Before("alter table work.contexts disable trigger _700_event_truncate"),
    faults: &[Fault::Lost],
    drifts: false,
};

const A_MOVE_TOLD_WHERE_IT_WENT_ONLY: Breakage = Breakage {
    damage: Damage::Reword {
        function: "tide._tg_work_tasks__update",
        texts: &[("tide._union(n.tide_topics, o.tide_topics)", "n.tide_topics")],
        then: "",
    },
    faults: &[Fault::Mistold],
    drifts: false,
};

const A_MOVE_COUNTED_WHERE_IT_WENT_ONLY: Breakage = Breakage {
    damage: Damage::Reword {
        function: "tide._sums_sql",
        texts: &[(
            "format(one, 'o', deleted), format(one, 'n', created)",
            "'array[]::tide.sum[]', format(one, 'n', created)",
        )],
        then: "select tide.refresh_watches()",
    },
    faults: &[],
    drifts: true,
};

const A_MEASURE_FORGOTTEN: Breakage = Breakage {
    damage: Damage::Before(
        "update tide.summary_sources set measures = measures - 'completed_tasks';
         select tide.refresh_watches()",
    ),
    faults: &[Fault::Inexact],
    drifts: true,
};

const A_PHANTOM: Breakage = Breakage {
    damage: Damage::Meanwhile(
        "insert into tide.events (entity, action, key, topics, source)
         values ('task', 'create', '00000000-0000-7000-c000-000000000003',
           '{project:00000000-0000-7000-a000-000000000001}', 'user')",
    ),
    faults: &[Fault::Phantom],
    drifts: false,
};

const EVERYTHING_TWICE: Breakage = Breakage {
    damage: Damage::Before(
        "create trigger _701_event_insert after insert on work.tasks referencing new table as new_rows
         for each statement execute function tide._tg_work_tasks__insert()",
    ),
    faults: &[Fault::Doubled],
    drifts: true,
};

/// One project, two branches, a task and a context.
const SETTING: &str = "
    insert into work.projects (id, name) values ('00000000-0000-7000-a000-000000000001', 'project');
    insert into work.branches (id, project_id, name)
    values ('00000000-0000-7000-b000-000000000001', '00000000-0000-7000-a000-000000000001', 'one'),
      ('00000000-0000-7000-b000-000000000002', '00000000-0000-7000-a000-000000000001', 'other');
    insert into work.tasks (id, git_branch_id, title)
    values ('00000000-0000-7000-c000-000000000001', '00000000-0000-7000-b000-000000000001', 'first');
    insert into work.contexts (project_id, key) values ('00000000-0000-7000-a000-000000000001', 'charter')";

/// What was written, told and counted by the interleaving, with a breakage in it.
async fn interleave(breakage: &Breakage) -> (Evidence, Vec<String>) {
    let database = TestDatabase::new().await;
    let (early, other) = (database.connect().await, database.connect().await);
    ledger::install(&other).await;
    run(&other, SETTING).await;
    apply(&other, &breakage.damage).await;
    let mut story = Story::default();

    run(&early, "begin").await;
    run(&early, &a_task(2)).await;
    run(&other, "update work.tasks set status = 'done' where title = 'first'").await;
    story.tick(&other).await;
    run(&early, "commit").await;
    story.tick(&other).await;
    run(&other, &format!("begin; {}; rollback", a_task(3))).await;
    if let Damage::Meanwhile(sql) = breakage.damage {
        run(&other, sql).await;
    }
    run(
        &other,
        "update work.tasks set git_branch_id = '00000000-0000-7000-b000-000000000002' where title = 'first'",
    )
    .await;
    story.tick(&other).await;
    run(&other, "truncate work.contexts").await;
    story.tick(&other).await;

    let mut evidence = Evidence::collect(&other).await;
    evidence.published = story.published;
    evidence.samples = story.samples;
    (evidence, reader::wrong(&other).await)
}

fn a_task(number: u32) -> String {
    format!(
        "insert into work.tasks (id, git_branch_id, title)
         values ('00000000-0000-7000-c000-00000000000{number}', '00000000-0000-7000-b000-000000000001', 'more')"
    )
}

/// What was published, and what a reader was told after each tick.
#[derive(Debug, Default)]
struct Story {
    published: Vec<crate::workload::log::Published>,
    samples: Vec<reader::Sample>,
}

impl Story {
    async fn tick(&mut self, client: &Client) {
        self.published.extend(ticker::drain(client).await);
        self.samples.push(reader::sample(client).await);
    }
}

async fn run(client: &Client, sql: &str) {
    client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
}

async fn apply(client: &Client, damage: &Damage) {
    match damage {
        Damage::Before(sql) => run(client, sql).await,
        Damage::Meanwhile(_) => {}
        Damage::Reword { function, texts, then } => {
            let installed = "select pg_get_functiondef($1::text::regproc)";
            let mut definition: String = client.query_one(installed, &[function]).await.unwrap().get(0);
            for (from, to) in *texts {
                assert!(
                    definition.contains(from),
                    "{function} does not say `{from}` any more: break it anew"
                );
                definition = definition.replace(from, to);
            }
            run(client, &definition).await;
            run(client, then).await;
        }
    }
}

/// Runs the interleaving broken, and insists that it was noticed.
async fn is_noticed(breakage: &Breakage) {
    let (evidence, wrong) = interleave(breakage).await;
    let report = evidence.examine();
    for fault in breakage.faults {
        assert!(report.has(*fault), "{fault:?} is not reported of {breakage:?}:\n{report}");
    }
    assert!(!breakage.drifts || !wrong.is_empty(), "nobody counts again what {breakage:?} forgets");
}

#[tokio::test]
async fn an_engine_that_is_whole_has_no_fault() {
    let (evidence, wrong) = interleave(&NOTHING).await;
    let report = evidence.examine();
    assert!(report.is_empty(), "{report}");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(evidence.ticks.len(), 4, "the interleaving is not what it was");
}

#[tokio::test]
async fn an_id_cursor_is_caught_losing_what_committed_late() {
    is_noticed(&AN_ID_CURSOR).await;
}

#[tokio::test]
async fn a_tick_that_forgets_what_was_in_flight_is_caught() {
    is_noticed(&NO_LOOK_AT_WHAT_WAS_IN_FLIGHT).await;
}

#[tokio::test]
async fn a_fold_that_forgets_what_was_in_flight_is_caught() {
    is_noticed(&A_FOLD_THAT_FORGETS_WHAT_WAS_IN_FLIGHT).await;
}

#[tokio::test]
async fn an_ignored_truncate_is_caught() {
    is_noticed(&TRUNCATE_IGNORED).await;
}

#[tokio::test]
async fn a_move_told_on_one_side_is_caught() {
    is_noticed(&A_MOVE_TOLD_WHERE_IT_WENT_ONLY).await;
}

#[tokio::test]
async fn a_move_counted_on_one_side_is_caught() {
    is_noticed(&A_MOVE_COUNTED_WHERE_IT_WENT_ONLY).await;
}

#[tokio::test]
async fn a_forgotten_measure_is_caught() {
    is_noticed(&A_MEASURE_FORGOTTEN).await;
}

#[tokio::test]
async fn an_event_of_what_was_rolled_back_is_caught() {
    is_noticed(&A_PHANTOM).await;
}

#[tokio::test]
async fn a_doubled_event_is_caught() {
    is_noticed(&EVERYTHING_TWICE).await;
}

#[tokio::test]
#[should_panic(expected = "break it anew")]
async fn a_breakage_that_breaks_nothing_any_more_is_loud() {
    let damage = Damage::Reword { function: "tide._fold", texts: &[("what nobody wrote", "")], then: "" };
    apply(&TestDatabase::new().await.connect().await, &damage).await;
}

/// A fault that no single line of the engine brings about, put into what was collected.
#[tokio::test]
async fn what_was_tampered_with_is_caught() {
    let (clean, _) = interleave(&NOTHING).await;
    let tampered = |fault: Fault, tamper: fn(&mut Evidence)| {
        let mut evidence = clean.clone();
        tamper(&mut evidence);
        let report = evidence.examine();
        assert!(report.has(fault), "{fault:?} is not reported:\n{report}");
    };
    tampered(Fault::Gap, |e| e.log.last_mut().unwrap().sequence += 1);
    tampered(Fault::Gap, |e| e.ticks[1].first += 1);
    tampered(Fault::Lost, |e| drop(e.log.pop()));
    tampered(Fault::Doubled, |e| e.log.push(e.log[0].clone()));
    tampered(Fault::Phantom, |e| e.log[0].txid += 1_000_000);
    tampered(Fault::Misordered, |e| {
        // A row's changes, the later one first.
        let of_one = |m: &&mut crate::workload::log::Message| {
            m.key.as_deref().is_some_and(|k| k.ends_with("c000-000000000001"))
        };
        let mut changes: Vec<_> = e.log.iter_mut().filter(of_one).collect();
        let (first, rest) = changes.split_first_mut().unwrap();
        std::mem::swap(&mut first.txid, &mut rest[0].txid);
        std::mem::swap(&mut first.action, &mut rest[0].action);
    });
    tampered(Fault::Split, |e| e.log.last_mut().unwrap().txid = e.log[0].txid);
    tampered(Fault::Mistold, |e| e.log[0].actor = Some("somebody else".to_owned()));
    tampered(Fault::Unrepeatable, |e| e.published[0].messages[0].topics.clear());
    tampered(Fault::Inexact, |e| e.published[0].messages[0].record = Some(serde_json::json!({})));
    tampered(Fault::Inexact, |e| e.samples[0].branches[0].1[0] += 1);
    tampered(Fault::Inexact, |e| {
        let of_task = e.published[0].messages.iter_mut().find(|m| m.entity == "task").unwrap();
        of_task.cascade["branches"][0]["total_tasks"] = 77.into();
    });
}
