//! What the files of `sql/` say, which the catalogue does not remember.

use std::collections::BTreeSet;
use std::path::Path;

use tidegate::db::definitions::files::{Phase, SqlFile, embedded};

use crate::support::files;

const WIDEST: usize = 100;

/// What is wrong with one file, one sentence each.
fn complaints(file: &SqlFile) -> Vec<String> {
    let mut found = Vec::new();
    let mut complain = |what: String| found.push(format!("sql/{}: {what}", file.path));
    let name = format!("{}.{}", file.room(), stem(&file.path));
    let made = made(&file.text);
    match file.phase {
        Phase::Functions | Phase::Views if made != [name.as_str()] => {
            complain(format!("it makes {made:?}, and is to make {name} alone"));
        }
        Phase::Triggers => {
            let table = name.split("__").next().unwrap_or_default();
            made.iter().filter(|on| **on != table).for_each(|on| complain(format!("a trigger on {on}")));
        }
        _ => {}
    }
    if file.phase == Phase::Functions {
        let (head, body) = file.text.split_once("$$").unwrap_or((&file.text, ""));
        if !["immutable", "stable", "volatile"].iter().any(|word| has_word(head, word)) {
            complain("it does not state its volatility".to_owned());
        }
        let because = body.lines().any(|line| line.trim_start().starts_with("-- security definer:"));
        if head.contains("security definer") != because {
            complain("security definer and a line `-- security definer: why` go together".to_owned());
        }
    }
    if file.text.lines().any(|line| line.chars().count() > WIDEST) {
        complain(format!("a line of more than {WIDEST} columns"));
    }
    if file.text.contains('\t') || file.text.lines().any(|line| line.ends_with(' ')) {
        complain("a tab, or a blank at the end of a line".to_owned());
    }
    let selected = file.text.lines().filter(|line| !line.trim_start().starts_with("--"));
    if file.phase == Phase::Views && selected.into_iter().any(|line| line.contains("select *")) {
        complain("a view that selects *".to_owned());
    }
    found
}

/// The functions and views that a file makes, and the tables that it makes triggers on.
fn made(text: &str) -> Vec<&str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let starts = (0..words.len()).filter(|&start| words[start] == "create");
    starts.filter_map(|start| made_by(&words[start..])).collect()
}

/// By one statement, from its `create` on: the name after `function` or `view`, after `on` for a trigger.
fn made_by<'t>(words: &[&'t str]) -> Option<&'t str> {
    let kind = words.iter().take(5).find(|word| ["function", "view", "trigger"].contains(word))?;
    let before = if *kind == "trigger" { "on" } else { *kind };
    let name = words.iter().skip_while(|word| **word != before).nth(1)?;
    name.split('(').next()
}

fn stem(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default().trim_end_matches(".sql")
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|other| other == word)
}

/// Functions that nothing else in `texts` speaks of. What begins with `_` is to have a caller, everything else may be
/// there for people, and is to be told of in a document.
fn unused(files: &[SqlFile], others: &[(String, String)]) -> BTreeSet<String> {
    let functions = files.iter().filter(|file| file.phase == Phase::Functions);
    let idle = functions.filter(|file| {
        let name = stem(&file.path);
        let internal = name.starts_with('_') || name.starts_with("tg_");
        let in_sql = files.iter().any(|other| other.path != file.path && has_word(&other.text, name));
        let elsewhere = others.iter().filter(|(path, _)| !internal || path.ends_with(".rs"));
        !in_sql && !elsewhere.into_iter().any(|(_, text)| has_word(text, name))
    });
    idle.map(|file| file.path.clone()).collect()
}

/// Sources and documents beside `sql/`.
fn others() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = vec![root.join("README.md"), root.join("ARCHITECTURE.md")];
    for place in ["src", "docs", "sql"] {
        files::below(&root.join(place), &mut paths);
    }
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "rs" || ending == "md"));
    paths.iter().map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn every_file_keeps_the_conventions() {
    let found: Vec<String> = embedded().iter().flat_map(complaints).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn no_function_is_there_for_nobody() {
    let idle = unused(embedded(), &others());
    assert!(idle.is_empty(), "nothing calls or documents {idle:#?}");
}

#[test]
fn a_function_that_nobody_calls_is_found() {
    let function = |name: &str| {
        let text =
            format!("create function work.{name}() … $$ $$;\ncomment on function work.{name}() is '';");
        SqlFile::new(&format!("work/functions/{name}.sql"), &text).unwrap()
    };
    let files = [function("_called"), function("_idle"), function("public_verb"), function("forgotten_verb")];
    let view = SqlFile::new("work/views/a.sql", "create view work.a as select work._called();").unwrap();
    let all: Vec<SqlFile> = files.into_iter().chain([view]).collect();
    let others = [("docs/a.md".to_owned(), "Call work.public_verb() and never _idle.".to_owned())];
    let idle = unused(&all, &others);
    assert_eq!(
        idle,
        BTreeSet::from([
            "work/functions/_idle.sql".to_owned(),
            "work/functions/forgotten_verb.sql".to_owned()
        ])
    );
}

#[test]
fn a_file_that_breaks_a_convention_is_found() {
    let good = "create or replace function work.good(id uuid) returns int\nlanguage sql stable security definer\nas $$\n  \
        -- security definer: why\n  select 1\n$$;\n";
    let said = |path: &str, text: &str| complaints(&SqlFile::new(path, text).unwrap()).join("; ");
    let path = "work/functions/good.sql";
    assert_eq!(said(path, good), "");
    for (text, complaint) in [
        (good.replace("work.good", "work.other"), "is to make work.good alone"),
        (good.replace("work.good", "tide.good"), "is to make work.good alone"),
        (format!("{good}{}", good.replace("work.good", "work.more")), "is to make work.good alone"),
        (good.replace("stable", ""), "volatility"),
        (good.replace("  -- security definer: why\n", ""), "go together"),
        (good.replace(" security definer\nas", "\nas"), "go together"),
        (good.replace("select 1", &"x".repeat(101)), "more than 100 columns"),
        (good.replace("select 1", "select 1 "), "blank"),
    ] {
        assert!(said(path, &text).contains(complaint), "{complaint}: {}", said(path, &text));
    }
    assert!(
        said("work/views/v.sql", "create view work.v as select * from work.tasks;").contains("selects *")
    );
    let trigger = "create or replace trigger _100_a before update on work.tasks\nfor each row execute function work.tg();";
    assert_eq!(said("work/triggers/tasks.sql", trigger), "");
    assert_eq!(said("work/triggers/tasks__a.sql", trigger), "");
    assert!(said("work/triggers/users.sql", trigger).contains("a trigger on work.tasks"));
}
