//! Holds the log against the ledger. Everything that a log can do wrong has a name here, and `broken` proves that
//! each is found.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;
use tokio_postgres::Client;

use super::ledger::{self, Change};
use super::log::{self, Message, Published, Tick};
use super::model::Place;
use super::reader::Sample;
use super::state;

/// What may be wrong with a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// A committed change is not in the log.
    Lost,
    /// A change is in the log more often than it happened.
    Doubled,
    /// Something is in the log that never was committed.
    Phantom,
    /// Changes of one row, or cause and effect, in the wrong order.
    Misordered,
    /// Sequences are not 1, 2, 3, …
    Gap,
    /// A transaction is in two ticks.
    Split,
    /// Topics, delta, image or attribution of an event are not what happened.
    Mistold,
    /// Published is something else than can be read afterwards.
    Unrepeatable,
    /// A row or summary is not what it was as of its sequence.
    Inexact,
}

/// What was found, by kind, with examples.
#[derive(Debug, Default)]
pub(crate) struct Report(BTreeMap<Fault, Vec<String>>);

impl Report {
    pub(crate) fn add(&mut self, fault: Fault, what: String) {
        self.0.entry(fault).or_default().push(what);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether faults of a kind were found.
    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.0.contains_key(&fault)
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (fault, examples) in &self.0 {
            writeln!(f, "{fault:?}: {} times, such as", examples.len())?;
            examples.iter().take(5).try_for_each(|example| writeln!(f, "    {example}"))?;
        }
        Ok(())
    }
}

/// What happened, and what was told of it.
type Pair<'a> = (Vec<&'a Change>, Vec<&'a Message>);

/// Everything that is compared.
#[derive(Debug, Default, Clone)]
pub(crate) struct Evidence {
    pub(crate) ledger: Vec<Change>,
    pub(crate) log: Vec<Message>,
    pub(crate) ticks: Vec<Tick>,
    pub(crate) tables: HashMap<Place, Value>,
    pub(crate) published: Vec<Published>,
    pub(crate) samples: Vec<Sample>,
}

impl Evidence {
    /// Reads ledger, log and tables. Nobody may write or tick meanwhile, and nothing be left to tick.
    pub(crate) async fn collect(superuser: &Client) -> Self {
        Self {
            ledger: ledger::load(superuser).await,
            log: log::read(superuser).await.unwrap(),
            ticks: log::ticks(superuser).await,
            tables: tables(superuser).await,
            published: Vec::new(),
            samples: Vec::new(),
        }
    }

    /// Everything that is wrong.
    pub(crate) fn examine(&self) -> Report {
        let mut report = Report::default();
        self.sequences_are_dense(&mut report);
        self.transactions_are_whole(&mut report);
        self.every_change_is_told_once(&mut report);
        self.causes_come_first(&mut report);
        self.published_is_what_can_be_read(&mut report);
        state::examine(self, &mut report);
        report
    }

    fn sequences_are_dense(&self, report: &mut Report) {
        let mut expected = 1;
        for message in &self.log {
            if message.sequence != expected {
                report.add(Fault::Gap, format!("{} follows {}", message.sequence, expected - 1));
            }
            expected = message.sequence + 1;
        }
        let mut next = 1;
        for tick in &self.ticks {
            if tick.first != next {
                report.add(Fault::Gap, format!("a tick begins at {} and not at {next}", tick.first));
            }
            next = tick.last + 1;
        }
        if next != expected {
            report.add(Fault::Gap, format!("ticks end at {} and the log at {}", next - 1, expected - 1));
        }
    }

    fn transactions_are_whole(&self, report: &mut Report) {
        let mut tick_of: HashMap<i64, i64> = HashMap::new();
        for (tick, messages) in self.by_tick() {
            for message in messages {
                let first = *tick_of.entry(message.txid).or_insert(tick.first);
                if first != tick.first {
                    let split = format!(
                        "transaction {} is in the ticks from {first} and {}",
                        message.txid, tick.first
                    );
                    report.add(Fault::Split, split);
                }
            }
        }
    }

    /// The messages of each tick.
    pub(super) fn by_tick(&self) -> impl Iterator<Item = (&Tick, &[Message])> {
        self.ticks.iter().map(|tick| {
            let from = self.log.partition_point(|m| m.sequence < tick.first);
            let to = self.log.partition_point(|m| m.sequence <= tick.last);
            (tick, &self.log[from..to])
        })
    }

    fn every_change_is_told_once(&self, report: &mut Report) {
        let mut groups: HashMap<(i64, &str), Pair<'_>> = HashMap::new();
        for change in &self.ledger {
            groups.entry((change.xid, &change.entity)).or_default().0.push(change);
        }
        for message in &self.log {
            groups.entry((message.txid, &message.entity)).or_default().1.push(message);
        }
        let coalesced: HashSet<(i64, &str)> = groups
            .iter()
            .filter(|(_, (_, told))| told.iter().any(|m| m.key.is_none()))
            .map(|(g, _)| *g)
            .collect();
        for group in &coalesced {
            let (happened, told) = &groups[group];
            compare_counts(happened, told, report);
        }
        let single = |xid: i64, entity: &str| !coalesced.contains(&(xid, entity));
        let happened: Vec<&Change> = self.ledger.iter().filter(|c| single(c.xid, &c.entity)).collect();
        let told: Vec<&Message> = self.log.iter().filter(|m| single(m.txid, &m.entity)).collect();
        compare_rows(&happened, &told, report);
    }

    /// Who made a row that another transaction refers to, comes before it.
    fn causes_come_first(&self, report: &mut Report) {
        let mut made: HashMap<(&str, &str), &Message> = HashMap::new();
        for message in self.log.iter().filter(|m| m.action == "create") {
            if let Some(key) = &message.key {
                made.entry((&message.entity, key)).or_insert(message);
            }
        }
        let image = |m: &Message| {
            let same =
                |c: &&Change| c.xid == m.txid && c.action == "create" && Some(&c.key) == m.key.as_ref();
            self.ledger.iter().find(same).and_then(|c| c.new.clone())
        };
        for effect in made.values().filter(|m| m.entity == "subtask" || m.entity == "task") {
            let Some(image) = image(effect) else { continue };
            let (parent, column) =
                if effect.entity == "task" { ("branch", "git_branch_id") } else { ("task", "task_id") };
            let cause = image[column].as_str().and_then(|id| made.get(&(parent, id)));
            if let Some(cause) = cause.filter(|c| c.sequence > effect.sequence && c.txid != effect.txid) {
                let what = format!(
                    "{} {:?} at {} is told before its {parent} at {}",
                    effect.entity, effect.key, effect.sequence, cause.sequence
                );
                report.add(Fault::Misordered, what);
            }
        }
    }

    fn published_is_what_can_be_read(&self, report: &mut Report) {
        for message in self.published.iter().flat_map(|p| &p.messages) {
            let read = self.log.binary_search_by_key(&message.sequence, |m| m.sequence).map(|i| &self.log[i]);
            if !read.is_ok_and(|read| same_event(message, read)) {
                report.add(Fault::Unrepeatable, format!("{message:?} can be read as {read:?}"));
            }
        }
    }
}

fn same_event(one: &Message, other: &Message) -> bool {
    let told = |m: &Message| {
        (
            m.txid,
            m.entity.clone(),
            m.action.clone(),
            m.key.clone(),
            m.topics.clone(),
            m.delta.clone(),
            m.count,
        )
    };
    told(one) == told(other) && (&one.source, &one.actor) == (&other.source, &other.actor)
}

/// Changes that were told as one event per topic: the counts must add up.
fn compare_counts(happened: &[&Change], told: &[&Message], report: &mut Report) {
    let mut balance: BTreeMap<(String, Vec<String>), i64> = BTreeMap::new();
    for change in happened {
        let own = format!("{}:{}", change.entity, change.key);
        let topics = change.topics().into_iter().filter(|t| *t != own).collect();
        *balance.entry((change.action.clone(), topics)).or_default() += 1;
    }
    for message in told {
        let own = message.key.as_ref().map(|key| format!("{}:{key}", message.entity));
        let topics = message.topics.iter().filter(|t| Some(*t) != own.as_ref()).cloned().collect();
        *balance.entry((message.action.clone(), topics)).or_default() -= i64::from(message.count);
    }
    for ((action, topics), left) in balance.into_iter().filter(|(_, left)| *left != 0) {
        let fault = if left > 0 { Fault::Lost } else { Fault::Doubled };
        report.add(
            fault,
            format!(
                "{left} of {action} on {topics:?} in transaction {}",
                happened.first().map_or(0, |c| c.xid)
            ),
        );
    }
}

/// Row by row: how often, in which order, and what.
fn compare_rows(happened: &[&Change], told: &[&Message], report: &mut Report) {
    let mut rows: HashMap<(&str, &str), Pair<'_>> = HashMap::new();
    for change in happened {
        rows.entry((&change.entity, &change.key)).or_default().0.push(change);
    }
    for message in told {
        rows.entry((&message.entity, message.key.as_deref().unwrap_or_default()))
            .or_default()
            .1
            .push(message);
    }
    for ((entity, key), (happened, told)) in rows {
        if !compare_how_often(&happened, &told, report) {
            continue;
        }
        for (change, message) in happened.iter().zip(&told) {
            if (change.xid, &change.action) != (message.txid, &message.action) {
                let what = format!(
                    "{entity} {key}: {} of {} is told as {} of {} at {}",
                    change.action, change.xid, message.action, message.txid, message.sequence
                );
                report.add(Fault::Misordered, what);
                break;
            }
            compare_event(change, message, report);
        }
    }
}

fn compare_how_often(happened: &[&Change], told: &[&Message], report: &mut Report) -> bool {
    let mut balance: BTreeMap<(i64, &str), (i64, i64)> = BTreeMap::new();
    happened.iter().for_each(|c| balance.entry((c.xid, &c.action)).or_default().0 += 1);
    told.iter().for_each(|m| balance.entry((m.txid, &m.action)).or_default().1 += 1);
    let mut equal = true;
    for ((xid, action), (happened_times, told_times)) in balance {
        let fault = match happened_times {
            times if times == told_times => continue,
            times if times > told_times => Fault::Lost,
            0 => Fault::Phantom,
            _ => Fault::Doubled,
        };
        let row =
            happened.first().map_or_else(|| format!("{:?}", told[0]), |c| format!("{} {}", c.entity, c.key));
        report
            .add(fault, format!("{action} of {row} in transaction {xid}: {told_times} for {happened_times}"));
        equal = false;
    }
    equal
}

fn compare_event(change: &Change, message: &Message, report: &mut Report) {
    let mut differs = |what: &str, told: String, true_one: String| {
        if told != true_one {
            let row =
                format!("{} of {} {} at {}", change.action, change.entity, change.key, message.sequence);
            report.add(Fault::Mistold, format!("{what} of {row}: {told} for {true_one}"));
        }
    };
    differs("topics", format!("{:?}", message.topics), format!("{:?}", change.topics()));
    differs("delta", message.delta.clone().unwrap_or_default().to_string(), change.delta().to_string());
    differs("source", message.source.clone(), change.source.clone());
    differs("actor", format!("{:?}", message.actor), format!("{:?}", change.actor));
    differs("count", message.count.to_string(), "1".to_owned());
    if change.action == "delete" {
        differs(
            "last image",
            state::image(message).to_string(),
            change.old.clone().unwrap_or_default().to_string(),
        );
    }
}

async fn tables(superuser: &Client) -> HashMap<Place, Value> {
    let query = "select w.entity, w.target::text from tide.watched w where w.target::text like 'work.%'";
    let mut rows = HashMap::new();
    for watched in superuser.query(query, &[]).await.unwrap() {
        let (entity, target): (String, String) = (watched.get(0), watched.get(1));
        let all = format!("select ledger.key_of('{entity}', to_jsonb(t)), to_jsonb(t) from {target} t");
        for row in superuser.query(&all, &[]).await.unwrap() {
            rows.insert((entity.clone(), row.get(0)), row.get(1));
        }
    }
    rows
}
